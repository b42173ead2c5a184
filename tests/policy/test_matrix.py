"""Region by topic: no cell is empty, and no answer stands without a source or somebody to ask."""

import pytest

from bot.knowledge.library import Knowledge, region_folders
from bot.settings import ROOT

REGIONS = tuple(region_folders(ROOT / "knowledge"))


@pytest.mark.parametrize("region", REGIONS)
def test_every_topic_is_answered_or_known_to_be_silent(region: str, real_knowledge: Knowledge) -> None:
    place = real_knowledge.regions[region]
    needed = {topic.id for topic in real_knowledge.topics.values() if topic.needs_region}
    assert needed <= {answer.topic for answer in place.answers} | set(place.silent)


@pytest.mark.parametrize("region", REGIONS)
def test_what_is_not_settled_names_somebody_who_can_settle_it(region: str, real_knowledge: Knowledge) -> None:
    for answer in real_knowledge.regions[region].answers:
        if answer.status == "delegated":
            assert answer.decided_by, answer.answer
        if answer.status == "silent":
            assert "12393" in answer.next, answer.answer
