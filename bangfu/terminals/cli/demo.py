"""``bangfu demo``: an instance with an invented prefecture in it, people to sign in as, and pages to look at."""

import json
import time
from typing import TYPE_CHECKING

import click

from bangfu.core.problems import kind
from bangfu.core.whole_files import replacing
from bangfu.synthetic.prefecture import DEFAULT_HOUSEHOLDS
from bangfu.terminals.cli.home import home_folder
from bangfu.terminals.cli.output import last_line, progress, say
from bangfu.terminals.cli.running import Address, instance, machine
from bangfu.terminals.cli.serve import HOST, port_option, tell_address

if TYPE_CHECKING:
    from bangfu.terminals.cli.demonstration.people import SignIn

_STAGES = {
    "start": ("启动数据库", "Starting the database"),
    "generate": ("虚构一个州", "Inventing a prefecture"),
    "found": ("建立组织机构和政策", "Founding organisations and policy"),
    "accounts": ("开通账号", "Opening accounts"),
    "archives": ("收入各县档案", "Bringing in the counties' files"),
    "deliveries": ("收入部门数据", "Bringing in department data"),
    "compare": ("比对", "Comparing"),
    "propose": ("提出认定建议", "Proposing determinations"),
    "settle": ("核实一部分", "Settling some of them"),
    "serve": ("启动网页", "Starting the pages"),
}
NOT_A_DEMO = kind(
    "call.home_is_no_demo",
    zh="“{home}”里已有一套正式数据，演示不会写进去。",
    en="“{home}” holds an instance that is no demo; nothing was written to it.",
    do_zh="请用 BANGFU_HOME 另指一个文件夹再运行。",
    do_en="Name another folder in BANGFU_HOME and run it again.",
)


@click.command()
@click.option(
    "--households",
    default=DEFAULT_HOUSEHOLDS,
    show_default=True,
    type=click.IntRange(min=12),
    help="户数。 Households.",
)
@port_option
@click.option("--no-serve", is_flag=True, help="只准备数据。 Only prepare the data.")
@click.option(
    "--background", is_flag=True, help="在后台运行，bangfu stop 结束。 Run in the background until bangfu stop."
)
@click.option(
    "--json", "as_json", is_flag=True, help="最后一行是 JSON，含各步用时。 The last line is JSON, with timings."
)
def demo(households: int, port: int, no_serve: bool, background: bool, as_json: bool) -> None:
    """虚构一个州，把主线走一遍，打开网页。 Invent a prefecture, do the main job on it, open the pages."""
    began = time.monotonic()
    seconds, entries = _prepare(households)
    address = machine().serving() or Address(HOST, port)

    def ready() -> None:
        _tell(seconds, entries, None if no_serve else address, time.monotonic() - began)
        if as_json:
            url = None if no_serve else address.url
            last_line({"households": households, "seconds": seconds, "address": url, "new": "archives" in seconds})

    if no_serve or machine().serving():
        ready()
    elif background:
        machine().serve_apart(address)
        ready()
    else:
        machine().serve(address, ready)


def _prepare(households: int) -> "tuple[dict[str, float], list[SignIn]]":
    """Start, and seed what is not there yet; gives the seconds of each stage, and who may sign in."""
    top, began = home_folder() / "demo", time.monotonic()
    with progress(*_STAGES["start"]) as bar:
        instance()
        # Only a started instance has models.
        from bangfu.ground.access.models import Account  # noqa: PLC0415
        from bangfu.terminals.cli.demonstration import people  # noqa: PLC0415
        from bangfu.terminals.cli.demonstration.seeding import Seeding  # noqa: PLC0415

        seconds = {"start": round(time.monotonic() - began, 2)}
        accounts = Account.objects.exists()
        if accounts and not top.is_dir():
            raise NOT_A_DEMO(home=home_folder())
        done = top / "done.json"
        if accounts and done.is_file():
            return seconds, people.sign_ins(top / "sign-ins.txt")

        def told(stage: str, made: int, total: int) -> None:
            zh, en = _STAGES[stage]
            bar.update(bar.task_ids[0], description=f"{zh} · {en}", completed=made, total=total or None)

        seeding = Seeding(top, told)
        entries = seeding.run(households)
        with replacing(done) as draft:
            draft.write_text(json.dumps({"households": households, "seconds": seeding.seconds}), "utf-8")
    return seconds | seeding.seconds, entries


def _tell(seconds: dict[str, float], entries: "list[SignIn]", address: Address | None, total: float) -> None:
    for stage, took in seconds.items():
        zh, en = _STAGES[stage]
        say(f"  {took:6.1f} 秒  {zh}", f"  {took:6.1f} s  {en}")
    say(f"  {total:6.1f} 秒  合计", f"  {total:6.1f} s  in all")
    say("演示账号（数据全是虚构的）：", "Sign-ins of the demo (all data are invented):")
    for entry in entries:
        zh, en = entry.role
        person = entry.person
        line = f"  {person.username:<11}{entry.password}   {person.full_name}  {person.organisation:<10}"
        say(f"{line}{zh}", f"{line}{en}")
    if address is None:
        say("数据已备好；bangfu serve 打开网页。", "The data are ready; bangfu serve opens the pages.")
    else:
        tell_address(address)
