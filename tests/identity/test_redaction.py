from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.clock import SHANGHAI
from bot.identity.redaction import TOKEN, find_personal, redact, revealed
from bot.language.identifiers import id_number_is_valid, luhn_fits
from bot.records.database import Database
from bot.records.models import Verification

NOW = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
ID = "999999195203140013"


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        (f"我的身份证{ID}帮我查", ["id_number"]),
        ("身份证９９９９９９１９５２０３１４００１３", ["id_number"]),
        ("证件999999 19520314 0013", ["id_number"]),
        ("手机19900000001", ["phone"]),
        ("电话199 0000 0001", ["phone"]),
        ("一九九零零零零零零零一", ["phone"]),
        ("卡号6222 0212 3456 7890 123", ["card"]),
        ("我叫张秀英，电话19900000001", ["name", "phone"]),
        ("姓名：李建国", ["name"]),
        ("名字是演示·张秀英", ["name"]),
        ("我妈叫张秀英想查进度", ["name"]),
        ("身份证110105194912310021", ["id_number"]),  # the check digit is wrong
        ("身份证110105 19491231 0021", ["id_number"]),
        ("身份证末位是叉：11010519491231002叉", ["id_number"]),
        ("卡号 6222 0212 3456 7890 128", ["card"]),
        ("六二二二〇二一二三四五六七八九〇一二八", ["card"]),
        ("社保卡号A12345678", ["card"]),
        ("医保卡是 1234567890", ["card"]),
        ("座机0731-84512345", ["phone"]),
        ("码是1234 5678 9015", ["digits"]),
        ("从2026-01-01到2026-12-31，2026-01-01 2026-12-31", []),
        ("每月分别是600 700 800 900 1000元", []),
        ("药费1000000000000能报多少", []),
        ("电话12393", []),
        ("19491231", ["digits"]),
        ("一九四九年十二月三十一日", ["digits"]),
        ("1952-3-14", ["digits"]),
        ("2026-3-14", []),
        ("195000", []),
        ("我叫什么名字", []),
        ("病种名字是高血压", []),
        ("查DEMO-HN-0001的进度", []),
        ("申请编号20261122000123456到哪了", []),
        ("一个月药费2000元能报多少", []),
        ("2026年3月1日提交的", []),
    ],
)
def test_what_is_personal(said: str, kinds: list[str]) -> None:
    assert [finding.kind for finding in find_personal(said)] == kinds


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("phone", "0001"),
        ("phone", "尾号是零零零一"),
        ("birth", "1952年3月14日"),
        ("birth", "19520314"),
        ("birth", "一九五二年三月十四"),
        ("name", "张秀英"),
        ("name", "演示·张秀英。"),
    ],
)
def test_answers_to_our_questions_are_personal_while_we_ask(step, said: str) -> None:  # type: ignore[no-untyped-def]
    assert step == "birth" or find_personal(said) == []
    assert len(find_personal(said, step)) == 1


def test_amounts_and_application_numbers_stay_while_we_ask() -> None:
    assert find_personal("一个月2000元能报多少", "phone") == []
    assert find_personal("DEMO-HN-0001", "key") == []


def test_tokens_stand_for_the_values_for_half_an_hour(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        safe = redact(session, f"我叫张秀英，证件{ID}，查进度", "web:1", NOW)
    assert ID not in safe
    assert "张秀英" not in safe
    assert safe.startswith("我叫〔姓名")
    assert safe.endswith("，查进度")
    with sqlite_database.transaction() as session:
        assert revealed(session, "web:1", safe, NOW) == [("name", "张秀英"), ("id_number", ID)]
        assert revealed(session, "web:2", safe, NOW) == []
        assert revealed(session, "web:1", safe, NOW + timedelta(minutes=31)) == []
        assert ID.encode() not in b"".join(session.scalars(text("SELECT value FROM redaction_tokens")))


def test_tokens_that_ran_out_are_deleted(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        redact(session, ID, "web:1", NOW)
        redact(session, ID, "web:2", NOW + timedelta(minutes=31))
        assert session.scalars(text("SELECT chat FROM redaction_tokens")).all() == ["web:2"]


def test_only_the_chat_that_is_asked_is_redacted_further(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        session.add(Verification(chat="web:1", step="phone", expires_at=NOW + timedelta(minutes=1)))
        session.add(Verification(chat="web:3", step="phone", expires_at=NOW - timedelta(minutes=1)))
    with sqlite_database.transaction() as session:
        assert TOKEN.fullmatch(redact(session, "0001", "web:1", NOW))
        assert redact(session, "0001", "web:2", NOW) == "0001"
        assert redact(session, "0001", "web:3", NOW) == "0001"


# --- however it is written -----------------------------------------------------------------------


def with_check(body: str) -> str:
    return next(body + last for last in "0123456789X" if id_number_is_valid(body + last))


IDS = st.builds(
    lambda area, born, order: with_check(f"{area}{born:%Y%m%d}{order:03}"),
    st.integers(100_000, 999_999),  # new areas, too
    st.dates(date(1900, 1, 1), date(2026, 11, 22)),
    st.integers(0, 999),
)
PHONES = st.builds("1{}{:09}".format, st.integers(3, 9), st.integers(0, 999_999_999))
CARDS = st.builds(
    lambda body: next(body + last for last in "0123456789" if luhn_fits(body + last)),
    st.integers(14, 18)
    .flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n))
    .map(lambda s: f"6{s[1:]}"),
)
CHINESE = str.maketrans("0123456789", "零一二三四五六七八九")
ON_THE_PHONE = str.maketrans("0123456789X", "〇幺二三四五六七八九叉")
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
WRITINGS = st.sampled_from(
    [str, str.lower, *(lambda s, t=table: s.translate(t) for table in (CHINESE, ON_THE_PHONE, FULL_WIDTH))]
)
SEPARATORS = st.sampled_from(["", " ", "  ", "-", "\u3000"])
GROUPS = st.sampled_from([(99,), (4,) * 5, (6, 8, 4), (6, 4, 4, 4), (3, 4, 4, 99), (1,) * 20])


def in_groups(number: str, separator: str, sizes: tuple[int, ...]) -> str:
    parts, rest = [], number
    for size in sizes:
        parts.append(rest[:size])
        rest = rest[size:]
    return separator.join(part for part in (*parts, rest) if part)


def uncovered(said: str, start: int, length: int) -> str:
    covered = {place for f in find_personal(said) for place in range(f.start, f.end)}
    return "".join(said[place] for place in range(start, start + length) if place not in covered)


@settings(max_examples=400)
@given(
    st.one_of(IDS, PHONES, CARDS), WRITINGS, SEPARATORS, GROUPS, st.sampled_from(["", "我的", "号码是", "，"])
)
def test_numbers_are_found_however_they_are_written(number, write, separator, groups, before) -> None:  # type: ignore[no-untyped-def]
    written = in_groups(write(number), separator, groups)
    assert uncovered(f"{before}{written}，帮我查", len(before), len(written)) == ""


@given(st.text(max_size=30), st.text(max_size=30), st.sampled_from([ID, "19900000001"]))
def test_no_surrounding_text_lets_a_number_through(before: str, after: str, number: str) -> None:
    assert uncovered(f"{before}，{number}，{after}", len(before) + 1, len(number)) == ""
