"""Judgement: declared rules over facts become queries, and their answers rows of the table ``found``.

The queries are written once, for DuckDB; on Spark engine/spark_ asks the same ones, translated.

``found`` holds numbers where it can: who, by the rank of their texts (register.py); what, by its ``cell``: dataset, conclusion and kind in
the order of the finished file. Grouping and sorting findings by number costs a third of doing it by text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import duckdb
from sqlglot import exp

from bangfu.core.periods import Month, last_twelve_months
from bangfu.engine.duckdb_.facts import Delivery, drop, fact_query, tables_of, unusable_numbers
from bangfu.engine.duckdb_.register import Told
from bangfu.engine.duckdb_.session import literal, name
from bangfu.engine.findings.words import hide_numbers, sentence
from bangfu.engine.rules.asked import asks, person_columns
from bangfu.engine.rules.expressions import parse, sql_of
from bangfu.engine.rules.ruleset import ENGINE_FACTS, FILE_COLUMNS, Rule, RuleSet, fact_columns

# rows: of the delivered file; a list with nothing in it for silence. The keys: by them a number is written without looking it up.
_FOUND = """CREATE OR REPLACE TEMP TABLE found (household INTEGER, person INTEGER, cell INTEGER, says VARCHAR,
    rows BIGINT[], household_key BIGINT, person_key BIGINT{more})"""
# What only the evidence needs (findings/evidence.py): pid and the names a database gave, the English text, which rule, of which day.
_MORE = ", pid BIGINT, person_id VARCHAR, household_id VARCHAR, says_en VARCHAR, rule INTEGER, as_of DATE"
# Dataset, conclusion, kind → the file that it comes from; the place in the order of the finished file.
Cells = Mapping[tuple[str, str, str], str]
_Cells = Mapping[tuple[str, str, str], int]
_NONE: Cells = {}


@dataclass(frozen=True, slots=True)
class _Stated:
    """A fact as one delivery states it; ``dataset`` is empty for what the register's own rows state."""

    query: str
    types: dict[str, str]
    dataset: str
    file: str
    as_of: date | None


@dataclass(frozen=True, slots=True)
class Questions:
    """``cells``: rows of the table ``cell``, all that may be found: cell, dataset, conclusion, kind, file; a dataset comes from one file.

    ``queries``: of the rows of ``found``.
    """

    cells: list[tuple[int, str, str, str, str]]
    queries: list[str]


def told_of(rules: RuleSet, *, evidence: bool) -> Told:
    """What ``people`` is to say for ``judge``."""
    return Told(person_columns(rules), _flags(rules), names=evidence)


def judge(
    connection: duckdb.DuckDBPyConnection,
    rules: RuleSet,
    deliveries: list[Delivery],
    registry_file: str,
    on: date,
    *,
    evidence: bool = False,
    also: Cells | None = None,
) -> None:
    """Fill the table ``found`` from ``people``, laid out with ``told_of``, and the matched deliveries. A fact that no delivery states
    yields nothing.

    With ``evidence`` the rows also hold what findings/evidence.py needs. ``also``: (dataset, conclusion, kind) of findings that others
    add afterwards, with the delivery's file; where None, nobody does, and matched deliveries go as soon as nothing more is asked of them.
    """
    connection.execute(_FOUND.format(more=_MORE if evidence else ""))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE reference AS {reference_query(on)}")
    _complete(connection, rules, deliveries, names=evidence)
    tables = [table for delivery in deliveries for table in tables_of(delivery)]
    asked = questions(rules, deliveries, registry_file, keys=True, evidence=evidence, also=also or {})
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE cell (cell INTEGER, dataset VARCHAR, conclusion VARCHAR, kind VARCHAR, file VARCHAR)"
    )
    if asked.cells:
        connection.executemany("INSERT INTO cell VALUES (?, ?, ?, ?, ?)", asked.cells)
    for number, query in enumerate(asked.queries):
        connection.execute(f"INSERT INTO found {query}")
        if also is None:
            # What was found takes the room of what is asked no more.
            rest = " ".join(asked.queries[number + 1 :])
            drop(connection, [table for table in tables if table in query and table not in rest])
    for column in ("says", "says_en") if evidence else ("says",):
        hide_numbers(connection, "found", column)


