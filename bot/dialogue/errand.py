"""What a turn may ask of us."""

from enum import StrEnum


class Errand(StrEnum):
    """What a turn asks of us; `action_<value>` is the Rasa action. The last four have none: words tell them."""

    ANSWER_POLICY = "answer_policy"
    ESTIMATE_COST = "estimate_cost"
    CHECK_STATUS = "check_status"
    SHOW_RENEWALS = "show_renewals"
    SET_REMINDER = "set_reminder"
    STOP_REMINDER = "stop_reminder"
    HAND_OVER = "hand_over"
    TAKE_COMPLAINT = "take_complaint"
    DECLINE = "decline"
    CONTINUE = "continue"
    START_OVER = "start_over"
    NOT_UNDERSTOOD = "not_understood"
    MAKE_SMALL_TALK = "make_small_talk"
    MANAGE_BINDINGS = "manage_bindings"
    LIST_REMINDERS = "list_reminders"
    SHOW_ORIGINAL = "show_original"
    PUT_OFF_REMINDER = "put_off_reminder"
