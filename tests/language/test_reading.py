"""Normalisation, shares and identifiers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import normalise
from bot.language.identifiers import find_identifiers, id_number_is_valid
from bot.language.ratios import find_ratios


@given(st.text())
def test_normalisation_keeps_every_place(text: str) -> None:
    assert len(normalise(text)) == len(text)
    assert normalise(normalise(text)) == normalise(text)


def test_normalisation() -> None:
    assert normalise("報銷　８０％，藥費ＡＢ") == "报销 80%，药费AB"
    assert normalise("自費係冇關係") == "自费是没关系"


@pytest.mark.parametrize(
    ("text", "written", "share"),
    [
        ("报80%", "80%", "0.8"),
        ("百分之八十五", "百分之八十五", "0.85"),
        ("能报八成", "八成", "0.8"),
        ("七成五", "七成五", "0.75"),
        ("报七折", "七折", "0.7"),
        ("百分之百", "百分之百", "1"),
        ("８５％", "８５％", "0.85"),
    ],
)
def test_a_share(text: str, written: str, share: str) -> None:
    (ratio,) = find_ratios(text)
    assert (text[ratio.start : ratio.end], ratio.value) == (written, Decimal(share))


@pytest.mark.parametrize("text", ["成年人", "一成不变", "120%", "办成了", "二十成"])
def test_no_share(text: str) -> None:
    assert find_ratios(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("我的是11010519491231002x", "id_number", "11010519491231002X"),
        ("110105 19491231 002X", "id_number", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "id_number", "11010519491231002X"),
        ("一一零一零五一九四九一二三一零零二X", "id_number", "11010519491231002X"),
        ("老证110105491231002", "id_number", "110105491231002"),
        ("138 0013 8000", "phone", "13800138000"),
        ("+86-13800138000", "phone", "13800138000"),
        ("一三八零零一三八零零零", "phone", "13800138000"),
        ("查下BD20250708-19", "application_no", "BD20250708-19"),
        ("jx2025-00012", "application_no", "JX2025-00012"),
        ("受理号是202507081234", "application_no", "202507081234"),
    ],
)
def test_an_identifier(text: str, kind: str, value: str) -> None:
    (found,) = find_identifiers(text)
    assert (found.kind, found.value, found.valid) == (kind, value, True)


def test_a_mistyped_id_number_is_still_private() -> None:
    (found,) = find_identifiers("身份证110105194912310021")
    assert (found.kind, found.valid) == ("id_number", False)


def test_a_date_beside_a_phone_is_not_part_of_it() -> None:
    (found,) = find_identifiers("2025-06-03 13800138000")
    assert found.value == "13800138000"


@pytest.mark.parametrize("text", ["2025年6月3号", "12393", "3,600元", "M07801病", "湘医保发52号", "门慢"])
def test_no_identifier(text: str) -> None:
    assert [found for found in find_identifiers(text) if found.kind != "application_no"] == []


@given(
    st.from_regex(
        r"[1-8][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}", fullmatch=True
    )
)
def test_exactly_one_check_character_is_right(body: str) -> None:
    assert sum(id_number_is_valid(body + check) for check in "0123456789X") == 1


@given(st.text(alphabet="一三八零0123456789 -Xx+编号受理ABｘ", max_size=40))
def test_never_fails_and_spans_do_not_overlap(text: str) -> None:
    end = 0
    for found in find_identifiers(text):
        assert end <= found.start < found.end <= len(text)
        end = found.end
