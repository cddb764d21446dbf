"""Findings for a database: a row per finding with its evidence, both languages, and what may explain it.

The rows are those of the contract file (findings/write.py), grouped in the same way; only persons whom the texts alone cannot tell
apart (two members without a number) are one row there and one row each here.

household, person: the head's and the person's number as in the contract file · person_row: the row of the register (its first row is
1 in Parquet, 2 in a sheet), NULL for a finding of a household whose head has no row · person_id, household_id: 人员标识 and 档案标识 of
the register, NULL where it has none · dataset, conclusion, kind · says_zh, says_en · may_be: list of {zh, en} · rows: row numbers in
``file``, sorted (none for silence) · sources: the same as 来源行, one by one · first_row, row_count · rule: kind/fact, several
joined by ";" · rules_version · as_of: the day of the data, NULL where nobody gave it · file.
"""

import duckdb
import pyarrow as pa

from bangfu.engine.matching.words import MAY_BE, RULE
from bangfu.engine.rules.ruleset import RuleSet

GROUPED = """SELECT household, person, pid, any_value(person_id) AS person_id, any_value(household_id) AS household_id, cell,
    list_sort(list_distinct(list({'zh': says, 'en': says_en}))) AS says,
    list_sort(list_distinct(flatten(list(rows)))) AS rows, min(as_of) AS as_of,
    array_to_string(list_sort(list_distinct(list(rule))), ' ') AS rules
FROM found GROUP BY household, person, pid, cell"""

EVIDENCE = """SELECT heads.text AS household, persons.text AS person, grouped.pid AS person_row, grouped.person_id, grouped.household_id,
    dataset, conclusion, kind,
    array_to_string(list_transform(says, lambda s: s.zh), '；') AS says_zh,
    array_to_string(list_transform(says, lambda s: s.en), '; ') AS says_en, may_be, rows,
    CASE WHEN dataset = '' AND origin.source <> '' THEN [origin.source]
        ELSE list_transform(rows, lambda r: concat(file, ':', r)) END AS sources,
    list_min(rows) AS first_row, CAST(len(rows) AS INTEGER) AS row_count, rule, rules_version, as_of, file
FROM grouped JOIN _rules USING (rules) JOIN texts AS heads ON heads.rank = grouped.household
JOIN texts AS persons ON persons.rank = grouped.person JOIN cell USING (cell)
LEFT JOIN filed AS origin ON dataset = '' AND origin.pid = grouped.pid"""

# What no declared rule found but engine/matching.
_OF_MATCHING = "-1"
_BOTH = pa.struct([("zh", pa.string()), ("en", pa.string())])
_RULES = pa.schema(
    [("rules", pa.string()), ("rule", pa.string()), ("may_be", pa.list_(_BOTH)), ("rules_version", pa.int32())]
)


def gather_evidence(connection: duckdb.DuckDBPyConnection, rules: RuleSet) -> None:
    """Make the table ``evidence`` from ``found`` as judged with evidence."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE grouped AS {GROUPED}")
    together = [str(found) for (found,) in connection.execute("SELECT DISTINCT rules FROM grouped").fetchall()]
    described = pa.Table.from_pylist([described_rules(rules, found) for found in together], _RULES)
    connection.register("_rules", described)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE evidence AS {EVIDENCE}")
    connection.unregister("_rules")


def described_rules(rules: RuleSet, together: str) -> dict[str, object]:
    """What there is to say of the rules that led to one finding: almost always one; ``together`` are their places in the set."""
    if together == _OF_MATCHING:
        may_be_one = [{"zh": zh, "en": en} for zh, en in MAY_BE]
        return {"rules": together, "rule": RULE, "may_be": may_be_one, "rules_version": rules.version}
    led = [rules.rules[int(place)] for place in together.split()]
    may_be = dict.fromkeys(words for rule in led for words in rule.may_be)
    return {
        "rules": together,
        "rule": ";".join(f"{rule.kind}/{rule.fact}" for rule in led),
        "may_be": [{"zh": words.zh, "en": words.en} for words in may_be],
        "rules_version": rules.version,
    }
