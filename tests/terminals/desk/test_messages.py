"""Chinese first, English complete: every text of the pages and every word of the data has English."""

import re

import pytest
from django.utils import translation

from bangfu.terminals.desk.words import UNITS, counted, translated, words_of_policy
from tests.terminals.desk.messages import (
    CHINESE,
    all_messages,
    catalogue,
    messages_of_code,
    messages_of_template,
    pairs,
    said_in,
    templates,
    untranslated_chinese,
)

VALUES = re.compile(r"%\(\w+\)s|{\w+}|%s")


@pytest.fixture(autouse=True)
def _compiled(built_assets: None) -> None:
    """The words are read from the compiled catalogue."""


def test_every_text_of_the_pages_has_english() -> None:
    english = said_in(catalogue())
    assert sorted({(text, file) for text, file in all_messages() if text not in english}) == []


def test_control_a_text_without_english_is_noticed() -> None:
    english = said_in(catalogue())
    found = messages_of_template(
        "{% load i18n %}<p>{% translate '没有人翻译过的话' %}</p>{% blocktranslate %}也没有{% endblocktranslate %}"
    )
    found |= messages_of_code("label = gettext_lazy('新的一句')\nngettext('%s 艘', '%s 艘', n)")
    assert found == {"没有人翻译过的话", "也没有", "新的一句", "%s 艘"}
    assert not found & english


def test_no_template_shows_chinese_that_is_not_translated() -> None:
    assert {path.name: lines for path in templates() if (lines := untranslated_chinese(path.read_text("utf-8")))} == {}


def test_control_bare_chinese_in_a_template_is_noticed() -> None:
    source = '{# 注释 #}<p title="说明">{% translate "好" %}</p>\n<b>待办</b>\n{% comment %}不显示{% endcomment %}'
    assert untranslated_chinese(source) == ['<p title="说明"></p>', "<b>待办</b>"]


def test_every_word_of_policy_and_datasets_has_english() -> None:
    english = said_in(catalogue())
    assert [word for word in words_of_policy() if word not in english] == []


def test_the_words_of_policy_are_read_from_all_its_places() -> None:
    words = set(words_of_policy())
    assert {
        "深度困难",
        "白族",
        "家庭住址",
        "名下机动车",
        "无法核对",
        "缴存基数",
        "公安交管",
        "祥云县",
        "不符合",
    } <= words


def test_english_is_english_and_keeps_the_values() -> None:
    for key, forms in pairs(catalogue()):
        for form in forms:
            assert not CHINESE.search(form), form
            assert sorted(VALUES.findall(form)) == sorted(VALUES.findall(key)), form


def test_nothing_is_translated_that_nobody_says() -> None:
    said = {text for text, _ in all_messages()} | set(words_of_policy()) | {f"%s {unit}" for unit in UNITS}
    assert sorted({key for key, _ in pairs(catalogue())} - said) == []


def test_a_data_word_is_shown_in_the_language_of_the_page() -> None:
    with translation.override("zh-hans"):
        assert translated("深度困难") == "深度困难"
    with translation.override("en"):
        assert translated("深度困难") == "Deep hardship"
        assert translated("女") == "Female"
        assert translated("女", "relation") == "Daughter"
        assert translated("妻", "relation") == "Wife"
        assert translated("下岗失业、子女上学") == "Laid off or unemployed, Children in school"


def test_a_word_that_nobody_foresaw_stays_as_it_was_written() -> None:
    with translation.override("en"):
        assert translated("下庄镇水泥厂") == "下庄镇水泥厂"
        assert translated("甲、乙") == "甲、乙"
        assert translated(None) == ""
        assert translated("") == ""


@pytest.mark.parametrize(("number", "english"), [(0, "0 households"), (1, "1 household"), (2356, "2,356 households")])
def test_numbers_are_counted_as_each_language_does(number: int, english: str) -> None:
    with translation.override("zh-hans"):
        assert counted(number, "户") == f"{number:,} 户"
    with translation.override("en"):
        assert counted(number, "户") == english
