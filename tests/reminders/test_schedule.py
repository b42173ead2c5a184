"""Leads counted from a deadline."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.reminders.schedule import slot_of, slots

TODAY = date(2026, 11, 22)
LAST_DAY = TODAY + timedelta(days=2)
LEADS = st.lists(st.integers(-10, 120), min_size=1, max_size=6, unique=True)


@given(LEADS)
def test_no_deadline_is_in_two_slots(leads: list[int]) -> None:
    found = sorted(slots(leads, TODAY, LAST_DAY), key=lambda slot: slot.first)
    assert all(slot.first <= slot.last for slot in found)
    assert all(one.last < other.first for one, other in pairwise(found))


@given(LEADS, st.integers(-10, 130))
def test_it_goes_out_on_its_day_or_today_and_never_later(leads: list[int], ahead: int) -> None:
    deadline = TODAY + timedelta(days=ahead)
    slot = slot_of(deadline, leads, TODAY, LAST_DAY)
    if slot is not None:
        assert slot.on == max(TODAY, deadline - timedelta(days=slot.lead))
        assert slot.on <= LAST_DAY


@given(LEADS, st.integers(0, 130))
def test_whoever_a_lead_was_reached_for_is_told_once_by_the_closest(leads: list[int], ahead: int) -> None:
    deadline = TODAY + timedelta(days=ahead)
    reached = [lead for lead in leads if lead >= 0 and deadline - timedelta(days=lead) <= LAST_DAY]
    slot = slot_of(deadline, leads, TODAY, LAST_DAY)
    assert (slot.lead if slot else None) == min(reached, default=None)
