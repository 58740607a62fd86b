"""Who does and who gets."""

from __future__ import annotations

import pytest

from bot.grounding.parties import like, read_parties


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("街道办事处负责受理申请", [("街道办事处", "does")]),
        ("其余费用由业主分摊", [("业主", "does")]),
        ("申请人应当向街道办事处提交申请书", [("申请人", "does"), ("街道办事处", "gets")]),
        ("鼓励国有企业将房屋提供给街道办事处", [("国有企业", "told"), ("街道办事处", "gets")]),
        ("支持有条件的区县设立子基金", [("区县", "helped")]),
        ("由区人力资源和社会保障局负责实施", [("区人力资源和社会保障局", "does")]),
        ("由市、区财政各承担一半", [("市财政", "does"), ("区财政", "does")]),
        ("建设市级平台", []),
    ],
)
def test_parts(text: str, expected: list[tuple[str, str]]) -> None:
    found = [(one.name, one.part) for one in read_parties(text)]
    assert [one for one in found if one[1] != "other"] == expected


@pytest.mark.parametrize(
    ("name", "other", "alike"),
    [
        ("区政府", "区人民政府", True),
        ("人社部门", "人力资源社会保障部门", True),
        ("企业", "科技型企业", True),
        ("市财政", "区财政", False),
        ("国有企业", "物业服务企业", False),
    ],
)
def test_names_of_one_body(name: str, other: str, alike: bool) -> None:
    assert like(name, other) is alike
    assert like(other, name) is alike
