"""The offline tool as a program of its own: what runs on a department's machine, from one file (one_file.py)."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bangfu.core.problems import Problem
from bangfu.core.whole_files import check_place
from bangfu.engine.sealing.sealing import Recipe, Sealed, seal_file
from bangfu.engine.sealing.tokens import new_key, read_key, write_key


def told(sealed: Sealed) -> dict[str, object]:
    """What came of a file, for machines; it holds nothing of a person."""
    return {
        "key": sealed.fingerprint,
        "rows": sealed.rows,
        "keyed": sealed.keyed,
        "unkeyed": dict(sorted(sealed.unkeyed.items())),
        "unreadable_credit_codes": sealed.unreadable_codes,
        "sealed": list(sealed.sealed),
        "kept": list(sealed.kept),
        "left_out": list(sealed.left_out),
    }


def main(arguments: Sequence[str], recipes: Mapping[str, Recipe]) -> int:
    """Exit 0: done; 1: done, with rows that could not be keyed, or refused with nothing written; 2: a bad call."""
    parser = argparse.ArgumentParser(
        description="密封部门数据：号码、姓名和信用代码换成带密钥的散列，其余用不到的列删去；不联网，不用数据库。 "
        "Seal a department's extract: numbers, names and credit codes become keyed hashes, columns that nobody asks for are left "
        "out. No network, no database."
    )
    parser.add_argument("dataset", nargs="?", choices=sorted(recipes), help="数据集 · which data")
    parser.add_argument("file", nargs="?", type=Path, help="CSV，UTF-8 或 GB18030 · the extract")
    parser.add_argument("out", nargs="?", type=Path, help="密封后的 CSV · the sealed CSV")
    parser.add_argument("--key", type=Path, help="密钥文件 · the key file")
    parser.add_argument("--new-key", type=Path, metavar="FILE", help="生成一把密钥 · make a key")
    given = parser.parse_args(arguments)
    try:
        if given.new_key is not None:
            check_place(given.new_key)
            if given.new_key.exists():
                parser.error(f"{given.new_key.name} 已经有了 · is there already")
            key = new_key()
            write_key(key, given.new_key)
            sys.stdout.write(json.dumps({"key": key.fingerprint}) + "\n")
            return 0
        if given.out is None or given.key is None:
            parser.error("DATASET FILE OUT --key FILE")
        sealed = seal_file(given.file, given.out, recipes[given.dataset], read_key(given.key))
    except Problem as problem:
        sys.stderr.write(f"{problem.zh}\n{problem.en}\n")
        return 1
    sys.stdout.write(json.dumps(told(sealed), ensure_ascii=False) + "\n")
    return 1 if sealed.unkeyed else 0
