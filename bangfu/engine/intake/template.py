"""The archive workbook to fill in: lists to choose from, numbers kept as text, an example row, and a sheet of rules."""

from collections.abc import Mapping
from pathlib import Path

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from bangfu.engine.intake.forms import EXAMPLE_NUMBERS, FieldSpec, archive_form, code_lists

_LAST_ROW = 5000
_LISTS = "代码"
_TEXT_TYPES = frozenset({"id", "card", "mobile", "credit_code", "division"})
# These numbers under a name that begins with 示例 are never brought in.
_EXAMPLE = {
    "worker": {
        "name": "示例·张三", "id_number": EXAMPLE_NUMBERS[0], "sex": "男", "work_status": "下(待)岗", "persons": "2",
        "monthly_income": "1500.00", "main_cause": "患重特大疾病", "single_parent": "否", "birth_date": "1980-01-01",
        "illness_expenditure": "32000.00", "household_registration": "非农业", "marital_status": "已婚", "health": "良好",
    },
    "member": {
        "head_id_number": EXAMPLE_NUMBERS[0], "name": "示例·李四", "relation": "妻", "id_number": EXAMPLE_NUMBERS[1],
        "monthly_income": "0.00", "person_status": "失(无)业", "health": "良好", "sex": "女",
    },
}  # fmt: skip
_RULES = (
    ("一行一人，一户一档", "One row per person, one file per household"),
    (
        "“职工”表每户一行，写申请的职工；“家庭成员”表写其他成员，用“户主身份证号”连到职工那一行。",
        "“职工” has one row per household, for the worker who applies; “家庭成员” holds the others, tied by 户主身份证号.",
    ),
    (
        "红色列名必填；其余缺了只算“不完整”，照样收。",
        "Headings in red are required; anything else missing makes the file incomplete, not wrong.",
    ),
    (
        "身份证号、银行卡号的列已设为文本；请不要改成数字，否则后几位会丢。",
        "Columns of ID and card numbers are text; as figures they would lose their last digits.",
    ),
    ("金额单位是元；带“(年)”的写全年合计。", "Amounts are in yuan; those with (年) are for the whole year."),
    ("日期写成 2018-03-07。", "Dates are written 2018-03-07."),
    (
        "没有的不用填；说不清的写原话，系统会标出来问您，不会替您猜。",
        "Leave out what there is none of; write what is unclear as it is: it will be asked about, never guessed.",
    ),
    (
        "列的次序可以变，不用的列可以删。示例行不会收进去，也可以删掉。",
        "Columns may be reordered or deleted. The example rows are not brought in and may be deleted.",
    ),
)


def write_template(path: Path) -> None:
    """Write the template workbook."""
    form, book = archive_form(), xlsxwriter.Workbook(str(path))
    try:
        worker, member = (book.add_worksheet(names.name) for names in (form.worker_sheet, form.member_sheet))
        rules, lists = book.add_worksheet("填写说明"), book.add_worksheet(_LISTS)
        ranges = _write_lists(lists)
        _write_sheet(book, worker, form.worker, _EXAMPLE["worker"], ranges)
        _write_sheet(book, member, form.member, _EXAMPLE["member"], ranges)
        _write_rules(book, rules)
        lists.hide()
    finally:
        book.close()


def _write_lists(sheet: Worksheet) -> dict[str, str]:
    """One column per code list; the range of each, for the drop-downs (longer lists than a rule itself can hold)."""
    ranges = {}
    for column, (name, codes) in enumerate(
        [*((n, c.values) for n, c in code_lists().items()), ("yes_no", ("是", "否"))]
    ):
        sheet.write_string(0, column, name)
        sheet.write_column(1, column, codes)
        letter = xlsxwriter.utility.xl_col_to_name(column)
        ranges[name] = f"={_LISTS}!${letter}$2:${letter}${len(codes) + 1}"
    return ranges


def _write_sheet(
    book: Workbook,
    sheet: Worksheet,
    fields: Mapping[str, FieldSpec],
    example: Mapping[str, str],
    ranges: Mapping[str, str],
) -> None:
    text = book.add_format({"num_format": 49})
    faint = book.add_format({"num_format": 49, "font_color": "#667085", "italic": True})
    usual = book.add_format({"bold": True, "bg_color": "#E6F1F1", "border": 1, "text_wrap": True, "valign": "vcenter"})
    required = book.add_format(
        {
            "bold": True,
            "bg_color": "#E6F1F1",
            "border": 1,
            "font_color": "#B42318",
            "text_wrap": True,
            "valign": "vcenter",
        }
    )
    sheet.freeze_panes(1, 2)
    for column, (name, spec) in enumerate(fields.items()):
        sheet.write_string(0, column, spec.heading, required if spec.required else usual)
        sheet.set_column(
            column, column, 22 if spec.type in _TEXT_TYPES else 14, text if spec.type in _TEXT_TYPES else None
        )
        if name in example:
            sheet.write_string(1, column, example[name], faint)
        source = ranges.get("yes_no" if spec.type == "yes_no" else spec.codes or "")
        if source is not None and spec.type != "codes":
            # A warning and not a refusal: what is outside the list is kept as written and asked about.
            sheet.data_validation(
                1, column, _LAST_ROW, column, {"validate": "list", "source": source, "error_type": "information"}
            )


def _write_rules(book: Workbook, sheet: Worksheet) -> None:
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 1, 70, wrap)
    for row, (zh, en) in enumerate(_RULES):
        sheet.write_string(row, 0, zh, wrap)
        sheet.write_string(row, 1, en, wrap)
