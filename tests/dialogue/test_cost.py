"""Cost questions as conversations: what is understood, what is said, what is asked back."""

from decimal import Decimal as D
from typing import Any

import pytest

from bot.dialogue.cost import CostRecognition
from bot.dialogue.turn import Context, Task
from bot.messages import AmountRange
from tests.dialogue.costs import card, paid, turn


@pytest.mark.parametrize("more", ["少说了一张，还有300", "还有一张发票300，忘了说", "前几天还买过300的"])
def test_a_forgotten_cost_is_told_on_top(talk: Any, more: str) -> None:
    assert paid(talk("江西，八成，没封顶，药费500", more)) == "640.00"


def test_a_limit_told_roughly_is_replaced_by_one_with_its_period(talk: Any) -> None:
    assert paid(talk("湖南退休，限额三百来块，药费400", "查到了，一个月限额320")) == "272.00"


def test_months_told_in_turns_are_asked_about_together(talk: Any) -> None:
    outcome = talk("湖南在职，限额300", "十月花了250", "十一月花了350", "两个月一共报多少")
    assert paid(outcome) == ("440.00", "480.00")


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("花了500能报多少", ("region",)),
        ("湖南退休，花了500能报多少", ("monthly_limit",)),
        ("湖南职工，花了500能报多少", ("monthly_limit", "employment")),
        ("江西职工花了500", ("ratio", "annual_cap")),
        ("山东职工花了500", ("deductible", "ratio", "annual_cap")),
        ("湖南在职，限额300，花了-50元", ("amount",)),
        ("湖南退休，单列支付的药4000元", ("single_line_ratio", "single_line_limit")),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_computed(
    talk: Any, question: str, missing: tuple[str, ...]
) -> None:
    outcome = talk(question)
    assert card(outcome).fund_pays is None
    assert card(outcome).missing == missing


@pytest.mark.parametrize(
    ("question", "field", "why"),
    [
        ("湖南在职，限额300，药费负50元", "amount", "负数"),
        ("湖南在职，限额300，药费0元", "amount", "0 元"),
        ("湖南在职，限额300，药费1e12元", "amount", "太大"),
        ("湖南在职，限额300，药费12.345元", "amount", "12.345 元"),
        ("湖南在职，限额300，2月30号花了200", "treated_on", "没有“2月30号”这一天"),
        ("湖南在职，限额300，2月30号批下来的，3月花了200", "approved_on", "没有“2月30号”这一天"),
        ("湖南在职退休，限额300，花了200", "employment", "既说在职，又说退休"),
        ("湖南退休，限额300，限额350，花了400", "monthly_limit", "两个限额"),
        ("山东职工，没有起付线，起付线400，花了1000报80%", "deductible", "又说起付线 400 元"),
        ("江西职工报120%，花了800", "ratio", "0% 到 100%"),
        ("江西职工，年限额3000，今年已经报了3500，花了200报80%", "used", "3500 元"),
    ],
)
def test_what_cannot_be_so_is_named_and_nothing_is_computed(
    talk: Any, question: str, field: str, why: str
) -> None:
    outcome = talk(question)
    assert paid(outcome) is None
    assert card(outcome).missing == (field,)
    assert why in outcome.replies[0].text
    assert outcome.context.asked == field


@pytest.mark.parametrize(
    ("turns", "fund"),
    [
        (("湖南在职，限额300，花了-50元", "打错了，是50"), "40.00"),
        (("江西居民，报70%，花了900", "其中有200没有处方"), "490.00"),
        (("湖南在职退休，限额300，花了200", "在职"), "160.00"),
        (("湖南退休，限额300，限额350，花了400", "350"), "297.50"),
        (("江西职工，年限额3000，今年已经报了3500，花了200报80%", "2500"), "160.00"),
        (("湖南退休，限额300，2月30号批下来的，3月花了200", "2月28号"), "170.00"),
    ],
)
def test_what_could_not_be_so_is_put_right(talk: Any, turns: tuple[str, ...], fund: str) -> None:
    assert paid(talk(*turns)) == fund


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("湖南居民花了500能报多少", "只管职工医保"),
        ("湖南退休肺癌化疗花了6000", "放化疗"),
        ("2022年12月湖南退休花了300，限额300", "2023年1月1日"),
        ("四川的，花了500能报多少", "四川"),
    ],
)
def test_what_our_documents_do_not_govern_is_refused_with_the_reason(
    talk: Any, question: str, why: str
) -> None:
    outcome = talk(question)
    assert paid(outcome) is None
    assert why in outcome.replies[0].text
    assert "12393" in outcome.replies[0].text