def questions(
    rules: RuleSet,
    deliveries: Sequence[Delivery],
    registry_file: str,
    *,
    keys: bool = False,
    evidence: bool = False,
    also: Cells = _NONE,
) -> Questions:
    """What is asked of ``people``, ``household``, ``reference`` and the matched deliveries, as of ``judge``; for any engine.

    ``keys``: with the last columns household_key and person_key, before those of the evidence.
    """
    judged = [(rule, stated) for rule in rules.rules for stated in _stated(rule.fact, deliveries, registry_file)]
    files = {
        (stated.dataset, line.conclusion, rule.kind): stated.file for rule, stated in judged for line in rule.conclude
    } | dict(also)
    # As DuckDB sorts texts.
    ordered = sorted(files, key=lambda cell: [text.encode() for text in cell])
    places = {cell: place for place, cell in enumerate(ordered)}
    return Questions(
        cells=[(place, *cell, files[cell]) for cell, place in places.items()],
        queries=[
            _rule_query(rules, rule, together, places, keys=keys, evidence=evidence)
            for rule in rules.rules
            for together in _together(rule, [stated for asked, stated in judged if asked is rule])
        ],
    )


def reference_query(on: date) -> str:
    """The one row of ``reference``: what rules may ask of the day of the comparison."""
    start = last_twelve_months(on).start
    return f"SELECT {_day(on)} AS day, {_day(start)} AS year_start, {Month.of(on).number} AS month"


def attribute_conditions(rules: RuleSet, deliveries: Sequence[Delivery]) -> dict[str, tuple[str, list[str]]]:
    """What makes a declared attribute true: a condition on a row of ``people AS file``, or its pid being in one of the queries."""
    scope = {"file": frozenset(FILE_COLUMNS)}
    found = {}
    for attribute, declared in rules.person.items():
        facts = _stated(declared.or_fact, deliveries, "") if declared.or_fact else []
        found[attribute] = sql_of(parse(declared.condition, scope)), [stated.query for stated in facts]
    return found


def _flags(rules: RuleSet) -> dict[str, str]:
    """What is declared of persons and households by the file alone: conditions on a row of ``filed AS file``, as columns of ``people``."""
    scope = {"file": frozenset(FILE_COLUMNS)}
    of_persons = {attribute: declared.condition for attribute, declared in rules.person.items()}
    of_homes = {_of_home(attribute): condition for attribute, condition in rules.household.items()}
    return {column: sql_of(parse(condition, scope)) for column, condition in (of_persons | of_homes).items()}


def household_query(rules: RuleSet, *, flagged: bool = False, names: bool = True) -> str:
    """The rows of ``household``: its declared attributes (true if true of any member), and the row of ``people`` that it is laid on.

    ``flagged``: ``people`` is as of ``told_of``, and its keys are asked for. ``names``: it has those that a database gave.
    """
    scope = {"file": frozenset(FILE_COLUMNS)}
    shared = ""
    for attribute, condition in rules.household.items():
        holds = name(_of_home(attribute)) if flagged else sql_of(parse(condition, scope))
        shared += f", coalesce(bool_or({holds}), FALSE) AS {name(attribute)}"
    if flagged:
        shared += ", min(household_key) AS key"
    if names:
        shared += ", arg_min(person_id, pid) FILTER (WHERE is_head) AS head_id, min(household_id) AS household_id"
    return f"""SELECT household, min(household_rank) AS rank, min(pid) FILTER (WHERE is_head) AS head_pid{shared}
        FROM people AS file GROUP BY household"""


def _of_home(attribute: str) -> str:
    """The column of ``people`` that says it of one member."""
    return f"household {attribute}"


