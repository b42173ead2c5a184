"""Time limits computed from dates the person gave: "9月30号晚上在小程序交的，啥时候有结果"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import pairwise

from bot.deadlines.calendar import DateRange, WorkingCalendar
from bot.deadlines.limits import Due, Occurrence, due, limits_for, open_point
from bot.dialogue.asking import ask_for_region
from bot.dialogue.turn import Context, Outcome, Task, Turn
from bot.knowledge.deadlines import Event, OpenPoint, Point, RegionDeadlines, Unit
from bot.knowledge.library import Knowledge, Region
from bot.knowledge.schema import Cite
from bot.language import normalise
from bot.language.dates import DateMention, find_dates, in_the_month_told
from bot.messages import NOT_FIXED, Citation, DeadlineCard, Reply
from bot.policy.answers import without_scheme

_ONLINE = re.compile(
    r"爱山东|鲁医保|政务服务网|小程序|app|线上|网上|网络|手机上|[用拿]手机|公众号", re.IGNORECASE
)
_REFUSED = (
    r"不服|(?<!认)不认(?![识定得])|异议|有意见|复核|申诉|(?:没|未|不)(?:能|有|给)*通过|(?<!还)(?<!今天)(?<!现在)(?<!都)(?:没|不|未)(?:有|给|予)*批(?!下来|完|好|出来)|没给[我他她俺你]?过(?!来)|不予认定|没认定上|"
    r"被?拒|驳回|不给过|没过(?!期|审|多久|几|\d)|说(?:[我他她俺]|人家)?[^,。;]{0,3}不(?:够格|够条件|符合|合格|达标)"
)
_RESULT_CAME = (
    r"(?:[收拿领看得][到着]|接[到着](?![报用享])|告知|通知|告诉)"
    r"|[收拿领接看]的[^,。;]{0,2}(?:结果|通知|短信)|(?:结果|通知书?|短信|决定)(?![^,。;]{0,3}没)[^,。;]{0,4}(?:到|下来|出来|来了)"
)
_REVIEW = (
    r"复审|复[身慎查]|年审|续期|续[其期]|享受期|有效期|"
    r"(?:资格|待遇|慢特?病|门[慢特])[^,。;]{0,6}(?:到期|过期|截止)|[号日\d]到期"
)
_DUE = r"到期|过期|截止|期限|期满|届满|有效期"
_APPROVED = (
    r"(?:(?<![该要])(?<![几哪][号天日])(?<!多久)(?<!时候)(?<!没)(?<!没有)(?<!未)批(?!发)|通过(?![^,。后了的]{1,14}(?:交|提|申|上传|递|办理))|核准|准了|认定(?:好|完|下来|过|了|上|成功)|(?<!没)(?<!没有)(?:办|批|资格|慢特?病)[^,。;]{0,2}下来|审核过|过了审|审过(?!没)"
    r"|[号日天]过[的了])"
)
_COMPLETED = r"补[齐全好上完交足]|(?:才|都|全)?(?:齐全|凑齐|备齐|弄齐)了?"
_SUBMITTED = (
    r"(?<!没)交(?!通|叉|费|钱|社保|医保)|提[交的]|递|(?<!没)(?<!没去)(?<!没再)(?<!没有)(?<!没重新)申请|申报|报上|上报|报的|报了(?!多少|[\d几钱销])|上传|受理|"
    r"收(?:的|了)[我俺]?(?:件|材料|资料)|[送办弄]的|送(?:去|到|过去|上去)了?|窗口|[代帮替给][^,。;]{0,4}传"
)
_DAY_OF: Mapping[Event, tuple[str, ...]] = {
    Event.SUBMITTED: (_COMPLETED, _SUBMITTED),
    Event.APPROVED: (_APPROVED,),
    Event.RESULT_RECEIVED: (_RESULT_CAME, _REFUSED),
    Event.REVIEW_DUE: (_DUE, _REVIEW),
}
"""The words that stand by the event's own day, the more telling first: a completed application counts anew."""
_TO_BE_FILED = re.compile(
    r"(?:打算|准备|计划|想|要|将|如果|假如)[^,。;]{0,14}(?:交|递|申请|申报|提)(?!的|了|过|上去了)"
)
_SUPPOSED = re.compile(
    r"(?:如果|假如|假设|要是|若是?|万一)[^,。;]{0,14}(?:批|通过|拿到|收到|认定|受理)(?!的|了|过)"
)
_ASKS = re.compile(
    r"[?？吗么嘛呢]|不$|怎|咋|哪|几|多久|多少|什么|啥|能不能|可以|行不|合规|对[不吧]|没错|还[能得]|是不是|(.)[不没]\1|谁|凭"
)
_ASKS_WHICH = re.compile(r"是[^,。;]{1,8}还是(?!没)")
_ASKS_OF_TIME = re.compile(
    r"赶趟|赶得及|拖延|作数|管用|真的|白瞎|[能走]得?走?慢|能走|走得|起算|从[哪那]一?天|时候|时间|哪一?[天日]|几号|几时|几月|多久|[几多少]+天|日期|截止|期限|[到过超逾]期|超[时过了]|来得及|赶得上|最[晚迟后]|[之以]前|"
    r"办[完结好]|结果|享受|生效|开始|[能可][以用报刷]|算|晚了|还[能没行中]|现在|多会|当[天月]|下个?月|差[^,。;]{0,3}[天月]|合规|对[不吗么]|咋[办整]|怎么办|[该用得要]等"
)
_ASKS_PROGRESS = re.compile(
    r"到哪|进度|进展|批了?[没吗么不]|批下来了?[没吗么]|(?:办|审|弄)(?:好|完)了?[没吗么]|审核?过了?[没吗么]|审核中|消息|信儿|没信|动静|"
    r"(?:有|出|等|查|看|问|没)(?:个|了|到)?结果|结果(?:$|出|下|呢|咋|怎|如何|什么时候|啥时候|还没|[吗没么])|"
    r"查(?!验|得到|得着|不到我)|状态|显示|退回|驳回|编号|上传|短信|没下文|咋样了|怎么样了|还没(?:好|批|弄|办|审)"
)
_ASKS_OF_TRANSFER = re.compile(r"搬|迁|转(?:到|去|走|过|入|出|移)|转[^,。;的]{1,4}[去了]|互认|认不认")
_ASKS_OF_REVIEW = re.compile(r"下一?[回次]|复[审查评]")
_ASKS_OF_ELSE = re.compile(rf"{_ASKS_OF_TRANSFER.pattern}|{_ASKS_OF_REVIEW.pattern}")
"""What the day of approval is told for, where it is not asked from when on something is paid."""
_ASKS_OF_A_DOCUMENT = re.compile(
    r"(?:通知|办法|文件|规程|意见稿)[^,。;]{0,16}(?:执行|施行|实施|生效|作数|算数)"
)
_ASKS_WHETHER_STILL_PAID = re.compile(r"(?:还能?|接着|照样|继续)[^,。;]{0,3}(?:报|享受|用|刷)")
_DENIED = re.compile(r"不[是算]$")
_PUT_RIGHT = re.compile(r"不对|(?<!是)不是|[说记看搞]错")
_ASKS_OF_START = re.compile(
    r"今[天日儿]个?(?:就|是不是)*(?:能|可以)[用刷报]|等到?(?:[^,。;]{1,6}(?<!然)[后过]|明年|下个?月|\d)|(?:这|下|次|当)个?月[^,。;]{0,4}(?:用|享受|生效|报|刷|起)|[哪几][天号日][^,。;]{0,4}(?:起|开始|生效|能用)"
)
_ASKS_FROM_WHEN_PAID = re.compile(
    r"(?:待遇|享受|报销)[^,。;]{0,6}从|[从打自][^,。;]{1,14}(?:享受|报销)|从[哪那]一?[天日][起开算]"
)
_OF_THE_DAY_TOLD = re.compile(
    r"^(?:那|这|会儿?|就|到底|最[晚迟]|拖到|我|他|她|得|要|会|是|能)*(?:哪一?[天日]|几号|几时|(?:什么|啥)时候)[^,。;]{0,8}$"
    r"|^(?:那|当|这)一?天[^,。;]{0,12}$|^(?:就|都|也)?是?今年[^,。;]{0,3}$|工作日|自然日|天数|[周末节假日]+(?:也|都)?算|从[^,。;]{1,20}起算"
)
"""Said after a day that was told: when then, how it is counted, of which year it was."""
_OF_ANOTHER_MATTER = re.compile(r"[住进出][了的]?(?:医)?院|[花买开拿配刷][了的过]")
"""What happens on a day that no time limit runs from: a stay in hospital, a purchase."""
_LONGEST_DAY = timedelta(days=31)
_ASK_THE_AGENCY = "请问参保地医保经办机构，或拨打12393。"
_ASKED_DAY = {
    Event.SUBMITTED: "请问是哪天提交的？",
    Event.APPROVED: "请问是哪天批下来的？",
    Event.RESULT_RECEIVED: "请问是哪天收到结果的？",
    Event.REVIEW_DUE: "请问复审期限到哪一天？",
}
_PAST_DUE_NEXT = {
    Event.SUBMITTED: "请先向受理的机构问清楚；没有答复的，可以找参保地医保经办机构，或拨打12393。",
    Event.RESULT_RECEIVED: "还能不能提，请问参保地医保经办机构，或拨打12393。",
}


