"""``bangfu seal-delivery`` and ``bangfu seal-key``: a department's extract without its numbers, and the keys of such extracts."""

from pathlib import Path

import click

from bangfu.core.problems import kind
from bangfu.core.whole_files import check_places
from bangfu.engine.findings.set_aside import REASONS
from bangfu.engine.intake.files import make_closed
from bangfu.engine.sealing.one_file import write_tool
from bangfu.engine.sealing.program import told
from bangfu.engine.sealing.recipes import recipes
from bangfu.engine.sealing.sealing import seal_file
from bangfu.engine.sealing.tokens import SealKey, new_key, read_key, write_key
from bangfu.terminals.cli.home import home_folder
from bangfu.terminals.cli.output import last_line, progress, say

FILE = click.Path(path_type=Path)
SEAL_KEYS = "seal-keys"

WHAT_TO_SEAL = kind(
    "call.what_to_seal",
    zh="要写明数据集、要密封的文件、结果文件和 --key；或者只写 --tool。",
    en="Name the dataset, the file, the result and --key; or give --tool alone.",
    do_zh="例如：bangfu seal-delivery vehicles 机动车.csv 密封.csv --key 密钥.key。",
    do_en="For example: bangfu seal-delivery vehicles extract.csv sealed.csv --key department.key.",
)


@click.command("seal-delivery")
@click.argument("dataset", required=False, type=click.Choice(sorted(recipes())))
@click.argument("file", required=False, type=FILE)
@click.argument("out", required=False, type=FILE)
@click.option("--key", "key_file", type=FILE, help="密钥文件 · the key file")
@click.option(
    "--tool",
    type=FILE,
    metavar="OUT.py",
    help="写出单文件工具，交给部门离线用，只要 Python 3.11 · write the tool as one file for a department, which needs Python 3.11 only",
)
@click.option("--json", "as_json", is_flag=True, help="最后一行是 JSON。 The last line is JSON.")
def seal_delivery(
    dataset: str | None, file: Path | None, out: Path | None, key_file: Path | None, tool: Path | None, as_json: bool
) -> int:
    """密封部门数据：号码、姓名、信用代码换成带密钥的散列；不用数据库。 Seal a department's extract; no database."""
    if tool is not None and file is None:
        write_tool(tool)
        say(f"已写好 {tool}：python3 {tool.name} --help", f"Wrote {tool}: python3 {tool.name} --help")
        return 0
    if dataset is None or file is None or out is None or key_file is None or tool is not None:
        raise WHAT_TO_SEAL()
    check_places(out, read=file)
    with progress("密封", "sealing"):
        sealed = seal_file(file, out, recipes()[dataset], read_key(key_file))
    zh = "，".join(f"{REASONS[reason][0]} {rows:,}" for reason, rows in sorted(sealed.unkeyed.items()))
    en = ", ".join(f"{REASONS[reason][1]} {rows:,}" for reason, rows in sorted(sealed.unkeyed.items()))
    say(
        f"{sealed.rows:,} 行，密封 {sealed.keyed:,}"
        + (f"，号码不能用 {sealed.rows - sealed.keyed:,}（{zh}）" if zh else ""),
        f"{sealed.rows:,} rows, {sealed.keyed:,} sealed"
        + (f", {sealed.rows - sealed.keyed:,} without a usable number ({en})" if en else ""),
    )
    say(
        f"密封的列：{'、'.join(sealed.sealed)}。原样保留：{'、'.join(sealed.kept)}。删去：{'、'.join(sealed.left_out) or '无'}。",
        f"Sealed: {', '.join(sealed.sealed)}. In the clear: {', '.join(sealed.kept)}. Left out: {', '.join(sealed.left_out) or '-'}.",
    )
    if as_json:
        last_line(told(sealed))
    return 1 if sealed.unkeyed else 0


@click.group("seal-key")
def seal_key() -> None:
    """密封部门数据的密钥：生成、收入、列出指纹。 Keys of sealed deliveries: make, take in, list by fingerprint."""


@seal_key.command("new")
@click.argument("out", type=FILE)
def new(out: Path) -> None:
    """生成一把密钥，自己留一份，另一份写到 OUT，当面交给部门。 Make a key; keep it, and write it to OUT for the department."""
    check_places(out)
    key = new_key()
    write_key(key, out)
    _keep(key)


@seal_key.command("take")
@click.argument("file", type=FILE)
def take(file: Path) -> None:
    """收入部门交来的密钥。 Take in a key that the department made."""
    _keep(read_key(file))


@seal_key.command("list")
def list_keys() -> None:
    """列出有哪些密钥，只显示指纹。 List the keys that are here by their fingerprints."""
    for path in sorted(keys_folder().glob("*.key")):
        click.echo(read_key(path).fingerprint)


def keys_folder() -> Path:
    """Where a running instance keeps the keys."""
    return home_folder() / SEAL_KEYS


def _keep(key: SealKey) -> None:
    make_closed(keys_folder())
    write_key(key, keys_folder() / f"{key.fingerprint}.key")
    say(f"密钥 {key.fingerprint} 已收好", f"Key {key.fingerprint} is kept")
