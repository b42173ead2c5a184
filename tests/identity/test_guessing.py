"""The scripted attack of bench/guessing.py, shortened; ten thousand guesses are `python -m bench.guessing`."""

from bench.guessing import START, Attack, add_victims
from bot.identity.verification import FAILURES_AN_HOUR
from bot.records import guards
from bot.records.database import Database


async def test_guessing_from_many_chats_at_many_persons_gets_nowhere(database: Database) -> None:
    add_victims(database)
    tally = await Attack(database, 240).run()
    assert tally.passed == 0
    assert tally.refused > tally.judged
    assert tally.judged <= FAILURES_AN_HOUR
    with database.transaction() as session:
        alert = guards.alert(session, START)
    assert "TEST0" in alert.persons