def test_the_answer_comes_first_with_its_source(talk: Any) -> None:
    text = talk("湖南退休，限额300，花了200").replies[0].text
    assert text.startswith("医保支付 170 元，您自付 30 元。")
    assert "湘医保发〔2022〕52号第十三条" in text


def test_one_thing_is_asked_at_a_time_until_the_answer_is_exact(talk: Any) -> None:
    outcome = talk("帮我算下能报多少")
    assert outcome.context.asked == "region"
    assert outcome.replies[0].buttons[0].payload.startswith("/inform")
    outcome = talk("湖南", context=outcome.context)
    assert outcome.context.asked == "amount"
    outcome = talk("四百", context=outcome.context)
    assert outcome.context.asked == "monthly_limit"
    outcome = talk("360", context=outcome.context)
    assert outcome.context.asked == "employment"
    assert paid(outcome) == ("288.00", "306.00")
    outcome = talk("退休", context=outcome.context)
    assert outcome.context.asked is None
    assert paid(outcome) == "306.00"


def test_a_bare_number_is_the_ratio_we_asked_for(talk: Any) -> None:
    assert paid(talk("山东职工花了1000", "没有", "80")) == "800.00"


def test_what_was_said_before_is_not_said_again_but_for_the_draft(talk: Any) -> None:
    outcome = talk("内蒙古职工花了800", "怎么算的")
    assert "还没有算出来" in outcome.replies[0].text
    assert "统筹地区" not in outcome.replies[0].text
    assert "征求意见稿" in outcome.replies[0].text.split("依据")[-1]
    assert card(outcome).missing


def test_not_knowing_ends_in_who_decides(talk: Any) -> None:
    outcome = talk("江西职工花了800", "不知道")
    assert outcome.context.asked is None
    assert "统筹地区" in outcome.replies[0].text
    assert paid(talk("报80%", context=outcome.context)) == "640.00"


def test_what_is_not_known_may_be_said_last(talk: Any, recognition: CostRecognition) -> None:
    question = talk("湖南退休，限额200，有两个慢病", "花了350")
    assert question.context.asked == "extra_limit"
    assert recognition.goes_on(turn("第二个病加多少不晓得"), question.context)
    assert paid(talk("第二个病加多少不晓得", context=question.context)) == ("170.00", "255.00")


def test_a_second_disease_is_told_in_between(talk: Any, recognition: CostRecognition) -> None:
    question = talk("湖南退休，限额200")
    assert recognition.goes_on(turn("我有两个病种，第二个加多少医院没讲"), question.context)
    assert not recognition.goes_on(turn("两个病种第二个加多少"), question.context)
    assert recognition.goes_on(turn("两个病种，第二个加了些我没记住，能报多少"), question.context)


@pytest.mark.parametrize(
    ("said", "of_the_cost"),
    [
        ("对了，药是上月底买的", True),
        ("是在巷口那家小诊所开的，没有医保的牌子", True),
        ("7月买的药，8月2号才批下来", True),
        ("在外地买的能报吗", False),
    ],
)
def test_when_and_where_the_cost_came_about_belongs_to_it(
    talk: Any, recognition: CostRecognition, said: str, of_the_cost: bool
) -> None:
    assert (
        recognition.goes_on(turn(said), talk("吉林，报七成，没起付线，没封顶，花了500").context)
        is of_the_cost
    )


