"""Pages as sites make them: every clause is kept, whatever box it stands in; what surrounds it goes."""

from __future__ import annotations

import pytest

from corpus.formats.html import read_html
from corpus.formats.parsing import parse_document

LINKS = '<a href="/">首页</a> | <a href="/a">新闻</a> | <a href="/b">法规</a>'
LAW = ["青川市节水办法", "第一条 为了节约用水，制定本办法。", "第二条 本办法自发布之日起施行。"]
P = "".join(f"<p>{line}</p>" for line in LAW)
CASES = {
    "table layout with line breaks": (
        f"<table><tr><td>{LINKS}</td></tr><tr><td><a href=/1>第一条新闻标题</a><br>最新法规</td><td>"
        f"<center><b>{LAW[0]}</b></center><br><br>　　{LAW[1]}<br>　　{LAW[2]}</td></tr>"
        "<tr><td colspan=2>版权所有 青川市人民政府<br>技术支持：某公司</td></tr></table>",
        LAW,
    ),
    "no tags closed": (f"<div class=nav>{LINKS}</div><h1>{LAW[0]}<p>{LAW[1]}<p>{LAW[2]}", LAW),
    "preformatted": ("<pre>" + "\n".join(LAW) + "</pre>", LAW),
    "white-space in style": ('<div style="white-space: pre-wrap">' + "\n".join(LAW) + "</div>", LAW),
    "hidden words": (P.replace("节约", '节<span style="display:none">水印</span>约'), LAW),
    "hidden box": (P + '<div style="display:none">第三条 隐。</div><p hidden>脚</p>', [*LAW, "第三条 隐。"]),
    "the document in a hidden tab": (
        f'<div class="tab" style="display:none">{P}</div><div>点击查看</div>', LAW,
    ),
    "wrapped mark-up": (P.replace("用水，", "用水，\n        ").replace("自发布", "自\r\n发布"), LAW),
    "entities": (P.replace("第一条 ", "第一条&nbsp;").replace("办法。", "办法&#12290;"), LAW),
    "numbers are links": (P.replace("第一条", "<a href=1>第一条</a>").replace("第二", "<a name=2>第二"), LAW),
    "all is links": ("".join(f'<p><a href="/{n}">{line}</a></p>' for n, line in enumerate(LAW)), LAW[1:]),
    "each in a box": (f"<h1>{LAW[0]}</h1>" + "".join(f"<div><div>{x}</div></div>" for x in LAW[1:]), LAW),
    "a name as of comments": (f'<div class="comment">{P}</div>', LAW),
    "end outside the editor's box": (
        f"<div class=c><div id=zoom>{P}</div><p>附则不变</p><p>市政府</p><p>2024年5月1日</p></div>"
        "<footer>主办：某局</footer>",
        [*LAW, "附则不变", "市政府", "2024年5月1日"],
    ),
    "other articles within": (
        f"<div id=zoom>{P}<div class='related-news'><p>相关阅读</p>"
        "<p><a href=/1>第三条 消息</a></p></div></div>", LAW,
    ),
    "news beside": (
        f"<div>{P}</div><div><h3>新闻</h3><p><a href=/1>新闻标题</a></p>"
        "<p>这是一条新闻的摘要，说明今天的事情。</p></div>",
        LAW,
    ),
    "a list of other articles below": (
        f"<div>{P}</div><ul>" + "".join(f"<li><a href=/{n}>关于{n}的通知</a>2024-01-0{n}</li>" for n in "123")
        + "</ul><p>本网所有内容归本网所有，请勿转载，谢谢配合。</p>", LAW,
    ),
    "a table of data": (
        P.replace("。<", "：</p><table><tr><th>序号<th>指标</tr><tr><td>1<td>用水量<p>（万吨）</table><", 1),
        [LAW[0], LAW[1].replace("。", "："), "序号\t指标", "1\t用水量　（万吨）", LAW[2]],
    ),
    "clauses in a table": (
        "<table>" + "".join(f"<tr><td>{x[:3]}<td>{x[4:]}</tr>" for x in LAW[1:]) + "</table>",
        [f"{x[:3]}\t{x[4:]}" for x in LAW[1:]],
    ),
    "facts above": (
        f"<p>{LINKS}<table><tr><td>索引号：<td>01<td>文号：<td>青府〔2024〕1号</tr></table>{P}",
        ["索引号：01", "文号：青府〔2024〕1号", *LAW],
    ),
    "scripts and forms": (
        f"<script>第九条 甲。</script><style>第九条</style>{P}<form><button>提交</button><input value=第九条>"
        "<select><option>第九条</select><textarea>第九条 乙。</textarea></form><!-- 第九条 -->", LAW,
    ),
    "no numbers": (
        f"<div class=nav>{LINKS}</div><div><p>青川市全体市民请注意节约用水，违者罚款，谢谢合作。</p>"
        "<p>另有一段。</p></div>"
        "<div>版权所有</div>",
        ["青川市全体市民请注意节约用水，违者罚款，谢谢合作。", "另有一段。"],
    ),
    "a text in no page": ("第一条 甲。", ["第一条 甲。"]),
}  # fmt: skip


@pytest.mark.parametrize(("html", "lines"), CASES.values(), ids=CASES)
def test_the_document_and_nothing_else(html: str, lines: list[str]) -> None:
    assert read_html(f"<html><body>{html}</body></html>").text.split("\n") == lines


@pytest.mark.parametrize("name", ["title", "ArticleTitle", "og:title"])
def test_the_title_of_the_page_helps_where_the_text_has_none(name: str) -> None:
    head = (
        "<title>青川市节水办法 - 青川市人民政府</title>"
        if name == "title"
        else f'<meta name="{name}" content="青川市节水办法"><title>青川网</title>'
    )
    document = read_html(f"<head>{head}</head><body>{P.replace(LAW[0], '')}</body>")
    assert parse_document(document, "a").meta.title == "青川市节水办法"
    assert document.unit == "paragraph"


def test_a_title_in_two_lines_and_the_name_of_the_site() -> None:
    page = (
        "<title>青川市人民政府关于节水的意见_青川市人民政府</title><div>青川市人民政府</div>"
        f"<ul><li>{LINKS}</ul><h1>青川市人民政府<br>关于节水的意见</h1>"
        "<p>一、总体要求</p><p>甲。</p><p>二、任务</p><p>乙。</p>"
    )
    document = read_html(page)
    assert document.text.split("\n")[:3] == ["青川市人民政府", "关于节水的意见", "一、总体要求"]
    assert parse_document(document, "a").meta.title == "青川市人民政府关于节水的意见"


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 20_000 + P,
        "<table><tr><td>" * 10_000 + P,
        "<a href=x>" * 20_000 + P,
        "<b><i><u>" * 7_000 + P,
        "<!--" * 20_000 + P + "--><p>第一条 甲。</p>",
        "<p a='" + "x" * 500_000 + "'>" + P,
        P + "</div>" * 20_000,
        "\0<\x01>&#0;&#xFFFFFF;" * 5_000 + P,
    ],
    ids=["div", "table", "links", "inline", "comment", "attribute", "unopened", "odd"],
)
def test_whatever_the_mark_up_there_is_a_reading(html: str) -> None:
    assert "第一条" in read_html(html).text
