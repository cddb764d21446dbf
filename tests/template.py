"""Makes the template database: ``python -m tests.template migrate`` as the owner, then ``… seed`` as the app role."""

import sys
from datetime import UTC, date, datetime
from uuid import uuid4


def migrate() -> None:
    """All tables, made by the migrations."""
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)


def seed() -> None:
    """What every test may count on: organisations, the cast, the policy that ships."""
    from bangfu.ground.access.models import Account  # noqa: PLC0415
    from bangfu.ground.access.services import (  # noqa: PLC0415
        appoint,
        found_organisations,
        founder,
        shipped_organisations,
    )
    from bangfu.ground.policy.services import keep_policy_current  # noqa: PLC0415
    from tests.people import CAST, QUICK_HASH, TOWNSHIP, XIANGYUN  # noqa: PLC0415

    operator = founder("5329")
    rows = [*shipped_organisations("5329"), (TOWNSHIP, "祥城镇工会", "township", XIANGYUN)]
    found_organisations(actor=operator, act_id=uuid4(), rows=rows)
    keep_policy_current(actor=operator)
    for someone in CAST:
        appoint(
            actor=operator,
            act_id=uuid4(),
            username=someone.username,
            full_name=someone.full_name,
            role=someone.role,
            organisation_code=someone.organisation,
            since=date(2026, 1, 1),
            password_hash=QUICK_HASH,
        )
    # However old this database gets, nobody's second factor is overdue in it.
    Account.objects.update(must_change_password=False, created_at=datetime(2100, 1, 1, tzinfo=UTC))


if __name__ == "__main__":
    import django

    django.setup()
    {"migrate": migrate, "seed": seed}[sys.argv[1]]()
