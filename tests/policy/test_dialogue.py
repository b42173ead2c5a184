"""A policy turn: whose region, what it continues, what goes out and what is remembered."""

from dataclasses import replace
from datetime import datetime

import pytest

from bot.clock import SHANGHAI
from bot.dialogue.policy import answer_policy
from bot.dialogue.scope import is_emergency, out_of_scope
from bot.dialogue.turn import Context, Mention, Outcome, Task, Turn
from bot.messages import (
    NOT_FIXED,
    ChooseCard,
    ComparisonCard,
    DeadlineCard,
    FallbackCard,
    PolicyAnswerCard,
    status_of,
)
from bot.policy.library import PolicyLibrary

NOW = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)


def _turn(text: str, intent: str = "ask_policy", now: datetime = NOW, **values: str) -> Turn:
    """A turn in which each `entity="value"` is mentioned by the last part of its value (长沙 in 湖南/长沙)."""
    mentions = []
    for entity, value in values.items():
        for one in value.split("、"):
            said = one.rpartition("/")[2]
            start = text.index(said)
            mentions.append(Mention(entity, one, start, start + len(said), said))
    return Turn("chat", text, intent, tuple(mentions), now)


def _text(outcome: Outcome) -> str:
    return outcome.replies[0].text


def test_the_region_of_the_turn_is_answered_and_remembered(library: PolicyLibrary) -> None:
    outcome = answer_policy(_turn("长沙退休人员报多少", region="湖南/长沙"), Context(), library)
    card = outcome.replies[0].card
    assert isinstance(card, PolicyAnswerCard)
    assert (card.region, card.topic, card.status) == ("湖南", "ratio", "fixed")
    assert (outcome.context.region, outcome.context.city) == ("湖南", "长沙")
    assert (outcome.context.topic, outcome.context.task) == ("ratio", Task.POLICY)


def test_what_may_be_none_of_ours_is_said_to_be_when_the_region_is_asked_for(library: PolicyLibrary) -> None:
    asked = answer_policy(_turn("支付宝里那种医疗险给不给承保"), Context(), library)
    assert "门诊慢特病" in _text(asked)
    assert asked.context.asked == "region"
    assert "门诊慢特病" not in _text(answer_policy(_turn("有没有门槛费"), Context(), library))


def test_without_a_region_it_is_asked_for_and_the_question_answered_afterwards(
    library: PolicyLibrary,
) -> None:
    asked = answer_policy(_turn("有没有门槛费"), Context(), library)
    assert isinstance(asked.replies[0].card, ChooseCard)
    assert '/inform{"region": "湖南"}' in [button.payload for button in asked.replies[0].buttons]
    assert asked.context.asked == "region"
    told = answer_policy(_turn("湖南", "inform", region="湖南"), asked.context, library)
    assert _text(told).startswith("不设起付线")
    assert told.context.asked is None


def test_what_holds_everywhere_needs_no_region(library: PolicyLibrary) -> None:
    assert "12393" in _text(answer_policy(_turn("打什么电话咨询"), Context(), library))


@pytest.mark.parametrize("text", ["山东呢", "那山东呢", "山东"])
def test_another_region_is_asked_the_same(library: PolicyLibrary, text: str) -> None:
    first = answer_policy(_turn("湖南起付线多少", region="湖南"), Context(), library)
    second = answer_policy(_turn(text, region="山东"), first.context, library)
    assert "第十五条" in _text(second)


@pytest.mark.parametrize("text", ["山东那块也一样吗", "山东也是这么规定的么", "山东哩"])
def test_another_region_is_asked_whether_it_is_the_same(library: PolicyLibrary, text: str) -> None:
    first = answer_policy(_turn("湖南起付线多少", region="湖南"), Context(), library)
    second = answer_policy(_turn(text, region="山东"), first.context, library)
    assert "第十五条" in _text(second)


def test_provinces_are_compared_by_the_signs_of_their_documents(library: PolicyLibrary) -> None:
    card = answer_policy(_turn("鲁湘两省起付线各是多少"), Context(), library).replies[0].card
    assert isinstance(card, ComparisonCard)
    assert {row.region for row in card.rows} == {"山东", "湖南"}


def test_who_only_calls_and_says_where_from_is_asked_what_they_want(library: PolicyLibrary) -> None:
    asked = answer_policy(_turn("喂 我是岳阳的", region="湖南/岳阳"), Context(), library)
    assert "您想问" in _text(asked)
    assert asked.context.region == "湖南"


