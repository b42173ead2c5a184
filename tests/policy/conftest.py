"""A small knowledge of three regions: one settles things, one leaves them to the cities, one is a draft."""

from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from bot.knowledge.library import Knowledge, Region
from bot.knowledge.schema import (
    Answer,
    Article,
    Document,
    NationalFact,
    Refusal,
    StatusWords,
    Term,
    Topic,
)
from bot.messages import AnswerStatus
from bot.policy.library import PolicyLibrary

TOPICS = (
    Topic(id="ratio", name="报销比例", questions=("报销比例是多少", "能报百分之多少")),
    Topic(id="deductible", name="起付线", questions=("有没有起付线", "起付线多少钱")),
    Topic(
        id="objection",
        name="对认定结果不服怎么办",
        questions=("没通过不服怎么办", "几天内申请复核"),
        time_limit_from="result_received",
    ),
    Topic(id="not_designated", name="非定点机构的费用", questions=("不是定点的药店能报吗",)),
    Topic(id="pharmacy", name="药店买药", questions=("药店买药能报吗",)),
    Topic(id="schemes_covered", name="职工和居民哪些人适用", questions=("居民能用吗",)),
    Topic(id="hotline", name="咨询电话", questions=("打什么电话咨询",), needs_region=False),
)


def _answer(
    topic: str, said: str, article: str, *questions: str, why: str = "", status: str = "fixed"
) -> Answer:
    return Answer.model_validate(
        {
            "topic": topic,
            "status": status,
            "answer": said,
            "why": why,
            "decided_by": "统筹区" if status == "delegated" else "",
            "citations": [{"article": article}],
            "questions": questions,
        }
    )


HUNAN = Region(
    name="湖南",
    folder="hunan",
    documents=(
        Document(
            key="hn",
            number="湘医保发〔2022〕52号",
            title="办法",
            issuer="省医保局",
            schemes=("职工",),
            status="in_force",
            valid_from=date(2023, 1, 1),
            valid_to=date(2027, 12, 31),
        ),
    ),
    articles=(
        Article(
            article="第六条",
            heading="钱从哪里出",
            says="药费由统筹基金付。",
            evidence=("x",),
            questions=("钱从哪里出",),
        ),
        Article(
            article="第十三条",
            heading="报多少",
            says="在职八成，退休八成五。",
            evidence=("x",),
            topics=("ratio",),
        ),
    ),
    answers=(
        _answer(
            "ratio", "在职职工报80%，退休人员报85%。", "第十三条", "职工报销比例", why="看在职还是退休。"
        ),
        _answer("ratio", "退休人员报85%。", "第十三条", "退休人员报多少", "退休职工能报百分之几"),
        _answer("deductible", "不设起付线。", "第十三条", "起付线是多少"),
        _answer("pharmacy", "凭处方可以到定点药店买。", "第十六条", "能去药店拿药吗"),
        _answer("not_designated", "不能报，要到定点医药机构。", "第十九条", "不是定点的药店报不报"),
        _answer("schemes_covered", "只管职工医保。", "第三条", "哪些人适用"),
    ),
    silent=("objection",),
)
SHANDONG = Region(
    name="山东",
    folder="shandong",
    documents=(
        Document(
            key="sd",
            number="鲁医保中心发〔2024〕24号",
            title="规程",
            issuer="省中心",
            schemes=("职工", "居民"),
            status="in_force",
        ),
    ),
    articles=(),
    answers=(
        _answer(
            "objection", "收到结果10日内申请复核。", "第九条", "不服几天内申请复核", "对结果有意见多少天内提"
        ),
        _answer(
            "deductible", "起付线由各市定，一年只算一次。", "第十五条", "起付线怎么算", status="delegated"
        ),
    ),
    silent=("ratio", "pharmacy", "not_designated", "schemes_covered"),
)
NEIMENGGU = Region(
    name="内蒙古",
    folder="neimenggu",
    documents=(
        Document(
            key="nm",
            number="内蒙古征求意见稿",
            title="通知",
            issuer="区医保局",
            schemes=("职工",),
            status="draft",
        ),
    ),
    articles=(),
    answers=(_answer("ratio", "由各盟市自己定。", "二（四）", "报多少", status="delegated"),),
    silent=("deductible", "objection", "pharmacy", "not_designated", "schemes_covered"),
)


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    statuses = {name: StatusWords(status=name, label=name) for name in get_args(AnswerStatus)}
    statuses |= {
        "silent": StatusWords(
            status="silent",
            label="没写",
            answer="{document}里没有写{topic}",
            next="请问医保局，或拨打12393。",
        ),
        "draft": StatusWords(status="draft", label="草案", notice="这是征求意见稿，只供参考。"),
        "not_in_force": StatusWords(
            status="not_in_force",
            label="不在有效期",
            notice="{document}从{valid_from}执行到{valid_to}，现在不在有效期内。",
        ),
    }
    return Knowledge(
        folder=Path("knowledge"),
        regions={region.name: region for region in (HUNAN, SHANDONG, NEIMENGGU)},
        topics={topic.id: topic for topic in TOPICS},
        statuses=statuses,
        glossary=(
            Term(term="起付线", also=("门槛费",), typos=("起付先",)),
            Term(term="报销比例", also=("报几成",), typos=("报消比例",)),
            Term(term="慢特病", also=("特病卡",)),
        ),
        nation=(
            NationalFact(
                topic="hotline",
                answer="电话是12393。",
                source="国家医保局",
                grade="A1",
                questions=("打什么电话",),
            ),
        ),
        refusals=(
            Refusal(id="emergency", reason="unsafe", words=("胸口疼",), reply="请马上拨打120。"),
            Refusal(
                id="work", reason="out_of_scope", words=("工伤",), unless=("慢特病",), reply="我只会慢特病。"
            ),
            Refusal(id="elsewhere", reason="out_of_scope", reply="我能帮您的是门诊慢特病。"),
        ),
    )


@pytest.fixture(scope="session")
def library(knowledge: Knowledge) -> PolicyLibrary:
    """Lexical alone: what must hold without the sentence encoder's package."""
    return PolicyLibrary(knowledge, None)