@dataclass(frozen=True)
class _Reading:
    """What this turn says about dates. `acted_on`: when something was (to be) done about a review that is due."""

    event: Event | None
    day: DateMention | None
    acted_on: date | None
    online: bool


class DeadlineAnswers:
    """Answers from the regions' time limits, the working-day calendar and what the conversation told."""

    def __init__(
        self, knowledge: Knowledge, deadlines: Mapping[str, RegionDeadlines], calendar: WorkingCalendar
    ) -> None:
        self._knowledge = knowledge
        self._deadlines = deadlines
        self._calendar = calendar

    def concerns(self, turn: Turn, context: Context) -> bool:
        """Whether this turn tells a date that a time limit runs from, or adds to such an account."""
        reading = _read(turn, context)
        text = normalise(turn.text)
        if reading.event is Event.APPROVED and _ASKS_OF_ELSE.search(text):
            return False
        if _ASKS_OF_A_DOCUMENT.search(text):
            return False
        if _ASKS.search(text) and not _ASKS_OF_TIME.search(text):
            return False
        if reading.day is not None and reading.event is None:
            return bool(context.timeline.get("event")) and not _OF_ANOTHER_MATTER.search(text)
        if reading.day is not None or reading.acted_on is not None:
            return True
        if context.task is not Task.DEADLINE:
            return False
        if context.timeline.get("event") == Event.REVIEW_DUE and _ASKS_WHETHER_STILL_PAID.search(text):
            return "on" in context.timeline
        if context.asked == "region" and turn.values("region"):
            return True
        if "on" in context.timeline and _OF_THE_DAY_TOLD.search(text):
            return True
        if context.timeline.get("event") == Event.APPROVED and _ASKS_OF_START.search(text):
            return "on" in context.timeline
        added = turn.values("disease") or turn.values("region") or reading.online or reading.event
        return "on" in context.timeline and bool(added) and not _ASKS.search(text)

    def tells_event(self, turn: Turn) -> bool:
        """Whether something is told to have happened ("我老爹慢病批了"), and nothing asked."""
        text = normalise(turn.text)
        event = _event(text, [])
        if event is None or (event is Event.APPROVED and _ASKS_OF_ELSE.search(text)):
            return False
        return not (_ASKS.search(text) or _ASKS_WHICH.search(text) or asks_progress(text))

    def rules_of(self, region: str) -> RegionDeadlines:
        """The time limits and process of a region, by its name."""
        return self._deadlines[self._knowledge.regions[region].folder]

    def answer(self, turn: Turn, context: Context) -> Outcome:
        """The due date that follows, or that no document fixes one; asks for the region if it is not known."""
        context = _remember(turn, context, _read(turn, context))
        if not turn.values("region") and (given_away := self._knowledge.region_given_away(turn.text)):
            context = replace(context, region=given_away)
        if context.region is None or context.region not in self._knowledge.regions:
            question = "请问是哪里参保的？各地的时限不一样。"
            return ask_for_region(replace(context, task=Task.DEADLINE), question, self._knowledge.regions)
        region = self._knowledge.regions[context.region]
        if elsewhere := self._governed_elsewhere(region, turn, context):
            return Outcome((elsewhere,), replace(context, asked=None))
        occurrence = _occurrence(context)
        if occurrence is None:
            return self._ask_for_day(region, turn, context)
        return Outcome((self._reply(region, occurrence, turn, context),), replace(context, asked=None))

    def _governed_elsewhere(self, region: Region, turn: Turn, context: Context) -> Reply | None:
        """That the region's document does not cover the scheme or the treatment that is told of: no time limit of it
        is theirs."""
        scheme = next(iter(turn.values("scheme")), context.scheme)
        schemes = region.main_document.schemes
        if scheme and scheme not in schemes:
            about = region.answer_to("schemes_covered")
            point = Point(
                label="适用范围",
                says=without_scheme(region.name, region.main_document.number, schemes, scheme).rstrip("。"),
                next=_ASK_THE_AGENCY,
                cite=about.citations[0] if about else None,
            )
            return _left_open(region, point)
        text = normalise(turn.text)
        points = self.rules_of(region.name).elsewhere
        told = next((point for point in points if any(word in text for word in point.words)), None)
        return _left_open(region, told) if told else None

    def _ask_for_day(self, region: Region, turn: Turn, context: Context) -> Outcome:
        """The rule itself comes first; then the day is asked for."""
        event = Event(context.timeline.get("event", Event.SUBMITTED.value))
        rules = self.rules_of(region.name)
        limits = limits_for(rules, event)
        if not limits:
            return Outcome((_nothing_fixed(region, open_point(rules, event)),), context)
        citations = tuple(dict.fromkeys(region.citation(limit.cite) for limit in limits))
        doubt = "您说的日期不太对，或者只有月份。" if _read(turn, context).day else ""
        rule = "；".join(limit.says for limit in limits)
        source = "、".join(str(citation) for citation in citations)
        text = f"{rule}。依据：{source}。\n{doubt}{_ASKED_DAY[event]}例如2026年3月5日，我帮您算到哪天。"
        card = DeadlineCard(label=limits[0].label, due_on=None, rule=limits[0].id, citations=citations)
        return Outcome((Reply(text, card=card),), replace(context, asked="date"))

    def _reply(self, region: Region, occurrence: Occurrence, turn: Turn, context: Context) -> Reply:
        rules = self.rules_of(region.name)
        found = due(rules, occurrence, self._calendar)
        if found is None:
            return _nothing_fixed(region, open_point(rules, occurrence.event))
        acted_on = date.fromisoformat(context.timeline.get("acted_on") or turn.now.date().isoformat())
        if occurrence.event is Event.REVIEW_DUE and rules.after_review_due and acted_on > found.on.last:
            return _too_late(region, rules.after_review_due, occurrence)
        return _due_reply(region, found, occurrence, turn.now.date())


