"""What the command line asks of the site: start, serve, stop. Imports are late: commands that only read files pay for none of it."""

from collections.abc import Callable
from pathlib import Path

from bangfu.site.home import home_folder
from bangfu.terminals.cli.running import Address, Ended


class ThisMachine:
    """The instance of this machine's home (``home_folder``)."""

    def start(self) -> None:
        """Database, tables, Django: ready when it returns."""
        from bangfu.site.instance import start  # noqa: PLC0415

        start(home_folder())

    def database_folder(self) -> Path | None:
        """Where the embedded database lies, if there is one yet."""
        from bangfu.site.database.places import database_folder  # noqa: PLC0415

        return database_folder(home_folder())

    def database_url(self, *, owner: bool) -> str:
        """How to connect; starts the embedded database if need be."""
        from bangfu.site.database.urls import database_urls  # noqa: PLC0415

        urls = database_urls(home_folder())
        return urls.owner if owner else urls.app

    def serve(self, address: Address, ready: Callable[[], None]) -> None:
        """Run web server and worker until asked to end."""
        from bangfu.site import serving  # noqa: PLC0415
        from bangfu.site.assets import assets  # noqa: PLC0415

        assets().build()
        self.start()
        serving.serve(home_folder(), address, ready)

    def serve_apart(self, address: Address) -> None:
        """The same in a process of its own."""
        from bangfu.site import serving  # noqa: PLC0415
        from bangfu.site.assets import assets  # noqa: PLC0415

        assets().build()
        serving.serve_apart(home_folder(), address)

    def serving(self) -> Address | None:
        """Where this home is being served now."""
        from bangfu.site import serving  # noqa: PLC0415

        return serving.address_of(home_folder())

    def stop(self) -> Ended:
        """End web server, worker and embedded database."""
        from bangfu.site.supervisor import stop  # noqa: PLC0415

        found = stop(home_folder())
        return Ended(found.supervisor, found.database)