def _stated(fact: str, deliveries: Iterable[Delivery], registry_file: str) -> list[_Stated]:
    if fact == "number_unusable":
        return [_Stated(unusable_numbers(), ENGINE_FACTS[fact], "", registry_file, None)]
    found = []
    for delivery in deliveries:
        types = fact_columns(fact, delivery.dataset)
        if types is not None:
            query, dataset = fact_query(delivery, fact), delivery.dataset.name
            found.append(_Stated(query, types, dataset, delivery.file, delivery.as_of))
    return found


def describe_people(connection: duckdb.DuckDBPyConnection, rules: RuleSet, deliveries: list[Delivery]) -> None:
    """Add the declared attributes to ``people``, which has all FILE_COLUMNS, and make the table ``household``."""
    for attribute, (condition, queries) in attribute_conditions(rules, deliveries).items():
        stated = "".join(f" OR pid IN (SELECT pid FROM ({query}))" for query in queries)
        # Few are: to mark them is cheaper than to write the table again.
        connection.execute(f"ALTER TABLE people ADD COLUMN {name(attribute)} BOOLEAN DEFAULT FALSE")
        connection.execute(f"UPDATE people AS file SET {name(attribute)} = TRUE WHERE {condition}{stated}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE household AS {household_query(rules)}")


def _complete(
    connection: duckdb.DuckDBPyConnection, rules: RuleSet, deliveries: list[Delivery], *, names: bool
) -> None:
    """The same where ``people`` has the columns of ``told_of``: only what the deliveries state is added."""
    for attribute, (_, queries) in attribute_conditions(rules, deliveries).items():
        for query in queries:
            connection.execute(f"""UPDATE people SET {name(attribute)} = TRUE
                WHERE NOT {name(attribute)} AND pid IN (SELECT pid FROM ({query}))""")
    household = household_query(rules, flagged=True, names=names)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE household AS {household}")


def _together(rule: Rule, stated: Iterable[_Stated]) -> Iterable[list[_Stated]]:
    """What can be asked in one query: deliveries that say the same things of a fact, unless it is totalled, which is done by delivery."""
    groups: dict[object, list[_Stated]] = {}
    for one in stated:
        groups.setdefault(one.dataset if rule.totals else tuple(one.types.items()), []).append(one)
    return groups.values()


def _by_delivery(values: Sequence[str]) -> str:
    """The value that belongs to the delivery which states a fact."""
    if len(set(values)) == 1:
        return values[0]
    cases = " ".join(f"WHEN {number} THEN {value}" for number, value in enumerate(values))
    return f"CASE fact.stated_by {cases} END"


def _fact(together: Sequence[_Stated]) -> str:
    if len(together) == 1:
        return f"({together[0].query}) AS fact"
    columns = "".join(f", {name(column)}" for column in together[0].types)
    every = (f"SELECT pid, row{columns}, {n} AS stated_by FROM ({stated.query})" for n, stated in enumerate(together))
    return f"({' UNION ALL '.join(every)}) AS fact"


def _rule_query(
    rules: RuleSet, rule: Rule, together: Sequence[_Stated], cells: _Cells, *, keys: bool, evidence: bool
) -> str:
    """One rule over what deliveries state together: rows for ``found``."""
    stated = together[0]
    before = rules.scope(rule, frozenset(stated.types))
    where = sql_of(parse(rule.where, before)) if rule.where else "TRUE"
    # A household is looked up where it is asked for: a million of them are too many to join for nothing.
    household = "JOIN household ON household.household = person.household"
    of_home = household if rule.per == "household" or asks(rules, rule)["household"] else ""
    joined = f"{_fact(together)} JOIN people AS person ON person.pid = fact.pid {of_home} CROSS JOIN reference"
    if not rule.totals:
        return f"""SELECT {_answer(rules, rule, together, cells, keys=keys, evidence=evidence)}
            FROM {joined} WHERE {where} AND {_cell(rules, rule, together, cells)} IS NOT NULL"""
    per = "person.pid" if rule.per == "person" else "person.household"
    totals = "".join(f", {sql_of(parse(text, before, totals=True))} AS {name(t)}" for t, text in rule.totals.items())
    grouped = (
        f"(SELECT {per} AS whose{totals}, list(fact.row) AS rows FROM {joined} WHERE {where} GROUP BY {per}) AS total"
    )
    joins = f"JOIN people AS person ON person.pid = total.whose {of_home}"
    if rule.per == "household":
        joins = "JOIN household ON household.household = total.whose"
    having = sql_of(parse(rule.having, rules.scope(rule, frozenset(), after_totals=True))) if rule.having else "TRUE"
    return f"""SELECT {_answer(rules, rule, together, cells, keys=keys, evidence=evidence)}
        FROM {grouped} {joins} CROSS JOIN reference WHERE {having} AND {_cell(rules, rule, together, cells)} IS NOT NULL"""


