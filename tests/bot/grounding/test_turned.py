"""Who does not qualify, what may be done, and pieces that hang together, on one guideline."""

from __future__ import annotations

import pytest

from tests.bot.grounding.tables import Corpus

VOUCHER, SMALL = "lanhe-innovation-voucher", "lanjiang-tech-sme"
TALENT, RENTAL = "lanchuan-youth-talent", "yunting-public-rental"


@pytest.mark.parametrize(
    ("slug", "number", "sentence", "kept"),
    [
        (VOUCHER, 5, "职工超过300人的企业不能申领创新券[1]。", True),
        (VOUCHER, 5, "职工超过200人的企业不能申领创新券[1]。", False),
        (VOUCHER, 5, "职工超过300人的企业可以申领创新券[1]。", False),
        (VOUCHER, 5, "职工不超过300人的企业不能申领创新券[1]。", False),
        (VOUCHER, 5, "上年度营业收入超过2亿元的，没有资格申领[1]。", True),
        (VOUCHER, 6, "核心成员不足3人的创客团队不能申领创新券[1]。", True),
        (VOUCHER, 6, "核心成员不足5人的创客团队不能申领创新券[1]。", False),
        (VOUCHER, 6, "核心成员不足3人的创客团队也可以申领创新券[1]。", False),
        (VOUCHER, 9, "成立不满2年的服务机构不能申请入库[1]。", True),
        (VOUCHER, 9, "成立不满3年的服务机构不能申请入库[1]。", False),
        (VOUCHER, 8, "商标注册不能用创新券[1]。", True),
        (VOUCHER, 8, "商标注册可以用创新券[1]。", False),
        (VOUCHER, 12, "如果您的企业在东山县，抵扣比例提高10个百分点[1]。", False),
        (VOUCHER, 15, "创新券只能延期一次，最多延长6个月[1]。", False),
        (SMALL, 4, "上年度研发费用不到100万元的企业不能享受本项补助[1]。", True),
        (SMALL, 4, "上年度研发费用不到100万元的企业可以享受本项补助[1]。", False),
        (SMALL, 4, "上年度研发费用达到100万元以上或者占营业收入5%以上的，按8%补助[1]。", False),
        (SMALL, 9, "企业获得国内发明专利授权的，按每件3000元资助，总额最高20万元[1]。", False),
        (SMALL, 10, "合作银行可以要求企业提供抵押担保[1]。", False),
        (SMALL, 13, "成立超过3年的初创企业可以享受租金减免[1]。", False),
    ],
)
def test_what_stands_in_a_measure_said_otherwise(
    corpus: Corpus, slug: str, number: int, sentence: str, kept: bool
) -> None:
    verdict = corpus.grounds(slug, number).check(sentence)
    assert verdict.kept is kept, verdict.reasons


@pytest.mark.parametrize(
    ("slug", "number", "sentence", "kept"),
    [
        (RENTAL, 9, "申请之日前5年内在本市转让过自有住房的，不能申请公租房[1]。", True),  # an item of a list
        (RENTAL, 18, "累计拖欠租金6个月以上的，市住房保障中心应当解除租赁合同[1]。", True),
        (RENTAL, 18, "只要累计拖欠过租金，市住房保障中心就应当解除租赁合同[1]。", False),
        (RENTAL, 8, "环卫工人申请时，社保连续缴纳期限可以缩短到12个月[1]。", True),  # a name shortened
        (RENTAL, 8, "新就业职工应当具有大专以上学历，且毕业未满5年[1]。", True),
        (RENTAL, 8, "新就业职工应当具有本科以上学历，且毕业未满5年[1]。", False),  # another step
        (RENTAL, 2, "永和县、南屏县可以参照本办法执行[1]。", True),
        (RENTAL, 2, "石桥区和南屏县可以参照本办法执行[1]。", False),  # told of one of them only
        (RENTAL, 12, "摇号过程由公证机构现场公证[1]。", True),
        (RENTAL, 12, "摇号过程由人大代表现场公证[1]。", False),
        (RENTAL, 10, "材料不齐全的，街道办事处应当一次性书面告知需要补正的内容[1]。", True),
        (RENTAL, 10, "材料不齐全的，申请人应当一次性书面告知街道办事处需要补正的内容[1]。", False),
        (TALENT, 12, "望湖区、东郭区应当为青年人才子女预留不少于5%的公办幼儿园学位[1]。", True),
        (TALENT, 12, "全市各区县都应当为青年人才子女预留不少于5%的公办幼儿园学位[1]。", False),
        (
            TALENT,
            11,
            "硕士、本科毕业生首次购买本市新建商品住房，缴纳社保满12个月的，补贴分别为8万元和3万元[1]。",
            True,
        ),
        (
            TALENT,
            11,
            "硕士、本科毕业生首次购买本市新建商品住房，缴纳社保满12个月的，补贴分别为15万元和8万元[1]。",
            False,
        ),
        (TALENT, 5, "从事房地产、典当、娱乐业的企业不能享受一次性创业补贴[1]。", True),  # excepted
        (TALENT, 5, "从事房地产、典当、娱乐业的企业可以享受一次性创业补贴[1]。", False),
    ],
)
def test_lists_names_and_who_acts(corpus: Corpus, slug: str, number: int, sentence: str, kept: bool) -> None:
    verdict = corpus.grounds(slug, number).check(sentence)
    assert verdict.kept == kept, verdict.reasons
