"""Where an application stands: its steps so far, its statutory due date, what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.clock import SHANGHAI
from bot.deadlines.calendar import WorkingCalendar
from bot.deadlines.limits import Due, Occurrence, due, open_point
from bot.dialogue.deadline import say_date, say_due, say_range
from bot.knowledge.deadlines import Event, RegionDeadlines, Step
from bot.knowledge.library import Region
from bot.messages import ApplicationCard, ApplicationEvent, Citation, Reply, say_places
from bot.records.models import Application
from bot.records.models import ApplicationEvent as RecordedEvent

_NOW = {
    "提交": "已经提交，还没有受理",
    "受理": "已经受理",
    "补正": "要补材料",
    "审核": "正在审核",
    "通过": "已经通过",
    "不通过": "没有通过",
    "办结": "已经办结",
}
_HAPPENED = {state: state for state in _NOW} | {"补正": "通知补材料", "不通过": "没有通过"}
_ASK_AGENCY = "请找受理的机构或参保地医保经办机构问清楚，也可以拨打12393。"


@dataclass(frozen=True)
class Standing:
    """An application as of a day: the last state, the date it hangs on, what to do."""

    state: str
    due: Due | None
    overdue: bool
    next_step: str
    citations: tuple[Citation, ...]


def standing(
    application: Application,
    region: Region,
    rules: RegionDeadlines,
    calendar: WorkingCalendar,
    today: date,
) -> Standing:
    """The due date and next step that follow from the recorded events, by the region's own process."""
    events = _happened(application, today)
    last = _deciding(events)
    state = last.state if last else "提交"
    step = _step(rules, state)
    cited = [region.citation(step.cite)] if step else []
    if state == "通过" and last:
        found = due(rules, Occurrence(Event.APPROVED, _day(last)), calendar)
        next_step = _after_approval(found, rules)
    elif state == "不通过" and last:
        found = due(rules, Occurrence(Event.RESULT_RECEIVED, last.notified_on or _day(last)), calendar)
        next_step = _after_refusal(found, last, rules)
    elif state == "补正" and last:
        found = None
        next_step = f"请补齐：{last.note or '经办机构通知您的材料'}。补齐后继续办。"
    elif state == "办结":
        found = None
        next_step = "已经办结，可以查询结果。"
    else:
        found = due(rules, _filing(application, events), calendar)
        next_step = _where_and_next(rules, step)
    overdue = state in ("提交", "受理", "审核") and found is not None and today > found.on.last
    if found:
        cited.append(region.citation(found.rule.cite))
    return Standing(state, found, overdue, next_step, tuple(dict.fromkeys(cited)))


def current_state(application: Application) -> str:
    """In words, as after its name: 已经受理."""
    last = _deciding(application.events)
    return _NOW[last.state if last else "提交"]


def _happened(application: Application, today: date) -> Sequence[RecordedEvent]:
    """The steps up to today: what a record says of a later day has not happened."""
    return [event for event in application.events if _day(event) <= today]


def _deciding(events: Sequence[RecordedEvent]) -> RecordedEvent | None:
    """The last event; once the case is closed, the decision it was closed with."""
    last = events[-1] if events else None
    if last is not None and last.state == "办结":
        return next((event for event in reversed(events) if event.state in ("通过", "不通过")), last)
    return last


def status_reply(
    application: Application,
    region: Region,
    rules: RegionDeadlines,
    calendar: WorkingCalendar,
    today: date,
    whose: str = "您的",
) -> Reply:
    """What the person is told about one application, with its card."""
    now = standing(application, region, rules, calendar, today)
    lines = [
        f"{whose}{application.disease}{application.kind}申请（{application.application_no}）{_NOW[now.state]}。"
    ]
    events = _happened(application, today)
    steps = "；".join(f"{say_date(_day(event))}{_HAPPENED[event.state]}" for event in events)
    if steps:
        lines.append(f"办理经过：{steps}。")
    if now.due:
        day = "" if now.state == "通过" else f"{say_due(now.due)}。"
        lines.append(f"{day}{now.due.rule.told(application.disease)}。")
    elif now.state in ("提交", "受理", "审核") and (point := open_point(rules, Event.SUBMITTED)):
        lines.append(f"{point.says}。")
    if now.overdue:
        lines.append(f"这一天已经过了，还没有结果。{_ASK_AGENCY}")
    else:
        lines.append(now.next_step)
    if now.citations:
        lines.append(f"依据：{say_places(now.citations)}。")
    return Reply("\n".join(lines), card=_card(application, events, now))


def _card(application: Application, events: Sequence[RecordedEvent], now: Standing) -> ApplicationCard:
    return ApplicationCard(
        application_no=application.application_no,
        disease=application.disease,
        state=events[-1].state if events else now.state,
        events=tuple(ApplicationEvent(state=event.state, on=_day(event)) for event in events),
        due_on=now.due.on.first if now.due else None,
        next_step=now.next_step,
        citations=now.citations,
    )


def _filing(application: Application, events: Sequence[RecordedEvent]) -> Occurrence:
    """What the office's time runs from: acceptance (the last one, after papers were completed), else filing."""
    accepted = [event for event in events if event.state == "受理"]
    at = (accepted[-1].at if accepted else application.submitted_at).astimezone(SHANGHAI)
    return Occurrence(
        Event.SUBMITTED,
        at.date(),
        at.time(),
        online=application.channel == "线上",
        diseases=(application.disease,),
    )


def _after_approval(found: Due | None, rules: RegionDeadlines) -> str:
    if found:
        return f"从{say_range(found.on)}起可以享受待遇。"
    point = open_point(rules, Event.APPROVED)
    return f"{point.says}。{point.next}" if point else f"待遇从哪天开始，{_ASK_AGENCY}"


def _after_refusal(found: Due | None, last: RecordedEvent, rules: RegionDeadlines) -> str:
    reason = f"没通过的原因：{last.note}。" if last.note else ""
    if found:
        return f"{reason}有异议的话，可以在{say_range(found.on)}之前申请复核。"
    point = open_point(rules, Event.RESULT_RECEIVED)
    return f"{reason}{point.says}。{point.next}" if point else f"{reason}{_ASK_AGENCY}"


def _step(rules: RegionDeadlines, state: str) -> Step | None:
    return next((step for step in rules.process if state in step.states), None)


def _where_and_next(rules: RegionDeadlines, step: Step | None) -> str:
    """The step of the region's process it is at, and the one that follows."""
    if step is None:
        return f"第一步是{rules.process[0].label}：{rules.process[0].says}。"
    here = f"现在在“{step.label}”这一步：{step.says}。"
    following = rules.process[rules.process.index(step) + 1 :]
    return f"{here}下一步是{following[0].label}：{following[0].says}。" if following else here


def _day(event: RecordedEvent) -> date:
    return event.at.astimezone(SHANGHAI).date()
