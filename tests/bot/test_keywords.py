"""Which words a question wants found: a table of wordings, and questions about matters, not words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.keywords import is_strict, keywords, wants_all_together, whole_phrase
from corpus.normal import normalize

EACH = {
    "哪些条款提到了孵化器?": ("孵化器",),
    "哪些措施提到“科技保险”": ("科技保险",),
    "哪几条提及乡村振兴": ("乡村振兴",),
    "哪一条说到了高新区": ("高新区",),
    "哪些条文写到大数据?": ("大数据",),
    "哪些地方出现了“一带一路”?": ("一带一路",),
    "“知识产权”出现在哪些条款里": ("知识产权",),
    "“知识产权”在哪几条中出现过?": ("知识产权",),
    "知识产权这个词在哪几条里": ("知识产权",),
    "乡村振兴出现在第几条": ("乡村振兴",),
    "提到乡村振兴的条款有哪些": ("乡村振兴",),
    "包含“基金”的措施有哪些": ("基金",),
    "列出所有提到人工智能的措施": ("人工智能",),
    "列出含有龙头企业的条款": ("龙头企业",),
    "找出全部含“贷款”的条": ("贷款",),
    "帮我查一下哪几条有“保险”": ("保险",),
    "请问文件里哪里提到了农民合作社?": ("农民合作社",),
    "文中有没有提到区块链?": ("区块链",),
    "文件有没有提到“量子计算”?": ("量子计算",),
    "原文里提没提元宇宙": ("元宇宙",),
    "这份文件提到过博士后吗?": ("博士后",),
    "有没有条款涉及知识产权质押?": ("知识产权质押",),
    "搜索“专项资金”": ("专项资金",),
    "搜一下孵化": ("孵化",),
    "检索关键词:科技特派员": ("科技特派员",),
    "查找包含“高校”的条款": ("高校",),
    "查一下冷链在哪些条里出现": ("冷链",),
    "“上市”二字见于哪几条": ("上市",),
    "哪几条有“专项资金”四个字?": ("专项资金",),
    "哪些条款点名了永川": ("永川",),
    "哪些条款用到了“示范区”这个词": ("示范区",),
    "哪些措施里含“民宿”": ("民宿",),
    "哪些条款里面写了“用地指标”?": ("用地指标",),
    "哪些條款提到「生態」?": ("生态",),
    "哪些條文提及『長江經濟帶』?": ("长江经济带",),
    "“護理員”出現在哪幾條?": ("护理员",),
    "哪些条款提到“保险”或者“债券”?": ("保险", "债券"),
    "哪些条款提到保险、债券和基金": ("保险", "债券", "基金"),
    "哪些措施提到高校与科研院所?": ("高校", "科研院所"),
    "which measures mention 人工智能?": ("人工智能",),
    'Which clauses mention "科普"?': ("科普",),
    "Which articles contain the word “失能”?": ("失能",),
    "where does 长江 appear?": ("长江",),
    "Does the document mention blockchain?": ("blockchain",),
    "Is 区块链 mentioned anywhere?": ("区块链",),
    "Which measures refer to “incubators”?": ("incubators",),
    'Find all measures that contain "基金".': ("基金",),
    "哪些条款提到5G?": ("5g",),
    "哪些条款提到R&D": ("r&d",),
    "哪些条款提到“4.5万家”": ("4.5万家",),
    "哪些条款提到10%": ("10%",),
    "“到2020年”在哪几条出现": ("到2020年",),
    "哪些条款提到《科学技术进步法》?": ("科学技术进步法",),
    "失能两个字出现在哪里?": ("失能",),
    "哪些条款中出现消防字样": ("消防",),
    "消防在哪些条款中被提到?": ("消防",),
    "哪条讲到了消防演练?": ("消防演练",),
    "文件哪里谈到护理员的津贴?": ("护理员的津贴",),
    "全文有几处提到“押金”?": ("押金",),
    "“押金”一共出现几次?": ("押金",),
    "“押金”一词在全文出现了多少次": ("押金",),
    "有哪些条款是提到押金的?": ("押金",),
    "提到押金的是哪一条": ("押金",),
    "有提到押金的条款吗": ("押金",),
    "请列出提及“财政”的全部条款": ("财政",),
    "提到“老年人”的条款有多少条": ("老年人",),
    "我想知道哪些条款提到了贴息": ("贴息",),
    "麻烦找一下提到“无人机”的条款": ("无人机",),
    "“无人机”有没有在文件里出现过": ("无人机",),
    "文件里有“贴息”吗": ("贴息",),
    "文件中是否出现过“贴息”": ("贴息",),
    "是否提到贴息": ("贴息",),
}
TOGETHER = {
    "哪些条款同时提到“高校”和“科研院所”?": ("高校", "科研院所"),
    "同时提到孵化和科普的条款有哪些": ("孵化", "科普"),
    "哪些条款既提到“人才”又提到“高校”?": ("人才", "高校"),
    "“人才”和“资金”一起出现在哪些条款?": ("人才", "资金"),
    "Which measures mention both 高校 and 科研院所?": ("高校", "科研院所"),
}
NONE = [
    "哪些条款没有提到",
    "哪里写了企业怎么贷款",
    "文件里哪里写了怎么申请?",
    "哪些条款提到什么是孵化器?",
    "企业怎么贷款?",
    "新建冷库一吨补多少?",
    "第十八条",
    "养老院的押金最多收多少?",
    "这份文件是谁发布的?",
    "这份文件主要讲什么?",
    "区县怎么申请高新区?",
    "What support is there for talent?",
    "How much is the subsidy?",
    "包括哪些支持?",
    "支持包括哪些内容?",
    "哪些企业可以使用补贴?",
    "十大产业方向包括哪些?",
    "荣昌区能享受哪些支持?",
    "哪些区县有条件建高新区?",
    "在哪里办理备案?",
    "出现问题找谁?",
    "发现虐待老人怎么举报?",
    "涉及哪些部门?",
    "补贴包含什么?",
    "",
]


@pytest.mark.parametrize(("question", "words"), EACH.items())
def test_each_word_by_itself(question: str, words: tuple[str, ...]) -> None:
    text = normalize(question)
    assert keywords(text) == words
    assert len(words) == 1 or not wants_all_together(text)


@pytest.mark.parametrize(("question", "words"), TOGETHER.items())
def test_all_words_together(question: str, words: tuple[str, ...]) -> None:
    text = normalize(question)
    assert (keywords(text), wants_all_together(text)) == (words, True)


@pytest.mark.parametrize("question", NONE)
def test_no_keyword_question(question: str) -> None:
    assert keywords(normalize(question)) == ()


def test_the_tables_are_large_enough() -> None:
    assert len(EACH) + len(TOGETHER) >= 60
    assert len(NONE) >= 20


@pytest.mark.parametrize(
    ("question", "strict"),
    [
        ("哪些条款提到冷链?", True),
        ("“冷链”出现在哪几条?", True),
        ("Which measures mention 冷链?", True),
        ("哪些措施涉及冷链?", False),
        ("哪些措施包括冷链?", False),
    ],
)
def test_strict_wordings_ask_for_the_word_itself(question: str, strict: bool) -> None:
    assert keywords(normalize(question)) == ("冷链",)
    assert is_strict(normalize(question)) is strict


def test_the_phrase_before_it_is_split_is_kept() -> None:
    text = normalize("哪些条款提到鱼塘和水库?")
    assert keywords(text) == ("鱼塘", "水库")
    assert whole_phrase(text) == "鱼塘和水库"


@given(st.text(alphabet="哪些条款提到出现在“”同时和、的吗?abc 有没有水库", max_size=30))
def test_any_text_can_be_read(text: str) -> None:
    """No error, no empty word, no word twice."""
    words = keywords(normalize(text))
    assert all(word.strip() for word in words)
    assert len(set(words)) == len(words)
