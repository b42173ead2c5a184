"""Counts what kinds of answers are given, by their cards."""

from bot import metrics
from bot.dialogue.turn import Outcome, Turn
from bot.messages import (
    AmountRange,
    ComparisonCard,
    EstimateCard,
    FallbackCard,
    HandoffCard,
    PolicyAnswerCard,
)


def count(turn: Turn, outcome: Outcome) -> None:
    """Counts the answer of one turn, and how sure the engine was of the intent."""
    metrics.NLU_CONFIDENCE.observe(turn.confidence)
    for reply in outcome.replies:
        match reply.card:
            case PolicyAnswerCard(status=status):
                metrics.POLICY_ANSWERS.labels(status).inc()
            case ComparisonCard(rows=rows):
                for row in rows:
                    metrics.POLICY_ANSWERS.labels(row.status).inc()
            case EstimateCard(you_pay=None):
                metrics.ESTIMATES.labels("missing").inc()
            case EstimateCard(you_pay=AmountRange()):
                metrics.ESTIMATES.labels("range").inc()
            case EstimateCard():
                metrics.ESTIMATES.labels("exact").inc()
            case FallbackCard(reason=reason):
                metrics.FALLBACKS.labels(reason).inc()
            case HandoffCard():
                metrics.FALLBACKS.labels("handed_over").inc()
