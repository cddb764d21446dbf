"""Composes archive workbooks, damages them with the kinds of DOMAIN 4.5, and knows what must come of each row.

Knows nothing of the reader: truth is kept from before the damage. Every damage is *lossless* (the reader must find the
true value), *doubtful* (the true value, or none together with a remark), or *wrong* (the row must be quarantined).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from random import Random

import xlsxwriter

from bangfu.core.ids import check_digit
from tests.engine.intake.books import Cell, number


class Effect(Enum):
    """What a reader may make of a damaged cell."""

    LOSSLESS = "lossless"
    DOUBTFUL = "doubtful"


@dataclass
class TrueRow:
    """A person's row: what is true, and what is written."""

    is_head: bool
    truth: dict[str, object]
    written: dict[str, Cell]
    effects: dict[str, Effect] = field(default_factory=dict)
    wrong: bool = False
    same: bool = False


HEADINGS = {
    True: {
        "name": ["姓名", "职工姓名", "姓 名", "*姓名"], "id_number": ["身份证号", "身份证号码", "公民身份号码", "身份证号："],
        "work_status": ["工作状态", "身份"], "monthly_income": ["本人月平均收入", "本人月收入", "本人月平均收入（元）"],
        "illness_expenditure": ["医疗自付支出(年)", "医疗自付支出（年）"], "started_work": ["工作时间", "参加工作时间"],
        "single_parent": ["是否单亲"], "main_cause": ["主要致困原因"], "persons": ["家庭人口", "家庭人口数"],
    },
    False: {
        "head_id_number": ["户主身份证号", "户主身份证号码"], "name": ["姓名", "成员姓名"], "relation": ["关系", "与户主关系"],
        "id_number": ["身份证号", "身份证号码"], "monthly_income": ["月收入", "月平均收入"], "person_status": ["人员身份"],
    },
}  # fmt: skip
STATUSES = ["在岗", "下(待)岗", "失(无)业", "退休"]
CAUSES = ["患重特大疾病", "子女上学", "下岗失业", "其他"]
SURNAMES, GIVEN = "张王李杨段白和欧", ["伟", "秀英", "建国", "丽华", "志强", "雪梅"]
INVISIBLE = ["\u200b", "\ufeff", "\u00ad"]
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


