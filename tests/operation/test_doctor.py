"""`bot doctor` says in Chinese what is wrong, and what to do about it."""

import socket
from datetime import datetime
from pathlib import Path

import pytest

from bot.clock import SHANGHAI
from bot.operation import doctor
from bot.operation.doctor import Check, Finding, Grade
from bot.records.migrations import migrate
from bot.settings import Settings
from tests.operation.public_side import SECRET_KEY


def found(check: Check, tmp_path: Path, **settings: object) -> list[Finding]:
    common = {"var_dir": tmp_path, "database_url": f"sqlite:///{tmp_path}/bot.db"}
    return list(check(Settings(_env_file=None, **(common | settings))))


def grades(check: Check, tmp_path: Path, **settings: object) -> list[Grade]:
    return [finding.grade for finding in found(check, tmp_path, **settings)]


def test_what_is_wrong_comes_with_what_to_do(tmp_path: Path) -> None:
    for finding in found(doctor.records, tmp_path):
        assert finding.grade is Grade.BAD
        assert "bot migrate" in finding.advice


def test_a_database_that_is_up_to_date(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path}/bot.db")
    assert grades(doctor.records, tmp_path) == [Grade.GOOD, Grade.GOOD]


def test_keys(tmp_path: Path) -> None:
    assert grades(doctor.secret_key, tmp_path, secret_key=SECRET_KEY) == [Grade.GOOD]
    assert grades(doctor.secret_key, tmp_path, secret_key="short") == [Grade.BAD]
    assert grades(doctor.secret_key, tmp_path) == [Grade.WARN]
    (tmp_path / "secret.key").write_text(SECRET_KEY)
    (tmp_path / "secret.key").chmod(0o644)
    assert grades(doctor.secret_key, tmp_path) == [Grade.BAD, Grade.WARN]


@pytest.mark.parametrize(
    ("settings", "grade"),
    [
        ({"telegram_token": "1234567890:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"}, Grade.GOOD),
        ({"telegram_token": "AAEhBOweik6ad9r"}, Grade.BAD),
    ],
)
def test_tokens_are_judged_by_their_shape(tmp_path: Path, settings: dict[str, str], grade: Grade) -> None:
    assert grades(doctor.messengers, tmp_path, **settings) == [grade]
    assert settings["telegram_token"] not in str(found(doctor.messengers, tmp_path, **settings))


@pytest.mark.parametrize(
    ("today", "grade"),
    [("2026-10-01", Grade.GOOD), ("2026-12-10", Grade.WARN), ("2031-05-01", Grade.BAD)],
)
def test_holidays(tmp_path: Path, today: str, grade: Grade) -> None:
    now = datetime.fromisoformat(today).replace(tzinfo=SHANGHAI)
    assert grades(doctor.holidays, tmp_path, bot_now=now) == [grade]


def test_ports(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        taken = stranger.getsockname()[1]
        seen = grades(doctor.running_parts, tmp_path, port=taken, engine_port=1, action_port=2)
    assert seen == [Grade.BAD, Grade.WARN, Grade.WARN]


def test_a_check_that_breaks_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_settings: Settings) -> None:
        raise RuntimeError

    monkeypatch.setattr(doctor, "CHECKS", (breaks,))
    assert [finding.grade for finding in doctor.examine(Settings(_env_file=None))] == [Grade.BAD]
