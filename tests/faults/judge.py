"""Reads what the clients wrote down and what the database holds, and counts what does not belong together.

It asks the tables by SQL of its own, as the owner, whom no policy restrains: not by the code that is judged.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.journal import events

# What an act of a verb must have left in the history of the rows it changes, as (table, kind of event): how many rows.
_LEAVES: dict[str, dict[tuple[str, str], int]] = {
    "identification.settled": {("settlement", "added"): 1, ("determination", "changed"): 1},
    "identification.family_answered": {("settlement", "changed"): 1, ("determination", "changed"): 1},
    "identification.settlement_undone": {("determination", "changed"): 1},
}
# Verbs that queue one job, and what the job is called; ``in_background`` of the act says whether it does.
_QUEUES = {
    "registry.columns_chosen": ("registry.check", "batch_id"),
    "registry.commit_started": ("registry.commit", "batch_id"),
    "registry.batch_resumed": ("registry.check", "batch_id"),
    "sources.delivery_received": ("sources.check_delivery", "delivery_id"),
    "sources.columns_chosen": ("sources.check_delivery", "delivery_id"),
    "sources.delivery_refused": ("sources.clear_delivery", "delivery_id"),
    "comparison.run_started": ("comparison.run", "run_id"),
    "comparison.run_taken_up": ("comparison.run", "run_id"),
}
_HISTORY = {"settlement": "identification_settlementevent", "determination": "identification_determinationevent"}


@dataclass
class Verdict:
    """Counts, and the first findings of each kind in words."""

    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    half: int = 0
    seen_outside: int = 0
    words: list[str] = field(default_factory=list)

    def say(self, kind: str, what: str) -> None:
        """One finding."""
        setattr(self, kind, getattr(self, kind) + 1)
        if len(self.words) < 40:
            self.words.append(f"{kind}: {what}")

    @property
    def is_clean(self) -> bool:
        """Nothing was found."""
        return not (self.lost or self.doubled or self.half or self.seen_outside)


def newest_entry(owner: str) -> int:
    """Where the trail ends now: what comes later is the clients'."""
    with psycopg.connect(owner) as connection:
        row = connection.execute("SELECT coalesce(max(id), 0) FROM acts_entry").fetchone()
    return int(row[0]) if row else 0


def judge(owner: str, app: str, journals: list[Path], since: int) -> Verdict:
    """All counts. ``owner``, ``app``: connection strings of the two roles; ``since``: the newest entry before the clients began."""
    verdict = Verdict()
    with psycopg.connect(owner) as connection:
        entries = _entries(connection)
        apart = _acknowledged(verdict, journals, entries)
        _once(connection, verdict)
        _whole(connection, verdict, entries)
        _looks(connection, verdict)
        _passwords(connection, verdict, journals)
        _batches(connection, verdict)
        _jobs(connection, verdict, apart, since)
    with psycopg.connect(app) as connection:
        _outside(connection, verdict)
    return verdict


def _entries(connection: psycopg.Connection[Any]) -> dict[str, tuple[str, Any]]:
    found = connection.execute("SELECT act_id::text, verb, answer FROM acts_entry")
    return {act_id: (verb, answer) for act_id, verb, answer in found}


def _acknowledged(verdict: Verdict, journals: list[Path], entries: dict[str, tuple[str, Any]]) -> set[str]:
    """Lost: an act was acknowledged and there is no entry of it. Doubled: one act, two answers. Gives acts that queue nothing."""
    apart: set[str] = set()
    for path in journals:
        for event in events(path):
            if "sent" in event and event["given"].get("in_background") is False:
                apart.add(event["sent"])
            act_id = event.get("ok") or event.get("job")
            if act_id is not None:
                verdict.acknowledged += 1
                if act_id not in entries:
                    verdict.say("lost", f"{path.stem} {act_id}")
                elif event.get("answer") is not None and event["answer"] != entries[act_id][1]:
                    verdict.say("doubled", f"{entries[act_id][0]} {act_id} was answered otherwise than its entry says")
            if "no" in event and event["no"] in entries:
                verdict.say(
                    "half", f"{entries[event['no']][0]} {event['no']} was refused ({event['code']}) and is there"
                )
            if "other" in event:
                verdict.say("doubled", f"{path.stem} {event['other']} was answered otherwise the second time")
    return apart


