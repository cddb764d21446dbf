"""核实: the queue, one case, the three ways to settle it, taking back, what happens meanwhile, accepting together."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from bangfu.core.clock import MachineClock, today
from bangfu.decide.identification.models import Determination, Settlement
from bangfu.ground.acts.door import acting
from bangfu.ground.trail.models import Look
from tests.decide.union import CARS, WANG, Union, clerk
from tests.people import AUDITOR, CLERK, LEADER, NEIGHBOUR, REVIEWER, actor
from tests.terminals.desk.visiting import text, visitor

pytestmark = pytest.mark.usefixtures("built_assets")
Given = dict[str, Any]


@pytest.fixture
def browser(union: Union) -> Client:
    """The clerk's; the families have waited for four days, three, two and one."""
    with acting(clerk()):
        for days, name in enumerate(("赵强", "李芳", "周静", "王明"), 1):
            since = today(MachineClock()) - timedelta(days=days)
            Determination.objects.filter(case_file__head_name=name).update(waiting_since=since)
    return visitor(CLERK)


def case_url(union: Union, name: str) -> str:
    return f"/review/{union.standing(name).pk}/"


def opened(page: str) -> str:
    """The household in the middle."""
    found = re.search(r'id="case-title">(.*?) ·', page)
    return found[1] if found else ""


def listed(page: str) -> list[str]:
    return re.findall(r'class="queue-item".*?<b>(.*?) 一家', page, re.DOTALL)