def asks_progress(text: str) -> bool:
    """Whether the text asks how far one's own application has come."""
    return _ASKS_PROGRESS.search(normalise(text)) is not None


def day_of_approval(context: Context) -> date | None:
    """The day of approval that an earlier turn told."""
    told = context.timeline.get("on") if context.timeline.get("event") == Event.APPROVED else None
    return date.fromisoformat(told) if told else None


def _read(turn: Turn, context: Context) -> _Reading:
    text = normalise(turn.text).replace("，", ",")
    told = context.timeline.get("on")
    dates = in_the_month_told(_dates(text, turn.now.date()), text, date.fromisoformat(told) if told else None)
    days = [mention for mention in dates if mention.day is not None]
    event = _event(text, days)
    if event is None and "event" not in context.timeline:
        before = _event(normalise(context.last_question or ""), [])  # what was asked about until now
        event = before if context.asked == "region" or before is Event.REVIEW_DUE else None
    if event is Event.SUBMITTED and told and context.timeline.get("event") == Event.REVIEW_DUE and days:
        return _Reading(None, None, days[-1].day, False)  # the review that is due was applied for
    if event is not Event.REVIEW_DUE and not _is_planned(text):
        days = [mention for mention in days if mention.first <= turn.now.date()] or days
    online = bool(_ONLINE.search(text))
    of_it = not days or told in {day.first.isoformat() for day in days}
    asked_again = told and of_it and _OF_THE_DAY_TOLD.search(text)  # 哪天之前交才算
    if asked_again or (event is None and told and _ASKS_OF_START.search(text)):
        return _Reading(None, None, None, online)  # 今天能刷了不
    if not days:
        return _Reading(event, dates[0] if dates else None, None, online)
    chosen = _day_of(event, days, text)
    others = [mention.day for mention in days if mention is not chosen]
    acted_on = others[-1] if event is Event.REVIEW_DUE and others else None
    return _Reading(event, chosen, acted_on, online)


