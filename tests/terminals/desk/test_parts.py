"""Parts of pages: what they draw, and that nothing of the data can break out of them."""

import re
from datetime import datetime
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

from bangfu.engine.problems import NO_SUCH_FOLDER
from bangfu.terminals.desk.watermark import watermark

EVIL = "<b onclick=x>\"'&"


@pytest.fixture(autouse=True)
def _compiled(built_assets: None) -> None:
    """Words come from the compiled catalogue."""


def drawn(source: str, language: str = "zh-hans", **context: object) -> str:
    request = RequestFactory().get("/files?page=2&category=a")
    with translation.override(language):
        return engines["django"].from_string("{% load desk %}" + source).render(context, request)


class Account(forms.Form):
    name = forms.CharField(label="账号")
    kind = forms.ChoiceField(label="类别", choices=[("a", "甲")], required=False)


def test_a_conclusion_has_word_shape_and_colour() -> None:
    assert drawn('{% conclusion "矛盾" %}') == '<span class="tag due">矛盾</span>'
    assert drawn('{% conclusion "疑点" %}', "en") == '<span class="tag doubt">Doubtful</span>'
    assert drawn('{% conclusion "无法核对" %}') == '<span class="tag none">无法核对</span>'


def test_values_cannot_break_out() -> None:
    page = drawn(
        '{% tag x "due" %}{% meter 1 2 x %}{% masked x %}{% empty x x %}{% key x %}{% stat 1 x unit=x %}', x=EVIL
    )
    assert "<b onclick" not in page
    assert EVIL not in watermark(EVIL, EVIL, datetime(2026, 11, 23, 14, 2))  # noqa: DTZ001


def test_the_watermark_names_who_and_when() -> None:
    assert "祥云县总工会 · 杨*芳 · 11-23 14:02" in watermark("祥云县总工会", "杨*芳", datetime(2026, 11, 23, 14, 2))  # noqa: DTZ001


def test_a_figure_stands_with_its_denominator() -> None:
    page = drawn('{% stat 2214 "已比对" of=2356 unit="户" url="/files" %}')
    assert "2,214" in page
    assert "/ 2,356 户" in page
    assert 'max="2356" value="2214"' in page
    assert 'href="/files"' in page
    assert "<progress" not in drawn('{% stat 3 "退回" unit="户" %}')


def test_a_figure_of_nothing_does_not_divide() -> None:
    assert 'max="1" value="0"' in drawn('{% stat 0 "已比对" of=0 unit="户" %}')


@pytest.mark.parametrize(("state", "asks"), [("running", True), ("waiting", True), ("done", False), ("failed", False)])
def test_long_work_asks_again_only_while_it_lives(state: str, asks: bool) -> None:
    job = {"label": "比对", "done": 641000, "total": 1034218, "rate": 21000.0, "left": 19.0, "state": state}
    page = drawn('{% work job url="/jobs/1" %}', job=job)
    assert ('hx-get="/jobs/1"' in page) is asks
    assert ("还剩 19 秒" in page) is asks
    assert "641,000 / 1,034,218" in page


def test_long_work_takes_objects_too() -> None:
    job = SimpleNamespace(label="导入", done=5, total=None, state="running")
    assert "导入" in drawn("{% work job %}", job=job)


def test_the_menu_shows_only_what_can_be_opened_in_a_fixed_order() -> None:
    menu = {"review": {"url": "/review", "count": 128}, "desk": {"url": "/", "count": 0}, "funds": None}
    page = drawn("{% menu %}", menu=menu, here="review")
    assert re.findall(r"<span>(.*?)</span>", page) == ["待办", "核实"]
    assert '<a class="side-link" href="/review" aria-current="page">' in page
    assert page.count("<b>") == 1


def test_an_act_carries_its_id_and_the_token() -> None:
    first, second = (re.findall(r'name="act_id" value="([0-9a-f-]{36})"', drawn("{% act %}")) for _ in range(2))
    assert len(first) == 1
    assert first != second
    assert 'name="csrfmiddlewaretoken" value="' in drawn("{% act %}")


def test_what_is_wrong_leads_to_its_field_and_is_tied_to_it() -> None:
    form = Account({"name": ""})
    page = drawn("{% trouble form %}{% field form.name hint=hint %}{% field form.kind %}", form=form, hint="如 yang01")
    assert '<a href="#id_name">账号：' in page
    assert 'aria-describedby="id_name-hint id_name-wrong"' in page
    assert 'aria-invalid="true"' in page
    assert "（可不填）" in page
    assert 'class="form-select"' in page


def test_no_trouble_draws_nothing() -> None:
    assert drawn("{% trouble form %}", form=Account({"name": "a"})).strip() == ""


def test_pages_keep_the_query() -> None:
    page = drawn("{% pages page %}", page=Paginator(range(120), 50).page(2))
    assert "第 51–100 条，共 120 条" in page
    assert 'href="?page=3&amp;category=a"' in page
    assert drawn("{% pages page %}", page=Paginator([], 50).page(1)).strip() == ""


def test_either_language_of_a_pair_is_taken() -> None:
    both = {"zh": "单位用车", "en": "employer's car"}
    said = SimpleNamespace(says_zh="名下机动车", says_en="Owns a vehicle")
    assert drawn("{{ both|lang }} {{ said|lang:'says' }}", both=both, said=said) == "单位用车 名下机动车"
    assert drawn("{{ two|lang }} {{ said|lang:'says' }}", "en", two=("一", "one"), said=said) == "one Owns a vehicle"
    assert drawn("{{ nothing|lang }}{{ both|lang }}", both={}) == ""


def test_a_problem_says_what_happened_and_what_to_do() -> None:
    problem = NO_SUCH_FOLDER(folder="x")
    assert drawn("{{ problem|happened }}", problem=problem) == "找不到文件夹“x”。"
    assert drawn("{{ problem|todo }}", "en", problem=problem).startswith("Check the path")


def test_the_steps_of_a_wizard_show_where_one_is() -> None:
    page = drawn("{% stages names 2 %}", names=["来源", "上传", "检查"])
    assert re.findall(r"<li(.*?)>", page) == [' class="done"', ' aria-current="step"', ""]
