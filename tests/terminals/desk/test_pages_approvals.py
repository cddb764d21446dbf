"""审批: the inbox, one case as it is signed, agreeing, returning, handing on, taking back, agreeing to several; the line on the desk."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from bangfu.decide.identification.models import Determination
from bangfu.decide.identification.services import settle
from bangfu.decide.identification.settling import Way
from bangfu.ground.access.models import Account, Appointment, Organisation
from bangfu.ground.acts.actor import Role
from bangfu.ground.acts.door import acting
from bangfu.ground.approval.models import Case, Opinion
from bangfu.record.registry.models import CaseFile
from tests.decide.filing import ON
from tests.decide.union import WANG, Union, clerk
from tests.people import APPROVER, CLERK, LEADER, NEIGHBOUR, REVIEWER
from tests.terminals.desk.test_pages_review import hidden
from tests.terminals.desk.visiting import text, visitor

pytestmark = pytest.mark.usefixtures("built_assets")
GIVEN: dict[str, dict[str, Any]] = {
    "王明": {"reason_code": "E4", "reason": "名下有车", "answer": "家里说是自己的车"},
    "赵强": {"reason_code": "not_met", "reason": "收入高于标准", "answer": "家里没有别的话"},
}


@pytest.fixture
def reviewer(union: Union) -> Client:
    """The reviewer's; two refusals wait."""
    for name, given in GIVEN.items():
        row = union.standing(name)
        settle(
            actor=clerk(), act_id=uuid4(), determination_id=row.pk, seen_version=row.version, kind=Way.REFUSE,
            on=ON, **given,
        )  # fmt: skip
    return visitor(REVIEWER)


def case_of(union: Union, name: str = "王明") -> Case:
    with acting(clerk()):
        return Case.objects.filter(subject_id=union.standing(name).pk).latest("opened_at")


def url_of(union: Union, name: str = "王明") -> str:
    return f"/approvals/{case_of(union, name).pk}/"


def send(browser: Client, url: str, what: str, **given: str) -> str:
    """Opens the case, fills the form, sends it; gives the page that follows."""
    form = hidden(text(browser.get(url)), f"{url}{what}/") | given
    return text(browser.post(f"{url}{what}/", form, follow=True))


def test_the_desk_says_what_waits_and_the_inbox_opens_with_its_first(reviewer: Client, union: Union) -> None:
    home = text(reviewer.get("/"))
    assert "等我审批" in home
    page = text(reviewer.get("/approvals/"))
    assert "等我审批 2 件" in page
    assert page.count('class="queue-item"') == 2
    assert "名下有车" in page


def test_a_case_shows_exactly_what_is_signed_with_its_hash(reviewer: Client, union: Union) -> None:
    page = text(reviewer.get(url_of(union)))
    for said in ("家里说是自己的车", "小型轿车", "同意，按所列理由不予认定。", case_of(union).content_sha256):
        assert said in page
    assert WANG not in page


def test_agreeing_signs_and_opens_the_next(reviewer: Client, union: Union) -> None:
    page = send(reviewer, url_of(union), "approve", word="已核对，同意")
    assert "已签署，批准生效" in page
    assert "收入高于标准" in page
    assert union.standing("王明").state == "refused"
    done = text(reviewer.get(url_of(union)))
    assert "签名完好" in done
    assert "已核对，同意" in done
    assert "已核对，同意" in text(visitor(CLERK).get(f"/review/{union.standing('王明').pk}/"))


def test_returning_needs_a_word_and_comes_back_to_the_clerk(reviewer: Client, union: Union) -> None:
    page = send(reviewer, url_of(union), "return", word=" ")
    assert "没有写意见" in page
    assert "data-open" in page
    send(reviewer, url_of(union), "return", word="请再问清楚")
    assert union.standing("王明").state == "open"
    browser = visitor(CLERK)
    assert "不予认定被退回" in text(browser.get("/"))
    assert "请再问清楚" in text(browser.get(url_of(union)))


def test_the_proposer_sees_it_and_can_take_it_back_but_not_decide(reviewer: Client, union: Union) -> None:
    browser = visitor(CLERK)
    page = text(browser.get(url_of(union)))
    assert "您的岗位不审批" in page
    assert browser.post(f"{url_of(union)}approve/", {}).status_code == 403
    assert "已撤回" in send(browser, url_of(union), "withdraw")
    assert union.standing("王明").state == "open"


