"""The SQL form of an ID number reads exactly what ``core.ids`` reads: same number, same fault, same normal form."""

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bangfu.core.ids import fault_of, normal_form, read_id
from bangfu.engine.duckdb_.numbers import NORMAL, clean_key, create_macros, resolve_numbers, with_whole
from bangfu.engine.duckdb_.session import Limits, session
from tests.properties.judge import last_character

DIRT = [*"'‘’`＇ \t\n\r\u3000\xa0\u200b\ufeff\u00ad\x0b\x0c\x1c\x85\u2003xXхХ×*＊ｘＸ０１Ａ１²①eE._+-O", "000"]


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A number, right or nearly: real and unreal days, right and wrong check characters, 15 and 18 characters."""
    division = draw(st.sampled_from(["532990", "110105", "032990", "999999"]))
    year = draw(st.sampled_from(["0000", "0001", "1899", "1900", "1949", "1996", "2000", "2024", "2100"]))
    day = f"{draw(st.integers(0, 13)):02}{draw(st.integers(0, 32)):02}"
    seventeen = f"{division}{year}{day}{draw(st.integers(0, 999)):03}"
    number = seventeen + draw(st.sampled_from([last_character(seventeen)] * 4 + list("0X5")))
    return draw(st.sampled_from([number, number, number, number[:6] + number[8:17], number.lower(), number[:17]]))


@st.composite
def written(draw: st.DrawFn) -> str:
    """A number as office software leaves it: dirt put in or over it anywhere."""
    text = draw(numbers())
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        over = draw(st.booleans())
        text = text[:at] + draw(st.sampled_from(DIRT)) + text[at + over :]
    return text


def _number(seventeen: str) -> str:
    return seventeen + last_character(seventeen)


# What a cast takes for a number of 18 digits although it is none: an exponent, and a blank that stands for a nought in front.
EXPONENT = next(
    f"{number[:16]}e2"
    for serial in range(0, 1000, 10)
    if (number := _number(f"53299019490101{serial:03}")).endswith("00")
)
SHORT = f"{_number('03299019490101001')[1:]} "


@settings(max_examples=60, deadline=None)
@example([EXPONENT, EXPONENT.upper(), SHORT])
@given(st.lists(written() | numbers() | st.text(max_size=20), min_size=50, max_size=120))
def test_sql_reads_numbers_as_python_does(texts: list[str]) -> None:
    texts = [text for text in dict.fromkeys(texts) if _encodable(text)]
    with session(Limits(threads=1)) as (connection, _):
        create_macros(connection)
        connection.register("given", pa.table({"text": texts}))
        resolve_numbers(connection, "given", "resolved")
        rows = connection.execute(f"SELECT text, key, fault, {NORMAL} FROM resolved").fetchall()
        fast = f"SELECT text, {clean_key()} FROM {with_whole('given', 'text')}"
        clean = dict(connection.execute(fast).fetchall())
    assert sorted(row[0] for row in rows) == sorted(texts)
    for text, key, fault, normal in rows:
        reading = read_id(text)
        expected = reading.value.text if reading.value else None
        python_fault = fault_of(reading)
        assert fault == (python_fault.value if python_fault else None), repr(text)
        assert key == (reading.value.key if reading.value else None)
        assert normal == (expected or normal_form(text)[0]), repr(text)
        # The fast path may leave a number to the slower ones; it never takes one that is not exactly itself.
        assert clean[text] is None or (clean[text], text) == (key, expected)
        assert clean[text] is not None or text != expected


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
