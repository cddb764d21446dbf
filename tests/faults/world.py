"""A union at work on a PostgreSQL of its own, as it runs in earnest: what the clients act on."""

import os
from datetime import date
from pathlib import Path
from uuid import uuid4

from bangfu.site.instance import start

HANDS, WALKERS, WEB = 6, 2, 2
PREFECTURE = "5329"
# Each walker has a county of its own.
COUNTIES = ("532931", "532932")
PASSWORD = "synthetic-faults-2026"


def make(home: Path, households: int) -> None:
    """Database, tables, organisations, people, files, determinations. Leaves no connection open: what follows forks."""
    os.environ["BANGFU_HOME"] = str(home)
    start(home)
    from django.db import connections  # noqa: PLC0415

    from tests.template import seed  # noqa: PLC0415

    seed()
    _appoint()
    _fill(home, households)
    connections.close_all()


def _appoint() -> None:
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415

    from bangfu.ground.access.models import Account  # noqa: PLC0415
    from bangfu.ground.access.selectors import operator  # noqa: PLC0415
    from bangfu.ground.access.services import appoint  # noqa: PLC0415
    from bangfu.ground.acts.actor import Role  # noqa: PLC0415

    people = [(f"hand{number}", Role.CLERK, PREFECTURE) for number in range(HANDS)]
    people += [(f"web{number}", Role.CLERK, PREFECTURE) for number in range(WEB)]
    for number, county in enumerate(COUNTIES):
        people += [(f"walker{number}", Role.CLERK, county), (f"officer{number}", Role.DATA_OFFICER, county)]
    hashed = make_password(PASSWORD)
    for name, role, place in people:
        appoint(
            actor=operator(), act_id=uuid4(), username=name, full_name=f"试{name}", role=role,
            organisation_code=place, since=date(2026, 1, 1), password_hash=hashed,
        )  # fmt: skip
    Account.objects.update(must_change_password=False)


def _fill(home: Path, households: int) -> None:
    from bangfu.core.clock import MachineClock, today  # noqa: PLC0415
    from bangfu.decide.comparison.running import compare_now  # noqa: PLC0415
    from bangfu.decide.identification.proposing import propose_now  # noqa: PLC0415
    from bangfu.ground.access.selectors import operator  # noqa: PLC0415
    from bangfu.ground.acts.actor import Purpose  # noqa: PLC0415
    from bangfu.record.registry.bringing import About, bring_archive  # noqa: PLC0415
    from bangfu.record.sources.about import About as AboutDelivery  # noqa: PLC0415
    from bangfu.record.sources.bringing import bring_delivery  # noqa: PLC0415
    from bangfu.synthetic.prefecture import generate  # noqa: PLC0415

    generate(households, 5, home / "prefecture")
    clerk, day = operator(Purpose.IDENTIFICATION), today(MachineClock())
    for workbook in sorted((home / "prefecture" / "archive").iterdir()):
        bring_archive(operator(Purpose.FILING), workbook, About(workbook.stem))
    allowance = home / "prefecture" / "datasets" / "minimum_allowance.csv"
    if allowance.exists():
        bring_delivery(operator(Purpose.COMPARISON), allowance, AboutDelivery("minimum_allowance", day))
    compare_now(clerk, day)
    propose_now(clerk, day, uuid4())
