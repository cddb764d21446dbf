"""Founding the tree of organisations."""

import csv
from pathlib import Path
from uuid import UUID

from bangfu.core.declared import declared_in
from bangfu.core.shipped import policy_folder
from bangfu.ground.access.models import Organisation
from bangfu.ground.access.problems import ORGANISATIONS_FILE
from bangfu.ground.access.selectors import OPERATOR_ID
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Purpose, Right, Role
from bangfu.ground.acts.verbs import verb

FOUNDED = verb(
    "access.organisations_founded",
    zh="建立组织机构 {organisations} 个",
    en="{organisations} organisations were entered",
)

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
    divisions = declared_in((policy_folder() / "divisions.yaml").read_text("utf-8"))
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