def _answer(
    rules: RuleSet, rule: Rule, together: Sequence[_Stated], cells: _Cells, *, keys: bool, evidence: bool
) -> str:
    """The columns of one row for ``found``."""
    of_person = rule.per == "person"
    who = "person.household_rank, person.person_rank" if of_person else "household.rank, household.rank"
    rows = "total.rows" if rule.totals else "CASE WHEN fact.row IS NULL THEN [] ELSE [fact.row] END"
    keyed = (", person.household_key, person.key" if of_person else ", household.key, household.key") if keys else ""
    more = _more(rules, rule, together) if evidence else ""
    cell = _cell(rules, rule, together, cells)
    return f"{who}, {cell} AS cell, {_says(rules, rule, together[0], 'zh')}, {rows}{keyed}{more}"


def _more(rules: RuleSet, rule: Rule, together: Sequence[_Stated]) -> str:
    """The columns of _MORE. A household's finding is laid on its head."""
    whose = (
        "person.pid, person.person_id, person.household_id"
        if rule.per == "person"
        else "household.head_pid, household.head_id, household.household_id"
    )
    days = [_day(stated.as_of) if stated.as_of else "CAST(NULL AS DATE)" for stated in together]
    as_of = _by_delivery(days)
    return f", {whose}, {_says(rules, rule, together[0], 'en')}, {rules.rules.index(rule)}, {as_of}"


def _cell(rules: RuleSet, rule: Rule, together: Sequence[_Stated], cells: _Cells) -> str:
    """What the rule concludes, as its cell; NULL where no line holds."""
    scope = rules.scope(rule, frozenset(together[0].types), after_totals=bool(rule.totals))
    lines = []
    for line in rule.conclude:
        concluded = [str(cells[stated.dataset, line.conclusion, rule.kind]) for stated in together]
        condition = sql_of(parse(line.when, scope)) if line.when else "TRUE"
        lines.append(f"WHEN {condition} THEN {_by_delivery(concluded)}")
    return f"(CASE {' '.join(lines)} END)"


def _says(rules: RuleSet, rule: Rule, stated: _Stated, language: Literal["zh", "en"]) -> str:
    values: dict[str, tuple[str, str]] = {}
    if rule.per == "person":
        types = dict.fromkeys(rules.person, "flag") | FILE_COLUMNS
        values = {column: (f"person.{name(column)}", kind) for column, kind in types.items()}
    if rule.totals:
        scope = rules.scope(rule, frozenset(stated.types))
        for total, text in rule.totals.items():
            values[total] = (f"total.{name(total)}", _total_type(parse(text, scope, totals=True), stated.types))
    else:
        values |= {column: (f"fact.{name(column)}", kind) for column, kind in stated.types.items()}
    if language == "zh":
        return sentence(rule.says.zh, values)
    # Words of our own have an English twin; what the departments wrote stays as it is.
    twins = {value: values.get(f"{value}_en", known) for value, known in values.items()}
    # An empty value at the end leaves a blank.
    return f"trim({sentence(rule.says.en, twins)})"


def _total_type(tree: exp.Expression, types: dict[str, str]) -> str:
    """A sum of amounts is an amount; everything else is shown as it is."""
    if isinstance(tree, exp.Sum) and isinstance(tree.this, exp.Column):
        return types.get(tree.this.name, "text")
    return "text"


def _day(day: date) -> str:
    return f"CAST({literal(day.isoformat())} AS DATE)"