def test_what_changed_is_shown_and_cannot_be_signed(reviewer: Client, union: Union) -> None:
    with acting(clerk()):
        CaseFile.objects.filter(head_name="王明").update(head_name="王大明")
    url = url_of_file(union, "王大明")
    page = text(reviewer.get(url))
    assert "提出之后有了变化" in page
    assert "王* → 王*明" in page
    assert "不能再按原样签署" in send(reviewer, url, "approve", word="同意")


def url_of_file(union: Union, name: str) -> str:
    with acting(clerk()):
        found = Determination.objects.get(case_file__head_name=name, state="refusal_proposed")
        return f"/approvals/{Case.objects.get(subject_id=found.pk).pk}/"


def test_a_step_is_handed_to_somebody_who_suits(reviewer: Client, union: Union) -> None:
    other = Account.objects.create(username="other", full_name="林小核", password="!", must_change_password=False)
    mine = Appointment.objects.get(account__username=REVIEWER.username)
    Appointment.objects.create(
        account=other,
        organisation=Organisation.objects.get(pk=mine.organisation_id),
        role=Role.REVIEWER.value,
        period=mine.period,
    )
    url = url_of(union)
    page = text(reviewer.get(url))
    assert re.search(rf'<option value="{other.pk}">林小核', page)
    form = hidden(page, f"{url}hand/") | {"move": "transfer", "to": str(other.pk)}
    page = text(reviewer.post(f"{url}hand/", form, follow=True))
    assert "已转办" in page
    assert "这一步已交给林小核办理" in page


def test_a_countersignature_is_asked_for_and_told(reviewer: Client, union: Union) -> None:
    url, approver = url_of(union), Account.objects.get(username=APPROVER.username)
    form = hidden(text(reviewer.get(url)), f"{url}hand/")
    form |= {"move": "countersign", "to": str(approver.pk), "word": "请看车的用途"}
    page = text(reviewer.post(f"{url}hand/", form, follow=True))
    assert "傅小核请加签" in page
    assert "请看车的用途" in page
    assert "已签署，转到下一步" in send(visitor(APPROVER), url, "approve", word="可以")


def test_several_are_agreed_to_together_each_with_its_own_signature(reviewer: Client, union: Union) -> None:
    page = text(reviewer.get("/approvals/batch/"))
    picks = re.findall(r'name="pick" value="(.*?)"', page)
    assert len(picks) == 2
    stale = [picks[0], re.sub(":1:", ":7:", picks[1])]
    page = text(
        reviewer.post("/approvals/batch/", {"act_id": str(uuid4()), "pick": stale, "word": "同意"}, follow=True)
    )
    assert "已同意并签署 1 件" in page
    assert "这条记录已被改动" in page
    with acting(clerk()):
        assert Opinion.objects.filter(batch=True).count() == 1
    assert "一件也没有选" in text(reviewer.post("/approvals/batch/", {"act_id": str(uuid4())}, follow=True))
    assert reviewer.get(f"/approvals/batch/{uuid4()}/").status_code == 404


def test_the_next_county_finds_nothing_and_who_sees_no_sensitive_data_has_no_page(
    reviewer: Client, union: Union
) -> None:
    assert visitor(NEIGHBOUR).get(url_of(union)).status_code == 404
    assert visitor(LEADER).get("/approvals/").status_code == 403
    assert "这里没有要办的" in text(visitor(APPROVER).get("/approvals/"))


def test_what_was_decided_meanwhile_is_said(reviewer: Client, union: Union) -> None:
    url = url_of(union)
    form = hidden(text(reviewer.get(url)), f"{url}approve/") | {"word": "同意"}
    send(reviewer, url, "return", word="请补充")
    assert "已被改动" in text(reviewer.post(f"{url}approve/", form, follow=True))


@pytest.mark.parametrize("query", ["view=nothing", "page=99999999999", "page=x"])
def test_an_address_that_makes_no_sense_shows_the_inbox(reviewer: Client, query: str) -> None:
    assert "名下有车" in text(reviewer.get(f"/approvals/?{query}"))


def test_the_inbox_is_complete_in_english(reviewer: Client, union: Union) -> None:
    page = text(visitor(REVIEWER, "en").get(url_of(union)))
    for said in ("Agree and sign", "What the family says", "Exactly this is signed", "2 matters for me to decide"):
        assert said in page
