"""The checker finds what is wrong with the knowledge, and proves it against the documents' texts."""

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.check import Problem, check_knowledge
from bot.knowledge.figures import figure_set, figures
from bot.knowledge.library import load_knowledge
from bot.knowledge.official_texts import read_texts, split_articles
from bot.knowledge.wording import Articles
from bot.messages import AnswerStatus
from bot.settings import ROOT

TEXT = """某办法
各市：

前面的话。

第一章 总则

第一条 本办法管职工。

第二条 不设起付线，在职职工按照80%、退休人员按照百分之八十五支付，
二十个工作日内办结。本办法自2023年1月1日实施，有效期5年。

附件：
1.病种范围
"""

ANSWERS = """answers:
  - topic: ratio
    status: fixed
    answer: 在职报80%，退休报85%，20个工作日办完。
    citations: [{article: 第二条, evidence: [在职职工按照80%，退休人员]}]
silent: [limit]
"""

HELPLINE = """text_blocks:
  - {name: 问候, text: 您好。}
  - {name: 再见, text: 再见。}
frequent_topics: [ratio]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small, right knowledge folder; every region says the same."""
    knowledge = tmp_path / "knowledge"
    _write(knowledge / "topics.yml", "[{id: ratio, name: 报销比例}, {id: limit, name: 限额}]")
    statuses = get_args(AnswerStatus)
    _write(knowledge / "statuses.yml", "".join(f"- {{status: {s}, label: x}}\n" for s in statuses))
    for name in ("glossary", "nation", "scope", "reminders"):
        _write(knowledge / f"{name}.yml", "[]")
    _write(knowledge / "regions.yml", (ROOT / "knowledge/regions.yml").read_text(encoding="utf-8"))
    _write(knowledge / "helpline.yml", HELPLINE)
    for region in ("jiangxi", "hunan", "jilin", "shandong", "neimenggu"):
        files = knowledge / "regions" / region
        _write(
            files / "documents.yml",
            f"[{{key: {region}, number: 某〔2022〕5号, title: x, issuer: x, schemes: [职工], status: in_force}}]",
        )
        _write(
            files / "articles.yml", "[{article: 第一条, heading: 谁, says: 管职工, evidence: [本办法管职工]}]"
        )
        _write(files / "answers.yml", ANSWERS)
        _write(tmp_path / "texts" / f"{region}.txt", TEXT)
    return knowledge


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _texts(folder: Path) -> Mapping[str, Articles]:
    return read_texts(folder.parent / "texts", load_knowledge(folder).regions)


def _change(folder: Path, old: str, new: str) -> list[Problem]:
    path = folder / "regions" / "hunan" / "answers.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    texts = _texts(folder)
    path.write_text(text.replace(old, new), encoding="utf-8")
    return check_knowledge(folder, texts)


def test_right_knowledge_has_no_problems(folder: Path) -> None:
    assert check_knowledge(folder, _texts(folder)) == []
    assert check_knowledge(folder, None) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("80%，退休报", "81%，退休报", "81%"),
        ("20个工作日办完", "15个工作日办完", "15个工作日"),
        ("20个工作日办完", "二十天办完", "二十天"),
        ("article: 第二条", "article: 第九条", "没有第九条"),
        ("按照80%，退休", "按照80%，在职", "这句原文"),
        ("topic: ratio", "topic: ratios", "没有主题 ratios"),
        ("silent: [limit]", "silent: []", "没有回答“限额”"),
        ("silent: [limit]", "silent: [limit, ratio]", "只能留一个"),
        ("status: fixed", "status: delegated", "decided_by"),
        ("evidence:", "evidense:", "拼写"),
    ],
)
def test_a_slip_is_found_and_located(folder: Path, old: str, new: str, said: str) -> None:
    problems = _change(folder, old, new)
    assert any(said in problem.message for problem in problems)
    assert {problem.file for problem in problems} == {"regions/hunan/answers.yml"}


@pytest.mark.parametrize(
    ("old", "new", "said"), [("[ratio]", "[ratios]", "没有主题 ratios"), ("再见,", "问候,", "都叫“问候”")]
)
def test_a_slip_in_what_clerks_have_at_hand_is_found(folder: Path, old: str, new: str, said: str) -> None:
    _write(folder / "helpline.yml", HELPLINE.replace(old, new))
    (problem,) = check_knowledge(folder, None)
    assert (problem.file, said in problem.message) == ("helpline.yml", True)


def test_a_computed_figure_must_be_derived_from_the_article(folder: Path) -> None:
    said = "有效到2027年12月31日。\n    computed: [{figure: 2027年12月31日, derivation: 有效期5年}]"
    assert _change(folder, "20个工作日办完。", said) == []
    assert [p.message for p in _change(folder, "有效期5年", "有效期6年")]


def test_without_texts_shapes_and_matrix_are_still_checked(folder: Path) -> None:
    path = folder / "regions" / "jilin" / "answers.yml"
    path.write_text("answers: []", encoding="utf-8")
    assert {problem.entry for problem in check_knowledge(folder, None)} == {"ratio", "limit"}


def test_a_document_whose_text_is_missing_is_named_once(folder: Path) -> None:
    texts = {key: articles for key, articles in _texts(folder).items() if key != "hunan"}
    problems = check_knowledge(folder, texts)
    assert [(problem.file, problem.entry) for problem in problems] == [
        ("regions/hunan/documents.yml", "hunan")
    ]


def test_numbered_articles_are_told_apart() -> None:
    articles = split_articles(TEXT)
    assert articles["第一条"].strip() == "第一条 本办法管职工。"
    assert "有效期5年" in articles["第二条"]
    assert "病种范围" in articles["附件"]


def test_heading_paths_hold_what_is_below_them() -> None:
    text = "前言话。\n一、甲\n二、乙\n(一) 丙\n1.丁\n2.戊\n归丙的话\n（二）己\n本通知自发布日起执行\n附件\n一 病\n"
    articles = split_articles(text)
    assert set(articles) >= {
        "前言",
        "一",
        "二",
        "二（一）",
        "二（一）1",
        "二（一）2",
        "二（二）",
        "结尾",
        "附件",
    }
    assert "归丙的话" in articles["二（一）"]
    assert "归丙的话" not in articles["二（一）2"]
    assert "丁" in articles["二"]


@given(st.integers(min_value=2, max_value=99))
def test_chinese_and_arabic_figures_are_the_same(number: int) -> None:
    tens, ones = divmod(number, 10)
    digits = "零一二三四五六七八九"
    ten = "" if tens == 0 else "十" if tens == 1 else digits[tens] + "十"
    written = ten + (digits[ones] if ones else "")
    for one, other in ((f"百分之{written}", f"{number}%"), (f"{written}个工作日", f"{number} 个工作日")):
        assert figure_set(one) == figure_set(other)


@pytest.mark.parametrize(
    "text", ["第十三条", "湘医保发〔2022〕52号", "拨打12393或120", "任选一个医院，一次性告知"]
)
def test_places_and_telephone_numbers_are_no_figures(text: str) -> None:
    assert not list(figures(text))


@pytest.mark.parametrize("text", ["1200元", "120元", "十二个月", "一年以内", "八成", "十一个工作日"])
def test_what_looks_like_an_exception_is_still_a_figure(text: str) -> None:
    assert len(list(figures(text))) == 1
