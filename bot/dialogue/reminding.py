"""The reminders of a chat: which are on, stopping one kind or all, putting one off, and what 怎么办 after one means.

None of it needs a proof: no date and no disease is named that the chat was not told already.
"""

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.clock import SHANGHAI
from bot.dialogue.deadline import say_date
from bot.dialogue.turn import Context, Outcome, Task, Turn
from bot.identity import bindings
from bot.knowledge.reminders import Kind, KindWords, ReminderKinds
from bot.language import normalise
from bot.language.dates import find_dates
from bot.language.numerals import to_decimal
from bot.messages import Reply, SubscriptionCard
from bot.records import chats, outbox
from bot.records.database import Database
from bot.records.models import Person, Reminder

ALL = "all"
NOT_SUBSCRIBED = "这个对话还没有订提醒。想要，就说“到期前提醒我”。"
ANSWERED_WITHIN = timedelta(days=14)
"""A reminder older than this is not what "怎么办" or "过3天再说" is about."""

USUAL_WAIT = timedelta(days=3)
SENT_AT = time(9, 0, tzinfo=SHANGHAI)

_ASKS_WHAT_IS_ON = re.compile(
    r"我.{0,4}(?:订|设|开|有).{0,2}(?:哪些|什么|几个|多少).{0,2}提醒|提醒.{0,2}(?:订|设|开)(?:了|好|上).?(?:没|吗|么)"
)
_PUTS_OFF = re.compile(
    r"(?:过|等|隔|晚|迟|推|缓|改).{0,6}再(?:提醒|说|通知|叫)|(?:天|周|星期|礼拜|月)(?:以?后|之后)?再(?:提醒|说|通知|叫)|稍后再?(?:提醒|说)|"
    r"(?:明天|后天|下周|下个?月|号|日).{0,4}再(?:提醒|说|通知|叫)"
)
_SPAN = re.compile(r"([\d一二两三四五六七八九十]+)个?(天|日|周|星期|礼拜)")
_WHAT_TO_DO = re.compile(
    r"^(?:那|那么|这|这个|这事|好的?|哦|嗯)?[,，。]?(?:我)?(?:该|要|得|应该)?"
    r"(?:怎么办|咋办|咋整|怎么弄|咋弄|怎么搞|何解|怎样办|怎么办理|怎么申请|去哪办?|到哪办?|去哪里办?|找谁|怎么做)[理呢呀啊吗]*[?？。!！]*$"
)


def asks_what_is_on(turn: Turn) -> bool:
    """Whether the turn asks which reminders are on."""
    return _ASKS_WHAT_IS_ON.search(turn.text) is not None


def wants_to_put_off(turn: Turn) -> bool:
    """Whether the turn asks to be told again later."""
    return _PUTS_OFF.search(normalise(turn.text)) is not None