@pytest.mark.parametrize("said", ["在职退休分不清", "不晓得我这算不算退休", "搞不清是在职还是退休"])
def test_not_knowing_ones_status_is_no_contradiction(talk: Any, said: str) -> None:
    assert paid(talk(f"湖南职工，限额300，药费260，{said}")) == ("208.00", "221.00")


def test_what_was_told_as_a_range_is_asked_for_and_settled(talk: Any) -> None:
    asked = talk("山东，起付线没有，报七成到八成，花了1000，没封顶")
    assert asked.context.asked == "ratio"
    assert "按报销比例 70%" in asked.replies[0].text
    assert paid(talk("75%", context=asked.context)) == "750.00"


@pytest.mark.parametrize("said", ["没封顶", "起付线交满了", "那到底报多少", "所以我能报多少钱呢"])
def test_terms_told_without_a_figure_go_on_with_the_cost(
    talk: Any, recognition: CostRecognition, said: str
) -> None:
    assert recognition.goes_on(turn(said), talk("江西职工，报80%，花了500").context)


def test_a_day_without_its_month_is_of_the_month_told_before(talk: Any) -> None:
    turns = (
        "湖南退休，慢病5月20号批下来的",
        "25号我拿了200的药",
        "6月3号又拿150，每月限额260，两笔一共报多少",
    )
    assert paid(talk(*turns)) == "127.50"
    turns = ("江西二类", "7月12号认定通过的", "3号那次花210，20号那次花300，报60%，额度够，一共报多少")
    assert paid(talk(*turns)) == "180.00"


def test_a_second_disease_and_a_cost_are_told_in_turns(talk: Any) -> None:
    assert paid(talk("湖南在职，限额240", "另外一个病批了给加50", "这个月花掉300")) == "232.00"


def test_what_was_paid_up_is_put_right(talk: Any) -> None:
    turns = ("山东，起付500已经扣了200，花900，报70%，额度够", "扣的是300，看错了")
    assert paid(talk(*turns)) == "490.00"


def test_a_years_cost_is_told_in_turns(talk: Any) -> None:
    assert paid(talk("算算全年要多少", "每月固定96块的药，限额120", "湖南退休，12个月都要吃")) == "979.20"


def test_a_deductible_told_before_may_be_doubted(talk: Any) -> None:
    told = "山东职工，起付线600，报80%，花了1500，额度够"
    assert paid(talk(told)) == "720.00"
    assert paid(talk(told, "起付线扣过多少我也说不清")) == ("720.00", "1200.00")


def test_of_months_told_before_one_may_be_asked_about(talk: Any) -> None:
    told = "山东职工，报80%，起付线400，额度够，上个月花了1000这个月花了500，一共报多少"
    assert paid(talk(told)) == "880.00"
    assert paid(talk(told, "我只问这个月")) == "400.00"


def test_what_was_spent_before_and_a_part_may_be_told_later(talk: Any) -> None:
    assert paid(talk("湖南在职限额300花了200", "这个月第二次了，上次花了180")) == "96.00"
    assert paid(talk("江西二类花了600报80%没封顶", "乙类的先自付10%，乙类200")) == "464.00"


def test_of_a_bill_that_is_lost_no_sum_is_told(talk: Any) -> None:
    outcome = talk("湖南退休，限额500，这个月药费两张单子，一张180，另一张单子找不到了")
    assert paid(outcome) is None
    assert card(outcome).missing == ("amount",)


def test_no_more_than_three_questions(talk: Any) -> None:
    outcome = talk("江西职工花了800", "嗯", "啥意思", "你说呢")
    assert outcome.context.asked is None
    assert "12393" in outcome.replies[0].text


def test_a_correction_replaces_what_was_said(talk: Any) -> None:
    outcome = talk("湖南在职，限额300，花了280", "不对，我是退休的", "限额应该是200")
    assert paid(outcome) == "170.00"
    assert outcome.context.employment == "退休"


