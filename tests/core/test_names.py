"""Names of persons: DOMAIN 4.5 and 7.6."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from bangfu.core.names import changed_by_folding, differ, fold, pinyin_key, read_name, simplified
from bangfu.core.readings import Repair


def canonical(written: str) -> str:
    reading = read_name(written)
    return reading.value.text if reading.value else ""


@pytest.mark.parametrize("dot", list("·•・．.‧。∙●"))
def test_every_separator_becomes_the_middle_dot(dot: str) -> None:
    assert canonical(f"买买提{dot}吐尔逊") == "买买提\u00b7吐尔逊"


def test_a_name_without_its_dot_is_the_same_person_by_folding() -> None:
    assert fold("买买提吐尔逊") == fold("买买提·吐尔逊") == fold("買買提•吐爾遜")
    assert not differ("买买提吐尔逊", "买买提·吐尔逊")


@pytest.mark.parametrize("written", ["张 三", "张　三", " 张三 ", "\u200b张三", "张\u00a0三"])
def test_inner_spaces_of_chinese_names_go(written: str) -> None:
    assert canonical(written) == "张三"


def test_latin_names_keep_theirs() -> None:
    assert canonical("Ivan  Petrov") == "Ivan Petrov"


@pytest.mark.parametrize(
    ("written", "note"), [("张三(户主)", "户主"), ("张三（女）", "女"), ("李四-代", "代"), ("李四【已故】", "已故")]
)
def test_notes_move_out_of_the_name(written: str, note: str) -> None:
    reading = read_name(written)
    assert reading.value is not None
    assert (reading.value.text, reading.value.note) == (written[:2], note)
    assert Repair.NOTE_TAKEN_OUT in reading.repairs


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("張三", "张三"),
        ("王喆", "王哲"),
        ("李昇", "李升"),
        ("赵峯", "赵峰"),
        ("呂布", "吕布"),
        ("兪某", "俞某"),
        ("龑", "䶮"),
        ("王三水", "王淼"),
    ],
)
def test_variants_fold_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert not differ(one, other)


@pytest.mark.parametrize(("one", "other"), [("王芳", "王方"), ("张未", "张末"), ("张三", "李四"), ("张三", "张三三")])
def test_real_differences_stay_differences(one: str, other: str) -> None:
    assert differ(one, other)


@pytest.mark.parametrize(
    ("written", "full"),
    [("王□明", "王䶮明"), ("王?明", "王䶮明"), ("王\ue863明", "王䶮明"), ("王*明", "王小明"), ("王WEI", "王伟")],
)
def test_what_a_register_could_not_write_may_be_anything(written: str, full: str) -> None:
    assert not differ(written, full)
    assert differ(written, "李四")


def test_pinyin_reads_wei_as_one_syllable_only() -> None:
    assert differ("王WEI", "王芳")


def test_names_of_fifty_characters_and_rare_ones_survive() -> None:
    long = "阿卜杜" * 16 + "𬭛䶮"
    assert len(long) == 50
    assert canonical(long) == long


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("单小明", "shan xiao ming"),
        ("曾国", "zeng guo"),
        ("欧阳修", "ou yang xiu"),
        ("尉迟恭", "yuchi gong"),
        ("沈思", "shen si"),
        ("王重庆", "wang chong qing"),
        ("買買提•吐爾遜", "mai mai ti tu er xun"),
    ],
)
def test_names_sort_by_how_they_are_spoken(name: str, key: str) -> None:
    assert pinyin_key(name) == key


@given(
    st.lists(st.sampled_from([*map(chr, list(PINYIN_DICT)[:20_000:7]), *list(PHRASES_DICT)[::50]]), max_size=3).map(
        "".join
    )
)
def test_names_are_spelt_as_the_dictionary_of_phrases_spells_them_whole(given_name: str) -> None:
    name = f"王{given_name}"
    assume(simplified(name) == name and (read := read_name(name).value) is not None and read.text == name)
    assert pinyin_key(name) == " ".join(lazy_pinyin(name))


def test_an_empty_name_differs_from_none() -> None:
    assert read_name(" ").value is None
    assert not differ("", "张三")


@example("R.¸")
@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.text(max_size=30), st.text(max_size=30))
def test_differing_is_symmetric(one: str, other: str) -> None:
    assert differ(one, other) == differ(other, one)


def test_what_folding_changes_is_found_at_once_as_one_by_one() -> None:
    common = "".join(map(chr, range(ord("一"), ord("龥") + 1)))
    changed = changed_by_folding(common)
    assert changed == "".join(character for character in common if fold.__wrapped__(character) != character)
    assert len(changed) > 2_000
