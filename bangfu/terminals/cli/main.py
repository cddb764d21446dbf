"""The command ``bangfu``. Exit 0: done; 1: done but some rows were wrong, or the file was refused; 2: a bad call."""

import sys

import click

from bangfu.core.problems import Problem
from bangfu.terminals.cli.home import home
from bangfu.terminals.cli.output import complain, err

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@click.group(context_settings=CONTEXT)
def bangfu() -> None:
    """帮扶：谁困难、为什么困难、怎么帮、谁负责。 Who is in hardship, why, what helps, who answers for it."""


bangfu.add_command(home)


def run() -> None:
    """Entry point: every problem is told in both languages and becomes an exit code; never a stack trace."""
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
