"""A figure in an answer was given by a cited article, a record or the person, or it is found out."""

from typing import Any

import pytest

from bot.knowledge.library import Knowledge
from evaluation.client import Answer
from evaluation.founded import Sources

THIRTEEN = {"document": "湘医保发〔2022〕52号", "article": "第十三条"}
POLICY = {"card": "policy_answer", "region": "湖南", "topic": "ratio", "citations": [THIRTEEN]}


@pytest.fixture(scope="module")
def sources(real_knowledge: Knowledge) -> Sources:
    return Sources(real_knowledge, None)


def estimate(fund_pays: Any) -> dict[str, Any]:
    return {"card": "estimate", "inputs": {"费用": "600"}, "fund_pays": fund_pays, "citations": [THIRTEEN]}


@pytest.mark.parametrize(
    ("text", "unfounded"),
    [
        ("退休人员报85%，依据：湘医保发〔2022〕52号第十三条。", ()),
        ("退休人员报86%。", ("86%",)),
        ("请在30个工作日内交材料，拨打12393。", ("30个工作日",)),
        ("您可以这样问：“药费600能报多少”，例如3月5日。", ()),
    ],
)
def test_only_what_the_cited_article_says(sources: Sources, text: str, unfounded: tuple[str, ...]) -> None:
    assert sources.unfounded(("湖南退休报多少",), Answer(text, (POLICY,))) == unfounded


def test_an_article_cited_in_words_alone_counts(sources: Sources) -> None:
    said = Answer(
        "在职报80%，退休报85%。依据：湘医保发〔2022〕52号第一条、第十三条。", ({"card": "fallback"},)
    )
    assert sources.unfounded(("报多少",), said) == ()


def test_the_end_of_a_documents_validity_goes_with_the_document(sources: Sources) -> None:
    said = Answer("执行到2027年12月31日，不是2028年。", (POLICY,))
    assert sources.unfounded(("管到哪年",), said) == ("2028年",)


@pytest.mark.parametrize("question", ["听说报86%", "听说报百分之八十六", "听说报八成六"])
def test_what_the_person_said_may_be_said_back(sources: Sources, question: str) -> None:
    assert sources.unfounded((question,), Answer("不是86%。", (POLICY,))) == ()


def test_without_a_citation_every_figure_is_unfounded(sources: Sources) -> None:
    refusal = Answer("大约报70%。", ({"card": "fallback", "reason": "out_of_scope"},))
    assert sources.unfounded(("报多少",), refusal) == ("70%",)


def test_what_was_worked_out_stands_on_the_card(sources: Sources) -> None:
    assert sources.unfounded(("花了600",), Answer("医保支付480元。", (estimate("480.00"),))) == ()
    assert sources.unfounded(("花了600",), Answer("医保支付481元。", (estimate("480.00"),))) == ("481元",)


def test_a_share_of_what_was_spent_may_be_said_where_nothing_was_computed(sources: Sources) -> None:
    assert sources.unfounded(("花了600",), Answer("最多480元。", (estimate(None),))) == ()


def test_the_difference_from_the_estimate_before_may_be_said(sources: Sources) -> None:
    again = Answer("刚才是医保支付288元。", (estimate("306.00"),), earlier=(estimate("288.00"),))
    assert sources.unfounded(("花了360", "那退休呢"), again) == ()
    answer = Answer("比刚才多18元。", (estimate("306.00"),), earlier=(estimate("288.00"),))
    assert sources.unfounded(("花了360", "那退休呢"), answer) == ()


@pytest.mark.parametrize(
    ("text", "unfounded"),
    [
        ("报销比例应在 0% 到 100% 之间，请核对一下。", ()),
        ("月限额不会是负数，应是不小于 0 的元。", ()),
        ("您说了两个限额，300 元，450 元。", ()),
        ("今年还差 150 元。", ()),
        ("今年还差 160 元。", ("160 元",)),
        ("报销比例是 70%。", ("70%",)),
        ("要交两个证明。", ("两个",)),
    ],
)
def test_how_a_figure_is_to_be_written_and_a_difference_of_ones_own_are_given(
    sources: Sources, text: str, unfounded: tuple[str, ...]
) -> None:
    assert sources.unfounded(("湖南限额300，限额450",), Answer(text, (estimate(None),))) == unfounded


def test_where_something_was_computed_a_bound_must_stand_somewhere(sources: Sources) -> None:
    said = Answer("比例应在 10% 到 90% 之间。", (estimate("480.00"),))
    assert sources.unfounded(("花了600",), said) == ("10%", "90%")
