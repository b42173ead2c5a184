"""Every answer tells how it stands, and there are words for every standing."""

from typing import get_args

import pytest

from bot.knowledge.library import Knowledge
from bot.messages import (
    AnswerStatus,
    Card,
    ChooseCard,
    FallbackCard,
    HandoffCard,
    PolicyAnswerCard,
    status_of,
)


@pytest.mark.parametrize(
    ("card", "status"),
    [
        (PolicyAnswerCard(region="湖南", topic="ratio", status="draft"), "draft"),
        (ChooseCard(slot="region"), "clarification"),
        (FallbackCard(reason="not_understood"), "not_understood"),
        (HandoffCard(ticket="A1", queue_position=None), "handed_over"),
        (None, "answered"),
    ],
)
def test_an_answer_tells_how_it_stands(card: Card | None, status: AnswerStatus) -> None:
    assert status_of(card) == status


def test_every_standing_has_a_label(real_knowledge: Knowledge) -> None:
    assert set(real_knowledge.statuses) == set(get_args(AnswerStatus))
