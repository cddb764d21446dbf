"""Files that appear whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from bangfu.core.problems import kind

NO_PLACE = kind(
    "call.no_place",
    zh="“{file}”没有地方写：文件夹不存在、不能写，或它本身不是普通文件。",
    en="“{file}” has no place to be written: its folder does not exist or is closed, or it is no ordinary file itself.",
    do_zh="请换一个位置。",
    do_en="Choose another place.",
)
SAME_FILE = kind(
    "call.same_file",
    zh="“{file}”用了两次：要读的文件和要写的文件不能是同一个。",
    en="“{file}” is used twice: what is read and what is written must be different files.",
    do_zh="请给结果换一个名字。",
    do_en="Give the result another name.",
)
CANNOT_WRITE = kind(
    "file.cannot_write",
    zh="“{file}”写不进去（{why}），什么也没有写。",
    en="“{file}” cannot be written ({why}); nothing was written.",
    do_zh="请检查磁盘是否还有空间、文件是否正被打开。",
    do_en="See that the disk has room and that the file is not open elsewhere.",
)


def check_places(*targets: Path, read: Path | None = None) -> None:
    """Before any work: each target has a place, none is given twice, none is the file that is read."""
    seen = {read.resolve()} if read else set()
    for target in targets:
        if target.resolve() in seen:
            raise SAME_FILE(file=target.name)
        seen.add(target.resolve())
        check_place(target)


def check_place(target: Path) -> None:
    """Refuse, before any work is done, a target without a folder, and one that is a folder or a device."""
    # Renaming onto a device such as /dev/null would replace it.
    if not target.parent.is_dir() or (target.exists() and not target.is_file()):
        raise NO_PLACE(file=target)


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A path to write to; it becomes ``target`` when all went well, readable by its owner only. A failure leaves nothing."""
    check_place(target)
    try:
        with NamedTemporaryFile(
            dir=target.parent, prefix=f".{target.stem}-", suffix=target.suffix, delete=False
        ) as made:
            path = Path(made.name)
    except OSError as error:
        raise NO_PLACE(file=target) from error
    try:
        yield path
        path.chmod(0o600)
        path.replace(target)
    except OSError as error:
        raise CANNOT_WRITE(file=target, why=error.strerror or type(error).__name__) from error
    finally:
        path.unlink(missing_ok=True)
