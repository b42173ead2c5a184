"""Time limits in conversation: which event a day belongs to, what is said where the document leaves it open."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from bot.clock import SHANGHAI
from bot.deadlines.calendar import WorkingCalendar
from bot.dialogue.deadline import DeadlineAnswers
from bot.dialogue.turn import Context, Mention, Task, Turn
from bot.knowledge.deadlines import load_calendar, load_deadlines
from bot.knowledge.library import Knowledge
from bot.messages import DeadlineCard, Reply
from bot.settings import ROOT

NOW = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
ENTITIES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "region": (("山东", "山东"), ("湖南", "湖南"), ("江西", "江西"), ("吉林", "吉林"), ("内蒙古", "内蒙古")),
    "scheme": (("居民", "居民"),),
    "disease": (("透析", "尿毒症透析"), ("冠心病", "冠心病"), ("胃癌", "恶性肿瘤")),
}


@pytest.fixture(scope="module")
def deadlines(real_knowledge: Knowledge) -> DeadlineAnswers:
    calendar = WorkingCalendar(load_calendar(ROOT / "knowledge"))
    return DeadlineAnswers(real_knowledge, load_deadlines(ROOT / "knowledge"), calendar)


@pytest.fixture
def told(deadlines: DeadlineAnswers) -> Any:
    """Says the sentences one after the other and answers the last reply."""

    def say(*sentences: str) -> Reply:
        context = Context()
        for sentence in sentences:
            mentions = tuple(
                Mention(entity, value, found.start(), found.end(), word)
                for entity, words in ENTITIES.items()
                for word, value in words
                for found in re.finditer(word, sentence)
            )
            outcome = deadlines.answer(Turn("chat", sentence, "check_status", mentions, NOW), context)
            context = outcome.context
        return outcome.replies[0]

    return say


def due_on(reply: Reply) -> str | None:
    assert isinstance(reply.card, DeadlineCard)
    return reply.card.due_on.isoformat() if reply.card.due_on else None


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        # the event whose words stand by the day
        ("山东冠心病，2026年8月3号交的申请，什么时候能批下来", "2026-08-31"),
        ("湖南，10月8日递的表，11月6日批下来的，哪天起享受", "2026-12-01"),
        ("山东，2026年10月3日通过鲁医保小程序交了透析申请", "2026-10-08"),
        ("山东，2026年4月28日窗口受理的冠心病", "2026-05-28"),
        ("山东冠心病，2026年8月31号医院代我传的，几号前该批完", "2026-09-28"),
        ("2026年9月3号上午十点半 山东窗口 透析 哪天能办成", "2026-09-03"),
        # a weekday beside its date is no other day
        ("山东，周六早上在爱山东报的胃癌，2026年11月14号，几时有结果", "2026-11-16"),
        # not approved yet is no refusal; from which day on is asked of the approval
        ("山东糖尿病，2026年9月2号递上去的，等到现在还没批下来，最晚哪天该批完", "2026-09-30"),
        ("山东，2026年8月3号递的表，8月12号通过，我从几号起能用", "2026-08-12"),
        ("山东，2026年11月14号拿到没认定上的通知，现在提复核还行吗", "2026-11-24"),
        # completed papers count anew
        ("山东冠心病，2026年3月2日交的，少一张单子，3月20日才补齐", "2026-04-20"),
        # refusals
        ("山东，认定没过，2026年11月18号接到的通知", "2026-11-28"),
        ("山东冠心病不予认定，11月16号短信告诉我的", "2026-11-26"),
        # what was told to wait for is not the day
        ("山东，2026年9月3号上午十点交的透析，窗口叫我等下周五，用等吗", "2026-09-03"),
        ("门慢材料8月3号就送到医保中心了，山东冠心病，几号出结果", "2026-08-31"),
        # a result that came is past, whatever is to be done about it
        ("山东，认定没过，3月16号领到的通知，我要申请复核最晚哪天交", "2026-03-26"),
        # told to be refused, asked for another look
        ("山东，11月12号来消息说我不够格，想请他们再看一回，截到哪天", "2026-11-22"),
        # which of two days counts
        ("湖南，6月2号交上去，6月18号批的，待遇从交的算还是批的算", "2026-07-01"),
        # whoever took it in
        ("山东冠心病，2026年8月3号县医院收的件，20个工作日数到哪天", "2026-08-31"),
        # what is planned lies ahead, and follows into a year not yet published
        ("山东，我打算12月21号去交冠心病的材料", "2027-01-19"),
        ("湖南，要是12月30号才批下来，哪天起能用", "2027-01-01"),
        # days named by a festival or a day of the week
        ("山东，国庆前一天交的冠心病", "2026-11-03"),
        ("山东，周三上午在窗口交的透析", "2026-11-18"),
        # a review: the nearest day, whatever was filed
        ("吉林，复审12月3号到期，11月28号去申请来得及吗", "2026-12-03"),
        ("吉林，我复审是2026年10月20号到期，10月18号交的复审申请", "2026-10-20"),
    ],
)
def test_the_day_is_counted_from_the_event_beside_it(told: Any, sentence: str, expected: str) -> None:
    assert due_on(told(sentence)) == expected


def test_a_day_told_later_completes_the_account(told: Any) -> None:
    assert due_on(told("我爸在爱山东报了胃癌，山东的", "2026年8月8号交的")) == "2026-08-10"


def test_by_when_it_will_be_approved_is_no_approval(told: Any) -> None:
    assert due_on(told("8月3号交的冠心病材料", "山东的，最晚几号批好")) == "2026-08-31"


def test_a_day_without_its_month_is_of_the_month_told_before(told: Any) -> None:
    reply = told("山东冠心病，9月8号交的申请", "让我补一张单子", "15号补齐的，哪天办完")
    assert due_on(reply) == "2026-10-19"


def test_whether_it_holds_from_this_month_is_answered_with_the_day(told: Any) -> None:
    reply = told("江西，特病上月20号认定通过", "要不要等这个月才生效")
    assert due_on(reply) == "2026-10-20"


@pytest.mark.parametrize(
    ("sentence", "concerned"),
    [
        ("山东，2026年9月3号上午窗口交的透析，叫我等下周，用等吗", True),
        ("慢病资格是去年3月5号在吉林市批的，转去白城，那边让我重认一遍", False),
        ("前年5月2号评上的，单位搬家，社保跟着转白城了，原先的资格作数不", False),
        ("山东，去年9月8号递的材料，二十个工作日满在哪一天", True),
    ],
)
def test_what_is_asked_of_a_day_decides(deadlines: DeadlineAnswers, sentence: str, concerned: bool) -> None:
    turn = Turn("chat", sentence, "check_status", (), NOW)
    assert (deadlines.concerns(turn, Context()) or deadlines.tells_event(turn)) is concerned


def test_days_in_hospital_or_of_a_purchase_are_none_of_an_approval(deadlines: DeadlineAnswers) -> None:
    approved = Context(region="湖南", task=Task.DEADLINE, timeline={"event": "approved", "on": "2026-10-18"})
    for sentence in ("这个月8号我进医院住了，16号出的院", "20号我自己又开了190的药"):
        assert not deadlines.concerns(Turn("chat", sentence, "inform", (), NOW), approved)


def test_both_readings_are_said_at_the_edge_of_office_hours(told: Any) -> None:
    reply = told("山东，2026年6月10日下午五点四十在爱山东交的透析")
    assert due_on(reply) == "2026-06-11"
    assert "2026年6月10日当天办结" in reply.text


def test_where_holidays_are_not_published_yet_a_span_is_said(told: Any) -> None:
    assert told("山东，打算12月21号去交冠心病的材料").text.startswith("最晚办结日预计在2027年1月19日到")


def test_an_hour_surely_outside_leaves_one_reading(told: Any) -> None:
    reply = told("山东，2026年6月10日晚上十点在爱山东交的透析")
    assert due_on(reply) == "2026-06-11"
    assert "当天办结" not in reply.text


@pytest.mark.parametrize(
    ("region", "article"),
    [("湖南", "第九条"), ("江西", "第二十一条"), ("吉林", "二（三）"), ("内蒙古", "三（二）")],
)
def test_where_no_limit_is_fixed_it_is_said_with_the_article_and_whom_to_ask(
    told: Any, region: str, article: str
) -> None:
    reply = told(f"{region}，11月3号交的申请，哪天办完")
    assert due_on(reply) is None
    assert article in reply.text
    assert "没有写" in reply.text
    assert "12393" in reply.text
    assert not re.search(r"\d{4}年\d+月\d+日", reply.text)


@pytest.mark.parametrize(
    ("sentence", "article"),
    [
        ("湖南居民医保，10月9号批的，哪天能用", "第三条"),
        ("湖南，胃癌做化疗的，10月9号批的，哪天能用", "第二十八条"),
    ],
)
def test_no_day_is_told_of_what_another_document_governs(told: Any, sentence: str, article: str) -> None:
    reply = told(sentence)
    assert due_on(reply) is None
    assert article in reply.text


def test_a_day_that_is_put_right_is_the_one_that_counts(told: Any) -> None:
    assert due_on(told("江西，我爸的是10月9号，不对，是10月19号批的")) == "2026-10-19"


def test_who_did_not_apply_has_no_application_under_way(told: Any) -> None:
    assert "工作日" not in told("山东，享受期到上个月30号，没申请新的，怎么办").text


def test_a_review_that_was_missed_says_so_first(told: Any) -> None:
    assert told("吉林，慢病复审2026年8月31号截止的，我9月5号才去").text.startswith("已经过期了")


@pytest.mark.parametrize("sentence", ["山东，冠心病2026年3月18号认定通过", "山东，11月16号收到不通过的通知"])
def test_every_date_comes_with_its_article_and_a_card(told: Any, sentence: str) -> None:
    reply = told(sentence)
    assert due_on(reply)
    assert "鲁医保中心发〔2024〕24号第" in reply.text
