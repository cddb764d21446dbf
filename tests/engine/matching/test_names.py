"""How alike two names are: each line is something that people or machines do to names (DOMAIN 4.5)."""

import pytest

from bangfu.engine.matching.names import Alike, alike


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("张伟", "張偉", Alike.SAME),
        ("买买提·吐尔逊", "買買提•吐爾遜", Alike.SAME),
        ("买买提·吐尔逊", "买买提吐尔逊", Alike.SAME),
        ("欧阳 小明", "欧阳小明", Alike.SAME),
        ("张龑明", "张□明", Alike.UNWRITTEN),
        ("张小伟", "张小WEI", Alike.UNWRITTEN),
        ("张*明", "张小明", Alike.UNWRITTEN),
        ("王小芳", "王晓芳", Alike.SOUND),
        ("单小明", "善小明", Alike.SOUND),
        ("李末", "李未", Alike.SHAPE),
        ("杨日明", "杨曰明", Alike.SHAPE),
        ("陈建国", "程建国", Alike.NEAR_SOUND),
        ("王小明", "王明", Alike.ONE_OFF),
        ("王小明", "王明小", Alike.ONE_OFF),
        ("段志强", "段志刚", Alike.ONE_OFF),
        ("努尔艾力·沙塔尔", "努尔艾力·夏塔尔", Alike.ONE_OFF),
        ("买买提·吐尔逊", "买买提", Alike.ONE_OFF),
        ("王*", "王芳", Alike.SURNAME),
        ("王芳", "王伟", Alike.SURNAME),
        ("买买提·吐尔逊", "阿卜杜·吐尔逊", Alike.OTHER),
        ("王芳", "李芳", Alike.OTHER),
        ("", "", Alike.OTHER),
    ],
)
def test_two_names_are_as_alike_as_a_person_would_say(one: str, other: str, level: Alike) -> None:
    assert alike(one, other) is alike(other, one) is level
