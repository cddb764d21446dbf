"""Goes through every kind of work from its first act to its last, with a fault at each point in turn; after a kill it goes on."""

import os
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.conf import settings

from bangfu.core.clock import MachineClock, today
from bangfu.decide.comparison import running
from bangfu.decide.comparison.models import Run
from bangfu.decide.identification.models import Determination
from bangfu.decide.identification.proposing import propose_now
from bangfu.ground.access.services import one_time_password
from bangfu.ground.acts.act import declared_acts
from bangfu.ground.acts.actor import Role
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from bangfu.ground.policy.files import read_places
from bangfu.ground.policy.services import load_policy
from bangfu.record.registry import services as registry
from bangfu.record.registry import work
from bangfu.record.registry.models import Batch
from bangfu.record.registry.uploads import chunks_of, keep
from bangfu.record.sources.about import About
from bangfu.record.sources.checking import check_delivery
from bangfu.record.sources.models import Delivery
from tests.engine.intake.books import number, write_book
from tests.faults.client import ACTS, Refused, wait_for_database
from tests.faults.hand import Hand
from tests.faults.matrix import Matrix

ACTS["load_policy"] = load_policy
# What the worker goes on with, and not the walker that sent it.
_WORKERS = "后台"
_HEADINGS = ["姓名", "身份证号", "工作状态", "本人月平均收入", "主要致困原因", "健康状况"]
_FAMILY = ["户主身份证号", "姓名", "关系", "身份证号", "月收入", "人员身份"]


