"""The conversation in which a person proves who they are, and 解绑, which undoes it.

While it lasts `Context.task` is VERIFY and `Context.asked` keeps the task it is for; the step it is at is in the
database alone.
"""

import math
import re
from dataclasses import replace
from datetime import datetime, timedelta

from bot.clock import SHANGHAI
from bot.dialogue.turn import Context, Outcome, Task, Turn
from bot.identity.verification import Ask, Failed, Locked, Progress, Verified, Verifier
from bot.messages import Button, Reply, VerifyCard
from bot.records.models import VerificationStep

_UNBIND = re.compile(r"解绑|解除绑定|取消绑定|退出身份|忘(?:了|记)我的(?:身份|信息)")
_GIVE_UP = re.compile(r"不查了|不核对|取消|算了|不用了|不弄了")
_STOP = Button("不查了", "不查了")
_ELSEWHERE = "着急的话，可以打12393，或带证件到参保地医保经办机构查。"

_QUESTIONS: dict[VerificationStep, str] = {
    "key": "请发您的申请编号。没有编号，就发证件号码。",
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


async def verify(turn: Turn, context: Context, verifier: Verifier, wanted: Task = Task.STATUS) -> Outcome:
    """One step of the proof; begins it where none is under way, for the sake of `wanted`.

    Proved when the outcome's `context.person` is set; its `context.task` is then what was wanted.
    """
    goes_on = context.task is Task.VERIFY
    if goes_on:
        wanted = Task(context.asked) if context.asked in set(Task) else wanted
        if turn.intent == "cancel_restart" or _GIVE_UP.search(turn.text):
            await verifier.cancel(turn.chat)
            return Outcome((Reply("好的，不查了。您还可以问政策，或者算费用。"),), _left(context))
    progress = await verifier.advance(turn.chat, turn.text, turn.now)
    reply = _reply(progress, goes_on, turn.now)
    if isinstance(progress, Verified):
        return Outcome((reply,), replace(context, person=progress.token, task=wanted, asked=None))
    if isinstance(progress, Locked) or (isinstance(progress, Failed) and progress.wait):
        return Outcome((reply,), _left(context))
    # What was asked before belongs to another subject: nothing said from here on continues it.
    proving = replace(context, person=None, task=Task.VERIFY, asked=wanted.value, last_question=None)
    return Outcome((reply,), proving)


async def unbind(turn: Turn, context: Context, verifier: Verifier) -> Outcome:
    """Forget whose chat this is."""
    known = await verifier.unbind(turn.chat, turn.now)
    text = (
        "已经解绑。这个对话不再认得您，再查个人信息要重新核对。已经订的提醒不受影响，不要提醒就说“取消提醒”。"
        if known
        else "这个对话没有绑定任何人，不用解绑。"
    )
    return Outcome((Reply(text),), _left(context))


def wants_unbinding(text: str) -> bool:
    """Whether the text asks to undo the proof."""
    return _UNBIND.search(text) is not None


def _left(context: Context) -> Context:
    return replace(context, person=None, task=None, asked=None)


def _reply(progress: Progress, goes_on: bool, now: datetime) -> Reply:
    if isinstance(progress, Verified):
        return Reply("身份核对好了。这个对话以后不用再核对。不想留着，就说“解绑”。")
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
