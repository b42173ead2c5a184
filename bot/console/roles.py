"""Who may do what in the console. Nothing else decides it: every page is registered with the right it asks for."""

from collections.abc import Mapping
from enum import StrEnum

from bot.records.models import StaffRole


class Right(StrEnum):
    """What an account may do; `NONE` is asked for by the pages of everybody who is signed in."""

    NONE = "none"
    PERSONS = "persons"
    ANSWERS = "answers"
    CHATS = "chats"
    REMINDERS = "reminders"
    QUESTIONS = "questions"
    OVERVIEW = "overview"
    ADMINISTRATION = "administration"


RIGHTS: Mapping[StaffRole, frozenset[Right]] = {
    "clerk": frozenset(
        {Right.NONE, Right.PERSONS, Right.ANSWERS, Right.CHATS, Right.REMINDERS, Right.QUESTIONS}
    ),
    "analyst": frozenset({Right.NONE, Right.ANSWERS, Right.QUESTIONS, Right.OVERVIEW}),
    "administrator": frozenset(Right),
}
"""Analysts see no person's data."""

NAMES: Mapping[StaffRole, str] = {"clerk": "坐席", "analyst": "分析员", "administrator": "管理员"}

SECOND_FACTOR: frozenset[StaffRole] = frozenset({"administrator"})
"""Who signs in with a one-time password beside the password."""
