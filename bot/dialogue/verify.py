"""The conversation in which a person proves who they are.

While it lasts `Context.task` is VERIFY and `Context.asked` keeps the task it is for; the step it is at is in the
database alone. `Context.person` is set already where a relative is being added.
"""

import math
import re
from dataclasses import replace
from datetime import datetime, timedelta

from bot.clock import SHANGHAI
from bot.dialogue.turn import Context, Outcome, Task, Turn
from bot.identity.verification import Ask, Failed, Full, Locked, Progress, Verified, Verifier
from bot.messages import Button, Reply, VerifyCard
from bot.records.models import VerificationStep

OWN_CONSENT, RELATIVES_CONSENT = "own_consent", "relatives_consent"
"""What `Context.asked` holds when the person was just proved and has not yet said whether to be remembered."""

_GIVE_UP = re.compile(r"不查了|不核对|取消|算了|不用了|不弄了")
_STOP = Button("不查了", "不查了")
_ELSEWHERE = "着急的话，可以打12393，或带证件到参保地医保经办机构查；工作人员给您的查询码，发给我也可以。"

_QUESTIONS: dict[VerificationStep, str] = {
    "key": "请发申请编号。没有编号，就发证件号码。",
    "phone": "请发登记手机号的后四位。",
    "birth": "请发出生年月日，例如19600102。",
    "name": "请发登记的姓名。",
}
_NOT_READ: dict[VerificationStep, str] = {
    "key": "我没看到编号。",
    "phone": "我没看到四位数字。",
    "birth": "我没看懂这个日期。",
    "name": "我没看到姓名。",
}


async def verify(
    turn: Turn, context: Context, verifier: Verifier, wanted: Task = Task.STATUS, relative: bool = False
) -> Outcome:
    """One step of the proof; begins it where none is under way, for the sake of `wanted`.

    Proved when the outcome's `context.task` is what was wanted; `context.person` is then set. `relative`: the
    proof that begins here is of a relative whom the chat is to see as well.
    """
    goes_on = context.task is Task.VERIFY
    if goes_on:
        wanted = Task(context.asked) if context.asked in set(Task) else wanted
        if turn.intent == "cancel_restart" or _GIVE_UP.search(turn.text):
            await verifier.cancel(turn.chat)
            return Outcome((Reply("好的，不查了。您还可以问政策，或者算费用。"),), _left(context))
    progress = await verifier.advance(turn.chat, turn.text, turn.now, relative)
    outcome = _outcome(progress, turn, context, wanted)
    if relative and isinstance(progress, Ask):
        (question,) = outcome.replies
        return replace(
            outcome,
            replies=(replace(question, text=f"加家人，要核对他们的身份。{_QUESTIONS[progress.step]}"),),
        )
    return outcome


async def redeem(turn: Turn, context: Context, verifier: Verifier, wanted: Task) -> Outcome | None:
    """What follows from a clerk's code in the text; None where there is none that is good."""
    progress = await verifier.redeem(turn.chat, turn.text, turn.now)
    return _outcome(progress, turn, context, wanted) if progress else None


def _outcome(progress: Progress, turn: Turn, context: Context, wanted: Task) -> Outcome:
    reply = _reply(progress, context.task is Task.VERIFY, turn.now)
    if isinstance(progress, Verified):
        asked = (RELATIVES_CONSENT if progress.relative else OWN_CONSENT) if progress.consent_due else None
        return Outcome((reply,), replace(context, person=progress.token, task=wanted, asked=asked))
    if isinstance(progress, Locked | Full) or (isinstance(progress, Failed) and progress.wait):
        return Outcome((reply,), _left(context))
    # What was asked before belongs to another subject: nothing said from here on continues it.
    return Outcome((reply,), replace(context, task=Task.VERIFY, asked=wanted.value, last_question=None))


def _left(context: Context) -> Context:
    return replace(context, task=None, asked=None)


def _reply(progress: Progress, goes_on: bool, now: datetime) -> Reply:
    if isinstance(progress, Verified):
        return Reply("家人的身份核对好了。" if progress.relative else "身份核对好了。")
    if isinstance(progress, Full):
        return Reply("这个对话已经能查五位家人，不能再加了。先说“解绑”，再重新核对要查的人。")
    if isinstance(progress, Locked):
        return _closed("核对没通过的次数多了，先停一停。", progress.until, 0, now)
    if isinstance(progress, Failed):
        missed = "这几项和登记的对不上，也可能没有这个编号。"
        if progress.wait:
            return _closed(missed, now + progress.wait, progress.attempts_left, now)
        text = f"{missed}我们从头再核对一次，还可以试{progress.attempts_left}次。{_QUESTIONS['key']}"
        return Reply(text, (_STOP,), VerifyCard(attempts_left=progress.attempts_left))
    return _question(progress, goes_on)


def _question(ask: Ask, goes_on: bool) -> Reply:
    before = ""
    if ask.again and goes_on:
        before = _NOT_READ[ask.step]
    elif not goes_on:
        before = "这是您个人的信息，查之前要核对身份。" if ask.step == "key" else "我们接着核对身份。"
    return Reply(before + _QUESTIONS[ask.step], (_STOP,), VerifyCard(attempts_left=ask.attempts_left))


def _closed(reason: str, until: datetime, attempts_left: int, now: datetime) -> Reply:
    text = f"{reason}请{_in_words(until - now, until)}再试。{_ELSEWHERE}"
    return Reply(text, (Button("转人工", "转人工"),), VerifyCard(attempts_left=attempts_left))


def _in_words(wait: timedelta, until: datetime) -> str:
    """`30秒后`, `10分钟后（10点12分以后）`, `24小时后（23日10点00分以后）`."""
    seconds = math.ceil(wait.total_seconds())
    if seconds < 60:
        return f"{seconds}秒后"
    local = until.astimezone(SHANGHAI)
    time = f"{local.hour}点{local.minute:02}分以后"
    if seconds < 3600:
        return f"{math.ceil(seconds / 60)}分钟后（{time}）"
    return f"{math.ceil(seconds / 3600)}小时后（{local.day}日{time}）"
