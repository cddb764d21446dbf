"""Logs say where a fault is, and nothing of whom it met."""

import logging
import sys

import pytest
from django.conf import settings
from django.db import IntegrityError

from bangfu.site.logs import WithoutValues
from tests.engine.intake.books import A


def logged(error: Exception, message: str = "a job failed") -> str:
    """As the console shows it."""
    try:
        raise error
    except Exception:
        record = logging.LogRecord("bangfu", logging.ERROR, __file__, 1, message, None, sys.exc_info())
    return WithoutValues().format(record)


def test_an_exception_is_its_type_and_its_place() -> None:
    text = logged(IntegrityError(f"DETAIL: Key (number)=({A}) 尿毒症"))
    assert "IntegrityError" in text
    assert "test_logs.py" in text
    assert A not in text
    assert "尿毒症" not in text


def test_its_causes_are_told_in_the_same_way() -> None:
    error = ValueError("张三")
    error.__cause__ = KeyError("李四")
    text = logged(error)
    assert text.index("KeyError") < text.index("ValueError")
    assert "张三" not in text
    assert "李四" not in text


@pytest.mark.parametrize("number", [A, A.lower(), "6222021234567890123", "13800001111"])
def test_a_long_number_in_a_message_is_left_out(number: str) -> None:
    assert number not in logged(ValueError(), f"row with {number}")


def test_control_pythons_own_formatter_would_show_it() -> None:
    try:
        raise ValueError(A)
    except ValueError:
        record = logging.LogRecord("bangfu", logging.ERROR, __file__, 1, "failed", None, sys.exc_info())
    assert A in logging.Formatter().format(record)


def test_all_that_is_logged_goes_through_it() -> None:
    handlers = settings.LOGGING["handlers"].values()
    formatters = {handler["formatter"] for handler in handlers}
    assert {settings.LOGGING["formatters"][name]["()"] for name in formatters} == {"bangfu.site.logs.WithoutValues"}
