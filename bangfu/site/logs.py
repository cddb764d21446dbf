"""What is logged of a fault: where it happened and of which kind, never the values that it met. They may be a person's."""

import logging
import re
import traceback
from types import TracebackType

from bangfu.core.problems import Problem

_LIKE_A_NUMBER = re.compile(r"\d{11,}[Xx]?")
_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WithoutValues(logging.Formatter):
    """Databases and parsers quote rows in their errors: of an exception only its type and its places are written."""

    def format(self, record: logging.LogRecord) -> str:
        """As usual; whatever looks like an ID number, a card or a telephone number all the same is left out."""
        return _LIKE_A_NUMBER.sub("…", super().format(record))

    def formatException(self, ei: _Raised) -> str:  # noqa: N802
        """The causes in the order in which they came."""
        chain: list[str] = []
        error = ei[1]
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            places = [f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}' for frame in frames]
            name = error.code if isinstance(error, Problem) else f"{type(error).__module__}.{type(error).__qualname__}"
            chain.append("\n".join([*places, name]))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(reversed(chain))
