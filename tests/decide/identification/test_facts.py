"""Rows of a workbook become households: who counts, which amounts, what could not be read."""

from datetime import date
from typing import Any

from bangfu.core.ids import IdNumber, check_digit
from bangfu.core.money import read_amount
from bangfu.decide.identification.facts import households_of
from bangfu.decide.identification.household import Household
from bangfu.engine.intake.archive_row import ArchiveRow, Outcome, Remark

ON = date(2026, 10, 31)


def number(order: int, birth: str = "19800131") -> IdNumber:
    seventeen = f"532990{birth}{order:03}"
    return IdNumber(seventeen + check_digit(seventeen))


ONE, TWO = number(1), number(3)


def head(
    own: IdNumber = ONE, outcome: Outcome = Outcome.NEW, remarks: tuple[Remark, ...] = (), **values: Any
) -> ArchiveRow:
    return ArchiveRow("职工", 2, True, own, {"id_number": own} | values, {}, remarks, outcome)


def member(
    of: IdNumber = ONE, outcome: Outcome = Outcome.NEW, remarks: tuple[Remark, ...] = (), **values: Any
) -> ArchiveRow:
    return ArchiveRow("家庭成员", 2, False, of, values, {}, remarks, outcome)


def one(*rows: ArchiveRow) -> Household:
    households = households_of(rows, ON)
    assert len(households) == 1
    return households[0]


def test_a_household_is_the_head_and_the_members_attached_whatever_the_form_says() -> None:
    found = one(head(persons=5), member(), member())
    assert len(found.people) == 3
    assert found.stated_persons == 5


def test_yearly_income_is_twelve_months_of_everybody_and_the_other_income() -> None:
    found = one(
        head(monthly_income=1_000_00, other_yearly_income=500_00, total_yearly_income=7),
        member(monthly_income=200_00),
        member(),
    )
    assert found.declared_income_fen == 12 * 1_200_00 + 500_00
    assert found.stated_income_fen == 7


def test_the_yearly_heads_come_in_the_order_of_the_form_and_empty_is_nothing() -> None:
    found = one(
        head(illness_expenditure=1, schooling_expenditure=3, other_expenditure=5, employment_cost=6, accident_loss=7)
    )
    assert found.rigid_fen == (1, 0, 3, 0, 5)
    assert (found.employment_cost_fen, found.accident_loss_fen) == (6, 7)


def test_members_need_not_stand_behind_their_head() -> None:
    rows = [
        head(ONE),
        head(TWO),
        member(TWO, monthly_income=2),
        member(ONE, monthly_income=1),
        member(TWO, monthly_income=3),
    ]
    households = households_of(rows, ON)
    assert [found.head_number for found in households] == [ONE.text, TWO.text]
    assert [[person.monthly_income_fen for person in found.people] for found in households] == [[0, 1], [0, 2, 3]]


def test_wrong_and_repeated_rows_state_nothing() -> None:
    rows = [head(), head(TWO, Outcome.WRONG), member(outcome=Outcome.SAME), member(TWO, Outcome.WRONG)]
    assert len(one(*rows).people) == 1


def test_a_member_without_a_valid_number_counts() -> None:
    found = one(head(), member(birth_date=date(2000, 11, 1), sex="女", person_status="失（无）业", health="良好"))
    assert (found.people[1].age, found.people[1].sex, found.people[1].status, found.people[1].able) == (
        25,
        "2",
        "失(无)业",
        True,
    )


def test_age_and_sex_come_from_the_number_before_the_form() -> None:
    found = one(head(birth_date=date(1990, 1, 1), sex="女"))
    assert (found.people[0].age, found.people[0].sex) == (46, "1")


def test_a_birth_after_the_reference_date_gives_no_age() -> None:
    assert one(head(), member(birth_date=date(2026, 11, 1))).people[1].age is None


def test_the_heads_status_is_the_work_status_and_a_members_the_person_status_first() -> None:
    rows = [
        head(work_status="在岗"),
        member(person_status="学生", work_status="在岗"),
        member(work_status="退休"),
        member(),
    ]
    assert [person.status for person in one(*rows).people] == ["在岗", "学生", "退休", None]


def test_an_illness_is_not_kept_only_that_the_person_is_not_able() -> None:
    found = one(head(health="恶性肿瘤", main_cause="患重特大疾病"), member())
    assert [person.able for person in found.people] == [False, None]
    assert found.cause_given
    assert "恶性肿瘤" not in repr(found)
    assert "患重特大疾病" not in repr(found)


def test_a_secondary_cause_is_a_cause_and_a_single_parent_is_told() -> None:
    assert one(head(secondary_causes=("子女上学",), single_parent=False)).cause_given
    assert one(head(single_parent=False)).single_parent is False
    assert one(head()).single_parent is None


def test_an_unreadable_amount_counts_as_empty_and_is_named_with_its_person() -> None:
    doubt = read_amount("不清楚").problem
    rows = [
        head(remarks=(Remark("illness_expenditure", doubt), Remark("address", doubt))),
        member(),
        member(remarks=(Remark("monthly_income", doubt),)),
    ]
    assert one(*rows).unreadable == ((0, "illness_expenditure"), (2, "monthly_income"))


def test_a_repair_or_a_doubt_about_an_amount_that_was_read_is_not_unreadable() -> None:
    doubt = read_amount("不清楚").problem
    assert (
        one(head(monthly_income=1, remarks=(Remark("monthly_income", doubt), Remark("accident_loss")))).unreadable == ()
    )
