"""The truth, computed while the world was made, is what a slow look at the written files finds."""

from fractions import Fraction

from bangfu.core.ids import read_id
from bangfu.core.money import read_amount, yuan
from tests.synthetic.conftest import Made
from tests.synthetic.looking import findings_in
from tests.synthetic.reading import Record, parquet

_RIGID = ("医疗自付支出(年)", "残疾支出(年)", "教育支出(年)", "住房支出(年)", "其他刚性支出(年)")


def test_what_can_be_seen_is_what_must_be_found(dali: Made) -> None:
    seen = findings_in(dali.folder)
    truth = parquet(dali.folder / "truth.parquet")
    keys = {
        (row["户主身份证号"], row["身份证号"], row["数据集"], row["结论"], row["种类"]): row["可比"] == "True"
        for row in truth
    }
    must = {key for key, comparable in keys.items() if comparable}
    assert must == seen
    assert sum(not comparable for comparable in keys.values()) > 20


def test_what_cannot_be_seen_says_why(dali: Made) -> None:
    hidden = [row for row in parquet(dali.folder / "truth.parquet") if row["可比"] == "False"]
    reasons = ("档案号码：", "部门号码：", "档案行政区划：")
    assert all(any(reason in row["原因"] for reason in reasons) for row in hidden)


def test_classes_follow_from_the_written_amounts(dali: Made) -> None:
    households: dict[str, list[Record]] = {}
    for row in parquet(dali.folder / "people.parquet"):
        head = read_id(row["户主身份证号"]).value
        households.setdefault(head.text if head else "", []).append(row)
    truth = parquet(dali.folder / "truth_classes.parquet")
    for row in truth:
        people = households[row["户主身份证号"]]
        assert (row["类别"], row["人均月净收入"]) == _class_of(people)


def _class_of(people: list[Record]) -> tuple[str, str]:
    head = next(row for row in people if row["身份证号"] == row["户主身份证号"])
    monthly = sum(_fen(row["月收入"]) + _fen(row["本人月平均收入"]) for row in people)
    income = 12 * monthly + _fen(head["家庭其他(非薪资)年收入"])
    rigid = sum(_fen(head[heading]) for heading in _RIGID)
    net = Fraction(income - rigid, 12 * len(people))
    if net <= 78_000:
        return "深度困难", yuan(net)
    if Fraction(income - rigid - _fen(head["必要就业成本(年)"]), 12 * len(people)) <= 156_000:
        return "相对困难", yuan(net)
    if 10 * _fen(head["意外损失(年)"]) > 8 * income:
        return "意外致困", yuan(net)
    return "不符合", yuan(net)


def _fen(written: str) -> int:
    return read_amount(written).value or 0