def test_no_sign_of_a_province_is_read_in_other_words(library: PolicyLibrary) -> None:
    card = answer_policy(_turn("省内湘雅医院能直接结不"), Context(region="湖南"), library).replies[0].card
    assert not isinstance(card, ComparisonCard)


def test_all_documents_are_compared_where_it_is_asked_which_of_them(library: PolicyLibrary) -> None:
    card = answer_policy(_turn("哪几份文件写了起付线"), Context(), library).replies[0].card
    assert isinstance(card, ComparisonCard)
    assert {row.region for row in card.rows} == set(library.knowledge.regions)


def test_who_says_how_they_are_insured_asks_the_last_question_so(library: PolicyLibrary) -> None:
    first = answer_policy(_turn("湖南起付线多少", region="湖南"), Context(), library)
    second = answer_policy(_turn("我是退休的", "inform", employment="退休"), first.context, library)
    assert "起付" in _text(second)


def test_the_other_word_of_a_pair_takes_its_place(library: PolicyLibrary) -> None:
    first = answer_policy(_turn("湖南在职职工报多少", region="湖南"), Context(), library)
    assert _text(answer_policy(_turn("那退休的呢"), first.context, library)).startswith("退休人员报85%")


def test_why_explains_the_last_answer(library: PolicyLibrary) -> None:
    first = answer_policy(_turn("湖南退休人员报多少", region="湖南"), Context(), library)
    assert "第十三条是这样规定的" in _text(answer_policy(_turn("为什么"), first.context, library))


def test_two_regions_are_compared(library: PolicyLibrary) -> None:
    outcome = answer_policy(_turn("湖南和山东起付线", region="湖南、山东"), Context(), library)
    card = outcome.replies[0].card
    assert isinstance(card, ComparisonCard)
    assert [row.region for row in card.rows] == ["湖南", "山东"]
    assert "湘医保发〔2022〕52号第十三条" in _text(outcome)
    assert "deductible" in {candidate.target for candidate in outcome.considered}


def test_every_region_is_compared_when_nobody_is_named(library: PolicyLibrary) -> None:
    card = answer_policy(_turn("哪几个地方不设起付线"), Context(), library).replies[0].card
    assert isinstance(card, ComparisonCard)
    assert len(card.rows) == len(library.knowledge.regions)


def test_one_person_in_two_places_is_not_a_comparison(library: PolicyLibrary) -> None:
    text = "我湖南参保，现在住山东，起付线多少"
    card = answer_policy(_turn(text, region="湖南、山东"), Context(), library).replies[0].card
    assert isinstance(card, PolicyAnswerCard)
    assert card.region == "湖南"


def test_a_province_without_documents_gets_no_rule_of_another(library: PolicyLibrary) -> None:
    outcome = answer_policy(_turn("四川报销比例是多少", region="四川"), Context(region="湖南"), library)
    assert "85%" not in _text(outcome)
    assert "12393" in _text(outcome)


def test_a_document_number_is_as_good_as_a_region(library: PolicyLibrary) -> None:
    outcome = answer_policy(_turn("湘医保发〔2022〕52号起付线多少"), Context(), library)
    assert outcome.context.region == "湖南"


def test_validity_is_judged_at_the_turns_moment(library: PolicyLibrary) -> None:
    later = datetime(2028, 1, 1, tzinfo=SHANGHAI)
    outcome = answer_policy(_turn("湖南起付线多少", region="湖南", now=later), Context(), library)
    card = outcome.replies[0].card
    assert isinstance(card, PolicyAnswerCard)
    assert card.status == "not_in_force"


def test_a_scheme_said_once_is_kept_in_mind(library: PolicyLibrary) -> None:
    said = answer_policy(_turn("湖南居民起付线多少", region="湖南", scheme="居民"), Context(), library)
    again = answer_policy(_turn("报销比例是多少"), said.context, library)
    assert "只管职工医保" in _text(again)


def test_a_bare_region_without_a_question_asks_what_is_wanted(library: PolicyLibrary) -> None:
    outcome = answer_policy(_turn("湖南", "inform", region="湖南"), Context(), library)
    assert outcome.context.region == "湖南"
    assert "？" in _text(outcome)


def test_who_only_tells_of_themselves_is_asked_what_is_wanted(library: PolicyLibrary) -> None:
    told = "俺是长沙的，得了糖尿病"
    turn = replace(
        _turn(told, "inform"),
        mentions=(
            Mention("region", "湖南/长沙市", 2, 4, "长沙"),
            Mention("disease", "糖尿病", 8, 11, "糖尿病"),
        ),
    )
    assert "？" in _text(answer_policy(turn, Context(), library))
    assert isinstance(answer_policy(turn, Context(), library).replies[0].card, ChooseCard)