@pytest.mark.parametrize(
    ("first", "then", "fund"),
    [
        ("湖南退休，限额300，花了500", "限额说错了，是450", "382.50"),
        ("湖南退休，限额300，花了500", "不是300，是400", "340.00"),
        ("湖南退休，限额300，花了500", "限额不是300，是400", "340.00"),
        ("湖南退休，限额500，药费300", "还有200块的药没算", "425.00"),
        ("江西职工报80%花了800", "比例错了，是85%", "680.00"),
        ("湖南慢病花了500，退休，不知道限额", "哦查到了，限额是420", "357.00"),
        ("山东职工花了1000，没有起付线，报80%", "没到", "800.00"),
    ],
)
def test_one_figure_is_put_right_or_added(talk: Any, first: str, then: str, fund: str) -> None:
    assert paid(talk(first, then)) == fund


def test_a_correction_says_what_it_changed(talk: Any) -> None:
    text = talk("湖南在职，限额300，花了500", "限额说错了，是450").replies[0].text
    assert "月限额从 300 元改成 450 元。跟刚才比，医保多支付 120 元。" in text
    text = talk("湖南在职，限额300，花了280", "不对，我是退休的").replies[0].text
    assert "从在职改成退休。" in text


def test_the_place_visited_settles_the_ratio(talk: Any) -> None:
    outcome = talk("江西职工，三甲报80%，社区报90%，花了1000，额度够")
    assert [button.title for button in outcome.replies[0].buttons] == ["三甲", "社区", "不知道"]
    assert paid(talk("社区", context=outcome.context)) == "900.00"


def test_what_was_told_roughly_is_said_and_asked_for(talk: Any) -> None:
    text = talk("湖南在职，限额2000，花了一千来块").replies[0].text
    assert "您说的是大概的数，这里按 900 到 1100 元算" in text
    assert text.endswith("请问准确花了多少元？")


def test_a_figure_alone_is_of_what_the_person_did_not_know(talk: Any) -> None:
    assert paid(talk("湖南退休，药费260", "不知道限额", "哦查到了，250")) == "212.50"


def test_each_of_two_people_keeps_their_name_and_region(talk: Any) -> None:
    question = "我爸湖南退休限额300花了400，我江西职工报85%花了500没封顶，一共报多少"
    outcome = talk(question, "我爸限额是350")
    assert card(outcome).region == "湖南、江西"
    assert "您爸：350 元 × 85% = 297.5 元" in outcome.replies[0].text
    assert paid(outcome) == "722.50"


def test_each_persons_status_is_their_own(talk: Any) -> None:
    question = "我爸退休我妈在职都是湖南的，限额都是300，各花了260，一共报多少"
    assert paid(talk(question)) == "429.00"
    assert paid(talk(question, "我妈花的是200")) == "381.00"


def test_two_people_who_are_paid_nothing(talk: Any) -> None:
    assert paid(talk("我爸在职我妈退休，都是湖南的，在非定点药店买药能报吗")) == "0.00"


def test_the_answer_why_where_and_what_next_are_lines_of_their_own(talk: Any) -> None:
    first, why, where, *_, last = talk("湖南退休，限额300，花了500").replies[0].text.split("\n")
    assert first == "医保支付 255 元，您自付 245 元。"
    assert why == "您说的费用 500 元；不设起付线；月限额 300 元；限额内的费用 300 元；300 元 × 85% = 255 元。"
    assert where.startswith("依据湘医保发〔2022〕52号第十三条")
    assert last.startswith("实际金额以结算单为准")


def test_what_was_left_out_is_told_with_the_steps(talk: Any) -> None:
    text = talk("湖南退休，限额300，花了200", "怎么算的").replies[0].text
    assert "您没有说有下面这些情况，所以没有用上：" in text
    assert "住院期间慢特病门诊待遇暂停" in text


def test_a_hypothesis_is_compared_and_not_remembered(talk: Any) -> None:
    outcome = talk("湖南在职，限额300，花了280", "那要是退休了呢")
    assert paid(outcome) == "238.00"
    assert "多支付 14 元" in outcome.replies[0].text
    assert paid(talk("怎么算的", context=outcome.context)) == "224.00"


