"""Policy answers as replies: a card, other topics to choose, a comparison in lines."""

from dataclasses import replace

from bot.dialogue.turn import Context, Outcome
from bot.knowledge.library import Knowledge
from bot.knowledge.schema import Topic
from bot.messages import (
    NOT_FIXED,
    Button,
    ChooseCard,
    DeadlineCard,
    PolicyAnswerCard,
    Reply,
)
from bot.policy.answers import AGENCY, ASK_THE_AGENCY, PolicyAnswer, PolicyComparison
from bot.policy.library import PolicyLibrary

DIFFERS = "各地规定不一样。请问您在哪个省参保？"
IN_DOUBT = (
    "我拿不准您问的是不是门诊慢特病的事，我只会这方面的政策、进度、费用和提醒。身体和用药上的事请问医生。"
    "如果是慢特病的事，请问您在哪个省参保？"
)


def told(answer: PolicyAnswer, context: Context, knowledge: Knowledge) -> Outcome:
    """The answer, with other topics to choose where it is only the closest there is; or, where nothing is close
    enough to be told and two topics nearly fit, the question which of them is meant."""
    topic = knowledge.topics.get(answer.topic)
    near = [knowledge.topics[rival] for rival in answer.rivals]
    if topic is None and len(near) > 1:
        reply = _which_is_meant(near)
    else:
        reply = replace(_reply(answer, topic), buttons=tuple(_asking_about(other) for other in near))
    timeline = context.timeline if "on" in context.timeline else {}
    if topic and topic.time_limit_from:
        timeline = {"event": topic.time_limit_from}
    remembered = replace(context, topic=answer.topic or None, timeline=timeline, not_understood=0)
    return Outcome((reply,), remembered, answer.candidates)


def _reply(answer: PolicyAnswer, topic: Topic | None) -> Reply:
    """A time limit has a card of its own; a date told next is what it runs from."""
    if topic and topic.time_limit_from:
        rule = topic.id if answer.status in ("fixed", "draft") else NOT_FIXED
        deadline = DeadlineCard(label=topic.name, due_on=None, rule=rule, citations=answer.citations)
        return Reply(answer.text, card=deadline)
    card = PolicyAnswerCard(
        region=answer.region,
        topic=answer.topic,
        status=answer.status,
        citations=answer.citations,
        decided_by=answer.decided_by,
    )
    return Reply(answer.text, card=card)


def _which_is_meant(topics: list[Topic]) -> Reply:
    choices = "，还是".join(f"“{topic.name}”" for topic in topics)
    text = f"我没有十分听准。您是想问{choices}？\n都不是的话，您换个说法再问我；也可以{ASK_THE_AGENCY}"
    return Reply(text, tuple(_asking_about(topic) for topic in topics), ChooseCard(slot="topic"))


def _asking_about(topic: Topic) -> Button:
    return Button(topic.name, topic.questions[0])


def whom_to_ask(answer: PolicyAnswer) -> PolicyAnswer:
    """Who can say more about what was just answered."""
    decider = answer.decided_by or AGENCY
    decided = "" if decider == AGENCY else f"这件事由{decider}定"
    return replace(answer, notices=(), answer=ASK_THE_AGENCY, why=decided, next="", beside="", rivals=())


def who_decides(answer: PolicyAnswer) -> PolicyAnswer:
    told = f"由{answer.decided_by}定"
    if answer.decided_by == AGENCY:
        told = "文件没有写由谁定"
    return replace(answer, answer=told, why="", next=ASK_THE_AGENCY, beside="", rivals=())


def comparison_text(compared: PolicyComparison) -> str:
    lines = [f"各地的{compared.topic_name}这样规定：" if compared.topic else "您问的是两件事："]
    for answer in compared.answers:
        said = "".join(answer.notices) + answer.answer.rstrip("。")
        lines.append(
            f"{answer.region}：{said}（{answer.basis}）。" if answer.basis else f"{answer.region}：{said}。"
        )
    return "\n".join(lines)


def declined(province: str, question: str, context: Context, library: PolicyLibrary) -> Outcome:
    """For a province whose documents we do not have: no rule of another region, only what is common nationally."""
    covered = "、".join(library.knowledge.regions)
    text = f"{province}的文件我没有，不能拿别处的规定来说。{ASK_THE_AGENCY}我手头有{covered}的文件。"
    if common := library.nationwide(question):
        text += f"全国通用的是：{common.text}"
    card = PolicyAnswerCard(region=province, topic=common.topic if common else "", status="silent")
    return Outcome((Reply(text, card=card),), replace(context, not_understood=0))


def asked_nothing(context: Context) -> Outcome:
    where = f"好的，您在{context.region}参保。" if context.region else ""
    text = f"{where}您想问门诊慢特病的哪件事？比如报销比例、怎么申请、多久能用上。"
    return Outcome((Reply(text, card=ChooseCard(slot="question")),), replace(context, asked=None))
