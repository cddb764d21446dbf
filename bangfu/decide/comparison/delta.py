"""What a run has to look at again: files that changed since they were compared, and for the others the datasets that changed.

The run before it of the same union is the measure (decision 30). A file that it compared, as it is now, has to be laid beside those
datasets only of which anything else is known: deliveries, the rules that judge them, or what else these rules ask for.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from bangfu.decide.comparison.models import Compared, Run
from bangfu.engine.incremental.dependence import OWN, judgements, linked
from bangfu.engine.rules.ruleset import RuleSet
from bangfu.ground.acts.actor import Actor
from bangfu.record.registry.models import CaseFile
from bangfu.record.sources.selectors import ActiveDelivery


@dataclass(frozen=True, slots=True)
class Leg:
    """Files that are laid beside the same ``datasets``; None: beside all of them."""

    files: list[UUID]
    datasets: frozenset[str] | None = None

    @property
    def asked(self) -> list[str] | None:
        """The datasets in order, for a plan and an act."""
        return None if self.datasets is None else sorted(self.datasets)


def signatures(rules: RuleSet, on: date, deliveries: Iterable[ActiveDelivery]) -> dict[str, str]:
    """Dataset (OWN: the file itself) → a text that changes whenever another finding, or another word of one, may come of the same files."""
    told: dict[str, list[list[Any]]] = {}
    for delivery in deliveries:
        coverage = list(delivery.coverage) if delivery.coverage is not None else None
        told.setdefault(delivery.dataset, []).append(
            [str(delivery.id), str(delivery.as_of), delivery.file_name, coverage]
        )
    judged = judgements(rules, on, dict.fromkeys(told))
    # Whoever settles a finding also reads what may explain it, and by which version it was found.
    words = [[rule.kind, rule.fact, rule.model_dump(mode="json")] for rule in rules.rules]
    together = linked(rules, told)
    found = {}
    for dataset in (OWN, *told):
        kinds = {kind: text for (of, kind), text in judged.items() if of == dataset}
        said = [rules.version, kinds, [word for word in words if word[0] in kinds]]
        rows = sorted((name, sorted(told[name], key=str)) for name in together.get(dataset, ()))
        found[dataset] = hashlib.sha256(json.dumps([said, rows], ensure_ascii=False).encode()).hexdigest()
    return found


def legs(
    now: Mapping[str, str], before: Mapping[str, str], files: Sequence[UUID], unchanged: Sequence[UUID]
) -> list[Leg]:
    """Which files to lay beside which datasets, by the signatures of now and before; ``unchanged`` are as they were compared then."""
    if before.get(OWN) != now[OWN]:
        return [Leg(list(files))]
    same = set(unchanged)
    other = frozenset(dataset for dataset in now if dataset != OWN and now[dataset] != before.get(dataset))
    changed = Leg([file for file in files if file not in same])
    rest = [Leg(sorted(same), other)] if other and same else []
    return [changed, *rest]


def run_before(actor: Actor) -> Run | None:
    """The last run of the actor's union that was done; None where nothing can be measured by it. Inside a door."""
    run = Run.objects.filter(org=actor.scope, state=Run.State.DONE).order_by("-started_at", "-pk").first()
    return run if run is not None and run.signatures else None


def unchanged_since(run: Run, files: Sequence[UUID]) -> list[UUID]:
    """Those of the files that this run compared last of all runs, and that are as they were then. Inside a door."""
    compared = Compared.objects.filter(run_id=run.pk).exclude(file_version=None)
    versions = dict(compared.values_list("case_file", "file_version"))
    now = CaseFile.objects.filter(pk__in=versions.keys() & set(files)).values_list("pk", "version")
    return sorted(file for file, version in now if versions[file] == version)