def test_an_emergency_comes_before_everything(library: PolicyLibrary) -> None:
    refusals = library.knowledge.refusals
    assert is_emergency(_turn("我胸口疼"), refusals)
    outcome = answer_policy(_turn("我胸口疼能报销吗"), Context(region="湖南"), library)
    assert "120" in _text(outcome)
    assert outcome.replies[0].card == FallbackCard(reason="unsafe")


def test_what_is_not_ours_is_declined_and_what_is_ours_is_not(library: PolicyLibrary) -> None:
    refusals = library.knowledge.refusals
    context = replace(Context(), asked="region")
    declined = out_of_scope(_turn("工伤认定要多久", "out_of_scope"), context, refusals)
    assert "慢特病" in _text(declined)
    assert declined.context.asked is None
    told = answer_policy(_turn("工伤以后慢特病起付线多少"), Context(region="湖南"), library)
    assert isinstance(told.replies[0].card, PolicyAnswerCard)


def test_a_time_limit_has_a_card_of_its_own_and_a_date_told_next_is_what_it_runs_from(
    library: PolicyLibrary,
) -> None:
    outcome = answer_policy(_turn("山东不服几天内申请复核", region="山东"), Context(), library)
    card = outcome.replies[0].card
    assert isinstance(card, DeadlineCard)
    assert (card.due_on, card.rule) == (None, "objection")
    assert card.citations[0].article == "第九条"
    assert outcome.context.timeline == {"event": "result_received"}


def test_a_time_limit_that_no_document_fixes_says_so_on_its_card(library: PolicyLibrary) -> None:
    outcome = answer_policy(_turn("湖南不服几天内申请复核", region="湖南"), Context(), library)
    card = outcome.replies[0].card
    assert isinstance(card, DeadlineCard)
    assert card.rule == NOT_FIXED
    assert status_of(card) == "silent"
    assert "12393" in _text(outcome)


@pytest.mark.parametrize("text", ["那我问谁", "该找谁问", "去哪里问啊"])
def test_whom_to_ask_is_told_of_what_was_just_answered(library: PolicyLibrary, text: str) -> None:
    first = answer_policy(_turn("山东起付线怎么算", region="山东"), Context(), library)
    told = answer_policy(_turn(text), first.context, library)
    assert _text(told).startswith("请问参保地医保经办机构")
    assert "第十五条" in _text(told)


