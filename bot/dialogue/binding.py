"""Whom a chat may see: whether it may remember them, who that is, adding a relative, and 解绑, which undoes it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.clock import SHANGHAI
from bot.dialogue.deadline import say_date
from bot.dialogue.turn import Context, Outcome, Task, Turn
from bot.dialogue.verify import OWN_CONSENT, RELATIVES_CONSENT, verify
from bot.identity.access import Access
from bot.identity.bindings import NOT_REMEMBERED_FOR, REMEMBERED_FOR
from bot.identity.verification import Verifier
from bot.messages import Button, Reply
from bot.records.models import ChatBinding

_FAMILY = r"(?:家人|亲属|家属|亲人|老伴|爱人|父母|[我他她]?[妈爸]妈?爸?|母亲|父亲|孩子)"
_UNBIND = re.compile(r"解绑|解除绑定|取消绑定|退出身份|忘(?:了|记)我的(?:身份|信息)")
_EVERYWHERE = re.compile(r"所有|全部|都解|其他对话|别的对话")
_LIST = re.compile(r"谁(?:能|可以|在)?查.{0,2}我|绑定了(?:谁|哪|几|什么)|(?:看|查)(?:一下|看)?(?:我的)?绑定")
_ADD = re.compile(
    rf"(?:加|添加|增加|绑定)(?:上|一个|一位|个|位)?(?:我的?)?{_FAMILY}|(?:再|另外)查一?个?(?:别的?)?人"
)
_AGREES = re.compile(r"^(?:我|本人|家人|他|她)?(?:同意|可以|记住)")
_REFUSES = re.compile(r"不(?:同意|用|要)?记住|别记住")

_DAYS, _MINUTES = REMEMBERED_FOR.days, NOT_REMEMBERED_FOR.seconds // 60
_QUESTIONS = {
    OWN_CONSENT: (
        f"要让这个对话记住您吗？记住了，{_DAYS}天内再来不用重新核对；不记住，{_MINUTES}分钟不用就忘掉。"
        "谁拿着这个手机，谁就能看到您的进度。随时可以说“解绑”。"
    ),
    RELATIVES_CONSENT: (
        "您这位家人同意您在这个对话里查吗？同意了，您能看到这位家人的申请和复审日期，"
        f"{_DAYS}天内不用重新核对；不同意，我马上忘掉。随时可以说“解绑”。"
    ),
}
_ANSWERS = (Button("同意", "同意记住"), Button("不同意", "不同意记住"))


def consent_question(asked: str) -> Reply:
    """Asks whether the chat may remember whom it has just proved; `asked` is one of the two in verify.py."""
    return Reply(_QUESTIONS[asked], _ANSWERS)


class BindingAnswers:
    """Answers to what concerns bindings."""

    def __init__(self, access: Access, verifier: Verifier) -> None:
        self._access = access
        self._verifier = verifier

    @staticmethod
    def concerns(turn: Turn, context: Context) -> bool:
        """Whether the turn is about whom the chat may see."""
        return bool(
            any(pattern.search(turn.text) for pattern in (_UNBIND, _LIST, _ADD))
            or _consents(turn, context) is not None
        )

    async def answer(self, turn: Turn, context: Context) -> Outcome:
        """Does what the turn asks."""
        if _UNBIND.search(turn.text):
            return await self._unbind(turn, context)
        if _LIST.search(turn.text):
            return await self._list(turn, context)
        agreed = _consents(turn, context)
        if agreed is not None:
            return await self._take_consent(turn, context, agreed)
        return await self._add_relative(turn, context)

    async def _unbind(self, turn: Turn, context: Context) -> Outcome:
        await self._verifier.cancel(turn.chat)
        ended = await self._access.unbind_chat(turn.chat, bool(_EVERYWHERE.search(turn.text)), turn.now)
        text = (
            "已经解绑。这个对话不再认得您，再查个人信息要重新核对。已经订的提醒不受影响，不要提醒就说“取消提醒”。"
            if ended
            else "这个对话没有绑定任何人，不用解绑。"
        )
        return Outcome((Reply(text),), replace(context, person=None, task=None, asked=None))

    async def _list(self, turn: Turn, context: Context) -> Outcome:
        here, elsewhere = await self._access.bindings_of_chat(turn.chat, turn.now)
        context = replace(context, task=None, asked=None)
        if not here:
            return Outcome((Reply("这个对话没有绑定任何人。查个人信息时，我会先核对身份。"),), context)
        lines = [f"这个对话能查{len(here)}个人：{_said(here)}。"]
        if elsewhere:
            lines.append(f"另外还有{len(elsewhere)}个对话能查您：{_said(elsewhere)}。")
            lines.append("不是您自己绑的，就说“全部解绑”。")
        else:
            lines.append("没有别的对话能查您。不想留着，就说“解绑”。")
        return Outcome((Reply("".join(lines), (Button("解绑", "解绑"),)),), context)

    async def _take_consent(self, turn: Turn, context: Context, agreed: bool) -> Outcome:
        asked = context.asked if context.asked in _QUESTIONS else OWN_CONSENT
        token = await self._access.answer_consent(
            turn.chat, context.person, _QUESTIONS[asked], agreed, turn.now
        )
        if token is None and context.person is None:
            text = "这个对话还没有核对过身份，没有什么要记住的。想查申请进度，就说“查进度”。"
        elif agreed:
            text = f"好的，记住了。{_DAYS}天内再来，不用重新核对。不想留着，就说“解绑”。"
        elif asked == RELATIVES_CONSENT:
            text = "好的，这位家人的信息我已经忘掉。"
        else:
            text = f"好的，不记住。{_MINUTES}分钟不用，我就忘掉；现在就要忘掉，请说“解绑”。"
        return Outcome((Reply(text),), replace(context, person=token, task=None, asked=None))

    async def _add_relative(self, turn: Turn, context: Context) -> Outcome:
        here, _ = await self._access.bindings_of_chat(turn.chat, turn.now)
        if not here:  # the first one proved is whose chat it is
            return await verify(turn, replace(context, person=None, task=None), self._verifier)
        context = replace(context, person=here[0].token, task=None)
        return await verify(turn, context, self._verifier, Task.STATUS, relative=True)


def _consents(turn: Turn, context: Context) -> bool | None:
    """Yes or no to being remembered; None where the turn says neither."""
    if _REFUSES.search(turn.text):
        return False
    if context.asked not in _QUESTIONS:
        return None
    if turn.intent == "deny" or "不同意" in turn.text:
        return False
    return True if turn.intent == "affirm" or _AGREES.search(turn.text) else None


def _said(bindings: Sequence[ChatBinding]) -> str:
    """Without names: chats are read by who holds the phone."""
    return "；".join(
        f"{'家人' if b.relative else '您本人'}（{say_date(b.bound_at.astimezone(SHANGHAI).date())}核对"
        f"{'，已记住' if b.remembered else ''}）"
        for b in bindings
    )
