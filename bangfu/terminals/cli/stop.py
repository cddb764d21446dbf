"""``bangfu stop``."""

import click

from bangfu.terminals.cli.output import last_line, say
from bangfu.terminals.cli.running import machine


@click.command()
@click.option("--json", "as_json", is_flag=True, help="最后一行是 JSON。 The last line is JSON.")
def stop(as_json: bool) -> None:
    """停下网页、后台任务和内置数据库；数据都在。 End web server, worker and embedded database; no data is lost."""
    ended = machine().stop()
    if ended.serving:
        say("网页和后台任务已停下。", "Web server and worker have ended.")
    if ended.database:
        say("数据库已停下。", "The database has ended.")
    if not any(ended):
        say("没有在运行的。", "Nothing was running.")
    if as_json:
        last_line(ended._asdict())