def hidden(page: str, action: str) -> Given:
    """The fields that the form of this address carries."""
    form = re.search(rf'action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    assert form, action
    return dict(re.findall(r'type="hidden" name="(\w+)" value="(.*?)"', form[0]))


def settle(browser: Client, union: Union, name: str, **given: Any) -> str:
    """Opens the case, fills the form, sends it; gives the page that follows."""
    url = case_url(union, name)
    form = hidden(text(browser.get(url)), f"{url}settle/") | given
    return text(browser.post(f"{url}settle/", form, follow=True))


def settlements(name: str) -> list[Settlement]:
    with acting(clerk()):
        found = Settlement.objects.filter(case_file__head_name=name).order_by("settled_at")
        return list(found.select_related("determination"))


def test_the_queue_opens_with_its_first_case(browser: Client) -> None:
    page = text(browser.get("/review/"))
    assert listed(page) == ["王*", "周*", "李*", "赵*"]
    assert "等 4 天" in page
    assert opened(page) == "王*"
    assert "1 处矛盾" in page
    assert "待核实 4 户" in page


def test_a_case_shows_what_the_family_says_beside_what_the_register_says(browser: Client, union: Union) -> None:
    page = text(browser.get(case_url(union, "王明")))
    assert "档案表没有这一栏" in page
    assert "小型轿车" in page
    assert "可能是：" in page
    assert "未查到不等于没有" in page
    assert "12 个月可支配收入" in page
    assert WANG not in page
    with acting(actor(CLERK)):
        assert Look.objects.filter(page="review_case").count() == 1


def test_the_drawer_gets_the_evidence_alone(browser: Client, union: Union) -> None:
    page = text(browser.get(case_url(union, "王明"), headers={"HX-Request": "true"}))
    assert "小型轿车" in page
    assert "queue-list" not in page


def test_accepting_opens_the_next_one_at_once_and_says_how_to_take_it_back(browser: Client, union: Union) -> None:
    page = settle(browser, union, "李芳", kind="accept")
    assert opened(page) == "赵*"
    assert "李* · 属实上报" in page
    assert union.standing("李芳").state == "accepted"
    assert settlements("李芳")[0].seconds is not None


def test_the_last_of_the_list_leads_back_to_the_one_before(browser: Client, union: Union) -> None:
    page = settle(browser, union, "赵强", kind="ask", question="请说明收入")
    assert opened(page) == "李*"


def test_accepting_what_is_contradicted_needs_a_word_and_keeps_what_was_typed(browser: Client, union: Union) -> None:
    page = settle(browser, union, "王明", kind="accept", reason=" ")
    assert "属实上报须写明怎样核实的" in page
    assert 'id="accept" aria-labelledby="accept-title" data-open' in page
    assert union.standing("王明").state == "open"
    settle(browser, union, "王明", kind="accept", reason="车已过户，看了登记证")
    assert settlements("王明")[0].reason == "车已过户，看了登记证"


def test_what_meets_no_class_cannot_be_accepted(browser: Client, union: Union) -> None:
    page = text(browser.get(case_url(union, "赵强")))
    assert re.search(r'data-key="1"[^>]*disabled', page)
    assert "不能由一个人决定" in page
    assert "不能由一个人决定" in settle(browser, union, "赵强", kind="accept")


def test_asking_the_family_is_prefilled_with_what_it_is_asked_about(browser: Client, union: Union) -> None:
    page = text(browser.get(case_url(union, "王明")))
    question = re.search(r'id="ask-question".*?>(.*?)</textarea>', page, re.DOTALL)
    assert question
    assert "1. " in question[1]
    assert "小型轿车" in question[1]
    assert "请家庭说明，" in page


def test_a_family_that_was_asked_waits_with_its_day_until_it_answers(browser: Client, union: Union) -> None:
    settle(browser, union, "王明", kind="ask", question="名下的车是怎么回事？")
    page = text(browser.get("/review/?view=asked"))
    assert listed(page) == ["王*"]
    url = case_url(union, "王明")
    case = text(browser.get(url))
    assert "已请家庭在" in case
    form = hidden(case, f"{url}answer/") | {"answer": "车 8 月已卖，有合同"}
    assert "家庭的说明已记录" in text(browser.post(f"{url}answer/", form, follow=True))
    assert listed(text(browser.get("/review/?view=answered"))) == ["王*"]
    assert "车 8 月已卖，有合同" in text(browser.get(url))


def test_a_refusal_is_proposed_only_with_a_rule_a_reason_and_the_family_heard(browser: Client, union: Union) -> None:
    page = text(browser.get(case_url(union, "王明")))
    assert 'name="answer"' in page
    assert '<option value="E4"' in page
    page = settle(browser, union, "王明", kind="refuse", reason_code="E4", reason="名下有车")
    assert "还没有听过家庭的说明" in page
    assert "名下有车</textarea>" in page
    settle(browser, union, "王明", kind="refuse", reason_code="E4", reason="名下有车", answer="家里说是自己的车")
    assert union.standing("王明").state == "refusal_proposed"
    assert "等另一人复核" in text(browser.get(case_url(union, "王明")))


def test_what_was_settled_last_can_be_taken_back_and_opens_again(browser: Client, union: Union) -> None:
    page = settle(browser, union, "李芳", kind="accept")
    page = text(browser.post("/review/undo/", hidden(page, "/review/undo/"), follow=True))
    assert opened(page) == "李*"
    assert "已撤销，这户回到待核实" in page
    assert union.standing("李芳").state == "open"


def test_the_same_form_sent_twice_settles_once_however_long_after(
    browser: Client, union: Union, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = case_url(union, "李芳")
    form = hidden(text(browser.get(url)), f"{url}settle/") | {"kind": "accept"}
    first = browser.post(f"{url}settle/", form)
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + 40)
    assert browser.post(f"{url}settle/", form).headers["Location"] == first.headers["Location"]
    assert len(settlements("李芳")) == 1


@pytest.mark.parametrize(
    ("meanwhile", "said"),
    [
        (lambda union: settle(visitor(CLERK), union, "王明", kind="ask", question="请说明"), "经小云在"),
        (lambda union: (union.deliver_vehicles(CARS[1:]), union.compare()), "矛盾由 1 处变为 0 处"),
    ],
)
def test_what_happened_meanwhile_is_said_and_nothing_is_overwritten(
    browser: Client, union: Union, meanwhile: Callable[[Union], object], said: str
) -> None:
    url = case_url(union, "王明")
    form = hidden(text(browser.get(url)), f"{url}settle/") | {"kind": "accept", "reason": "看过"}
    meanwhile(union)
    page = text(browser.post(f"{url}settle/", form, follow=True))
    assert "您看的时候有了变化，没有保存" in page
    assert said in page
    assert opened(page) == "王*"
    assert union.standing("王明").state != "accepted"


def test_j_and_k_lead_along_the_list_and_keep_its_choices(browser: Client, union: Union) -> None:
    page = text(browser.get("/review/?view=waiting&cause=子女上学"))
    assert listed(page) == ["李*"]
    assert 'data-key="j"' not in page
    page = text(browser.get("/review/?view=doubtful"))
    assert re.search(r'class="queue-item" href="/review/[0-9a-f-]+/\?view=doubtful"', page)
    page = text(browser.get(case_url(union, "周静")))
    assert 'data-key="j"' in page
    assert 'data-key="k"' in page


def test_an_empty_queue_says_why(browser: Client, union: Union) -> None:
    page = text(browser.get("/review/?view=refusals"))
    assert "没有要核实的户" in page
    assert "看全部待核实的" in page
    assert "没有要核实的户" in text(visitor(NEIGHBOUR).get("/review/"))


@pytest.mark.parametrize("query", ["view=nothing", "page=9999999999", "page=-1", "page=x", "seen=x", "organisation=x"])
def test_an_address_that_makes_no_sense_shows_the_queue(browser: Client, query: str) -> None:
    assert opened(text(browser.get(f"/review/?{query}"))) == "王*"


def test_the_reviewer_reads_and_does_not_settle(union: Union) -> None:
    reviewer = visitor(REVIEWER)
    page = text(reviewer.get(case_url(union, "李芳")))
    assert "您的岗位不核实" in page
    response = reviewer.post(f"{case_url(union, '李芳')}settle/", {"kind": "accept"})
    assert response.status_code == 403


def test_who_sees_no_sensitive_data_has_no_queue_and_the_next_county_no_case(union: Union) -> None:
    for someone in (LEADER, AUDITOR):
        client = visitor(someone)
        assert client.get("/review/").status_code == 403
        assert 'href="/review/"' not in text(client.get("/files/"))
    assert visitor(NEIGHBOUR).get(case_url(union, "王明")).status_code == 404


def test_what_nothing_speaks_against_is_accepted_together(browser: Client, union: Union) -> None:
    page = text(browser.get("/review/clean/"))
    picks = re.findall(r'name="pick" value="(.*?)"', page)
    assert [pick.partition(":")[0] for pick in picks] == [str(union.standing("李芳").pk)]
    form: Given = {**hidden_of_clean(page), "pick": picks}
    response = browser.post("/review/clean/", form)
    result = text(browser.get(response.headers["Location"]))
    assert "已按认定上报 1 户" in result
    assert union.standing("李芳").state == "accepted"
    assert text(browser.get(response.headers["Location"])) != ""


def hidden_of_clean(page: str) -> Given:
    found = re.search(r'name="act_id" value="(.*?)"', page[page.index('name="pick"') - 2_000 :])
    return {"act_id": found[1] if found else ""}


def test_what_cannot_be_accepted_together_is_named_with_its_reason(browser: Client, union: Union) -> None:
    wang, li = union.standing("王明"), union.standing("李芳")
    form: Given = {"act_id": str(uuid4()), "pick": [f"{wang.pk}:{wang.version}", f"{li.pk}:{li.version + 1}"]}
    result = text(browser.post("/review/clean/", form, follow=True))
    assert "已按认定上报 0 户" in result
    assert "有矛盾" in result
    assert "您打开之后，这条记录已被改动" in result


def test_choosing_nobody_does_nothing(browser: Client) -> None:
    page = text(browser.post("/review/clean/", {"act_id": str(uuid4())}, follow=True))
    assert "一户也没有选" in page


def test_what_was_accepted_together_is_shown_to_whoever_did_it(browser: Client, union: Union) -> None:
    assert browser.get(f"/review/clean/{uuid4()}/").status_code == 404


def test_the_queue_is_complete_in_english(union: Union) -> None:
    page = text(visitor(CLERK, "en").get(case_url(union, "王明")))
    assert "1 contradiction" in page
    assert "True: goes on as determined" in page
    assert "disposable income of 12 months" in page
    # What stands against it quotes kinds of findings, which the trace keeps in Chinese alone.
    assert "clues: Owns a vehicle Contradicts" in page
    assert "名下机动车" not in page
