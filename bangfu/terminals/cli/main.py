"""The command ``bangfu``. Exit 0: done; 1: done but some rows were wrong, or the file was refused; 2: a bad call."""

import io
import os
import sys
import traceback
from pathlib import Path

import click

from bangfu.core.problems import Problem
from bangfu.terminals.cli.lazy import LazyCommands
from bangfu.terminals.cli.output import complain, err

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}
_HERE = "bangfu.terminals.cli"


@click.group(context_settings=CONTEXT)
def bangfu() -> None:
    """帮扶：谁困难、为什么困难、怎么帮、谁负责。 Who is in hardship, why, what helps, who answers for it."""


bangfu.commands = LazyCommands(
    {
        "demo": f"{_HERE}.demo:demo",
        "init": f"{_HERE}.init:init",
        "serve": f"{_HERE}.serve:serve",
        "stop": f"{_HERE}.stop:stop",
        "home": f"{_HERE}.home:home",
        "database-url": f"{_HERE}.home:database_url",
        "generate": f"{_HERE}.generate:generate_command",
        "template": f"{_HERE}.bring:template",
        "bring": f"{_HERE}.bring:bring",
        "compare": f"{_HERE}.compare:compare_command",
        "identify": f"{_HERE}.identify:identify",
        "recompute": f"{_HERE}.identify:recompute_trace",
        "trail": f"{_HERE}.trail:trail",
        "seal-delivery": f"{_HERE}.seal_delivery:seal_delivery",
        "seal-key": f"{_HERE}.seal_delivery:seal_key",
        "score": f"{_HERE}.score:score_command",
    }
)


def run() -> None:
    """Entry point: every problem is told in both languages and becomes an exit code; never a stack trace."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a character shows something else; it does not stop the work.
            stream.reconfigure(errors="replace")
    try:
        sys.exit(bangfu(standalone_mode=False) or 0)
    except Problem as problem:
        complain(problem)
        sys.exit(2 if problem.code.startswith("call.") else 1)
    except click.exceptions.NoArgsIsHelpError as help_asked:
        help_asked.show()
        sys.exit(2)
    except click.ClickException as bad_call:
        usage = bad_call.ctx.get_usage() if isinstance(bad_call, click.UsageError) and bad_call.ctx else ""
        said = bad_call.format_message()
        err.print(f"命令写得不对：{said}\nBad call: {said}\n{usage}", markup=False, style="red")
        sys.exit(2)
    except (click.exceptions.Abort, KeyboardInterrupt):
        err.print("已中断。Interrupted.", markup=False)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as defect:
        if os.environ.get("BANGFU_DEBUG"):
            raise
        _confess(defect)
        sys.exit(1)


def _confess(defect: Exception) -> None:
    """A defect of ours: say where, never the values that it met, because they may be a person's."""
    where = traceback.extract_tb(defect.__traceback__)[-1]
    place = f"{type(defect).__name__}, {Path(where.filename).name}:{where.lineno}"
    err.print(
        f"程序出了内部错误（{place}），没有写出结果。请把这一行告诉维护者。\n"
        f"An internal error ({place}); nothing was written. Please send this line to the maintainers.",
        markup=False,
        style="red",
    )
