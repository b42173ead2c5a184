"""Policy questions in conversation: which region is meant, what the question continues, the answer as a reply."""

from bot.dialogue.policy.places import regions_named, tells_where_insured, with_what_was_said
from bot.dialogue.policy.question import introduces, without_regions
from bot.dialogue.policy.replies import asked_nothing
from bot.dialogue.policy.task import (
    answer_policy,
    continues,
    continues_perhaps,
    fits_surely,
    fits_well,
    is_of_a_region,
    is_unsure,
)

__all__ = [
    "answer_policy",
    "asked_nothing",
    "continues",
    "continues_perhaps",
    "fits_surely",
    "fits_well",
    "introduces",
    "is_of_a_region",
    "is_unsure",
    "regions_named",
    "tells_where_insured",
    "with_what_was_said",
    "without_regions",
]