def test_the_steps_are_told_on_request(talk: Any) -> None:
    text = talk("湖南在职，限额300，花了280", "怎么算的").replies[0].text
    assert text.startswith("第1步，医疗费总额")
    assert "280 元 × 80% = 224 元" in text


def test_two_people_in_one_question(talk: Any) -> None:
    outcome = talk("爸爸退休花了300，妈妈在职花了500，湖南的，每人限额400，合起来报多少")
    assert paid(outcome) == "575.00"
    labels = [step.label for step in card(outcome).steps]
    assert "爸爸：统筹基金支出" in labels
    assert "妈妈：统筹基金支出" in labels


def test_the_same_for_both_parents(talk: Any) -> None:
    assert paid(talk("我爸我妈都是湖南退休的，限额200，各花了300，一共报多少")) == "340.00"


def test_what_the_person_heard_is_put_right(talk: Any) -> None:
    text = talk("湖南退休，限额300，花了500，能报425不").replies[0].text
    assert "不是您说的 425 元" in text


def test_a_new_question_does_not_inherit_the_old_ones_circumstances(talk: Any) -> None:
    outcome = talk("湖南退休，限额300，没有处方买药200", "湖南退休，限额300，拿药花了200")
    assert paid(outcome) == "170.00"


def test_what_is_remembered_of_the_person_is_used(talk: Any) -> None:
    known = Context(region="湖南", employment="退休", scheme="职工", task=Task.POLICY, asked="ratio")
    assert paid(talk("限额300，花了200能报多少", context=known)) == "170.00"


@pytest.mark.parametrize("question", ["江西职工报80%花了500", "湖南退休花了500", "内蒙古职工花了500", "你好"])
def test_every_reply_carries_an_estimate_and_names_no_unknown_figure(talk: Any, question: str) -> None:
    outcome = talk(question)
    assert card(outcome).card == "estimate"
    for step in card(outcome).steps:
        assert step.amount is None or isinstance(step.amount, AmountRange) or D(step.amount) >= 0


def test_a_share_at_home_does_not_hold_elsewhere(talk: Any) -> None:
    outcome = talk("江西职工，本地医院报85%，临时去广东看慢病花了1000")
    assert card(outcome).fund_pays is None
    assert "ratio" in card(outcome).missing


def test_what_is_certain_comes_before_what_is_missing(talk: Any) -> None:
    text = talk("湖南退休，花了500能报多少").replies[0].text
    assert text.startswith(
        "能确定的是：医保最多支付 425 元，也就是费用 500 元的 85%，不设起付线，限额以内按 85% 报。"
    )


def test_of_two_people_the_one_who_is_known_is_told_and_the_answer_is_the_others(talk: Any) -> None:
    question = "我爸退休花了300，我妈在职花了200，都是湖南的，我爸限额300，一共报多少"
    assert "您爸：300 元 × 85% = 255 元" in talk(question).replies[0].text
    assert paid(talk(question, "250")) == "415.00"


def test_a_year_of_the_same_cost(talk: Any) -> None:
    assert paid(talk("湖南在职，限额300，药费280报多少", "那一年呢")) == "2688.00"


def test_an_examination_told_later_adds_to_the_cost(talk: Any) -> None:
    outcome = talk("湖南退休，限额500，药费600", "还有检查费100")
    assert (card(outcome).fund_pays, card(outcome).you_pay) == ("425.00", "275.00")


@pytest.mark.parametrize(
    ("told", "fund"),
    [
        (
            ["德州居民山东，起付线不太清楚", "可能四百到五百", "今年没扣过，报六成，花了1000，额度够"],
            ("300.00", "360.00"),
        ),
        (["山东职工", "起付线六百", "扣满了", "报八成", "药费九百", "额度够"], "720.00"),
        (["湖南在职，限额350", "用了120", "今天又拿药280，报多少"], "184.00"),
        (["湖南衡阳，我老婆退休了我还在上班，问我自己的", "这月药费620", "限额450"], "360.00"),
    ],
)
def test_terms_told_turn_by_turn(talk: Any, told: list[str], fund: Any) -> None:
    assert paid(talk(*told)) == fund