def test_what_only_nearly_fits_is_asked_about_with_buttons(
    library: PolicyLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsure = replace(library.answer("轮椅陪护", "湖南", None, NOW.date()), rivals=("ratio", "deductible"))
    monkeypatch.setattr(library, "answer", lambda *_: unsure)
    asked = answer_policy(_turn("湖南这个钱怎么个说法", region="湖南"), Context(), library).replies[0]
    assert asked.card == ChooseCard(slot="topic")
    assert [button.title for button in asked.buttons] == ["报销比例", "起付线"]
    assert asked.text.count("？") == 1


def test_whether_one_can_have_it_is_asked_of_the_disease_told_before(real_library: PolicyLibrary) -> None:
    told = answer_policy(
        _turn("长春的，肝硬化", region="吉林/长春", disease="肝硬化"),
        Context(diseases=("肝硬化",)),
        real_library,
    )
    assert isinstance(told.replies[0].card, ChooseCard)
    card = answer_policy(_turn("能办慢病不"), told.context, real_library).replies[0].card
    assert isinstance(card, PolicyAnswerCard)
    assert card.topic == "disease_catalogue"


def test_who_only_tells_of_themselves_is_asked_what_they_want(library: PolicyLibrary) -> None:
    story = _turn("我人在深圳打工 医保在岳阳 得了红斑狼疮", region="广东/深圳、湖南/岳阳", disease="红斑狼疮")
    assert isinstance(answer_policy(story, Context(), library).replies[0].card, ChooseCard)


def test_a_short_question_fits_the_topic_that_is_talked_about(real_library: PolicyLibrary) -> None:
    first = answer_policy(_turn("赣州报多少", region="江西/赣州"), Context(), real_library)
    second = answer_policy(_turn("居民跟职工一样不"), first.context, real_library)
    assert second.context.topic == "ratio"


def test_another_province_is_where_one_is_treated_when_the_own_is_known(library: PolicyLibrary) -> None:
    known = Context(region="湖南", last_question="在外地看病报不报", topic="out_of_province_care")
    told = answer_policy(_turn("深圳哪些医院可以", region="广东/深圳"), known, library)
    card = told.replies[0].card
    assert isinstance(card, PolicyAnswerCard)
    assert card.region == "湖南"


def test_each_region_is_answered_what_was_asked_of_it(library: PolicyLibrary) -> None:
    text = "湖南不是定点的药店报不报，山东不服几天内申请复核"
    turn = replace(
        _turn(text),
        mentions=(Mention("region", "湖南", 0, 2, "湖南"), Mention("region", "山东", 13, 15, "山东")),
    )
    said = _text(answer_policy(turn, Context(), library))
    assert "湖南：不能报" in said
    assert "山东：收到结果10日内" in said


def test_going_back_somewhere_is_going_where_one_is_insured(library: PolicyLibrary) -> None:
    turn = replace(_turn("回湖南报几成"), mentions=(Mention("region", "湖南", 1, 3, "湖南"),))
    outcome = answer_policy(turn, Context(), library)
    assert outcome.context.last_question == "回参保地报几成"


def test_where_one_is_treated_is_elsewhere_and_where_one_only_lives_is_left_out(
    library: PolicyLibrary,
) -> None:
    mentions = tuple(
        Mention("region", region, start, start + 2, name)
        for region, name, start in (("四川", "四川", 0), ("湖南", "湖南", 5), ("四川", "四川", 13))
    )
    turn = replace(_turn("四川带孙 湖南的医保 能在四川看病不"), mentions=mentions)
    outcome = answer_policy(turn, Context(), library)
    assert outcome.context.last_question == "带孙 的医保 能在外省看病不"


def test_whether_it_applies_to_somebody_is_whether_it_applies_to_their_scheme(library: PolicyLibrary) -> None:
    context = Context(region="湖南", scheme="居民", task=Task.POLICY, last_question="起付线是多少")
    outcome = answer_policy(_turn("那这个管她不"), context, library)
    assert outcome.context.last_question == "居民医保 那这个管她不"


def test_what_is_named_of_each_is_asked_what_is_asked_of_both(library: PolicyLibrary) -> None:
    turn = replace(
        _turn("湖南的报销比例跟山东的起付线 各是多少"),
        mentions=(Mention("region", "湖南", 0, 2, "湖南"), Mention("region", "山东", 8, 10, "山东")),
    )
    said = _text(answer_policy(turn, Context(), library))
    assert "湖南：在职职工报80%" in said
    assert "山东：起付线由各市定" in said


@pytest.mark.parametrize("text", ["湖南跟山东两头 起付线各多少", "湖南跟山东的起付线分别多少"])
def test_what_is_asked_of_both_is_compared(library: PolicyLibrary, text: str) -> None:
    card = answer_policy(_turn(text, region="湖南、山东"), Context(), library).replies[0].card
    assert isinstance(card, ComparisonCard)
    assert card.topic == "deductible"
    assert [row.region for row in card.rows] == ["湖南", "山东"]


def test_what_only_tells_is_not_what_the_next_question_goes_on_with(library: PolicyLibrary) -> None:
    first = answer_policy(_turn("湖南报销比例是多少", region="湖南"), Context(), library)
    for said in (_turn("我是居民医保", "inform", scheme="居民"), _turn("自己还得掏这么些啊")):
        second = answer_policy(said, first.context, library)
        assert second.context.last_question == first.context.last_question


def test_another_region_told_with_who_one_is_is_asked_the_same(library: PolicyLibrary) -> None:
    first = answer_policy(_turn("山东起付线多少", region="山东"), Context(), library)
    second = answer_policy(_turn("湖南呢 我是职工", region="湖南", scheme="职工"), first.context, library)
    assert _text(second).startswith("不设起付线")


def test_the_others_are_asked_the_same(library: PolicyLibrary) -> None:
    first = answer_policy(_turn("山东起付线多少", region="山东"), Context(), library)
    assert "第十五条" in _text(answer_policy(_turn("其他的病呢"), first.context, library))


def test_what_may_go_on_or_be_a_question_of_its_own_is_told_both(real_library: PolicyLibrary) -> None:
    first = answer_policy(_turn("江西能自己挑医院吗", region="江西"), Context(), real_library)
    said = _text(answer_policy(_turn("那要是去了非定点医院呢"), first.context, real_library))
    assert "第二十三条" in said
    assert "第十五条" in said


def test_a_document_that_is_named_is_ours_whatever_the_turn_sounds_like(real_library: PolicyLibrary) -> None:
    turn = replace(_turn("吉医保办20号哪天起算数", "out_of_scope"), matter="elsewhere", confidence=0.9)
    assert "2025年4月29日" in _text(answer_policy(turn, Context(), real_library))
