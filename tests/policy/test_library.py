"""From a question to an answer with its article."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bot.knowledge.library import Knowledge
from bot.messages import Citation
from bot.policy.encoder import CachedEncoder, Vectors
from bot.policy.kept import KeptArray
from bot.policy.library import PolicyLibrary
from bot.policy.reading import Reader, difference, marks

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("question", "region", "topic"),
    [
        ("有没有门槛费", "湖南", "deductible"),
        ("起付先多少", "湖南", "deductible"),
        ("起负线多少", "湖南", "deductible"),
        ("報消比例是多少", "湖南", "ratio"),
        ("请问湖南职工报几成？", "湖南", "ratio"),
        ("不服的话几天内复核", "山东", "objection"),
        ("打什么电话咨询", "山东", "hotline"),
    ],
)
def test_a_question_finds_its_topic(library: PolicyLibrary, question: str, region: str, topic: str) -> None:
    assert library.answer(question, region, None, TODAY).topic == topic


def test_the_answer_names_document_and_article_in_words_and_on_the_card(library: PolicyLibrary) -> None:
    answer = library.answer("职工报销比例", "湖南", "职工", TODAY)
    assert answer.text.startswith("在职职工报80%")
    assert "依据：湘医保发〔2022〕52号第十三条" in answer.text
    assert answer.citations == (Citation(document="湘医保发〔2022〕52号", article="第十三条"),)
    assert answer.status == "fixed"


def test_rejected_candidates_are_kept_with_their_scores(library: PolicyLibrary) -> None:
    candidates = library.answer("退休人员报多少", "湖南", None, TODAY).candidates
    assert len(candidates) > 1
    assert candidates[0].score > candidates[1].score


def test_what_the_document_is_silent_about_is_said_to_be_open(library: PolicyLibrary) -> None:
    answer = library.answer("报销比例是多少", "山东", None, TODAY)
    assert answer.status == "silent"
    assert answer.citations == ()
    assert "没有写报销比例" in answer.text
    assert "12393" in answer.text


def test_what_fits_nothing_gets_no_article(library: PolicyLibrary) -> None:
    answer = library.answer("轮椅陪护", "湖南", None, TODAY)
    assert (answer.topic, answer.status, answer.citations) == ("", "silent", ())


def test_an_article_speaks_where_no_answer_is_written(library: PolicyLibrary) -> None:
    answer = library.answer("钱从哪里出", "湖南", None, TODAY)
    assert answer.citations[0].article == "第六条"
    assert "统筹基金" in answer.text


def test_a_named_article_is_told(library: PolicyLibrary) -> None:
    assert library.answer("第六条讲什么", "湖南", None, TODAY).citations[0].article == "第六条"


@pytest.mark.parametrize(
    ("on", "status"),
    [
        (date(2022, 12, 31), "not_in_force"),
        (date(2023, 1, 1), "fixed"),
        (date(2027, 12, 31), "fixed"),
        (date(2028, 1, 1), "not_in_force"),
    ],
)
def test_validity_holds_on_both_of_its_ends(library: PolicyLibrary, on: date, status: str) -> None:
    answer = library.answer("职工报销比例", "湖南", None, on)
    assert answer.status == status
    assert ("2027年12月31日" in answer.text) is (status == "not_in_force")


def test_a_scheme_the_document_does_not_cover_gets_no_figure(library: PolicyLibrary) -> None:
    answer = library.answer("报销比例是多少", "湖南", "居民", TODAY)
    assert "85%" not in answer.text
    assert "只管职工医保" in answer.text
    assert answer.citations[0].article == "第三条"


def test_a_draft_is_called_a_draft(library: PolicyLibrary) -> None:
    assert "征求意见稿" in library.answer("报多少", "内蒙古", None, TODAY).text
    assert "征求意见稿" in library.answer("有没有起付线", "内蒙古", None, TODAY).text


@pytest.mark.parametrize(
    ("question", "corrected"),
    [
        ("对结果不服30天内申请复核就行是吗", "不是30天，是10日"),
        ("对结果不服10天内申请复核就行是吗", ""),
        ("对结果有意见多少天内提，过了15天还能提吗", ""),
    ],
)
def test_a_false_premise_is_put_right_first(library: PolicyLibrary, question: str, corrected: str) -> None:
    text = library.answer(question, "山东", None, TODAY).text
    assert text.startswith(corrected or "收到结果10日内")


def test_a_continuation_is_weighed_with_what_it_continues(library: PolicyLibrary) -> None:
    answer = library.answer("不是定点的药店呢", "湖南", None, TODAY, previous="能去药店拿药吗")
    assert answer.topic == "not_designated"


def test_what_fits_nothing_as_a_continuation_is_a_question_of_its_own(library: PolicyLibrary) -> None:
    answer = library.answer("药店呢", "湖南", None, TODAY, previous="嗯嗯嗯嗯嗯嗯嗯嗯嗯嗯", topic="limit")
    assert answer.topic == "pharmacy"


def test_why_is_answered_by_the_article(library: PolicyLibrary) -> None:
    assert "退休八成五" in library.explain("退休人员报多少", "湖南", None, TODAY).text


def test_regions_are_compared_on_two_topics_that_are_joined(library: PolicyLibrary) -> None:
    compared = library.compare(dict.fromkeys(("湖南", "山东"), "起付线和报销比例"), TODAY)
    assert (compared.topic, compared.topic_name) == ("deductible", "起付线和报销比例")
    assert [answer.answer.count("；") >= 1 for answer in compared.answers] == [True, True]
    assert {cite.article for cite in compared.answers[1].citations} >= {"第十五条"}
    assert [answer.status for answer in compared.answers] == ["fixed", "silent"]  # the weaker of the two


def test_each_of_two_is_told_though_both_stand_in_one_article(real_library: PolicyLibrary) -> None:
    told = real_library.answer("一类病跟二类病 年度封顶各听谁的", "江西", None, TODAY)
    assert "住院待遇" in told.text
    assert "统筹地区" in told.text


def test_two_regions_are_compared_in_full_and_by_the_rule_in_general(real_library: PolicyLibrary) -> None:
    question = "复审是谁来组织，要自己去申请吗"
    hunan, jilin = real_library.compare(dict.fromkeys(("湖南", "吉林"), question), TODAY).answers
    assert "评审委员会办公室" in hunan.answer
    assert "期限截止前" in jilin.answer  # when, though only who was asked for
    everywhere = real_library.compare(dict.fromkeys(real_library.knowledge.regions, question), TODAY)
    assert sum(len(each.answer) for each in everywhere.answers) < 5 * len(hunan.answer + jilin.answer) / 2


def test_regions_are_compared_on_one_topic(library: PolicyLibrary) -> None:
    compared = library.compare(dict.fromkeys(("湖南", "山东", "内蒙古"), "起付线"), TODAY)
    assert compared.topic == "deductible"
    assert [a.status for a in compared.answers] == ["fixed", "delegated", "silent"]
    assert compared.answers[0].citations[0].article == "第十三条"


def test_two_regions_asked_two_things_are_both_answered(library: PolicyLibrary) -> None:
    asked = {"湖南": "不是定点的药店报不报", "山东": "不服几天内申请复核"}
    compared = library.compare(asked, TODAY)
    assert [answer.topic for answer in compared.answers] == ["not_designated", "objection"]
    assert compared.topic == ""


def test_two_things_asked_of_one_region_are_both_told(library: PolicyLibrary) -> None:
    text = library.answer("起付线是多少，能去药店拿药吗，分别怎么规定", "湖南", None, TODAY).text
    assert "不设起付线" in text
    assert "定点药店" in text


def test_a_continuation_that_would_be_told_the_same_again_is_a_question_of_its_own(
    library: PolicyLibrary,
) -> None:
    answer = library.answer("不服几天内申请复核呢", "山东", None, TODAY, "起付线怎么算", "deductible")
    assert answer.topic == "objection"


def test_only_what_holds_everywhere_is_answered_without_a_region(library: PolicyLibrary) -> None:
    told = library.nationwide("打什么电话咨询")
    assert told is not None
    assert "12393" in told.text
    assert library.nationwide("报销比例是多少") is None


def test_a_document_number_names_its_region(library: PolicyLibrary) -> None:
    assert library.knowledge.region_given_away("湘医保发[2022] 52号还有效吗") == "湖南"
    assert library.knowledge.region_given_away("52号文") is None


class _CountingEncoder:
    name = "counting"

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        return np.array([[len(text), 1] for text in texts], dtype=np.float32)


def test_a_question_is_encoded_once_however_many_regions_answer_it(knowledge: Knowledge) -> None:
    encoder = _CountingEncoder()
    library = PolicyLibrary(knowledge, encoder)
    encoder.encoded.clear()
    library.compare(dict.fromkeys(knowledge.regions, "起付线多少"), TODAY)
    library.answer("起付线多少", "湖南", None, TODAY)
    assert len(encoder.encoded) == 1


def test_vectors_are_kept_between_starts(tmp_path: Path) -> None:
    first, second = _CountingEncoder(), _CountingEncoder()
    before = CachedEncoder(first, tmp_path).encode(["a", "bb"])
    after = CachedEncoder(second, tmp_path).encode(["bb", "ccc", "a"])
    assert second.encoded == ["ccc"]
    assert (after[[2, 0]] == before).all()


def test_a_spoilt_cache_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "vectors-counting.npz").write_bytes(b"spoilt")
    assert CachedEncoder(_CountingEncoder(), tmp_path).encode(["a", "bb"]).shape == (2, 2)


def test_what_was_learned_is_kept_and_answers_the_same(
    knowledge: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = PolicyLibrary(knowledge, None, tmp_path)
    monkeypatch.setattr("numpy.linalg.solve", None)  # a second start must not learn again
    again = PolicyLibrary(knowledge, None, tmp_path)
    for question in ("起付线多少钱", "几天内申请复核", "药店"):
        assert again.answer(question, "湖南", None, TODAY) == fresh.answer(question, "湖南", None, TODAY)


def test_an_array_is_kept_until_it_is_made_from_something_else(tmp_path: Path) -> None:
    kept = KeptArray(tmp_path / "kept.npz")
    assert kept.get(["a", "b"], lambda: np.array([1])) == [1]
    assert kept.get(["a", "b"], lambda: np.array([2])) == [1]
    assert kept.get(["ab"], lambda: np.array([3])) == [3]
    (tmp_path / "kept.npz").write_bytes(b"spoilt")
    assert kept.get(["ab"], lambda: np.array([4])) == [4]


def test_a_known_word_is_never_repaired_into_another(library: PolicyLibrary) -> None:
    reader = Reader(library.knowledge.glossary, ("湖南",))
    assert reader.read("起付线和报销比例") == "起付线和报销比例"
    assert reader.read("湖南省起负线") == "起付线"


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("慢病认定", "特病认定", True),
        ("慢特病认定", "特病认定", False),
        ("在职和退休", "退休人员", False),
        ("省内看病", "跨省看病", True),
        ("报销比例", "在职报销比例", False),
        ("没有处方去药店买药", "药店能买药吗", True),
        ("俩病都批了限额怎么算", "限额谁定", True),
        ("住院期间还能用吗", "还能用吗", True),
    ],
)
def test_opposites_and_conditions_are_told_apart_by_words(one: str, other: str, differ: bool) -> None:
    assert (difference(marks(one), marks(other)) > 0) is differ
    assert (difference(marks(other), marks(one)) > 0) is differ