class Composer:
    """One seed, one workbook."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.sequence = 0
        self.heads: list[TrueRow] = []
        self.members: list[TrueRow] = []

    def compose(self, path: Path) -> list[TrueRow]:
        """Write the workbook; the rows in the order in which they must be read."""
        for _ in range(self.random.randint(1, 4)):
            self._add_family()
        for row in (*self.heads, *self.members):
            self._damage(row)
        self._repeat_a_row()
        self._spread_wrong()
        book = xlsxwriter.Workbook(str(path), {"strings_to_numbers": False, "strings_to_formulas": False})
        self._write_sheet(book, "职工", self.heads, is_head=True)
        self._write_sheet(book, "家庭成员", self.members, is_head=False)
        book.close()
        return [*self.heads, *self.members]

    def _add_family(self) -> None:
        r = self.random
        head_number, size = self._number(), r.randint(0, 4)
        truth: dict[str, object] = {
            "name": self._name(), "id_number": head_number, "work_status": r.choice(STATUSES), "monthly_income": self._fen(),
            "illness_expenditure": self._fen(), "started_work": f"{r.randint(1985, 2019)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}",
            "single_parent": r.random() < 0.5, "main_cause": r.choice(CAUSES), "persons": size + 1,
        }  # fmt: skip
        self.heads.append(TrueRow(True, truth, _clean(truth)))
        for _ in range(size):
            truth = {
                "head_id_number": head_number, "name": self._name(), "relation": r.choice(["妻", "子", "女", "父亲"]),
                "id_number": self._number(), "monthly_income": self._fen(), "person_status": r.choice([*STATUSES, "学生"]),
            }  # fmt: skip
            self.members.append(TrueRow(False, truth, _clean(truth)))

    def _number(self) -> str:
        self.sequence += 1
        r = self.random
        birth = f"19{r.randint(30, 99)}{r.randint(1, 12):02}{r.randint(1, 28):02}"
        return number(self.sequence, birth, f"53299{r.randint(0, 9)}")

    def _name(self) -> str:
        if self.random.random() < 0.1:
            return "买买提·吐尔逊"
        return self.random.choice(SURNAMES) + self.random.choice(GIVEN)

    def _fen(self) -> int:
        return self.random.choice([0, self.random.randrange(10_000) * 100, self.random.randrange(1_000_000)])

    def _damage(self, row: TrueRow) -> None:
        for column in list(row.written):
            if self.random.random() < 0.35:
                getattr(self, f"_damage_{KINDS[column]}")(row, column)

    def _damage_id(self, row: TrueRow, column: str) -> None:
        true = str(row.truth[column])
        lossless: list[Cell] = [
            f"'{true}", f"\t{true}", f"{true}\u00a0", f" {true} ", true.translate(FULL_WIDTH), f"{true[:6]} {true[6:14]} {true[14:]}",
            true.lower(), true + self.random.choice(INVISIBLE), true[:6] + true[8:17], true.replace("X", "х"), true.replace("X", "×"),
        ]  # fmt: skip
        lossy: list[Cell] = [
            None, true[:-1], f"{true[:6]}{'*' * 8}{true[14:]}", float(true[:17] + "0"), f"{float(true[:17]):.5E}",
            true[:10] + "13" + true[12:], true[:5] + str((int(true[5]) + 1) % 10) + true[6:], f"{true}、{true}", f"张三{true}", "无",
        ]  # fmt: skip
        if check_digit(f"{true[:15]}00") != "0":
            # Where the check digit of the cut number happens to be 0, no reader can tell (it must warn instead).
            lossy.append(f"{true[:15]}000")
        if self.random.random() < 0.7:
            row.written[column], row.effects[column] = self.random.choice(lossless), Effect.LOSSLESS
        else:
            row.written[column], row.effects[column] = self.random.choice(lossy), Effect.DOUBTFUL
            row.wrong |= column == "head_id_number" or row.is_head

    def _damage_name(self, row: TrueRow, column: str) -> None:
        true = str(row.truth[column])
        dotted = [true.replace("·", dot) for dot in "•・．.‧∙"] if "·" in true else []
        choices: list[Cell] = [
            f"{true[0]} {true[1:]}",
            f"{true[0]}　{true[1:]}",
            f"{true}(户主)",
            f"{true}（女）",
            f" {true}",
            *dotted,
        ]
        row.written[column], row.effects[column] = self.random.choice(choices), Effect.LOSSLESS
        if self.random.random() < 0.08:
            row.written[column], row.effects[column], row.wrong = (
                self.random.choice([None, " ", "\u200b"]),
                Effect.DOUBTFUL,
                True,
            )

    def _damage_yuan(self, row: TrueRow, column: str) -> None:
        fen = int(str(row.truth[column]))
        yuan, cents = divmod(fen, 100)
        lossless: list[Cell] = [
            f"{yuan:,}.{cents:02}元",
            f"￥{yuan}.{cents:02}",
            fen / 100,
            f"{yuan}.{cents:02} 元",
            f"约{yuan}.{cents:02}",
        ]
        if fen % 100_00 == 0:
            lossless.append(f"{fen / 100_0000:g}万" if fen else "0万")
        doubtful: list[Cell] = ["三千多", "见附件", f"{yuan}-{yuan + 1}", "#REF!"]
        if self.random.random() < 0.75:
            row.written[column], row.effects[column] = self.random.choice(lossless), Effect.LOSSLESS
        else:
            row.written[column], row.effects[column] = self.random.choice(doubtful), Effect.DOUBTFUL

    def _damage_date(self, row: TrueRow, column: str) -> None:
        year, month, day = str(row.truth[column]).split("-")
        lossless: list[Cell] = [
            f"{year}.{int(month)}.{int(day)}", f"{year}/{month}/{day}", f"{year}{month}{day}", f"{year}年{int(month)}月{int(day)}日",
            f"{year}-{month}-{day} 00:00:00",
        ]  # fmt: skip
        doubtful: list[Cell] = [f"{year}-02-30", f"农历{year}年{month}月", "早年", f"{year}年", "05/3/7"]
        if int(year) > 1999 or self.random.random() < 0.7:
            row.written[column], row.effects[column] = self.random.choice(lossless), Effect.LOSSLESS
        else:
            row.written[column], row.effects[column] = self.random.choice(doubtful), Effect.DOUBTFUL

    def _damage_yes_no(self, row: TrueRow, column: str) -> None:
        yes = bool(row.truth[column])
        choices: list[Cell] = ["有", "√", "1", 1, "Y", True, " 是"] if yes else ["无", "×", "0", 0, "N", False, "否 "]
        row.written[column] = self.random.choice(choices)
        row.effects[column] = Effect.LOSSLESS
        if self.random.random() < 0.2:
            row.written[column], row.effects[column] = "不详", Effect.DOUBTFUL

    def _damage_code(self, row: TrueRow, column: str) -> None:
        true = str(row.truth[column])
        wide = true.replace("(", "（").replace(")", "）")
        row.written[column] = self.random.choice(
            [wide, f" {true}", f"{true}\u3000", f"\u200b{true}", f"3 {true}", f"3.{wide}"]
        )
        row.effects[column] = Effect.LOSSLESS

    def _damage_count(self, row: TrueRow, column: str) -> None:
        true = int(str(row.truth[column]))
        choices: list[Cell] = [float(true), f"{true}人", f" {true} "]
        row.written[column], row.effects[column] = self.random.choice(choices), Effect.LOSSLESS
        if self.random.random() < 0.2:
            row.written[column], row.effects[column] = "若干", Effect.DOUBTFUL

    def _repeat_a_row(self) -> None:
        if self.random.random() < 0.15:
            rows = self.random.choice([self.heads, self.members])
            if rows and not rows[-1].wrong:
                last = rows[-1]
                # Without a number nothing shows that two rows are one person.
                known = last.effects.get("id_number") is not Effect.DOUBTFUL
                rows.append(TrueRow(last.is_head, last.truth, dict(last.written), dict(last.effects), same=known))

    def _spread_wrong(self) -> None:
        """Members of a household whose head is wrong are wrong themselves."""
        lost = {row.truth["id_number"] for row in self.heads if row.wrong}
        for member in self.members:
            if member.wrong or member.truth["head_id_number"] in lost:
                member.wrong, member.same = True, False

    def _write_sheet(self, book: xlsxwriter.Workbook, name: str, rows: list[TrueRow], *, is_head: bool) -> None:
        r = self.random
        sheet = book.add_worksheet(name)
        columns = list(HEADINGS[is_head])
        r.shuffle(columns)
        left, line = r.choice([0, 0, 1, 2]), 0
        if r.random() < 0.4:
            sheet.merge_range(0, left, 0, left + len(columns) - 1, "祥云县困难职工档案")
            line = 1
        if r.random() < 0.3:
            sheet.write_string(line, left + 3, r.choice(["单位：元", "填报单位：祥云县总工会  单位：元"]))
            line += 1
        headings = [r.choice(HEADINGS[is_head][column]) for column in columns]
        _write_line(sheet, line, left, headings)
        for row in rows:
            line += 1
            if r.random() < 0.1:
                line += 1
            if r.random() < 0.05:
                _write_line(sheet, line, left, headings)
                line += 1
            _write_line(sheet, line, left, [row.written[column] for column in columns])
            if r.random() < 0.05:
                sheet.set_row(line, None, None, {"hidden": True})
        if rows and r.random() < 0.3:
            first = [None] * len(columns)
            sheet.write_string(line + 1, left, r.choice(["合计", "总 计", "小计："]))
            _write_line(sheet, line + 1, left + 1, first[1:])
            sheet.write_string(line + 3, left, "填表人：张三")


KINDS = {
    "name": "name", "id_number": "id", "head_id_number": "id", "monthly_income": "yuan", "illness_expenditure": "yuan",
    "started_work": "date", "single_parent": "yes_no", "work_status": "code", "person_status": "code", "main_cause": "code",
    "relation": "code", "persons": "count",
}  # fmt: skip


def _clean(truth: dict[str, object]) -> dict[str, Cell]:
    written: dict[str, Cell] = {}
    for column, value in truth.items():
        if KINDS[column] == "yuan":
            written[column] = f"{int(str(value)) / 100:.2f}"
        elif KINDS[column] == "yes_no":
            written[column] = "是" if value else "否"
        else:
            written[column] = str(value)
    return written


def _write_line(sheet: xlsxwriter.worksheet.Worksheet, line: int, left: int, cells: Sequence[Cell]) -> None:
    for index, cell in enumerate(cells, left):
        if isinstance(cell, str):
            sheet.write_string(line, index, cell)
        elif cell is not None:
            sheet.write(line, index, cell)
