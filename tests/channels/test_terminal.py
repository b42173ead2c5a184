"""What a typed line means in the terminal client."""

import pytest

from bot.channels.terminal import message_for

ANSWERS = [
    {"text": "您是哪里参保的？", "buttons": [{"title": "湖南", "payload": '/inform{"region": "湖南"}'}]},
    {"text": "或者", "buttons": [{"title": "转人工", "payload": "转人工"}]},
]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1", '/inform{"region": "湖南"}'),
        ("2", "转人工"),
        ("3", "3"),
        ("0", "0"),
        ("²", "²"),
        ("600", "600"),
        ("湖南", "湖南"),
    ],
)
def test_a_number_presses_the_button_it_names(line: str, message: str) -> None:
    assert message_for(line, ANSWERS) == message


def test_without_buttons_a_number_is_what_was_said() -> None:
    assert message_for("1", []) == "1"
