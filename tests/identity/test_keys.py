import base64
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.identity.keys import BadKeyError, load_keys
from bot.settings import Settings


def test_a_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(var_dir=tmp_path / "var", secret_key=None)
    first, second = load_keys(settings), load_keys(settings)
    assert first == second
    (path,) = (tmp_path / "var").iterdir()
    assert path.name == "secret.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_setting_comes_first_and_each_purpose_has_its_own_key(tmp_path: Path) -> None:
    secret = SecretStr(base64.b64encode(b"s" * 32).decode())
    keys = load_keys(Settings(var_dir=tmp_path, secret_key=secret))
    assert len({keys.encryption, keys.index, keys.sessions, b"s" * 32}) == 4
    assert list(tmp_path.iterdir()) == []
    assert "s" * 8 not in repr(keys)


@pytest.mark.parametrize("wrong", ["short", "geheim!", base64.b64encode(b"x" * 16).decode()])
def test_a_wrong_key_says_what_is_expected(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(BadKeyError, match="32 bytes in base64"):
        load_keys(Settings(var_dir=tmp_path, secret_key=SecretStr(wrong)))