def _dates(text: str, today: date) -> list[DateMention]:
    """Days and months; without a year the past one, of what is planned the coming, of a review the nearest."""
    past = find_dates(text, today)
    coming = {d.start: d for d in find_dates(text, today, prefer="future")}
    found = list(past)
    if _is_planned(text):
        found = [coming.get(d.start, d) for d in past]
    elif re.search(_REVIEW, text):
        found = [min(d, coming.get(d.start, d), key=lambda one: abs(one.first - today)) for d in past]
    found = _in_the_year_told(_with_its_weekday(found, text), text)
    return [mention for mention in found if mention.last - mention.first < _LONGEST_DAY]


def _in_the_year_told(mentions: list[DateMention], text: str) -> list[DateMention]:
    """8月4号交的表 2025年的 8月21号才通过: the year that is told alone is that of all days told without one."""
    years = [m for m in mentions if re.fullmatch(r"\d{2,4}年|[去前今]年", text[m.start : m.end])]
    if len(years) != 1:
        return mentions
    year = years[0].first.year
    return [
        m
        if m in years or "年" in text[m.start : m.end] or not m.day or (m.day.month, m.day.day) == (2, 29)
        else replace(m, first=m.first.replace(year=year), last=m.last.replace(year=year))
        for m in mentions
    ]