@dataclass
class Walker(Hand):
    """``county`` is its own; nobody else brings anything in there."""

    county: str = ""
    matrix: Matrix | None = None

    def work(self) -> None:
        """Until the run is over."""
        self.dice = random.Random(f"{self.plan.seed} {self.number} {os.getpid()}")
        wait_for_database(self.plan)
        self.recover()
        self._load()
        stories = [self._file_archive, self._bad_archive, self._delivery, self._refused, self._queue, self._office]
        stories += [self._file_archive, self._comparison, self._case]
        self.dice.shuffle(stories)
        while not self.plan.is_over():
            for story in stories:
                if self.plan.is_over():
                    return
                try:
                    story()
                except Refused:
                    self._load()

    def recover(self) -> None:
        """The act under way, and work that a job would have gone on with."""
        super().recover()
        wait_for_database(self.plan)
        with acting(self.actors["self"]):
            mine = Batch.objects.exclude(state=Batch.State.DONE).exclude(source=_WORKERS)
            batches = [(batch.pk, batch.version, batch.state) for batch in mine]
            unread = Delivery.objects.filter(state=Delivery.State.UPLOADED, org=self.actors["self"].scope)
            deliveries = list(unread.exclude(source=_WORKERS).values_list("pk", flat=True))
            runs = list(
                Run.objects.filter(state__in=[Run.State.QUEUED, Run.State.RUNNING], created_by=self.me).values_list(
                    "pk", flat=True
                )
            )
        for batch_id, version, state in batches:
            if state == Batch.State.CHECKING:
                self._check(batch_id, version)
            elif state == Batch.State.COMMITTING:
                self._commit(batch_id)
        for delivery_id in deliveries:
            self._check_delivery(delivery_id)
        for run_id in runs:
            self._perform(run_id)

    @property
    def me(self) -> UUID:
        """The clerk."""
        return self.actors["self"].person_id

    def do(self, name: str, **given: Any) -> Any:
        """With the act's next fault switched on."""
        if self.matrix is None:
            return super().do(name, **given)
        return self.matrix.around([_verb(name)], lambda: super(Walker, self).do(name, **given))

    def _steps(self, verbs: list[str], step: Callable[[], Any], acts: Callable[[], list[UUID]]) -> Any:
        if self.matrix is None:
            return self.persistently(step, acts)
        return self.matrix.around(verbs, lambda: self.persistently(step, acts))

    # --- archives

    def _file_archive(self) -> None:
        batch_id = self._receive(self._workbook())
        self.do("archive_columns", batch_id=batch_id, seen_version=1, columns={}, in_background=False)
        self._check(batch_id, 2)
        self.do("take_errors", batch_id=batch_id)
        self.do("start_commit", batch_id=batch_id, seen_version=3, in_background=False)
        self._commit(batch_id)
        self.do("drop_upload", batch_id=batch_id, seen_version=5, days=0)

    def _bad_archive(self) -> None:
        path = self._folder() / "bad.xlsx"
        path.write_text("no workbook at all\n", "utf-8")
        batch_id = self._receive(path)
        self.do("archive_columns", batch_id=batch_id, seen_version=1, columns={}, in_background=False)
        self._check(batch_id, 2)

    def _queue(self) -> None:
        """Checked in the background, and asked to go on: two jobs, one result."""
        batch_id = self._receive(self._workbook(), _WORKERS)
        self.do("archive_columns", batch_id=batch_id, seen_version=1, columns={})
        self.do("resume", batch_id=batch_id, seen_version=2)

    def _receive(self, path: Path, source: str = "") -> UUID:
        act_id = uuid4()
        with path.open("rb") as file:
            stored = keep(chunks_of(file), path.name, upload_id=act_id, home=Path(settings.BANGFU_HOME), largest=10**8)
        batch_id: UUID = self.do(
            "receive_archive",
            act_id=act_id,
            stored=stored,
            organisation_code=self.county,
            basis="authorisation",
            source=source,
        )
        return batch_id

    def _check(self, batch_id: UUID, version: int) -> None:
        act_id = registry.step_id(batch_id, f"check-{version}")
        verbs = ["registry.archive_checked", "registry.archive_refused"]
        self._steps(verbs, lambda: work.check(self.actors["self"], batch_id, version), lambda: [act_id])

    def _commit(self, batch_id: UUID) -> None:
        def acts() -> list[UUID]:
            with acting(self.actors["self"]):
                chunks = Batch.objects.get(pk=batch_id).chunks or 0
            steps = [f"chunk-{number}" for number in range(chunks)]
            return [registry.step_id(batch_id, step) for step in [*steps, "finish"]]

        verbs = ["registry.chunk_brought", "registry.batch_finished"]
        self._steps(verbs, lambda: work.commit(self.actors["self"], batch_id), acts)

    def _workbook(self) -> Path:
        numbers = [self._number() for _ in range(4)]
        heads = [
            ["试一", numbers[0], "在岗", "800", "患重特大疾病", "良好"],
            ["试二", numbers[1], "在岗", "500", "子女上学", "残疾"],
        ]
        members = [
            [numbers[0], "试三", "妻", numbers[2], "200", "务农"],
            [numbers[1], "试四", "子", numbers[3], "", "学生"],
        ]
        return write_book(self._folder() / "档案.xlsx", {"职工": [_HEADINGS, *heads], "家庭成员": [_FAMILY, *members]})

    def _number(self) -> str:
        birth = date(1940, 1, 1) + timedelta(days=self.dice.randrange(20_000))
        return number(self.dice.randrange(1, 1000), birth.strftime("%Y%m%d"), f"53299{self.dice.randrange(10)}")

    def _folder(self) -> Path:
        folder = self.plan.folder / f"walker-{self.number}"
        folder.mkdir(exist_ok=True)
        return folder

    # --- deliveries

    def _delivery(self) -> None:
        delivery_id = self._received(in_background=False)
        self._check_delivery(delivery_id)
        self.do(
            "delivery_columns", who="officer", delivery_id=delivery_id, seen_version=2, columns={}, in_background=False
        )
        self._check_delivery(delivery_id)
        self.do("take_quarantine", who="officer", delivery_id=delivery_id)
        self.do("activate", who="officer", delivery_id=delivery_id, seen_version=4, reason="试")

    def _refused(self) -> None:
        delivery_id = self._received(in_background=False, unreadable=True)
        self._check_delivery(delivery_id)
        self.do("refuse_delivery", who="officer", delivery_id=delivery_id, seen_version=2, reason="试")
        left = self._received(in_background=False)
        self.do("drop_raw", who="officer", delivery_id=left, seen_version=1, days=0)
        self._received(in_background=True)

    def _received(self, *, in_background: bool, unreadable: bool = False) -> UUID:
        line = "" if unreadable else f"试,{self._number()},云L00001,小型轿车,正常\n"
        content = ("什么也不是\n" if unreadable else "所有人,身份证号,号牌号码,车辆类型,状态\n") + line
        act_id = uuid4()
        home = Path(settings.BANGFU_HOME)
        stored = keep([content.encode()], "机动车.csv", upload_id=act_id, home=home, largest=10**6)
        about = About("vehicles", date(2026, 10, 1), source=_WORKERS if in_background else "试")
        done = self.do(
            "receive_delivery", who="officer", act_id=act_id, stored=stored, about=about, in_background=in_background
        )
        delivery_id: UUID = done.delivery_id
        return delivery_id

    def _check_delivery(self, delivery_id: UUID) -> None:
        verbs = ["sources.staging", "sources.staged", "sources.delivery_checked", "sources.check_failed"]
        self._steps(verbs, lambda: check_delivery(self.actors["officer"], delivery_id), list)

    # --- comparison and determinations

    def _comparison(self) -> None:
        run_id: UUID = self.do("start_run", on=today(MachineClock()), in_background=False)
        self._perform(run_id)
        self.do("export_findings", findings=1)
        self.do("export_determinations", households=1)
        failing: UUID = self.do("start_run", on=today(MachineClock()), in_background=False)
        self.do("fail_run", run_id=failing, code="test", zh="试", en="a test")
        ended: UUID = self.do("start_run", on=today(MachineClock()), in_background=False)
        self.do("cancel_run", run_id=ended)
        # Somebody else's newer one stands in its way; or the worker was quicker.
        with suppress(Refused):
            self.do("take_up_run", run_id=ended)
            self.do("go_on_run", run_id=ended)
        key = uuid4()
        verbs = ["identification.proposed", "identification.retired", "identification.proposals_finished"]
        self._steps(verbs, lambda: propose_now(self.actors["self"], today(MachineClock()), key), lambda: [key])

    def _perform(self, run_id: UUID) -> None:
        def acts() -> list[UUID]:
            with acting(self.actors["self"]):
                failed = Run.objects.get(pk=run_id).state == Run.State.FAILED
                if not failed and Entry.objects.filter(act_id=uuid5(run_id, "finish")).exists():
                    return [uuid5(run_id, "finish")]
            return []

        verbs = ["comparison.compared", "comparison.run_begun", "comparison.findings", "comparison.run_finished"]
        self._steps(verbs, lambda: running.perform(self.actors["self"], run_id), acts)

    def _share(self, rows: list[Determination]) -> list[Determination]:
        return [row for row in rows if row.org == self.actors["self"].scope][:20]

    def _case(self) -> None:
        if not self.cases:
            return
        for _ in range(6):
            self._move(self.dice)
        self._look(self.dice)
        self._clean(self.dice)
        self._again(self.dice)

    # --- the office

    def _office(self) -> None:
        self._password(self.dice)
        self.do("sign_in")
        self.do("sign_out")
        self.do("found", who="operator", rows=[])
        self.do("load_policy", who="operator", places=read_places())
        self.do(
            "appoint", who="operator", username=f"new{uuid4().hex[:10]}", full_name=one_time_password(),
            role=Role.CLERK, organisation_code=self.county, since=date(2026, 1, 1), password_hash="!",
        )  # fmt: skip


def _verb(name: str) -> str:
    function = ACTS[name].__wrapped__  # type: ignore[attr-defined]  # functools.wraps
    return next(one.verb.code for one in declared_acts() if one.function is function)
