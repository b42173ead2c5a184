from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from console_fakes import Browser, HandClock
from pyotp import TOTP

from bot.console.accounts import set_password
from bot.console.roles import RIGHTS, Right
from bot.records.database import Database

PASSWORD_AFTER = "another password, as long"


async def test_clerks_do_not_get_into_administration_or_overview(clerk: Browser) -> None:
    for path in ("/console/administration", "/console/administration/audit", "/console/overview"):
        assert (await clerk.open(path)).status == 403
    page = await clerk.send("/console/administration/add", username="x2", name="x", password="x" * 12)
    assert page.status == 403
    assert "/console/administration" not in (await clerk.open("/console")).text


async def test_analysts_see_no_person(analyst: Browser) -> None:
    for path in ("/console/chats", "/console/reminders", "/console/person/x"):
        assert (await analyst.open(path)).status == 403
    assert (await analyst.open("/console")).path == "/console/overview"
    refused = await analyst.send("/console/search", query="演示·张秀英", why="看看")
    assert refused.status == 403
    assert (await analyst.open("/console/policy")).status == 200


FILES = ("console.css", "console.js", "htmx.min.js")


def test_administrators_may_do_everything() -> None:
    assert RIGHTS["administrator"] == frozenset(Right)


async def test_every_page_is_for_signed_in_staff_alone(
    client: TestClient[web.Request, web.Application],
) -> None:
    (console,) = client.app._subapps if client.app else ()
    addresses = {
        (route.method, route.resource.canonical) for route in console.router.routes() if route.resource
    }
    for method, address in addresses - {("GET", f"/console/{name}") for name in FILES}:
        if address == "/console/login" or method not in ("GET", "POST"):
            continue
        response = await client.request(
            method, address.replace("{", "").replace("}", ""), allow_redirects=False
        )
        refused = 403 if method == "POST" else 303
        assert response.status == refused, (method, address)


async def test_an_administrator_gets_no_further_without_a_second_factor(
    browser: Browser, clock: HandClock
) -> None:
    page = await browser.sign_in("wu")
    assert page.path == "/console/second-factor"
    assert (await browser.open("/console/administration")).path == "/console/second-factor"
    assert (await browser.send_code("000000")).status == 401
    await browser.enrol(clock())
    assert (await browser.open("/console/administration")).path == "/console/administration"


async def test_once_set_up_the_secret_is_not_shown_and_a_code_is_good_once(
    browser: Browser, clock: HandClock
) -> None:
    await browser.sign_in("wu")
    secret = await browser.enrol(clock())
    await browser.send("/console/logout")
    page = await browser.sign_in("wu")
    assert "secret=" not in page.text
    assert (await browser.send_code(TOTP(secret).at(clock()))).status == 401  # it was used for setting up
    clock.pass_by(timedelta(seconds=30))
    assert (await browser.send_code(TOTP(secret).at(clock()))).path == "/console"


async def test_another_secret_cannot_be_put_in_place_of_the_first(browser: Browser, clock: HandClock) -> None:
    page = await browser.sign_in("wu")
    first_setup = page.text.partition('name="setup" value="')[2].partition('"')[0]
    first_secret = page.text.partition("secret=")[2][:32]
    await browser.open("/console/second-factor")
    await browser.enrol(clock())
    clock.pass_by(timedelta(seconds=60))
    code = TOTP(first_secret).at(clock())
    assert (await browser.send("/console/second-factor", code=code, setup=first_setup)).status == 401


async def test_guessing_codes_locks_the_account_though_the_password_is_known(
    browser: Browser, clock: HandClock
) -> None:
    await browser.sign_in("wu")
    secret = await browser.enrol(clock())
    for _ in range(2):
        await browser.send("/console/logout")
        await browser.sign_in("wu")
        await browser.send_code("000000")
    clock.pass_by(timedelta(seconds=60))
    await browser.sign_in("wu")
    assert (await browser.send_code(TOTP(secret).at(clock()))).status == 401
    clock.pass_by(timedelta(minutes=15))
    await browser.sign_in("wu")
    assert (await browser.send_code(TOTP(secret).at(clock()))).path == "/console"


async def test_a_new_password_asks_for_a_new_second_factor(
    administrator: Browser, database: Database
) -> None:
    set_password(database, "wu", PASSWORD_AFTER)
    page = await administrator.sign_in("wu", PASSWORD_AFTER)
    assert "secret=" in page.text


@pytest.mark.parametrize("path", ["/console/login", "/console/second-factor"])
async def test_the_menu_is_for_who_is_signed_in_for_good(browser: Browser, path: str) -> None:
    await browser.sign_in("wu")
    assert "/console/policy" not in (await browser.open(path)).text
