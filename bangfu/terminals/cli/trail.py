"""``bangfu trail``: seal, verify, hand checkpoints to the level above, receive those from below.

``verify`` needs no Django and nothing that writes the trail: psycopg, core, and what ``ground/trail/verifying`` holds.
"""

import time
from pathlib import Path

import click

from bangfu.core.checkpoints import Checkpoint, fingerprint, read_checkpoint
from bangfu.core.clock import MachineClock
from bangfu.core.problems import kind
from bangfu.core.whole_files import check_place, replacing
from bangfu.ground.trail.kept import keep_result, kept_checkpoints
from bangfu.ground.trail.keys import public_key
from bangfu.ground.trail.problems import NOTHING_SEALED
from bangfu.ground.trail.verifying import Report, verify
from bangfu.ground.trail.verifying.sources import WrittenFile, database, write_trail
from bangfu.terminals.cli.home import home_folder
from bangfu.terminals.cli.output import last_line, out, say
from bangfu.terminals.cli.running import instance, machine

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_SHOWN = 20
NOT_A_KEY = kind(
    "call.not_a_key",
    zh="“{given}”不是公钥。",
    en="“{given}” is no public key.",
    do_zh="请写 bangfu trail key 给出的 64 位十六进制数。",
    do_en="Give the 64 hexadecimal digits that bangfu trail key prints.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="最后一行是 JSON。 The last line is JSON.")
key_option = click.option(
    "--key", default="", metavar="HEX", help="对方的公钥（bangfu trail key）。 The public key that must have signed."
)


@click.group()
def trail() -> None:
    """留痕：封存、检验、上交凭证、接收下级凭证。 The trail: seal, verify, hand over, receive."""


@trail.command()
@click.option(
    "--restored",
    is_flag=True,
    help="确认数据库是从备份恢复的，从现有的留痕继续。 The database was restored from a backup: go on from what it holds.",
)
@json_option
def seal(restored: bool, as_json: bool) -> None:
    """封存已经落定的留痕（后台每分钟也会做）。 Seal what has settled (the worker does so every minute)."""
    instance()
    from bangfu.terminals.cli.trail_instance import seal_now  # noqa: PLC0415, models need a started instance

    count, size = seal_now(restored=restored)
    say(f"封存 {count:,} 条，共 {size:,} 条。", f"{count:,} entries sealed, {size:,} in all.")
    if as_json:
        last_line({"sealed_now": count, "sealed": size})


@trail.command("verify")
@click.option("--url", metavar="URL", help="别处的数据库（所有者的连接）。 Another database, as its owner.")
@click.option("--file", "written", type=_FILE, help="trail export --rows 写出的文件。 A file by trail export --rows.")
@click.option(
    "--checkpoint",
    "checkpoints",
    type=_FILE,
    multiple=True,
    help="上级保存的凭证，可以多份。 A checkpoint kept by the level above; several may be given.",
)
@key_option
@json_option
def verify_command(
    url: str | None, written: Path | None, checkpoints: tuple[Path, ...], key: str, as_json: bool
) -> int:
    """检验留痕：改动、删除、插入、调换、截断。 Verify the trail: alteration, deletion, insertion, reordering, truncation."""
    began, at = time.monotonic(), MachineClock().now()
    own = url is None and written is None
    # Files first: what the database was given since they were written is not missed in it.
    elsewhere = [(path.name, read_checkpoint(path.read_text("utf-8", "replace"), path.name)) for path in checkpoints]
    elsewhere += kept_checkpoints(home_folder()) if own else []
    wanted = _key(key) if key else public_key(home_folder()) if own else None
    report = _report(url, written, wanted, elsewhere)
    seconds = time.monotonic() - began
    if own:
        keep_result(home_folder(), report, at, seconds)
    _tell(report, seconds)
    if as_json:
        last_line({**report.values(), "seconds": round(seconds, 2)})
    return 0 if report.is_whole else 1


@trail.command()
@click.option(
    "--to", "target", type=click.Path(path_type=Path), help="写到这里；不写则放进发件箱。 Default: the outbox."
)
@click.option("--since", type=click.IntRange(0), help="上级已有多少条。 How many entries the level above has.")
@click.option(
    "--rows",
    is_flag=True,
    help="连同全部内容（含个人信息），供脱离数据库检验。 With everything that rows say, to be verified without the database.",
)
def export(target: Path | None, since: int | None, rows: bool) -> None:
    """写出给上级的凭证。 Write the checkpoint for the level above."""
    if target:
        check_place(target)
    instance()
    from bangfu.terminals.cli import trail_instance  # noqa: PLC0415, models need a started instance

    if rows:
        if target is None:
            raise click.UsageError("--rows --to FILE")
        trail_instance.tell_export(target.name)
        with database(machine().database_url(owner=True)) as source, replacing(target) as draft:
            count = write_trail(source, draft)
        say(f"{count:,} 条写入 {target}（已记入留痕）", f"{count:,} rows written to {target} (told in the trail)")
        return
    path = trail_instance.hand_over(target, since)
    if path is None:
        raise NOTHING_SEALED()
    say(f"凭证：{path}", f"Checkpoint: {path}")


@trail.command()
@click.argument("file", type=_FILE)
@key_option
@json_option
def receive(file: Path, key: str, as_json: bool) -> None:
    """收下级的凭证；接不上以前的就拒收。 Receive a checkpoint from below; refuses one that forks from those before."""
    key = _key(key).hex() if key else ""
    instance()
    from bangfu.terminals.cli.trail_instance import receive_file  # noqa: PLC0415, models need a started instance

    received, signed_by = receive_file(file, key)
    say(
        f"收下 {received.organisation} 的凭证：{received.size:,} 条，密钥指纹 {signed_by}",
        f"Received the checkpoint of {received.organisation}: {received.size:,} entries, key {signed_by}",
    )
    if as_json:
        last_line({"organisation": received.organisation, "size": received.size, "key": received.key.hex()})


@trail.command("key")
def key_command() -> None:
    """给出本机签名用的公钥和指纹。 Print this instance's public key and its fingerprint."""
    found = public_key(home_folder())
    if found is None:
        raise NOTHING_SEALED()
    say(f"指纹 {fingerprint(found)}", f"Fingerprint {fingerprint(found)}")
    out.print(found.hex(), markup=False)


def _report(
    url: str | None, written: Path | None, key: bytes | None, elsewhere: list[tuple[str, Checkpoint]]
) -> Report:
    if written is not None:
        return verify(WrittenFile(written), key=key, elsewhere=elsewhere)
    with database(url or machine().database_url(owner=True)) as source:
        return verify(source, key=key, elsewhere=elsewhere)


def _tell(report: Report, seconds: float) -> None:
    for finding in report.findings[:_SHOWN]:
        say(*finding.sentences())
    if len(report.findings) > _SHOWN:
        say("……其余见 --json", "… the others with --json")
    say(
        f"检验 {report.sealed:,} 条、凭证 {report.checkpoints:,} 份，问题 {sum(report.found.values()):,} 处；"
        f"尚未封存 {report.unsealed:,} 条，依法删除 {report.erased:,} 条，用时 {seconds:.1f} 秒",
        f"{report.sealed:,} entries and {report.checkpoints:,} checkpoints verified, {sum(report.found.values()):,} things wrong; "
        f"{report.unsealed:,} not sealed yet, {report.erased:,} erased by law, {seconds:.1f} s",
    )


def _key(given: str) -> bytes:
    try:
        key = bytes.fromhex(given)
    except ValueError:
        raise NOT_A_KEY(given=given[:70]) from None
    if len(key) != 32:
        raise NOT_A_KEY(given=given[:70])
    return key
