"""The policy pages: what holds where and why, for the day and the organisation asked about, in both languages."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from bangfu.decide.identification.rule_sets import rule_set_names
from bangfu.ground.access.models import Account
from tests.people import AUDITOR, BINCHUAN, CHAIR, CLERK, LEADER, PREFECTURE_CLERK, XIANGYUN, Someone
from tests.terminals.desk.messages import CHINESE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("built_assets")]


def signed_in(someone: Someone, language: str = "zh-hans") -> Client:
    client = Client()
    client.force_login(Account.objects.get(username=someone.username))
    client.cookies["language"] = language
    return client


def shown(client: Client, **query: str) -> str:
    answer = client.get(reverse("desk:policy"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def rules(client: Client, name: str, **query: str) -> str:
    answer = client.get(reverse("desk:rules", kwargs={"name": name}), query)
    assert answer.status_code == 200
    return answer.content.decode()


def main_part(text: str) -> str:
    return text.split("<main", 1)[1].split("</main>", 1)[0]


@pytest.mark.parametrize("someone", [CLERK, CHAIR, LEADER, AUDITOR], ids=lambda s: s.username)
def test_everybody_may_see_policy(someone: Someone) -> None:
    assert "城镇最低生活保障标准" in shown(signed_in(someone))


def test_a_value_is_shown_with_its_unit_document_mark_and_place() -> None:
    text = main_part(shown(signed_in(CLERK), day="2026-11-23"))
    for part in (
        "780.00",
        "元/人·月",
        "为演示虚构，没有任何地方采用这一标准",
        "大理白族自治州总工会",
        "沿用上级",
        "默认",
    ):
        assert part in text


def test_the_day_decides_which_value_holds() -> None:
    client = signed_in(PREFECTURE_CLERK)
    assert "<b>740.00</b>" in shown(client, day="2026-06-30")
    assert "<b>780.00</b>" in shown(client, day="2026-07-01")


def test_the_organisation_decides_which_value_holds() -> None:
    client = signed_in(PREFECTURE_CLERK)
    assert "<b>755.00</b>" in shown(client, day="2026-06-30", organisation=XIANGYUN)
    assert "<b>740.00</b>" in shown(client, day="2026-06-30", organisation=BINCHUAN)


def test_what_comes_is_announced() -> None:
    text = shown(signed_in(CLERK), day="2026-11-23")
    assert "将改为" in text
    assert "2027年1月1日" in text


def test_what_is_not_set_says_what_follows_from_it() -> None:
    assert "不推定收入，只用申报的收入" in shown(signed_in(CLERK))


def test_another_county_cannot_be_chosen() -> None:
    text = shown(signed_in(CLERK), organisation=BINCHUAN)
    assert 'class="trouble"' in text
    assert "宾川县总工会" not in text


def test_a_day_that_does_not_exist_is_told_and_today_is_shown() -> None:
    text = shown(signed_in(CLERK), day="2026-02-30")
    assert 'class="trouble"' in text
    assert "780.00" in text


def test_english_is_whole() -> None:
    text = main_part(shown(signed_in(PREFECTURE_CLERK, "en"), day="2026-11-23", organisation=XIANGYUN))
    for part in (
        "Minimum living allowance (urban)",
        "yuan per person and month",
        "from above",
        "invented for the demo",
    ):
        assert part in text
    assert left_in_chinese(text) == set()


@pytest.mark.parametrize("name", rule_set_names())
def test_every_rule_set_is_readable_in_both_languages(name: str) -> None:
    chinese = main_part(rules(signed_in(CLERK), name))
    assert "排除条件" in chinese
    english = main_part(rules(signed_in(CLERK, "en"), name))
    assert "Exclusions" in english
    assert left_in_chinese(english) == set()


def left_in_chinese(text: str) -> set[str]:
    """What is Chinese on a page, but for the unions to choose from: a township or an employer may have no English name."""
    return set(re.findall(f"{CHINESE.pattern}+", re.sub("<select.*?</select>", "", text, flags=re.DOTALL)))


def test_control_chinese_on_an_english_page_is_noticed() -> None:
    assert left_in_chinese("<td>Minimum 低保标准</td><select><option>祥城镇工会</select>") == {"低保标准"}


def test_the_rule_set_that_holds_shows_the_places_figures() -> None:
    text = rules(signed_in(CLERK), "dali-2021", day="2026-11-23")
    assert "（年收入 − 刚性支出）÷ 12 ÷ 人数 ≤ 低保标准 = 780.00" in text
    assert "≤ 2 × 低保标准 = 1,560.00" in text
    assert "&gt; 年收入 × 80%" in text


def test_a_rule_set_that_does_not_hold_shows_no_figures_of_the_place() -> None:
    text = rules(signed_in(CLERK), "xingtai-2021", day="2026-11-23")
    assert "不用这一规则集" in text
    assert "780.00" not in text
    assert "当地未设定，不设此类" in text


def test_exclusions_show_scope_exceptions_and_clues() -> None:
    text = rules(signed_in(CLERK), "xingtai-2021")
    assert "残疾人或病人用于功能性补偿代步的机动车" in text
    assert "名下机动车" in text
    assert text.count("深度困难") > 6


def test_the_gate_of_a_rule_set_is_shown() -> None:
    assert "年人均可支配收入 &lt; 上年度全省人均可支配收入 （未设定）" in rules(signed_in(CLERK), "anqing-2025")


def test_a_rule_set_that_does_not_exist_is_not_found() -> None:
    answer = signed_in(CLERK).get(reverse("desk:rules", kwargs={"name": "dali-1999"}))
    assert answer.status_code == 404
    assert "desk.page_not_found" in answer.content.decode()


def test_a_stranger_is_led_to_the_sign_in() -> None:
    assert Client().get(reverse("desk:policy")).status_code == 302


def test_the_former_generation_is_shown_for_a_former_day() -> None:
    text = main_part(shown(signed_in(CLERK), day=str(date(2019, 5, 1))))
    assert "rules/national-2016/" in text.split("认定规则集", 1)[1][:400]