def _is_planned(text: str) -> bool:
    """Whether the event lies ahead; who asks for another look at a refusal has received it."""
    to_be_filed = _TO_BE_FILED.search(text) and not re.search(_REFUSED, text)
    return bool(to_be_filed or _SUPPOSED.search(text))


def _with_its_weekday(mentions: list[DateMention], text: str) -> list[DateMention]:
    """ "周六早上报的,11月14号": a weekday beside the date that falls on it is no other day, but may tell the hour."""
    weekdays = [m for m in mentions if m.day and text[m.start] in "周星礼"]
    dated = [m for m in mentions if m.day and m not in weekdays]
    for weekday in weekdays:
        same = next((m for m in dated if m.first.weekday() == weekday.first.weekday()), None)
        if same:
            hour = same.time or weekday.time
            mentions = [replace(m, time=hour) if m is same else m for m in mentions if m is not weekday]
    return mentions


def _day_of(event: Event | None, days: list[DateMention], text: str) -> DateMention:
    """Of several days the one that puts another right (13号,不对是20号), or by whose side the event's words stand."""
    for earlier, later in pairwise(days):
        if _PUT_RIGHT.search(text, earlier.end, later.start):
            return later
    for pattern in _DAY_OF[event] if event else ():
        if re.search(pattern, text):
            return min(days, key=lambda day: _distance(text, pattern, [day]))
    return days[0]


def _distance(text: str, pattern: str, days: list[DateMention]) -> int:
    """Characters from the nearest day to the words; words before a day are half as telling as words after it."""
    places = [found.start() for found in re.finditer(pattern, text)]
    gaps = [place - d.end if place >= d.end else 2 * (d.start - place) for d in days for place in places]
    return min(gaps, default=2 * len(text))


def _event(text: str, days: list[DateMention]) -> Event | None:
    """What happened on the date: a refusal or a review that is due wins, else what stands nearer to a day."""
    if re.search(_REFUSED, text):
        return Event.RESULT_RECEIVED
    reviewed = re.search(_REVIEW, text)
    submitted = re.search(_SUBMITTED, text) or re.search(_COMPLETED, text)
    if reviewed and (re.search(_DUE, text) or not submitted):
        return Event.REVIEW_DUE
    approved = re.search(_APPROVED, text)
    if approved and (_ASKS_FROM_WHEN_PAID.search(text) or _ASKS_OF_START.search(text)):
        return Event.APPROVED  # from 交的那天 or 批的那天
    if approved and submitted and _distance(text, _SUBMITTED, days) < _distance(text, _APPROVED, days):
        return Event.SUBMITTED
    if approved:
        return Event.APPROVED
    if submitted:
        return Event.SUBMITTED
    came = re.search(_RESULT_CAME, text) and re.search(r"结果|短信|通知|决定", text)
    return Event.RESULT_RECEIVED if came else None


def _remember(turn: Turn, context: Context, reading: _Reading) -> Context:
    timeline = dict(context.timeline)
    if reading.event and reading.day and "on" in timeline:
        timeline = {}
    if reading.event:
        timeline["event"] = reading.event.value
    if reading.day:
        timeline.pop("on", None)
        timeline.pop("at", None)
        if reading.day.day:
            timeline["on"] = reading.day.day.isoformat()
        if reading.day.time:
            timeline["at"] = reading.day.time.isoformat()
    if reading.acted_on:
        timeline["acted_on"] = reading.acted_on.isoformat()
    if reading.online:
        timeline["online"] = True
    regions = turn.values("region")
    named = (m for m in turn.mentions if m.entity == "disease" and not _DENIED.search(turn.text[: m.start]))
    diseases = tuple(dict.fromkeys(mention.value for mention in named)) or context.diseases
    return replace(
        context,
        task=Task.DEADLINE,
        timeline=timeline,
        region=regions[0].split("/")[0] if regions else context.region,
        diseases=diseases,
    )


