"""The composers: what each writes from what was found, on invented guidelines and on the packaged one."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from bot.answer import Answer, Citation
from bot.answers.clause import clause_answer, find_measures
from bot.answers.document import document_answer, preamble_id
from bot.answers.keyword import find_occurrences, keyword_answer, occurs
from bot.answers.merge import merge
from bot.answers.refusal import (
    example_questions,
    not_in_text,
    other_place,
    out_of_scope,
    unclear,
)
from bot.ask import Assistant
from bot.library import Library
from bot.phrases import Lang, say
from bot.reading.clauses import ClauseRef, clause_refs
from corpus.load import load_corpus, load_document, packaged_corpus
from corpus.measure import Guideline
from corpus.normal import normalize
from corpus.parse import parse

DATA = Path(__file__).parent.parent / "data"
HOSTILE = """某市养蜂<img src=x onerror=alert(5)>管理办法

一、总则`x` **粗** _斜_ $title

(一)明确范围<script>alert(1)</script>。
本办法支持养蜂户<img src="https://evil.example/a.png" onerror="alert(2)">开展繁育。
![图](https://evil.example/b.png)[链接](javascript:alert(3))给予补贴&lt;b&gt;&amp;。

(二)强化服务</article></div><style>*{display:none}</style>。
# 支持养蜂户建立~~追溯~~制度\\。 | a | b |

1. 另有<b>规定</b>的从其规定。
"""
LAW = """水库条例

第一编 总则

第一章 通则

第一节 目的

第一条 为了用好水库，制定本条例。

第二节 范围

第二条 本条例适用于大型水库。
水库管理人应当每日巡查。

第二条之一 小型水库参照适用。

第二章 管护

第一节 人员

第三条 管护人员由县里聘任。

第二节 经费

第四条 经费由县里安排。

第五条 本条例自2025年6月1日起施行。
"""


def library_of(*guidelines: Guideline) -> Library:
    return Library(guidelines)


def clauses(guideline: Guideline, question: str, lang: Lang = "zh") -> Answer:
    return clause_answer(question, lang, library_of(guideline), guideline, clause_refs(normalize(question)))


def numbers(answer: Answer) -> list[int]:
    return list(dict.fromkeys(citation.number for citation in answer.citations))


def quotes_stand(answer: Answer, guideline: Guideline) -> bool:
    """Every citation is verbatim, and its quote and its link stand in the text of the answer."""
    text = answer.text.replace("\\", "")
    return all(
        guideline.source[c.start : c.end] == c.quote
        and f"-{c.start}-{c.end})" in text
        and c.quote.replace("\\", "").replace("\n", " ") in text
        for c in answer.citations
    )


# --- clause -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(1, 16))
def test_a_clause_is_quoted_whole(jiangzhou: Guideline, number: int) -> None:
    answer = clauses(jiangzhou, f"第{number}条")
    (measure,) = (m for m in jiangzhou.measures if m.number == number)
    assert [c.quote for c in answer.citations] == [s.text for s in measure.sentences]
    assert quotes_stand(answer, jiangzhou)
    assert (answer.route, answer.completeness, answer.refusal) == ("clause", "complete", None)
    assert re.sub(r"\s", "", "".join(c.quote for c in answer.citations)) == re.sub(
        r"\s", "", jiangzhou.source[measure.body.start : measure.body.end]
    )


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("第二条和第五条", [2, 5]),
        ("第五条和第二条", [5, 2]),
        ("第九到十一条", [9, 10, 11]),
        ("最后一条", [15]),
        ("倒数第二条", [14]),
        ("前两条", [1, 2]),
        ("后两条", [14, 15]),
        ("第二部分", [5, 6, 7, 8, 9]),
        ("最后一个部分", [14, 15]),
        ("第四部分和第一条", [14, 15, 1]),
        ("第四部分第十四条", [14]),
        ("第七条和第七条", [7]),
    ],
)
def test_several_clauses_and_sections(jiangzhou: Guideline, question: str, expected: list[int]) -> None:
    answer = clauses(jiangzhou, question)
    assert numbers(answer) == expected
    assert answer.completeness == "complete"
    assert quotes_stand(answer, jiangzhou)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("第一编", ["1", "2", "2-1", "3", "4", "5"]),
        ("第二章", ["3", "4", "5"]),
        ("第一章第二节", ["2", "2-1"]),
        ("第二章第二节", ["4", "5"]),
        ("第一编第二章第一节", ["3"]),
        ("第二条", ["2"]),
        ("第二条第二款", ["2"]),
        ("第二条之一", ["2-1"]),
        ("最后一章", ["3", "4", "5"]),
    ],
)
def test_nested_sections_and_inserted_articles(question: str, expected: list[str]) -> None:
    law = parse(LAW, "law")
    (ref,) = clause_refs(normalize(question))
    assert [m.id.removeprefix("law#") for m in find_measures(law, ref)] == expected


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("第九条", "第 9 条不存在"),
        ("第二条之三", "第 2 条之 3不存在"),
        ("倒数第三十条", "倒数第 30 条不存在"),
        ("第七章", "第 7 部分不存在"),
        ("第二章第五节", "第 2 部分中的第 5 部分不存在"),
    ],
)
def test_a_missing_clause_is_refused_and_named(question: str, said: str) -> None:
    law = parse(LAW, "law")
    answer = clauses(law, question)
    assert said in answer.text
    assert (answer.route, answer.refusal, answer.completeness) == ("clause", "not_in_text", "none")
    assert answer.citations == ()
    assert answer.checked == len(law.measures)


def test_the_range_of_numbers_is_told(jiangzhou: Guideline) -> None:
    assert "共 15 条((一) 至 (十五))" in clauses(jiangzhou, "第16条").text.replace("（", "(").replace(
        "）", ")"
    )
    assert "15 measures" in clauses(jiangzhou, "measure 99", "en").text


def test_existing_clauses_are_quoted_beside_missing_ones(jiangzhou: Guideline) -> None:
    answer = clauses(jiangzhou, "第3条和第33条")
    assert numbers(answer) == [3]
    assert (answer.refusal, answer.completeness) == (None, "partial")
    assert "第 33 条不存在" in answer.text


def test_a_clause_alone_names_its_place_and_neighbours(jiangzhou: Guideline) -> None:
    text = clauses(jiangzhou, "第六条").text
    assert "二、做强特色产业" in text
    assert "打造“一县一业”产业带" in text and "加快农机更新" in text
    assert "上一条:无" in clauses(jiangzhou, "第一条").text
    assert "下一条:无" in clauses(jiangzhou, "最后一条").text


def test_editors_notes_stand_beside_a_clause_and_never_in_a_quote(jiangzhou: Guideline) -> None:
    answer = clauses(jiangzhou, "第七条")
    (note,) = answer.notes
    assert "累加补贴以国家农机购置与应用补贴目录内的机具为限" in note and note in answer.text
    assert all("目录内的机具" not in c.quote for c in answer.citations)
    assert clauses(jiangzhou, "第六条").notes == ()


def test_numbering_that_restarts_gives_every_clause_of_that_number() -> None:
    source = "办法\n\n一、甲部\n\n(一)种树。每亩补十元。\n\n二、乙部\n\n(一)养鱼。每塘补五元。\n"
    guideline = parse(source, "two")
    assert len(find_measures(guideline, ClauseRef(1))) == 2
    (ref,) = clause_refs(normalize("第二部分第一条"))
    assert [m.title for m in find_measures(guideline, ref)] == ["养鱼"]


# --- keyword ------------------------------------------------------------------------------------------


def squeezed(text: str) -> str:
    return re.sub(r"[\s“”‘’「」『』\"']", "", normalize(text))


def naive(guideline: Guideline, word: str) -> set[int]:
    """What a substring search over the measures finds, written apart from the code under test."""
    return {m.number for m in guideline.measures if squeezed(word) in squeezed(m.text)}


def questioned_words() -> list[str]:
    """Every quoted word of the keyword questions about the packaged guideline, and what they must contain."""
    words: list[str] = []
    for line in (DATA / "questions" / "cq.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["kind"] == "keyword":
            words += re.findall("[“「]([^”」]+)[”」]", record["question"]) + record["must_contain"]
    return sorted(set(words))


@pytest.fixture(scope="module")
def packaged() -> Guideline:
    return load_corpus(packaged_corpus())[0]


def test_enough_words_are_tried() -> None:
    assert len(questioned_words()) >= 40


@pytest.mark.parametrize("word", questioned_words())
def test_keyword_sets_are_exact(packaged: Guideline, word: str) -> None:
    library = library_of(packaged)
    answer = keyword_answer("?", "zh", library, packaged, [word], together=False)
    assert set(numbers(answer)) == naive(packaged, word)
    assert numbers(answer) == sorted(numbers(answer))
    assert (answer.refusal is None) == bool(naive(packaged, word)) == occurs(packaged, word)
    assert all(squeezed(word) in squeezed(c.quote) for c in answer.citations)
    assert quotes_stand(answer, packaged)
    assert answer.completeness == "complete" and answer.checked == len(packaged.measures)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
def test_keyword_sets_are_exact_for_words_cut_from_the_text(
    packaged: Guideline, linhai: Guideline, size: int
) -> None:
    for guideline in (packaged, linhai):
        library = library_of(guideline)
        for start in range(0, len(guideline.source) - size, 97):
            word = guideline.source[start : start + size]
            if not squeezed(word):
                continue
            answer = keyword_answer("?", "zh", library, guideline, [word], together=False)
            assert set(numbers(answer)) == naive(guideline, word), word


@pytest.mark.parametrize(
    ("words", "together", "expected"),
    [
        (["失能"], False, {9, 14, 16, 18}),
        (["失能", "备案"], False, {9, 12, 14, 16, 18}),
        (["失能", "备案"], True, {16}),
        (["失能", "量子"], False, {9, 14, 16, 18}),
        (["失能", "量子"], True, set()),
        (["量子"], False, set()),
    ],
)
def test_several_words(linhai: Guideline, words: list[str], together: bool, expected: set[int]) -> None:
    answer = keyword_answer("?", "zh", library_of(linhai), linhai, words, together=together)
    assert set(numbers(answer)) == expected
    assert all(word in answer.text for word in words)
    assert answer.refusal == (None if expected else "not_in_text")
    if not expected:
        assert answer.citations == ()


def test_how_often_a_word_stands_is_counted(linhai: Guideline) -> None:
    found = find_occurrences(linhai, "养老机构")
    assert found.times == sum(m.text.count("养老机构") for m in linhai.measures)
    assert (
        f"({found.times} 处)"
        in keyword_answer("?", "zh", library_of(linhai), linhai, ["养老机构"], together=False).text
    )


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("養老機構", True),
        ("ＧＭＯ", False),
        ("“一县一业”产业带", True),
        ("一县一业产业带", True),
        ("", False),
    ],
)
def test_spelling_does_not_matter(several: Assistant, word: str, expected: bool) -> None:
    assert any(occurs(g, word) for g in several.library.guidelines) is expected


def test_a_heading_and_the_preamble_are_told_but_are_no_measure(jiangzhou: Guideline) -> None:
    answer = keyword_answer("?", "zh", library_of(jiangzhou), jiangzhou, ["组织实施"], together=False)
    assert answer.refusal == "not_in_text" and "四、组织实施" in answer.text
    answer = keyword_answer("?", "zh", library_of(jiangzhou), jiangzhou, ["农业强市"], together=False)
    assert answer.refusal == "not_in_text" and "第 6 行" in answer.text


# --- document -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("aspect", "said"),
    [
        ("issuer", "江洲市人民政府办公室"),
        ("doc_no", "江洲府办发〔2025〕17号"),
        ("published", "2025-04-08"),
        ("valid_until", "2027-12-31"),
        ("region", "江洲市"),
        ("title", "江洲市促进现代农业和乡村特色产业发展若干措施"),
        ("size", "共 4 个部分、15 条"),
        ("outline", "完善冷链物流"),
    ],
)
def test_facts_of_the_document(jiangzhou: Guideline, aspect: str, said: str) -> None:
    answer = document_answer("?", "zh", [jiangzhou], [aspect], Library([jiangzhou]))
    assert said in answer.text.replace("\\", "")
    assert (answer.route, answer.refusal, answer.completeness) == ("document", None, "complete")


def test_an_outline_names_every_measure(linhai: Guideline, jiangzhou: Guideline) -> None:
    outline = document_answer("?", "zh", [jiangzhou], ["outline"], Library([jiangzhou])).text
    assert all(m.title.replace("\\", "") in outline.replace("\\", "") for m in jiangzhou.measures)
    chapters = document_answer("?", "zh", [linhai], ["outline"], Library([linhai])).text
    assert all(section.title in chapters for section in linhai.sections)


def test_a_date_that_the_text_states_is_quoted(linhai: Guideline) -> None:
    answer = document_answer("?", "zh", [linhai], ["published"], Library([linhai]))
    assert "自2025年1月1日起施行" in "".join(c.quote for c in answer.citations)
    assert quotes_stand(answer, linhai)


def test_the_basis_is_quoted_from_the_preamble(jiangzhou: Guideline) -> None:
    answer = document_answer("?", "zh", [jiangzhou], ["basis"], Library([jiangzhou]))
    assert answer.citations and {c.measure_id for c in answer.citations} == {preamble_id(jiangzhou)}
    assert quotes_stand(answer, jiangzhou)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_no_document_states_is_not_in_the_text(linhai: Guideline, lang: Lang) -> None:
    answer = document_answer("?", lang, [linhai], ["doc_no"], Library([linhai]))
    assert (answer.refusal, answer.completeness, answer.citations) == ("not_in_text", "none", ())
    assert say(lang, "document.no_doc_no") in answer.text


def test_several_documents_each_under_its_title(jiangzhou: Guideline, linhai: Guideline) -> None:
    answer = document_answer("?", "zh", [jiangzhou, linhai], ["issuer"], Library([jiangzhou, linhai]))
    assert answer.text.index("江洲市人民政府办公室") < answer.text.index("霖海市人民代表大会常务委员会")
    assert answer.checked == 35


# --- several documents --------------------------------------------------------------------------------


def part(guideline: Guideline, text: str, refusal: bool = False) -> tuple[Guideline, Answer]:
    citation = Citation(f"{guideline.slug}#1", 1, "", "", "x", 0, 1, 1)
    if refusal:
        return guideline, Answer("?", "clause", text, refusal="not_in_text", completeness="none", checked=3)
    return guideline, Answer("?", "clause", text, (citation,), completeness="complete", checked=3)


def test_documents_that_have_nothing_are_left_out(jiangzhou: Guideline, linhai: Guideline) -> None:
    one = merge([part(jiangzhou, "甲", refusal=True), part(linhai, "乙")])
    assert (one.refusal, one.checked) == (None, 6)
    assert "霖海市" in one.text and one.text.endswith("乙") and "甲" not in one.text
    both = merge([part(jiangzhou, "甲"), part(linhai, "乙")])
    assert (
        both.text.index("江洲市") < both.text.index("甲") < both.text.index("霖海市") < both.text.index("乙")
    )
    assert len(both.citations) == 2 and both.completeness == "complete"
    neither = merge([part(jiangzhou, "甲", refusal=True), part(linhai, "乙", refusal=True)])
    assert (neither.text, neither.refusal, neither.checked) == ("甲", "not_in_text", 6)


def test_a_clause_of_several_documents(several: Assistant) -> None:
    answer = several.ask("第十八条")  # one of the three goes so far
    assert {c.measure_id for c in answer.citations} == {"linhai-care#18"}
    answer = several.ask("第十二条")
    assert {c.measure_id for c in answer.citations} == {"jiangzhou-agri#12", "linhai-care#12"}
    assert several.ask("第九十九条").refusal == "not_in_text"


# --- refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_refusals_carry_no_sources(library: Library, lang: Lang) -> None:
    refused = [
        (out_of_scope("?", lang, library.guidelines), "out_of_scope"),
        (other_place("?", lang, ["江洲市"], ["南京市"]), "other_place"),
        (not_in_text("?", lang, library, facts=["money"]), "not_in_text"),
        *(
            (unclear("?", lang, library.guidelines, why), "unclear")
            for why in ("empty", "greeting", "gibberish")
        ),
    ]
    for answer, kind in refused:
        assert (answer.route, answer.refusal, answer.completeness) == ("refusal", kind, "none")
        assert answer.citations == () and "#cite-" not in answer.text
        assert answer.lang == lang


def test_a_place_outside_is_named(library: Library) -> None:
    text = other_place("?", "zh", ["江洲市"], ["南京市"]).text
    assert "江洲市" in text and "南京市" in text


def test_related_measures_are_named(library: Library, jiangzhou: Guideline) -> None:
    related = library.guidelines[0].measures[:2]
    text = not_in_text("?", "zh", library, facts=["money"], related=related).text
    assert "具体金额" in text and all(m.title in text for m in related)


def test_how_long_a_question_may_be_is_told(library: Library) -> None:
    text = unclear("?", "zh", library.guidelines, "too_long", length=1234, limit=1000).text
    assert "1234" in text and "1000" in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_examples_are_answered_when_asked(several: Assistant, lang: Lang) -> None:
    questions = example_questions(several.library.guidelines, lang)
    assert len(questions) == 3
    for question in questions:
        assert several.ask(question).refusal is None, question


# --- hostile text -------------------------------------------------------------------------------------

TAGS = {"p", "blockquote", "strong", "em", "a", "ul", "ol", "li", "h3", "code", "hr"}


class Tags(HTMLParser):
    """Every tag with its attributes, and the text between."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.shown = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.shown += data


@pytest.mark.parametrize(
    "question",
    [
        "第一条",
        "第二条",
        "第一部分",
        "哪些条款提到养蜂户?",
        "这份文件主要讲什么?",
        "文件叫什么?",
        "养蜂有什么补贴?",
        "你好",
    ],
)
def test_hostile_text_is_shown_and_does_nothing(tmp_path: Path, question: str) -> None:
    (tmp_path / "bees.txt").write_text(HOSTILE, encoding="utf-8")
    guideline = load_document(tmp_path / "bees.txt")
    from index.store import Index

    answer = Assistant(Index.build([guideline], None)).ask(question)
    page = Tags(MarkdownIt("commonmark", {"html": True}).enable("strikethrough").render(answer.text))
    assert {tag for tag, _ in page.found} <= TAGS
    for tag, attributes in page.found:
        assert set(attributes) <= ({"href"} if tag == "a" else set())
        assert not attributes or re.fullmatch(r"#cite-bees-\d+-\d+", str(attributes["href"]))
    for citation in answer.citations:
        assert citation.quote.replace("\n", " ") in page.shown
        assert guideline.source[citation.start : citation.end] == citation.quote
