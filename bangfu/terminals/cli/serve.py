"""``bangfu serve``: web server and worker."""

import click

from bangfu.terminals.cli.output import say
from bangfu.terminals.cli.running import Address, machine

HOST, PORT = "127.0.0.1", 8765
port_option = click.option(
    "--port", default=PORT, show_default=True, type=click.IntRange(1, 65535), help="网页的端口。 Port of the pages."
)


@click.command()
@port_option
@click.option(
    "--host", default=HOST, show_default=True, help="网页的地址；别的机器要看，先配好 TLS。 Address of the pages."
)
def serve(host: str, port: int) -> None:
    """运行网页和后台任务，Ctrl-C 结束。 Run web server and worker; Ctrl-C ends them."""
    address = Address(host, port)
    machine().serve(address, lambda: tell_address(address))
    say(
        "网页和后台任务已停下；数据库还在运行，bangfu stop 结束它。",
        "Web server and worker have ended; the database runs on until bangfu stop.",
    )


def tell_address(address: Address) -> None:
    """Where to point a browser, and how it is ended."""
    say(f"打开 {address.url}（Ctrl-C 或 bangfu stop 结束）", f"Open {address.url} (Ctrl-C or bangfu stop ends it)")
