"""Tables of an HTML page: what older systems export under the name .xls (DOMAIN 4.5)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_MOST_SPAN = 1000


@dataclass(slots=True)
class HtmlTable:
    """One <table>, with spans as merged cells."""

    name: str
    cells: list[list[str | None]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    formulas: int = 0

    def rows(self) -> Iterator[tuple[int, tuple[str | None, ...]]]:
        """Numbered rows from 1; see tables.Table."""
        for number, cells in enumerate(self.cells, 1):
            yield number, tuple(cells)


def read_html_tables(page: str) -> list[HtmlTable]:
    """All tables of a page, in order; nested ones count as part of the outer one's text."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.tables


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[HtmlTable] = []
        self._text: list[str] | None = None
        self._spans: dict[int, int] = {}
        self._span = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._end_cell()
            self.tables.append(HtmlTable(f"表{len(self.tables) + 1}"))
            self._spans = {}
        elif tag == "tr" and self.tables:
            self._end_cell()
            self.tables[-1].cells.append([])
            self._skip_spanned()
        elif tag in ("td", "th") and self.tables:
            self._end_cell()
            if not self.tables[-1].cells:
                self.tables[-1].cells.append([])
            self._text = []
            self._span = _span(attrs, "rowspan"), _span(attrs, "colspan")
        elif tag == "br" and self._text is not None:
            self._text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def _end_cell(self) -> None:
        if self._text is None:
            return
        table = self.tables[-1]
        row = table.cells[-1]
        rows, columns = self._span
        top, left = len(table.cells), len(row) + 1
        row.append("".join(self._text).strip() or None)
        row.extend([None] * (columns - 1))
        if (rows, columns) != (1, 1):
            table.merged.append((top, top + rows - 1, left, left + columns - 1))
        for column in range(left, left + columns):
            if rows > 1:
                self._spans[column] = top + rows - 1
        self._text = None
        self._skip_spanned()

    def _skip_spanned(self) -> None:
        table = self.tables[-1]
        row = table.cells[-1]
        while self._spans.get(len(row) + 1, 0) >= len(table.cells):
            row.append(None)


def _span(attrs: list[tuple[str, str | None]], name: str) -> int:
    text = dict(attrs).get(name) or "1"
    return min(int(text), _MOST_SPAN) if text.isdigit() and int(text) > 0 else 1
