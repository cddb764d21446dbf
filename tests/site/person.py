"""A process of its own, as a person's command would be: ``python -m tests.site.person WHO ACTION ...``; prints JSON.

WHO is an account to become (root only), or ``-`` for whoever calls. It imports first: the interpreter itself may lie in a folder that
is closed to others.
"""

import encodings.idna  # noqa: F401  psycopg asks for it late
import json
import os
import pwd
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from bangfu.core.problems import Problem
from bangfu.site import supervisor
from bangfu.site.database import cluster
from bangfu.site.database.urls import database_urls


def become(name: str) -> None:
    entry = pwd.getpwnam(name)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def urls(home: str) -> dict[str, object]:
    began = time.perf_counter()
    found = database_urls(Path(home))
    return {"app": found.app, "owner": found.owner, "seconds": time.perf_counter() - began}


def stop(home: str) -> bool:
    return cluster.stop(Path(home))


def ask(url: str, question: str) -> object:
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as server:
            found = server.execute(question.encode())
            return [list(row) for row in found] if found.description else []
    except psycopg.Error as error:
        return type(error).__name__


def serve(home: str, parts: str, patience: str) -> None:
    commands = [supervisor.Child(name, tuple(argv), env) for name, argv, env in json.loads(parts)]
    settings = supervisor.Patience(**json.loads(patience))
    supervisor.serve(commands, Path(home), patience=settings, started=lambda: print("started", flush=True))  # noqa: T201


ACTIONS: dict[str, Callable[..., object]] = {"urls": urls, "stop": stop, "ask": ask, "serve": serve}


def main(who: str, action: str, *arguments: str) -> int:
    if who != "-":
        become(who)
    try:
        print(json.dumps(ACTIONS[action](*arguments)))  # noqa: T201
    except Problem as problem:
        print(json.dumps({"problem": problem.code, "text": str(problem)}))  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
