import re
from datetime import timedelta

import pytest
from console_fakes import PASSWORD, START, Browser, HandClock
from sqlalchemy import select

from bot.console.accounts import AccountError, add_staff, disable_staff, set_password
from bot.console.sessions import hash_of
from bot.records.database import Database
from bot.records.models import AuditEntry, Staff, StaffSession

NEW_PASSWORD = "another password, as long"


async def test_without_signing_in_every_page_leads_to_the_login(browser: Browser) -> None:
    for path in (
        "/console",
        "/console/policy",
        "/console/chats",
        "/console/person/x",
        "/console/chats/1122-1",
    ):
        assert (await browser.open(path)).path == "/console/login"


async def test_signing_in_and_out(clerk: Browser, database: Database) -> None:
    assert "李敏" in clerk.page.text
    cookie = clerk.client.session.cookie_jar.filter_cookies(clerk.client.make_url("/console"))[
        "console"
    ].value
    with database.transaction() as session:
        assert [row.token_hash for row in session.scalars(select(StaffSession))] == [hash_of(cookie)]
    assert (await clerk.send("/console/logout")).path == "/console/login"
    clerk.client.session.cookie_jar.update_cookies({"console": cookie}, clerk.client.make_url("/console"))
    assert (await clerk.open("/console")).path == "/console/login"
    with database.transaction() as session:
        noted = [(entry.who, entry.action) for entry in session.scalars(select(AuditEntry))]
    assert noted == [("staff:li", "sign in"), ("staff:li", "sign out")]


async def test_the_cookie_is_out_of_reach_and_new_after_signing_in(browser: Browser) -> None:
    before = await browser.client.get("/console/login")
    cookie = before.cookies["console"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/console"
    await browser.sign_in()
    jar = browser.client.session.cookie_jar.filter_cookies(browser.client.make_url("/console"))
    assert jar["console"].value != cookie.value


async def test_unknown_names_and_wrong_passwords_read_alike(browser: Browser) -> None:
    wrong = await browser.sign_in("li", "not the password")
    unknown = await browser.sign_in("nobody", "not the password")
    assert (wrong.status, unknown.status) == (401, 401)
    token = wrong.token
    assert wrong.text.replace(token, "") == unknown.text.replace(unknown.token, "")


async def test_five_failures_lock_the_account_for_a_quarter_of_an_hour(
    browser: Browser, clock: HandClock
) -> None:
    for _ in range(5):
        assert (await browser.sign_in(password="not the password")).status == 401
    assert (await browser.sign_in()).status == 401
    clock.pass_by(timedelta(minutes=15))
    assert (await browser.sign_in()).path == "/console"


async def test_failures_are_forgotten_after_signing_in(browser: Browser) -> None:
    for _ in range(2):
        for _ in range(4):
            await browser.sign_in(password="not the password")
        assert (await browser.sign_in()).path == "/console"


async def test_guessing_is_slowed_down_whatever_the_name(browser: Browser) -> None:
    for number in range(20):
        await browser.sign_in(f"nobody{number}", "not the password")
    assert (await browser.sign_in("another", "not the password")).status == 429


async def test_half_an_hour_without_doing_anything_ends_the_session(clerk: Browser, clock: HandClock) -> None:
    clock.pass_by(timedelta(minutes=29))
    assert (await clerk.open("/console")).path == "/console"
    clock.pass_by(timedelta(minutes=29))
    by_itself = {"HX-Request": "true"}  # a piece of the page, asking for what is new
    assert (await clerk.client.get("/console/chats", headers=by_itself)).status == 200
    clock.pass_by(timedelta(minutes=1))
    ended = await clerk.client.get("/console/chats", headers=by_itself)
    assert ended.headers["HX-Redirect"] == "/console/login"
    assert (await clerk.open("/console")).path == "/console/login"


async def test_a_session_ends_after_twelve_hours_even_in_use(clerk: Browser, clock: HandClock) -> None:
    for _ in range(36):
        clock.pass_by(timedelta(minutes=20))
        await clerk.open("/console")
    assert clerk.page.path == "/console/login"


async def test_switching_an_account_off_ends_its_sessions(clerk: Browser, database: Database) -> None:
    with database.transaction() as session:
        session.scalars(select(Staff).where(Staff.username == "li")).one().active = False
    assert (await clerk.open("/console")).path == "/console/login"
    assert (await clerk.sign_in()).status == 401


@pytest.mark.parametrize("token", ["", "made-up", "密"])
async def test_a_form_without_our_token_is_refused(clerk: Browser, token: str) -> None:
    for path in ("/console/search", "/console/logout", "/console/policy", "/console/chats/1/take"):
        response = await clerk.client.post(path, data={"token": token, "query": "x", "why": "y"})
        assert response.status == 403
        assert "没有提交" in await response.text()
    assert (await clerk.open("/console")).path == "/console"


async def test_a_login_form_from_elsewhere_is_refused(browser: Browser) -> None:
    fields = {"username": "li", "password": PASSWORD}
    assert (await browser.client.post("/console/login", data=fields)).status == 403
    await browser.open("/console/login")
    assert (await browser.client.post("/console/login", data=fields)).status == 403


async def test_every_answer_forbids_scripts_within_pages_and_storing(clerk: Browser) -> None:
    for path in (
        "/console",
        "/console/policy",
        "/console/person/x",
        "/console/nowhere",
        "/console/console.css",
    ):
        page = await clerk.open(path)
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert "script-src 'self';" in page.headers["Content-Security-Policy"]
        assert page.headers["Cache-Control"] == "no-store"
        assert all(" src=" in script for script in re.findall(r"<script[^>]*>", page.text))
        assert " style=" not in page.text


@pytest.mark.parametrize(
    ("username", "display_name", "password", "why"),
    [
        ("li", "李", PASSWORD, "taken"),
        ("zhao", "赵", "short", "12 characters"),
        ("赵", "赵", PASSWORD, "letters"),
        ("zhao", " ", PASSWORD, "display name"),
    ],
)
def test_an_account_that_cannot_be_made_says_why(
    database: Database, username: str, display_name: str, password: str, why: str
) -> None:
    with pytest.raises(AccountError, match=why):
        add_staff(database, username, display_name, password, START)


async def test_switching_off_by_command_is_for_good(clerk: Browser, database: Database) -> None:
    disable_staff(database, "li")
    assert (await clerk.open("/console")).path == "/console/login"
    assert (await clerk.sign_in()).status == 401
    with pytest.raises(AccountError, match="switched off"):
        set_password(database, "li", NEW_PASSWORD)
    with pytest.raises(AccountError, match="taken"):
        add_staff(database, "li", "另一位", PASSWORD, START)


async def test_a_new_password_ends_sessions_and_unlocks(clerk: Browser, database: Database) -> None:
    set_password(database, "li", NEW_PASSWORD)
    assert (await clerk.open("/console")).path == "/console/login"
    for _ in range(5):
        assert (await clerk.sign_in()).status == 401
    set_password(database, "li", NEW_PASSWORD)
    assert (await clerk.sign_in(password=NEW_PASSWORD)).path == "/console"


def test_an_account_that_cannot_be_changed_says_why(database: Database) -> None:
    with pytest.raises(AccountError, match="no account nobody"):
        disable_staff(database, "nobody")
    with pytest.raises(AccountError, match="12 characters"):
        set_password(database, "li", "short")