def _once(connection: psycopg.Connection[Any], verdict: Verdict) -> None:
    """An act has one entry; a chunk is in once; a determination has moved as often as its version says."""
    for act_id, times in connection.execute(
        "SELECT act_id::text, count(*) FROM acts_entry GROUP BY act_id HAVING count(*) > 1"
    ):
        verdict.say("doubled", f"{times} entries of {act_id}")
    for batch, number in connection.execute(
        "SELECT batch_id::text, number FROM registry_chunk GROUP BY batch_id, number HAVING count(*) > 1"
    ):
        verdict.say("doubled", f"chunk {number} of {batch}")
    for determination, version, moved in connection.execute(
        """SELECT d.id::text, d.version, count(e.*) FROM identification_determination d
           LEFT JOIN identification_determinationevent e ON e.pgh_obj_id = d.id AND e.pgh_label = 'changed'
           GROUP BY d.id HAVING d.version <> 1 + count(e.*)"""
    ):
        verdict.say("doubled", f"determination {determination} is at version {version} after {moved} changes")


def _whole(connection: psycopg.Connection[Any], verdict: Verdict, entries: dict[str, tuple[str, Any]]) -> None:
    """State without entry, entry without state: by the history that triggers write for every row, whoever changes it."""
    tables = connection.execute(
        """SELECT table_name FROM information_schema.columns
           WHERE table_schema = 'public' AND table_name LIKE '%event' AND column_name = 'act_id'"""
    ).fetchall()
    left: dict[tuple[str, str, str], int] = Counter()
    short = {table: name for name, table in _HISTORY.items()}
    for (table,) in tables:
        query = f"SELECT act_id::text, pgh_label, count(*) FROM {table} GROUP BY act_id, pgh_label"
        for act_id, label, rows in connection.execute(query.encode()):
            if act_id is None or act_id not in entries:
                verdict.say("half", f"{rows} rows {label} in {table} without an entry ({act_id})")
            elif table in short:
                left[(act_id, short[table], label)] = rows
    for act_id, (verb, answer) in entries.items():
        for (table, label), rows in _LEAVES.get(verb, {}).items():
            found = left[(act_id, table, label)]
            if found != rows:
                verdict.say(
                    "half" if found < rows else "doubled", f"{verb} {act_id} left {found} rows {label} in {table}"
                )
        accepted = len(answer["accepted"]) if verb == "identification.clean_accepted" else 0
        if accepted and left[(act_id, "settlement", "added")] != accepted:
            verdict.say("half", f"{verb} {act_id}")


def _looks(connection: psycopg.Connection[Any], verdict: Verdict) -> None:
    """Who saw a whole number is in the list of looks, once for each act that showed one."""
    for person, looks, shown in connection.execute(
        """SELECT person_id::text, coalesce(l.n, 0), coalesce(e.n, 0)
           FROM (SELECT person_id, count(*) n FROM trail_look WHERE page = 'number' GROUP BY person_id) l
           FULL JOIN (SELECT person_id, count(*) n FROM acts_entry WHERE verb = 'registry.number_shown' GROUP BY person_id) e
           USING (person_id) WHERE l.n IS DISTINCT FROM e.n"""
    ):
        verdict.say("half" if looks < shown else "doubled", f"{person}: {shown} acts showed a number, {looks} looks")


def _passwords(connection: psycopg.Connection[Any], verdict: Verdict, journals: list[Path]) -> None:
    """A person's password is that of the last act which changed it: accounts keep no history of their own."""
    given = {
        event["sent"]: event["given"]["password_hash"]
        for path in journals
        for event in events(path)
        if event.get("name") == "change_password"
    }
    for act_id, password in connection.execute(
        """SELECT DISTINCT ON (e.person_id) e.act_id::text, a.password FROM acts_entry e JOIN access_account a ON a.id = e.person_id
           WHERE e.verb = 'access.password_changed' ORDER BY e.person_id, e.id DESC"""
    ):
        if act_id in given and given[act_id] != password:
            verdict.say("half", f"the password of act {act_id} is not that of the account")