class Reminding:
    """Answers about the reminders that come to this chat."""

    def __init__(self, database: Database, kinds: ReminderKinds) -> None:
        self._database = database
        self._kinds = kinds

    async def list_reminders(self, turn: Turn, context: Context) -> Outcome:
        """Whether this chat is reminded, and of what."""
        channel, address = address_of(turn)

        def wanted_kinds(session: Session) -> list[str]:
            return [
                told
                for there in outbox.subscriptions_at(session, channel, address)
                for told in self._kinds.told(there.person.region, there.wants)
            ]

        wanted = dict.fromkeys(await self._database.run(wanted_kinds))
        text = (
            f"会在这个对话里提醒您：{'；'.join(wanted)}。"
            "不要哪一种，就说“别提醒”加上它的名字；都不要了，就说“别再提醒我了”。"
            if wanted
            else NOT_SUBSCRIBED
        )
        card = SubscriptionCard(kind=ALL, on=bool(wanted))
        return _ended(Reply(text, card=card), context)

    async def stop(self, turn: Turn, context: Context) -> Outcome:
        """Stops the kind that is named, else everything that would be sent to this chat."""
        channel, address = address_of(turn)
        words = self._kind_named(turn.text)

        def stop(session: Session) -> bool:
            if words is None:
                return outbox.unsubscribe(session, channel, address) > 0
            return outbox.switch_off(session, channel, address, words.kind)

        if not await self._database.run(stop):
            text = "这个对话本来就没有订提醒，不会给您发。"
        elif words is None:
            text = "已经停了，以后不再给您发提醒。想再要，就说“到期前提醒我”。"
        else:
            text = f"“{words.label}”的提醒已经停了，别的照常。全都不要，就说“别再提醒我了”。"
        return _ended(
            Reply(text, card=SubscriptionCard(kind=words.kind if words else ALL, on=False)), context
        )

    async def put_off(self, turn: Turn, context: Context) -> Outcome:
        """Sends the last reminder of this chat once more on the day the person names, or in a few days."""
        channel, address = address_of(turn)
        wanted = _day_named(turn)

        def put_off(session: Session) -> tuple[date, bool] | None:
            last = outbox.last_sent(session, channel, address, turn.now - ANSWERED_WITHIN)
            if last is None:
                return None
            day = _no_later_than_useful(wanted, last, turn.now.date())
            outbox.put_off(session, last, datetime.combine(day, SENT_AT))
            return day, day < wanted

        done = await self._database.run(put_off)
        if done is None:
            return _ended(Reply("最近没有给您发过提醒，没有可以推后的。" + NOT_SUBSCRIBED), context)
        day, sooner = done
        why = "再晚就过了期限，所以早一点。" if sooner else ""
        return _ended(Reply(f"好的，{say_date(day)}再提醒您。{why}"), context)

    async def recall(self, turn: Turn, context: Context) -> Context:
        """The context in which "怎么办" right after a reminder is a question about that reminder.

        Who is no longer known here is answered by the rules, not asked who they are.
        """
        if not self._may_be_about_a_reminder(turn):
            return context
        channel, address = address_of(turn)

        def recall(session: Session) -> tuple[Reminder, str, bool] | None:
            last = outbox.last_sent(session, channel, address, turn.now - ANSWERED_WITHIN)
            if (
                last is None
                or last.sent_at is None
                or chats.heard_since(session, turn.chat, last.sent_at) > 1
            ):
                return None
            person = session.get(Person, last.person_id)
            known = any(b.token == context.person for b in bindings.of_chat(session, turn.chat, turn.now))
            return (last, person.region, known) if person else None

        found = await self._database.run(recall)
        if found is None:
            return context
        reminder, region, known = found
        return replace(
            context,
            person=context.person if known else None,
            task=Task.RENEWAL,
            asked=None,
            region=region,
            city=context.city if context.region == region else None,
            diseases=(reminder.disease,) if reminder.disease else context.diseases,
            last_question=self._kinds.words[Kind(reminder.kind)].asks,
        )

    def is_about_own_review(self, before: Context, recalled: Context) -> bool:
        """Whether a reminder of a review was recalled, in a chat that may be told the person's own dates."""
        review = self._kinds.words[Kind.REVIEW_DUE].asks
        return recalled is not before and recalled.person is not None and recalled.last_question == review

    def _may_be_about_a_reminder(self, turn: Turn) -> bool:
        asked = {words.asks for words in self._kinds.words.values()}
        return turn.text in asked or _WHAT_TO_DO.search(normalise(turn.text)) is not None

    def _kind_named(self, text: str) -> KindWords | None:
        named = [words for words in self._kinds.words.values() if any(word in text for word in words.words)]
        return named[0] if len(named) == 1 else None


def address_of(turn: Turn) -> tuple[str, str]:
    """Channel and address of the chat: reminders go where they were asked for."""
    channel, _, address = turn.chat.partition(":")
    return channel, address


def _ended(reply: Reply, context: Context) -> Outcome:
    return Outcome((reply,), replace(context, task=None, asked=None))


def _day_named(turn: Turn) -> date:
    """The day to be told again: named, or counted in days or weeks from today, or the usual wait."""
    text, today = normalise(turn.text), turn.now.date()
    dates = find_dates(text, today, "future")
    if dates and dates[0].first > today:
        return dates[0].first
    if span := _SPAN.search(text):
        number = to_decimal(span.group(1)) or 0
        days = int(number) * (1 if span.group(2) in "天日" else 7)
        if 0 < days <= 366:
            return today + timedelta(days=days)
    return today + USUAL_WAIT


def _no_later_than_useful(wanted: date, reminder: Reminder, today: date) -> date:
    """A reminder ahead of its date comes again on that date at the latest, if that is still to come."""
    if reminder.lead_days > 0 and today < reminder.deadline < wanted:
        return reminder.deadline
    return wanted
