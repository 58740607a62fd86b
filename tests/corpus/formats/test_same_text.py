"""The same document in every format: the same articles, labels, titles and words."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.formats.reading import read_document
from corpus.load import load_document
from corpus.measure import Guideline
from corpus.parse import check_accounted
from tests.corpus.formats.writers import docx_of, page_of, pdf_of, set_as_book

LAW = [
    "青川市节约用水条例",
    "（2023年5月1日青川市人民代表大会常务委员会第三次会议通过）",
    "第一章 总则",
    "第一条 为了节约用水，保护水资源，提高用水效率，促进经济社会可持续发展，根据有关法律、"
    "行政法规，结合本市实际，制定本条例。",
    "第二条 本市行政区域内的用水及其监督管理活动，适用本条例。依照第十二条第一款的规定办理。",
    "第二章 管理",
    "第三条 市水行政部门履行下列职责：",
    "（一）编制节约用水规划，报市人民政府批准后组织实施，并向社会公布规划的主要内容；",
    "（二）推广节水器具，每户补助1.5万元；",
    "（三）其他职责。",
    "第四条 违反本条例规定的，责令改正；逾期不改正的，处1000元以上5000元以下罚款。",
    "第五条 本条例自2023年8月1日起施行。",
]
OPINION = [
    "青川市人民政府关于加快绿色发展的意见",
    "青府发〔2024〕5号",
    "各区人民政府，市级各部门：",
    "为贯彻落实上级决策部署，加快全市绿色发展，现提出以下意见。",
    "一、总体要求",
    "（一）指导思想。坚持生态优先、节约集约、绿色低碳发展，推动经济社会发展全面绿色转型，建设美丽青川。",
    "（二）基本原则。政府引导，企业主体，社会参与。",
    "二、主要任务",
    "（三）发展绿色工业。支持金山区建设绿色工厂，对新认定的国家级绿色工厂一次性给予不超过50万元的奖励。",
    "（四）发展绿色建筑。",
    "1.新建建筑全部执行绿色建筑标准。",
    "2.推广装配式建筑。",
    "三、保障措施",
    "（五）加强组织领导。各区、各部门要落实责任，市级有关部门要加强指导，重大事项及时报告。",
    "青川市人民政府",
    "2024年5月1日",
]
WAYS: dict[str, Callable[[list[str]], bytes]] = {
    "txt": lambda lines: "\r\n".join(lines).encode("gb18030"),
    "md": lambda lines: marked_up(lines).encode(),
    "html": lambda lines: page_of(lines, lines[0], "gb2312"),
    "docx": docx_of,
    "pdf": lambda lines: pdf_of(set_as_book(lines, "青川市人民政府公报", rows=8)),
}


def marked_up(lines: list[str]) -> str:
    """Markdown with all the signs that writers like."""
    signs = (
        (r"^(第.章) ", r"## **\1** "),
        (r"^(第.条) ", r"**\1**　"),
        (r"^([一-三])、", r"### \1、"),
        (r"^(（.）)(.{2,8}?。)", r"- \1**\2**"),
        (r"^(\d)\.", r"\1\\."),
        ("绿色发展，", "[绿色发展](http://a.example/第九条)，"),
    )
    text = []
    for line in lines:
        for pattern, sign in signs:
            line = re.sub(pattern, sign, line)
        text.append(line)
    return "# " + "\n\n".join(text) + "\n"


def squeezed(text: str) -> str:
    return re.sub(r"[\s\\*#]|^- |\]\([^)]*\)|\[", "", text, flags=re.MULTILINE)


def shape(guideline: Guideline) -> dict[str, object]:
    meta = guideline.meta
    return {
        "title": (meta.title, meta.doc_no, meta.issuer),
        "sections": [(s.label, s.title, s.level) for s in guideline.sections],
        "measures": [(m.label, m.title, m.path, squeezed(m.text)) for m in guideline.measures],
        "sentences": [squeezed(s.text) for m in guideline.measures for s in m.sentences],
    }


@pytest.mark.parametrize("lines", [LAW, OPINION], ids=["law", "opinion"])
@pytest.mark.parametrize("form", WAYS)
def test_every_format_gives_the_same(tmp_path: Path, lines: list[str], form: str) -> None:
    plain, path = tmp_path / "a.txt", tmp_path / f"a.{form}"
    plain.write_text("\n".join(lines), encoding="utf-8")
    path.write_bytes(WAYS[form](lines))
    guideline = load_document(path)
    assert shape(guideline) == shape(load_document(plain))
    assert guideline.source == read_document(path).text
    check_accounted(guideline, form)
    for measure in guideline.measures:
        assert guideline.source[measure.span.start : measure.span.end] == measure.text
        for sentence in measure.sentences:
            assert guideline.source[sentence.span.start : sentence.span.end] == sentence.text


@pytest.mark.parametrize("form", ["html", "docx", "pdf"])
def test_nothing_of_the_page_is_left(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"a.{form}"
    path.write_bytes(WAYS[form](OPINION))
    text = read_document(path).text
    for gone in ("首页", "相关文章", "植树", "版权", "分享", "脚本", "页眉", "公报", "— 1 —"):
        assert gone not in text


RAW = Path(__file__).resolve().parents[3].parent / "shared" / "examples" / "structure" / "raw"
REAL = sorted(RAW.glob("[glo]*.txt"))[::4] if RAW.is_dir() else []


@pytest.mark.parametrize("form", ["html", "docx", "pdf"])
@pytest.mark.parametrize("path", REAL or [None], ids=lambda path: path.stem if path else "none")
def test_real_documents_are_the_same_in_every_format(path: Path | None, form: str, tmp_path: Path) -> None:
    if path is None:
        pytest.skip("beside the checkout: no folder of real documents")
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    ways = WAYS | {"pdf": lambda lines: pdf_of(set_as_book(lines, "青川市人民政府公报"))}
    copy = tmp_path / f"{path.stem}.{form}"
    copy.write_bytes(ways[form](lines))
    found, wanted = load_document(copy), load_document(path)
    assert [(m.label, m.title) for m in found.measures] == [(m.label, m.title) for m in wanted.measures]
    assert [squeezed(m.text) for m in found.measures] == [squeezed(m.text) for m in wanted.measures]
    assert [s.heading for s in found.sections] == [s.heading for s in wanted.sections]
