from datetime import date

from console_fakes import START, Browser

from bot.policy.library import PolicyLibrary
from bot.records.database import Database
from bot.records.official_texts import store

ON = date(2026, 11, 22)


async def test_five_regions_side_by_side_say_what_the_assistant_says(
    clerk: Browser, library: PolicyLibrary
) -> None:
    question = "起付线是多少"
    await clerk.open("/console/policy")
    page = await clerk.send("/console/policy", question=question, region="")
    for told in library.compare(dict.fromkeys(tuple(library.knowledge.regions), question), ON).answers:
        assert told.answer in page.text
        assert library.knowledge.statuses[told.status].label in page.text
        for citation in told.citations:
            assert citation.document in page.text
            assert citation.article in page.text


async def test_what_was_considered_is_folded_away_with_its_scores(
    clerk: Browser, library: PolicyLibrary
) -> None:
    await clerk.open("/console/policy")
    page = await clerk.send("/console/policy", question="退休报多少", region="湖南")
    considered = library.answer("退休报多少", "湖南", None, ON).candidates
    fold = page.text[page.text.index("考虑过的答案") :]
    assert all(f"{candidate.score:.2f}" in fold for candidate in considered)
    assert len(considered) > 1


async def test_one_region_alone(clerk: Browser, library: PolicyLibrary) -> None:
    await clerk.open("/console/policy")
    page = await clerk.send("/console/policy", question="退休报多少", region="湖南")
    assert page.text.count('class="card region') == 1
    assert library.answer("退休报多少", "湖南", None, ON).answer in page.text


async def test_the_official_wording_stands_beside_our_restatement(
    clerk: Browser, library: PolicyLibrary, database: Database
) -> None:
    await clerk.open("/console/policy")
    without = await clerk.send("/console/policy", question="退休报多少", region="湖南")
    assert "原文还没有录入" in without.text
    with database.transaction() as session:
        store(
            session, "hunan-2022-52", {"第十三条": "**第十三条** 编的<原文>。\n"}, "0" * 64, "编的.txt", START
        )
    page = await clerk.send("/console/policy", question="退休报多少", region="湖南")
    restated = next(a.says for a in library.knowledge.regions["湖南"].articles if a.article == "第十三条")
    assert restated.strip() in page.text
    assert "第十三条 编的&lt;原文&gt;。" in page.text
    assert "原文还没有录入" not in page.text


async def test_what_the_documents_do_not_know_is_said_so(clerk: Browser) -> None:
    await clerk.open("/console/policy")
    page = await clerk.send("/console/policy", question="ωψ ξζ", region="")
    assert "没有找到对应的规定" in page.text


async def test_what_was_rejected_is_shown_where_nothing_fits(clerk: Browser, library: PolicyLibrary) -> None:
    question, region = "狗吃猫粮", "湖南"
    rejected = library.answer(question, region, None, ON)
    assert not rejected.topic
    await clerk.open("/console/policy")
    page = await clerk.send("/console/policy", question=question, region=region)
    assert "都不够贴切" in page.text
    assert f"{rejected.candidates[0].score:.2f}" in page.text


async def test_questions_stay_out_of_addresses(clerk: Browser) -> None:
    await clerk.open("/console/policy")
    await clerk.send("/console/policy", question="张三能报多少", region="湖南")
    assert all(
        address.endswith(("/console", "/console/login", "/console/policy")) for address in clerk.visited
    )
