import re
from datetime import timedelta

import pytest
from console_fakes import START, Browser

from bot.records.database import Database
from bot.records.models import Question
from bot.settings import ROOT


def a_question(text: str, **changes: object) -> Question:
    fields: dict[str, object] = {
        "at": START, "line": None, "text": text, "region": "湖南", "topic": "ratio", "intent": "ask_policy",
        "confidence": 0.9, "status": "silent", "unanswered": True,
        "candidates": [{"target": "ratio", "score": 0.31, "phrasing": "能报多少"}],
    }  # fmt: skip
    return Question(**{**fields, **changes})


@pytest.fixture
def asked(database: Database) -> None:
    with database.transaction() as session:
        session.add(a_question("药能寄到家吗"))
        session.add(a_question("药能寄到家里吗", at=START - timedelta(days=1)))
        session.add(
            a_question("<b>嘎嘎</b>", status="not_understood", region=None, topic=None, candidates=[])
        )
        session.add(a_question("退休报多少", status="fixed", unanswered=False, unhelpful=True))
        session.add(a_question("答好了的", status="fixed", unanswered=False))


@pytest.mark.usefixtures("asked")
async def test_each_group_with_its_count_its_reason_and_its_file(clerk: Browser) -> None:
    page = await clerk.open("/console/questions")
    first = page.text.index("药能寄到家吗")
    row = page.text[page.text.rindex("<tr>", 0, first) : page.text.index("</tr>", first)]
    assert ">2<" in row
    assert "湖南 2" in row
    assert "文件没写 2" in row
    assert "knowledge/regions/hunan/answers.yml" in row
    assert "能报多少" in row
    assert "0.31" in row
    assert "说没用 1" in page.text
    assert "答好了的" not in page.text
    assert "&lt;b&gt;嘎嘎" in page.text


@pytest.mark.usefixtures("asked")
async def test_one_reason_alone(clerk: Browser) -> None:
    page = await clerk.open("/console/questions?reason=unhelpful")
    assert "退休报多少" in page.text
    assert "药能寄到家吗" not in page.text


@pytest.mark.parametrize("reason", ["nonsense", "", "<b>"])
async def test_a_reason_there_is_none_of_shows_all(clerk: Browser, reason: str) -> None:
    page = await clerk.open(f"/console/questions?reason={reason}")
    assert page.status == 200
    assert "没有这样的问题" in page.text


@pytest.mark.usefixtures("asked")
async def test_write_an_answer_leads_to_the_file_and_the_line(clerk: Browser, database: Database) -> None:
    page = await clerk.open("/console/questions")
    page = await clerk.open(page.link("/console/questions/write"))
    found = re.search(r"knowledge/regions/hunan/answers.yml:(\d+)", page.text)
    assert found
    lines = (ROOT / "knowledge/regions/hunan/answers.yml").read_text().splitlines()
    assert lines[int(found[1]) - 1] == "- topic: ratio"
    assert "药能寄到家吗, 药能寄到家里吗" in page.text
    assert "限额以内的药费" in page.text  # what is answered now


async def test_what_was_not_understood_is_written_for_the_understanding(
    clerk: Browser, database: Database
) -> None:
    with database.transaction() as session:
        question = a_question(
            "<i>嘎嘎</i>: [x]", status="not_understood", region=None, topic=None, candidates=[]
        )
        session.add(question)
    page = await clerk.open(f"/console/questions/write?of={question.id}")
    assert "data/nlu" in page.text
    assert "&lt;i&gt;嘎嘎" in page.text
    assert (await clerk.open("/console/questions/write?of=999,x,")).status == 404
