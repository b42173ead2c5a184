"""A wrong setting stops the start with a sentence that says what to set."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import Settings
from tests.operation.public_side import SECRET_KEY


def problem(**settings: object) -> str:
    with pytest.raises(ValidationError) as raised:
        Settings(_env_file=None, **settings)
    return str(raised.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "bot.example"])
def test_beyond_loopback_only_behind_a_proxy_and_with_a_key(host: str) -> None:
    said = problem(host=host)
    assert "TRUSTED_PROXIES" in said
    assert "SECRET_KEY" in said
    assert "SECRET_KEY" not in problem(host=host, secret_key=SECRET_KEY)
    Settings(_env_file=None, host=host, secret_key=SECRET_KEY, trusted_proxies="10.0.0.1")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_needs_nothing(host: str) -> None:
    assert Settings(_env_file=None, host=host).host == host


def test_records_stand_beside_the_key_that_opens_them(tmp_path: Path) -> None:
    assert Settings(_env_file=None, var_dir=tmp_path).database_url == f"sqlite:///{tmp_path / 'bot.db'}"


def test_proxies_are_addresses_or_networks_with_commas() -> None:
    told = Settings(_env_file=None, trusted_proxies="127.0.0.1, 10.1.0.0/16,fd00::/8").trusted_proxies
    assert [str(network) for network in told] == ["127.0.0.1/32", "10.1.0.0/16", "fd00::/8"]
    assert "10.1.0.0/16" in problem(trusted_proxies="nginx")


def test_a_short_metrics_token_is_refused() -> None:
    assert "16" in problem(metrics_token="1234")


def test_metrics_have_a_port_of_their_own() -> None:
    assert Settings(_env_file=None, metrics_port=9100).metrics_port == 9100
    assert "METRICS_PORT" in problem(metrics_port=5055, action_port=5055)
    assert "metrics_port" in problem(metrics_port=0)
