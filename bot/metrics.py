"""What is counted and timed, for Prometheus at `/metrics`.

Labels come from short, closed lists (channels, stages, statuses, states): nothing a person wrote or is named by.
"""

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics, generate_latest

disable_created_metrics()  # type: ignore[no-untyped-call]  # each would have a twin that nobody reads

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0)
TENTHS = tuple(tenth / 10 for tenth in range(1, 11))

TURNS = Counter("bot_turns", "Messages people sent, by how each turn ended", ["channel", "outcome"])
TURN_SECONDS = Histogram("bot_turn_seconds", "A whole turn in the gateway, waiting included", buckets=SECONDS)
STAGE_SECONDS = Histogram(
    "bot_stage_seconds",
    "Stages of turns: redaction; engine (action included); action; database (each transaction); "
    "channel (each message handed to a messenger)",
    ["stage"],
    buckets=SECONDS,
)
NLU_CONFIDENCE = Histogram("bot_nlu_confidence", "The engine's confidence in its intent", buckets=TENTHS)
FALLBACKS = Counter("bot_fallbacks", "Turns answered by a fallback", ["reason"])
ESTIMATES = Counter("bot_estimates", "Cost answers: exact, range, or asking for what is missing", ["outcome"])
POLICY_ANSWERS = Counter("bot_policy_answers", "Policy answers by how the documents stand", ["status"])
REMINDERS_ENDED = Counter(
    "bot_reminders_ended", "Attempts at reminders by the state they ended in", ["state"]
)

REMINDERS = Gauge("bot_reminders", "Reminders in the outbox that are not done with, by state", ["state"])
QUEUE_DEPTH = Gauge(
    "bot_queue_depth", "What waits: turns, reminders that are due, chats for staff", ["queue"]
)
TURNS_IN_FLIGHT = Gauge("bot_turns_in_flight", "Turns being answered in this process")
TASKS = Gauge("bot_tasks", "Everything this process has under way at once, its own housekeeping included")


def exposition() -> bytes:
    """All of them, in Prometheus's text format."""
    return generate_latest()
