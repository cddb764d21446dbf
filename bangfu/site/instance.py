"""Starting an instance in this process: database, tables, Django."""

import os
from pathlib import Path

import django

from bangfu.site.database.urls import database_urls
from bangfu.site.schema import bring_up_to_date, check_role, role_of

URL = "BANGFU_DATABASE_URL"


def start(home: Path) -> None:
    """Make the home's database answer and its tables current, and Django ready to use them as the app role.

    Whoever runs inside an instance that was started already (web server, worker, its children) finds the connection in the
    environment: then nothing is started. Raises a Problem where the database cannot be started, or its tables not be made.
    """
    # What is uploaded lies here while it arrives, too.
    (home / "uploads").mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["BANGFU_HOME"] = str(home)
    if os.environ.get(URL):
        django.setup()
        _close_what_was_left()
        return
    urls = database_urls(home)
    os.environ[URL] = urls.app
    os.environ.setdefault("BANGFU_APP_ROLE", role_of(urls.app))
    if os.environ.get("DATABASE_URL"):
        check_role(urls)
    django.setup()
    bring_up_to_date(urls, home)
    _close_what_was_left()


def _close_what_was_left() -> None:
    """Work that was killed may have left protected files open."""
    from bangfu.ground.access.at_rest import remove_open_leftovers  # noqa: PLC0415, needs Django's settings

    remove_open_leftovers()
