from collections.abc import Mapping

import pytest

from bot.knowledge.parameters import RegionParameters, load_parameters
from bot.settings import ROOT


@pytest.fixture(scope="session")
def regions() -> Mapping[str, RegionParameters]:
    return load_parameters(ROOT / "knowledge")
