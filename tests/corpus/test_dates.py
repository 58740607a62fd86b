"""Dates a document states of itself, and what it replaces: sentences of our own, as officials put them."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from corpus.dates import dated
from corpus.measure import Meta
from corpus.parse import parse, to_json

DATES = [
    ("2025年1月8日", "2025-01-08"),
    ("二〇二五年一月八日", "2025-01-08"),
    ("二○二四年十二月三十一日", "2024-12-31"),
    ("一九九六年六月二十九日", "1996-06-29"),
    ("２０２５年１０月１日", "2025-10-01"),
    ("2025 年 3 月 1 日", "2025-03-01"),
    ("2025-3-1", "2025-03-01"),
    ("2025.03.01", "2025-03-01"),
    ("2025/3/1", "2025-03-01"),
    ("2025年2月30日", ""),
    ("第15号", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "wanted"), DATES)
def test_a_date_in_any_spelling_is_iso(text: str, wanted: str) -> None:
    assert _meta(last=f"本办法自{text}起施行。").effective == wanted


def _meta(
    last: str = "", head: str = "", foot: str = "", title: str = "甲市测试办法", meta: Meta | None = None
) -> Meta:
    body = "第一条　为了测试，制定本办法。\n第二条　企业应当申报。"
    text = f"{title}\n{head}\n{body}\n第三条　{last or '其他。'}\n{foot}"
    return parse(text, "x", meta=meta).meta


STATED = [
    ({"last": "本办法自2025年3月1日起施行。"}, {"effective": "2025-03-01"}),
    (
        {"last": "本办法自2025年3月1日起施行，有效期5年。"},
        {"effective": "2025-03-01", "valid_until": "2030-02-28"},
    ),
    ({"last": "本办法自二〇二五年三月一日起实施，有效期三年。"}, {"valid_until": "2028-02-29"}),
    ({"last": "本办法自2025年3月1日起施行，有效期至2027年12月31日。"}, {"valid_until": "2027-12-31"}),
    ({"last": "本办法执行至2027年12月31日。"}, {"valid_until": "2027-12-31"}),
    (
        {"last": "本办法自印发之日起施行。", "foot": "甲市人民政府\n2025年1月8日"},
        {"published": "2025-01-08", "effective": "2025-01-08"},
    ),
    (
        {"last": "本办法自发布之日起30日后施行，有效期2年。", "foot": "甲市人民政府\n2025年1月8日"},
        {"effective": "2025-02-07", "valid_until": "2027-02-06"},
    ),
    ({"last": "证书有效期三年，期满应当重新申请。"}, {"valid_until": "", "effective": ""}),
    ({"last": "区县应当自2025年起执行新标准。"}, {"effective": ""}),
    (
        {
            "head": "（2007年6月29日甲市第十届人民代表大会常务委员会第二十八次会议通过　"
            "根据2012年12月28日《关于修改〈甲市测试办法〉的决定》第一次修正　"
            "根据2020年5月6日《决定》第二次修正）"
        },
        {"passed": "2007-06-29", "amended": "2020-05-06"},
    ),
    (
        {"head": "（2025年1月8日甲市人民政府令第3号公布　自2025年3月1日起施行）"},
        {"published": "2025-01-08", "effective": "2025-03-01"},
    ),
    ({"head": "发布日期：2025-01-08"}, {"published": "2025-01-08"}),
    (
        {"last": "本办法自2025年3月1日起施行。《甲市旧办法》（甲府发〔2018〕5号）同时废止。"},
        {"replaces": ("甲市旧办法", "甲府发〔2018〕5号")},
    ),
    ({"last": "本办法自2025年3月1日起施行，原《甲市旧办法》同时废止。"}, {"replaces": ("甲市旧办法",)}),
    ({"last": "依照《甲市财政条例》执行。"}, {"replaces": ()}),
    ({"last": "《甲市旧办法》第三条同时废止。"}, {"replaces": ()}),
    ({"title": "甲市测试办法（已废止）"}, {"status": "repealed"}),
    (
        {"title": "甲市人民政府关于废止部分文件的决定", "last": "废止《甲市旧办法》。"},
        {"replaces": ("甲市旧办法",)},
    ),
]


@pytest.mark.parametrize(("parts", "wanted"), STATED, ids=[str(i) for i in range(len(STATED))])
def test_what_a_document_states_of_itself(parts: dict[str, str], wanted: dict[str, object]) -> None:
    found = asdict(_meta(**parts))  # type: ignore[arg-type]
    assert {name: found[name] for name in wanted} == wanted


def test_the_meta_data_is_never_overwritten() -> None:
    meta = Meta(effective="2030-01-01", published="2029", replaces=("乙",))
    found = _meta("本办法自2025年3月1日起施行。", foot="甲市人民政府\n2025年1月8日", meta=meta)
    assert (found.effective, found.published, found.replaces) == ("2030-01-01", "2029", ("乙",))


def test_parsed_documents_show_their_dates() -> None:
    text = "甲市测试办法\n第一条　制定本办法。\n第二条　本办法自2025年3月1日起施行。\n"
    form = to_json(parse(text, "x"))
    assert form["effective"] == "2025-03-01"
    assert form["published"] is None and form["replaces"] == []
    assert dated(parse(text, "x")).effective == "2025-03-01"
