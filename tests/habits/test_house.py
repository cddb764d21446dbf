"""Habits of the house: fields classed, tables guarded, foreign keys pointing down, acts told, pages with right and purpose."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.urls import URLPattern, URLResolver, get_resolver

from bangfu.ground.acts.act import declared_acts
from bangfu.ground.acts.actor import PURPOSE_WORDS, ROLE_WORDS, Purpose, Role, roles_with
from bangfu.ground.acts.classes import Sensitivity
from bangfu.ground.acts.verbs import Verb, all_verbs

FLOORS = ["ground.acts", "ground.trail", "ground.access", "ground.policy", "ground.approval", "record.registry",
          "record.sources", "decide.comparison", "decide.identification", "terminals.desk"]  # fmt: skip
# Tables that are read before a scope exists, or hold what everybody may know. Each with its reason: the list is the decision.
WITHOUT_ROW_SECURITY = {
    "access_organisation": "the tree of unions is public, and needed to find a scope",
    "access_account": "staff; sign-in comes before a scope",
    "access_appointment": "staff; a scope is made from it",
    "access_delegation": "staff; a scope is made from it",
    "access_duty": "which sides of incompatible pairs staff hold",
    "access_incompatible": "pairs of roles",
    "access_signedin": "staff; a session comes before a scope",
    "access_factor": "staff; the second factor comes before a scope",
    "access_recoverycode": "staff; as the second factor",
    "access_throttle": "counts of failed sign-ins, before anybody is known",
    "access_glass": "staff; whom a broken glass lets see more is found with the scope",
    "policy_value": "rules and figures are public",
    "registry_employer": "employers as the company register publishes them",
    "registry_filecounter": "running numbers",
    "trail_shape": "names of tables and columns",
    "trail_checkpoint": "roots and signatures, which are handed to others",
    "trail_received": "roots and signatures that others handed over",
}


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("bangfu.")]


def is_history(model: type[models.Model]) -> bool:
    return hasattr(model, "pgh_tracked_model")


def unclassed(found: Iterable[type[Any]]) -> dict[str, list[str]]:
    """Fields without a class, by model; history has the classes of what it is the history of."""
    wrong = {}
    for model in found:
        if is_history(model):
            continue
        declared = getattr(model, "SENSITIVITY", {})
        names = {field.name for field in model._meta.concrete_fields}
        missing = sorted(names - set(declared) - {"id"}) + sorted(f"{name}?" for name in set(declared) - names)
        if missing:
            wrong[model._meta.label] = missing
    return wrong


def test_every_field_has_a_class_of_sensitivity() -> None:
    assert unclassed(own_models()) == {}


def test_control_a_field_without_class_is_noticed() -> None:
    class Meta:
        label = "x.Y"
        concrete_fields = (type("Field", (), {"name": "illness"})(),)

    bare: Any = type("Bare", (), {"_meta": Meta, "SENSITIVITY": {"old": Sensitivity.PUBLIC}})
    assert unclassed([bare]) == {"x.Y": ["illness", "old?"]}


@pytest.mark.django_db
def test_every_table_is_behind_row_level_security_or_on_the_list() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT relname, relrowsecurity AND relforcerowsecurity, pg_get_userbyid(relowner) FROM pg_class
               WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"""
        )
        tables = {name: (forced, owner) for name, forced, owner in cursor.fetchall()}
        cursor.execute("SELECT current_user, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        role, powerful = cursor.fetchone()
    own = {model._meta.db_table for model in own_models()}
    assert {name for name in own if not tables[name][0]} == set(WITHOUT_ROW_SECURITY)
    assert not powerful
    assert role not in {owner for _, owner in tables.values()}


@pytest.mark.django_db
def test_history_and_trail_cannot_be_changed_by_the_app() -> None:
    sealed = ["trail_leaf", "trail_shape", "trail_checkpoint", "trail_erasure", "trail_received"]
    kept = [
        "acts_entry",
        "access_glasspage",
        "trail_look",
        *sealed,
        *(m._meta.db_table for m in own_models() if is_history(m)),
    ]
    with connection.cursor() as cursor:
        for table in kept:
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                cursor.execute("SELECT has_table_privilege(current_user, %s, %s)", [table, right])
                assert cursor.fetchone() == (False,), (table, right)


def test_every_table_of_households_keeps_its_history() -> None:
    kept = {model.pgh_tracked_model for model in own_models() if is_history(model)}  # type: ignore[attr-defined]
    # Household has nothing but its id; when a file was compared is told by the run.
    without = {"registry.Household", "comparison.Compared"}
    about = [
        m
        for m in own_models()
        if not is_history(m) and any(f.name in ("case_file", "household") for f in m._meta.fields)
    ]
    assert {m._meta.label for m in about} - {m._meta.label for m in kept} - without == set()


def upward(found: Iterable[type[models.Model]]) -> list[str]:
    """Foreign keys that point to a higher room; import-linter does not see those given as strings."""
    wrong = []
    for model in found:
        for field in model._meta.concrete_fields:
            target = field.related_model
            if target is None or not target.__module__.startswith("bangfu."):
                continue
            if floor_of(target) > floor_of(model):
                wrong.append(f"{model._meta.label}.{field.name}")
    return wrong


def floor_of(model: type[Any]) -> int:
    room = ".".join(model.__module__.split(".")[1:3])
    return FLOORS.index(room)


def test_foreign_keys_point_down() -> None:
    assert upward(own_models()) == []


def test_control_a_key_that_points_up_is_noticed() -> None:
    low: Any = type("Low", (), {"__module__": "bangfu.ground.acts.models"})
    high: Any = type("High", (), {"__module__": "bangfu.decide.comparison.models"})
    field: Any = type("Field", (), {"related_model": high, "name": "finding"})()
    low._meta = type("Meta", (), {"label": "acts.Low", "concrete_fields": [field]})
    assert upward([low]) == ["acts.Low.finding"]


def badly_told(verbs: Iterable[Verb]) -> list[str]:
    """Verbs that are not dotted, or whose sentences are not in two languages with the same values."""

    def values(text: str) -> set[str]:
        return {name.removesuffix("_zh").removesuffix("_en") for name in re.findall(r"{(\w+)}", text)}

    return [
        verb.code
        for verb in verbs
        if not re.fullmatch(r"[a-z_]+\.[a-z_]+", verb.code)
        or not re.search("[\u4e00-\u9fff]", verb.zh)
        or re.search("[\u4e00-\u9fff]", verb.en)
        or values(verb.zh) != values(verb.en)
    ]


def test_every_verb_is_told_in_both_languages() -> None:
    assert badly_told(all_verbs()) == []


def test_control_a_verb_in_one_language_is_noticed() -> None:
    assert badly_told([Verb("a.b", "做了 {x}", "did it")]) == ["a.b"]


def test_every_act_has_a_verb_of_its_own_and_a_right_that_somebody_holds() -> None:
    assert len(declared_acts()) >= 10
    for act in declared_acts():
        assert roles_with(act.right), act.verb.code


def test_every_role_and_purpose_has_words_in_both_languages() -> None:
    assert set(ROLE_WORDS) == set(Role)
    assert set(PURPOSE_WORDS) == set(Purpose)
    assert all(
        re.search("[\u4e00-\u9fff]", zh) and en.isascii() for zh, en in [*ROLE_WORDS.values(), *PURPOSE_WORDS.values()]
    )


def routes(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry)
        else:
            yield entry


def undeclared(patterns: Iterable[Any]) -> list[str]:
    """Addresses whose view says neither which right it needs and for which purpose, nor that it is open to everybody."""
    return [str(p.pattern) for p in patterns if not (hasattr(p.callback, "right") and hasattr(p.callback, "purpose"))]


def test_every_address_declares_its_right_and_purpose() -> None:
    assert undeclared(routes(get_resolver())) == []


def test_few_addresses_are_open_to_everybody() -> None:
    open_ones = {str(p.pattern) for p in routes(get_resolver()) if getattr(p.callback, "right", None) is None}
    assert len(open_ones) <= 8, open_ones


def test_control_an_address_without_declaration_is_noticed() -> None:
    pattern: Any = type("Pattern", (), {"pattern": "x/", "callback": staticmethod(lambda _request: None)})()
    assert undeclared([pattern]) == ["x/"]