def _batches(connection: psycopg.Connection[Any], verdict: Verdict) -> None:
    """A workbook that is in is in as a whole; what a chunk says it brought is there."""
    for batch, said, found in connection.execute(
        """SELECT b.id::text, (b.expected ->> 'rows')::int, coalesce(sum(c.rows), 0) FROM registry_batch b
           LEFT JOIN registry_chunk c ON c.batch_id = b.id WHERE b.state = 'done'
           GROUP BY b.id HAVING (b.expected ->> 'rows')::int <> coalesce(sum(c.rows), 0)"""
    ):
        verdict.say("half", f"batch {batch}: {found} of {said} rows")
    for act_id, said, found in connection.execute(
        """SELECT c.act_id::text, c.new, count(m.*) FROM registry_chunk c
           LEFT JOIN registry_memberevent m ON m.act_id = c.act_id AND m.pgh_label = 'added'
           GROUP BY c.id HAVING c.new <> count(m.*)"""
    ):
        verdict.say("half" if found < said else "doubled", f"chunk {act_id}: {found} of {said} new members")
    for (act_id,) in connection.execute(
        """SELECT act_id::text FROM acts_entry WHERE verb = 'registry.chunk_brought'
           EXCEPT SELECT act_id::text FROM registry_chunk"""
    ):
        verdict.say("half", f"entry of a chunk {act_id} without the chunk")


def _jobs(connection: psycopg.Connection[Any], verdict: Verdict, apart: set[str], since: int) -> None:
    """For each act that queues work there is one job, and no job without its act."""
    due: Counter[tuple[str, str]] = Counter()
    query = "SELECT act_id::text, verb, subject_id::text FROM acts_entry WHERE id > %s"
    for act_id, verb, subject in connection.execute(query, [since]):
        if verb in _QUEUES and act_id not in apart:
            due[(_QUEUES[verb][0], subject)] += 1
    found: Counter[tuple[str, str]] = Counter()
    names = dict(_QUEUES.values())
    for task, args in connection.execute("SELECT task_name, args FROM procrastinate_jobs"):
        if task in names:
            found[(task, args[names[task]])] += 1
    for task, subject in due.keys() | found.keys():
        there, wanted = found[(task, subject)], due[(task, subject)]
        if there < wanted:
            verdict.say("half", f"{wanted} acts queued {task} of {subject}, there are {there} jobs")
        elif there > wanted:
            verdict.say("doubled" if wanted else "half", f"{there} jobs {task} of {subject} for {wanted} acts")


def _outside(connection: psycopg.Connection[Any], verdict: Verdict) -> None:
    """As the app role: a clerk of a county that has nothing sees no household of another, nor does anybody without a scope."""
    tables = [
        str(name)
        for (name,) in connection.execute(
            """SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'org'
               AND table_name NOT LIKE 'procrastinate%'"""
        )
    ]
    for scope in ("/53/5329/532901/999/", ""):
        with connection.transaction():
            end = f"{scope[:-1]}0" if scope else ""
            settings = {"scope": scope, "scope_end": end, "actor": "judge", "purpose": "judge"}
            for name, value in settings.items():
                connection.execute("SELECT set_config(%s, %s, true)", [f"app.{name}", value])
            for table in tables:
                # What belongs to an organisation above is open to those below where its policy says so: a delivery, a run.
                below = "WHERE org LIKE '/53/5329/%/%'" if scope else ""
                row = connection.execute(f"SELECT count(*) FROM {table} {below}".encode()).fetchone()
                if row and row[0]:
                    verdict.say("seen_outside", f"{row[0]} rows of {table} are seen from “{scope}”")
