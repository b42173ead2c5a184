"""What gives a region away, in the knowledge as it is shipped."""

import pytest

from bot.knowledge.library import Knowledge


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("爱山东上能办吗", "山东"),
        ("鲁医保小程序打不开", "山东"),
        ("湘医保发[2022]52号还有效吗", "湖南"),
        ("手机上能办吗", None),
    ],
)
def test_a_document_number_or_a_name_of_its_own_gives_a_region_away(
    real_knowledge: Knowledge, text: str, region: str | None
) -> None:
    assert real_knowledge.region_given_away(text) == region
