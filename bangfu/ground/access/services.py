"""Founding the tree of organisations, opening accounts, appointing, passwords."""

import csv
import secrets
from datetime import date
from pathlib import Path
from uuid import UUID

import yaml
from django.db.backends.postgresql.psycopg_any import DateRange

from bangfu.core.shipped import policy_folder
from bangfu.ground.access.models import Account, Appointment, Organisation
from bangfu.ground.access.problems import ORGANISATIONS_FILE
from bangfu.ground.access.selectors import OPERATOR_ID, organisation
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import ROLE_WORDS, Actor, Purpose, Right, Role
from bangfu.ground.acts.verbs import verb

FOUNDED = verb(
    "access.organisations_founded",
    zh="建立组织机构 {organisations} 个",
    en="{organisations} organisations were entered",
)
APPOINTED = verb("access.appointed", zh="任命{name}为{role_zh}", en="{name} was appointed {role_en}")
PASSWORD_CHANGED = verb("access.password_changed", zh="更换了密码", en="changed the password")
SIGNED_IN = verb("access.signed_in", zh="登录", en="signed in")
SIGNED_OUT = verb("access.signed_out", zh="退出登录", en="signed out")
# Without look-alikes: one-time passwords are read aloud and copied from paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_PASSWORD_LENGTH = 14

OrganisationRow = tuple[str, str, str, str]


def founder(prefecture: str) -> Actor:
    """The machine's operator before there is any organisation."""
    path = f"/{prefecture[:2]}/{prefecture}/"
    return Actor(OPERATOR_ID, "本机操作员", Role.OPERATOR, prefecture, prefecture, path, Purpose.OPERATIONS)


def read_organisations(path: Path) -> list[OrganisationRow]:
    """Rows (code, name, level, code above) of a CSV file with a header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = []
        for number, row in enumerate(reader, 2):
            if not row.get("code") or not row.get("name") or row.get("level") not in Organisation.Level.values:
                raise ORGANISATIONS_FILE(file=path.name, row=number, why="code, name, level")
            rows.append((row["code"], row["name"], row["level"], row.get("parent") or ""))
    return rows


def shipped_organisations(prefecture: str) -> list[OrganisationRow]:
    """The prefecture and its counties as ``policy/divisions.yaml`` names them (GB/T 2260)."""
    divisions = yaml.safe_load((policy_folder() / "divisions.yaml").read_text("utf-8"))
    rows: list[OrganisationRow] = []
    for code, declared in divisions.items():
        if not code.startswith(prefecture):
            continue
        level, above = ("prefecture", "") if code == prefecture else ("county", prefecture)
        rows.append((code, f"{declared['name']}总工会", level, above))
    return rows


@act(FOUNDED, right=Right.RUN)
def found_organisations(*, actor: Actor, act_id: UUID, rows: list[OrganisationRow]) -> Done[int]:
    """Enter organisations that are not there yet, those above before those below; gives how many were new."""
    known = {o.code: o for o in Organisation.objects.all()}
    new = 0
    for number, (code, name, level, above) in enumerate(rows, 2):
        if code in known:
            continue
        if above and above not in known:
            raise ORGANISATIONS_FILE(file="organisations.csv", row=number, why=above)
        upper = known[above].path if above else f"/{code[:2]}/"
        made = Organisation(code=code, name=name, level=level, path=f"{upper}{code}/", above=known.get(above))
        made.save(force_insert=True)
        known[code] = made
        new += 1
    return Done(new, actor.scope, "organisation", values={"organisations": new})


@act(APPOINTED, right=Right.RUN)
def appoint(
    *,
    actor: Actor,
    act_id: UUID,
    username: str,
    full_name: str,
    role: Role,
    organisation_code: str,
    since: date,
    password_hash: str,
) -> Done[UUID]:
    """Open an account, unless there is one of this name, and appoint its person. Gives the account's id.

    ``password_hash`` is make_password's of a one-time password: the password itself never comes near the database.
    """
    place = organisation(organisation_code)
    account, _ = Account.objects.get_or_create(
        username=username.lower(), defaults={"full_name": full_name, "password": password_hash}
    )
    Appointment.objects.create(account=account, organisation=place, role=role.value, period=DateRange(since, None))
    zh, en = ROLE_WORDS[role]
    told = {"name": account.full_name, "role_zh": zh, "role_en": en}
    return Done(account.pk, place.path, "account", account.pk, values=told)


@act(PASSWORD_CHANGED, right=Right.SEE_POLICY)
def change_password(*, actor: Actor, act_id: UUID, password_hash: str) -> Done[None]:
    """Put the person's own new password in the place of the old one; ``password_hash`` is what make_password gives."""
    account = Account.objects.select_for_update().get(pk=actor.person_id)
    account.password = password_hash
    account.must_change_password = False
    account.save(update_fields=["password", "must_change_password"])
    return Done(None, actor.scope, "account", account.pk)


@act(SIGNED_IN, right=Right.SEE_POLICY)
def record_sign_in(*, actor: Actor, act_id: UUID) -> Done[None]:
    """Say in the trail that the person has signed in, and in which role they begin."""
    return Done(None, actor.scope, "account", actor.person_id)


@act(SIGNED_OUT, right=Right.SEE_POLICY)
def record_sign_out(*, actor: Actor, act_id: UUID) -> Done[None]:
    """Say in the trail that the person has signed out."""
    return Done(None, actor.scope, "account", actor.person_id)


def one_time_password() -> str:
    """Fourteen characters in groups that can be read aloud."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_PASSWORD_LENGTH))
    return f"{letters[:5]}-{letters[5:9]}-{letters[9:]}"
