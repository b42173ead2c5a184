"""Long texts are cut after sentences, by each messenger's own measure, and nothing is lost."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.pieces import pieces, utf8_bytes, utf16_units

WORDS = st.sampled_from(["字", "𠮷", "。", "\n", "依据：", "一句话。", "a"])
TEXTS = st.lists(
    WORDS.flatmap(lambda word: st.integers(1, 3000).map(lambda times: word * times)), max_size=6
).map("".join)


@pytest.mark.parametrize(("length", "longest"), [(utf16_units, 4096), (utf8_bytes, 2048)])
@given(text=TEXTS)
def test_nothing_is_lost_and_all_fit(length: Callable[[str], int], longest: int, text: str) -> None:
    found = pieces(text, longest, length)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(0 < length(piece) <= longest for piece in found)


def test_a_source_stays_with_its_sentence() -> None:
    text = "一" * 4000 + "。\n" + "由各统筹地区定。\n依据：" + "湘医保发〔2022〕52号第十三条、" * 5 + "。"
    first, second = pieces(text, 4096, utf16_units)
    assert second.startswith("由各统筹地区定。\n依据：")
    assert first == "一" * 4000 + "。"


def test_a_short_text_is_one_piece() -> None:
    assert pieces("您好。请讲。", 2048, utf8_bytes) == ["您好。请讲。"]