def _occurrence(context: Context) -> Occurrence | None:
    timeline = context.timeline
    if "on" not in timeline:
        return None
    return Occurrence(
        event=Event(timeline.get("event", Event.SUBMITTED.value)),
        on=date.fromisoformat(timeline["on"]),
        at=time.fromisoformat(timeline["at"]) if "at" in timeline else None,
        online=bool(timeline.get("online")),
        diseases=context.diseases,
    )


def _due_reply(region: Region, found: Due, occurrence: Occurrence, today: date) -> Reply:
    citation = region.citation(found.rule.cite)
    in_time = "还来得及。" if found.rule.runs_from is Event.REVIEW_DUE else ""
    lines = [f"{in_time}{say_due(found)}。"]
    lines.append(f"{found.rule.says}。{_counting(found, occurrence)}依据：{citation}。")
    if found.otherwise:
        lines.append(_otherwise(found.otherwise))
    if not found.on.exact:
        lines.append("那一年的放假安排还没有公布，这是预计的日期，公布后才能确定。")
    if found.rule.caveat:
        lines.append(f"{found.rule.caveat}。")
    if found.rule.runs_from in _PAST_DUE_NEXT and today > found.on.last:
        lines.append(f"现在已经过了这一天。{_PAST_DUE_NEXT[found.rule.runs_from]}")
    elif occurrence.event is Event.REVIEW_DUE:
        lines.append("请向参保地医保经办机构或受委托的认定机构申请；还有不清楚的，可以拨打12393。")
    elif occurrence.event is Event.APPROVED:
        lines.append("跟您知道的对不上，请问参保地医保经办机构，或拨打12393。")
    elif (
        occurrence.event is Event.SUBMITTED
        and not occurrence.diseases
        and found.rule.unit is Unit.WORKING_DAY
    ):
        lines.append("有的病种办得更快。请问是什么病？")
    card = DeadlineCard(
        label=found.rule.label, due_on=found.on.first, rule=found.rule.id, citations=(citation,)
    )
    return Reply("\n".join(lines), card=card)


def _otherwise(found: Due) -> str:
    """The other reading, where nothing settles whether an application came within office hours, or online."""
    if found.rule.online_outside_office_hours:
        return f"要是在下班时间线上交的，{say_due(found)}。"
    return f"要是算在工作时间内受理的，{say_range(found.on)}当天办结；几点算下班，文件没有写。"


def _counting(found: Due, occurrence: Occurrence) -> str:
    if found.rule.unit in (Unit.WORKING_DAY, Unit.CALENDAR_DAY):
        return f"从{say_date(occurrence.on)}的次日起算。"
    return ""


def _nothing_fixed(region: Region, point: Point | None) -> Reply:
    nothing = Point(label="期限", says=f"{region.name}的文件没有写这方面的期限", next=_ASK_THE_AGENCY)
    return _left_open(region, point or nothing)


def _left_open(region: Region, point: Point) -> Reply:
    citations = _citations(region, point.cite)
    source = f"依据：{citations[0]}。" if citations else ""
    card = DeadlineCard(label=point.label, due_on=None, rule=NOT_FIXED, citations=citations)
    return Reply(f"{point.says}。{source}\n{point.next}", card=card)


def _too_late(region: Region, after: OpenPoint, occurrence: Occurrence) -> Reply:
    citations = _citations(region, after.cite)
    text = f"已经过期了，{say_date(occurrence.on)}是最后一天。\n{after.says}。依据：{citations[0]}。\n{after.next}"
    card = DeadlineCard(label=after.label, due_on=occurrence.on, rule="review_overdue", citations=citations)
    return Reply(text, card=card)


def _citations(region: Region, cite: Cite | None) -> tuple[Citation, ...]:
    return (region.citation(cite),) if cite else ()


def say_date(day: date) -> str:
    """2026年3月13日."""
    return f"{day.year}年{day.month}月{day.day}日"


def say_due(found: Due) -> str:
    """最晚办结日是2026年3月13日."""
    return f"{found.rule.label}{'是' if found.on.exact else ''}{say_range(found.on)}"


def say_range(dates: DateRange) -> str:
    """A date, or "预计在…到…之间"."""
    if dates.exact:
        return say_date(dates.first)
    return f"预计在{say_date(dates.first)}到{say_date(dates.last)}之间的一天"
