"""Word documents as offices write them: automatic numbers, tracked changes, tables, boxes and notes."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from corpus.errors import CorpusError
from corpus.formats.numerals import written
from corpus.formats.parsing import parse_document
from corpus.formats.reading import document_of
from tests.corpus.formats.writers import docx_of, saved

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MORE = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def numbered(text: str, level: int, number: int = 7) -> str:
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def level(place: int, form: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def word(body: str, numbering: str = "", styles: str = "", footnotes: str = "") -> str:
    """The text that is read out of a document with this body."""
    return document_of(packed(body, numbering, styles, footnotes), Path("a.docx")).text


def packed(body: str, numbering: str = "", styles: str = "", footnotes: str = "") -> bytes:
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml."
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    parts = {"numbering": numbering, "styles": styles, "footnotes": footnotes}
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{main}{name}+xml"/>' for name in parts
    )
    links = "".join(
        f'<Relationship Id="r{n}" Type="{kinds}{name}" Target="{name}.xml"/>' for n, name in enumerate(parts)
    )
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}document.main+xml"/>{types}</Types>',
        )
        relationships = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
        archive.writestr(
            "_rels/.rels",
            f'<Relationships {relationships}><Relationship Id="r" Type="{kinds}officeDocument" '
            'Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/_rels/document.xml.rels", f"<Relationships {relationships}>{links}</Relationships>"
        )
        archive.writestr("word/document.xml", f"<w:document {W} {MORE}><w:body>{body}</w:body></w:document>")
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", f"<w:{name} {W}>{content}</w:{name}>")
    return buffer.getvalue()


LAW_LIST = (
    '<w:abstractNum w:abstractNumId="3">'
    + level(0, "chineseCountingThousand", "第%1章", '<w:suff w:val="space"/>')
    + level(1, "chineseCountingThousand", "第%2条", '<w:lvlRestart w:val="0"/><w:suff w:val="space"/>')
    + level(2, "chineseCounting", "（%3）", '<w:suff w:val="nothing"/>')
    + level(3, "decimal", "%4.")
    + '</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num>'
)


def test_automatic_numbers_are_written_out() -> None:
    shown = {
        "总则": (0, "第一章 "), "甲。": (1, "第一条 "), "乙：": (1, "第二条 "), "丙；": (2, "（一）"),
        "丁：": (2, "（二）"), "戊；": (3, "1. "), "己。": (3, "2. "), "管理": (0, "第二章 "),
        "庚：": (1, "第三条 "), "辛。": (2, "（一）"),
    }  # fmt: skip
    text = word("".join(numbered(words, level) for words, (level, _) in shown.items()), LAW_LIST)
    assert text.split("\n") == [number + words for words, (_, number) in shown.items()]


def test_numbers_by_style_start_anew_and_legal_ones() -> None:
    lists = (
        '<w:abstractNum w:abstractNumId="1"><w:multiLevelType w:val="multilevel"/>'
        + level(0, "chineseCounting", "%1、", '<w:pStyle w:val="Head"/>')
        + level(1, "decimal", "%1.%2", "<w:isLgl/>")
        + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="1"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    )
    styles = (
        '<w:style w:type="paragraph" w:default="1" w:styleId="Base"><w:name w:val="Normal"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Head"><w:name w:val="heading 1"/><w:basedOn w:val="Base"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Sub"><w:name w:val="sub"/><w:basedOn w:val="Head"/></w:style>'
    )
    body = (
        paragraph("总体要求", '<w:pStyle w:val="Head"/>')
        + numbered("细目", 1, 1)
        + paragraph("主要任务", '<w:pStyle w:val="Sub"/>')
        + paragraph("无编号", '<w:pStyle w:val="Head"/><w:numPr><w:numId w:val="0"/></w:numPr>')
        + numbered("另起", 0, 2)
    )
    assert word(body, lists, styles).split("\n") == [
        "一、总体要求", "1.1 细目", "二、主要任务", "无编号", "五、另起",
    ]  # fmt: skip


def test_bullets_and_unknown_lists_are_no_text() -> None:
    lists = (
        '<w:abstractNum w:abstractNumId="1">' + level(0, "bullet", "\uf0b7") + "</w:abstractNum>"
        '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
    )
    assert word(numbered("甲", 0, 1) + numbered("乙", 0, 9), lists) == "甲\n乙"


@pytest.mark.parametrize(
    ("form", "number", "text"),
    [
        ("chineseCounting", 10, "十"), ("chineseCounting", 12, "十二"), ("chineseCounting", 20, "二十"),
        ("chineseCountingThousand", 105, "一百零五"), ("chineseCountingThousand", 110, "一百一十"),
        ("chineseCounting", 1001, "一千零一"), ("chineseLegalSimplified", 12, "壹拾贰"),
        ("ideographDigital", 10, "一〇"), ("ideographTraditional", 3, "丙"), ("ideographZodiac", 1, "子"),
        ("decimalEnclosedCircle", 3, "③"), ("decimalEnclosedCircle", 21, "21"), ("lowerLetter", 27, "aa"),
        ("upperRoman", 14, "XIV"), ("decimalZero", 7, "07"), ("decimalFullWidth", 12, "１２"), 
        ("none", 1, ""), ("thaiLetters", 4, "4"),
    ],
)  # fmt: skip
def test_number_formats(form: str, number: int, text: str) -> None:
    assert written(number, form) == text


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def p(*parts: str) -> str:
    return f"<w:p>{''.join(parts)}</w:p>"


def r(inner: str) -> str:
    return f"<w:r>{inner}</w:r>"


def edge(kind: str) -> str:
    return r(f'<w:fldChar w:fldCharType="{kind}"/>')


BOX = f"<w:txbxContent>{paragraph('框内')}</w:txbxContent>"
ALTERNATIVE = (
    f'<mc:AlternateContent><mc:Choice Requires="wps"><wps:txbx>{BOX}</wps:txbx></mc:Choice>'
    f"<mc:Fallback><w:pict>{BOX}</w:pict></mc:Fallback></mc:AlternateContent>"
)
DELETED = "<w:del><w:r><w:delText>30</w:delText></w:r></w:del>"
SHOWN = {
    "changes": (p(run("补助"), f"<w:ins>{run('50')}</w:ins>", DELETED), ["补助50"]),
    "moved": (p(f"<w:moveFrom>{run('旧')}</w:moveFrom>", f"<w:moveTo>{run('新')}</w:moveTo>"), ["新"]),
    "mark": (p("<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>", run("前")) + p(run("后")), ["前后"]),
    "hidden": (p(run("见"), run("隐", "<w:vanish/>"), run("也见", '<w:vanish w:val="0"/>')), ["见也见"]),
    "breaks": (p(run("上"), r("<w:br/>"), run("下"), r('<w:br w:type="page"/>')), ["上", "下"]),
    "signs": (p(run("甲"), r("<w:tab/><w:noBreakHyphen/>"), run("乙")), ["甲\t-乙"]),
    "link": (p(f"<w:hyperlink>{run('链接')}</w:hyperlink>"), ["链接"]),
    "field": (p(f'<w:fldSimple w:instr="REF a">{run("第三条")}</w:fldSimple>'), ["第三条"]),
    "long field": (
        p(edge("begin"), r("<w:instrText>REF x</w:instrText>"), edge("separate"), run("甲"), edge("end")),
        ["甲"],
    ),
    "control": (f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph('控件')}</w:sdtContent></w:sdt>", ["控件"]),
    "box": (p(run("正文"), r(ALTERNATIVE)), ["正文", "框内"]),
    "ruby": (p(r(f"<w:ruby><w:rt>{run('yin')}</w:rt><w:rubyBase>{run('音')}</w:rubyBase></w:ruby>")), ["音"]),
    "blanks": (p(run("　　第一条　甲。　")) + "<w:p/>" + p(run(" ")), ["第一条　甲。"]),
}


@pytest.mark.parametrize(("body", "lines"), SHOWN.values(), ids=SHOWN)
def test_what_a_reader_sees(body: str, lines: list[str]) -> None:
    assert word(body).split("\n") == lines


def test_notes_follow_their_paragraph() -> None:
    notes = f'<w:footnote w:id="2">{paragraph("注文。")}</w:footnote>'
    body = f"<w:p>{run('第一条 甲')}<w:r><w:footnoteReference w:id='2'/></w:r>{run('。')}</w:p>"
    assert word(body + paragraph("第二条 乙。"), footnotes=notes).split("\n") == [
        "第一条 甲。", "〔注〕注文。", "第二条 乙。",
    ]  # fmt: skip


def cell(*texts: str) -> str:
    return "<w:tc>" + "".join(paragraph(text) for text in texts) + "</w:tc>"


def test_tables_of_data_and_of_layout() -> None:
    rows = cell("序号", "（个）") + cell("指标"), cell("1") + cell(""), cell("第一条 甲。") + ""
    table = "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"
    layout = f"<w:tbl><w:tr>{cell(*[f'第{n}条 文' for n in '一二三四五六七'])}{cell('旁')}</w:tr></w:tbl>"
    assert word(table).split("\n") == ["序号　（个）\t指标", "1", "第一条 甲。"]
    assert word(layout).split("\n") == [*(f"第{n}条 文" for n in "一二三四五六七"), "旁"]


@pytest.mark.parametrize("way", ["style", "gallery", "field"])
def test_a_generated_table_of_contents_is_no_text(way: str) -> None:
    entries = [f"第{n}章 总则\t{n}" for n in "12"]
    styles = '<w:style w:type="paragraph" w:styleId="11"><w:name w:val="toc 1"/></w:style>'
    if way == "style":
        contents = paragraph("目　录") + "".join(paragraph(e, '<w:pStyle w:val="11"/>') for e in entries)
    elif way == "gallery":
        inner = "".join(map(paragraph, ["目录", *entries]))
        part = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
        contents = f"<w:sdt><w:sdtPr>{part}</w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>"
    else:
        begin = "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText> TOC \\o </w:instrText></w:r>"
        end = "<w:r><w:fldChar w:fldCharType='end'/></w:r>"
        contents = f"{paragraph('目录')}<w:p>{begin}{run(entries[0])}</w:p><w:p>{run(entries[1])}{end}</w:p>"
    text = word(
        paragraph("青川市办法") + contents + paragraph("第一章 总则") + paragraph("第一条 甲。"), "", styles
    )
    assert text.split("\n") == ["青川市办法", "第一章 总则", "第一条 甲。"]


def test_a_field_that_is_never_closed_loses_nothing() -> None:
    begin = "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>TOC</w:instrText></w:r>"
    assert word(f"<w:p>{begin}</w:p>" + paragraph("第一条 甲。") + paragraph("第二条 乙。")).count("条") == 2


def test_the_title_in_the_properties_helps_where_the_text_has_none() -> None:
    import docx

    document = docx.Document()
    document.core_properties.title = "青川市节约用水办法"
    document.add_paragraph("第一条 甲。")
    document.add_paragraph("第二条 乙。")
    guideline = parse_document(document_of(saved(document), Path("a.docx")), "a")
    assert guideline.meta.title == "青川市节约用水办法"
    assert [m.span.line for m in guideline.measures] == [1, 2]


TEXT = paragraph("第一条 甲。")


def bomb(**parts: int) -> bytes:
    data = BytesIO(packed(TEXT))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, size in parts.items():
            archive.writestr(f"word/{name}.xml", b"\0" * size)
    return data.getvalue()


def with_doctype() -> bytes:
    data = BytesIO()
    with zipfile.ZipFile(BytesIO(packed(TEXT))) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                entity = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
                content = entity + content.replace("甲".encode(), b"&x;")
            new.writestr(name, content)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (docx_of(["第一条 甲。"])[:3000], "不完整|损坏"),
        (packed(TEXT).replace(b"word/document.xml", b"word/documenx.xml"), "损坏|ZIP"),
        (bomb(big=41 * 1024 * 1024), "解压后过大"),
        (with_doctype(), "嵌入"),
        (packed("<w:sdt><w:sdtContent>" * 300 + TEXT + "</w:sdtContent></w:sdt>" * 300), "损坏"),
        (packed('<w:altChunk w:id="r1"/>' + TEXT), "嵌入"),
        (packed(""), "空文件"),
        (b"PK\x03\x04" + bytes(range(256)) * 40, "不完整|损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, r"旧版.*另存为 \.docx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "加密"),
    ],
    ids=["cut", "renamed", "bomb", "entity", "deep", "chunk", "empty", "garbage", "doc", "locked"],
)
def test_damaged_and_hostile_documents_are_refused(data: bytes, said: str) -> None:
    with pytest.raises(CorpusError) as refused:
        document_of(data, Path("坏.docx"))
    assert re.search(said, refused.value.zh) and "坏.docx" in refused.value.en
