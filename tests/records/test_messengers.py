"""What messengers keep, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from bot.clock import SHANGHAI
from bot.records import contacts, outbox, provider_tokens
from bot.records.database import Database
from bot.records.models import Contact, Person

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=SHANGHAI)


def test_one_of_many_workers_renews_a_token(database: Database) -> None:
    def look(_worker: int) -> provider_tokens.Look:
        with database.transaction() as session:
            return provider_tokens.look(session, "wecom:1", None, NOW)

    with ThreadPoolExecutor(4) as workers:
        looks = list(workers.map(look, range(8)))
    assert sum(found.renew for found in looks) == 1
    with database.transaction() as session:
        provider_tokens.keep(session, "wecom:1", "token", NOW + timedelta(hours=2))
    assert look(0) == provider_tokens.Look("token", renew=False)


def test_an_address_has_one_alias_however_often_it_writes_at_once(database: Database) -> None:
    def alias(_time: int) -> str:
        with database.transaction() as session:
            return contacts.alias_of(session, "wecom", "LiSi")

    with ThreadPoolExecutor(4) as writers:
        (found,) = set(writers.map(alias, range(8)))
    with database.transaction() as session:
        assert contacts.address_of(session, "wecom", found) == "LiSi"
        assert contacts.address_of(session, "other", found) is None
        assert contacts.alias_of(session, "other", "LiSi") != found
        assert "LiSi" not in session.get_one(Contact, found).address_index


def test_an_address_is_switched_on_again(database: Database) -> None:
    with database.transaction() as session:
        session.add(Person(person_id="p1", name="李四", id_number="1", region="湖南", scheme="居民"))
        session.flush()
        for address in ("a", "b"):
            outbox.subscribe(session, "p1", "wechat", address, NOW)
            outbox.unreachable(session, "wechat", address, NOW)
        outbox.reachable_again(session, "wechat", "a")
    with database.transaction() as session:
        there = {s.address: s.unreachable_since is None for s in outbox.subscriptions_of(session, "p1")}
    assert there == {"a": True, "b": False}
