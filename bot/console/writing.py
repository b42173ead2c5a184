"""From a question that was not answered to the place its answer belongs in, and what to write there."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.dialogue.learning import file_of
from bot.knowledge.library import Knowledge
from bot.records.models import Question

_PLAIN = re.compile(r"[\u4e00-\u9fff0-9A-Za-z，。？！、]+")
"""What YAML takes for a text as it stands."""


@dataclass(frozen=True)
class Writing:
    """`line` counts from 1, None where there is nothing of the kind yet. `draft` is to be put there, as `advice` says;
    `present` is what is answered on the topic now, `then` the command that proves it."""

    file: str
    line: int | None
    advice: str
    draft: str
    present: str = ""
    then: str = "make check-knowledge"


def writing_of(questions: Sequence[Question], knowledge: Knowledge) -> Writing:
    """Where to write what answers these; there is at least one, and the newest decides."""
    newest, texts = questions[0], tuple(dict.fromkeys(question.text for question in questions))
    file = file_of(newest, knowledge.regions)
    if file == "data/nlu":
        return _for_understanding(newest, texts)
    if file.endswith("scope.yml"):
        return Writing(
            file,
            None,
            "这句话被当作不归我们答的。真不归我们答，就不用改；该答的，找出它碰上的那条 words，"
            "在同一条的 unless 里加上认得出它的字词。",
            "\n".join(f"# {text}" for text in texts),
        )
    if file.endswith("nation.yml"):
        return _national(file, newest.topic, texts, knowledge)
    return _regional(file, newest, texts, knowledge)


def _for_understanding(newest: Question, texts: Sequence[str]) -> Writing:
    return Writing(
        "data/nlu",
        None,
        f"没有听懂：当时理解为 {newest.intent}，把握 {newest.confidence:.2f}。"
        "选一个合适的意图，把说法加到同名的文件里；一句话换几种说法都写上。",
        "\n".join(f"    - {text}" for text in texts),
        then="make nlu-data train",
    )


def _national(file: str, topic: str | None, texts: Sequence[str], knowledge: Knowledge) -> Writing:
    fact = next((fact for fact in knowledge.nation if fact.topic == topic), None)
    if fact is not None:
        return Writing(file, _line_of(knowledge, file, topic), _ASK_MORE_WAYS, _ways(texts), fact.answer)
    draft = f"""- topic: {topic or "主题，见 topics.yml"}
  answer: 先说结论
  source: 出处
  grade: A1
  questions: {_list(texts)}"""
    advice = "不分地区的说法写在这里，要有政府网站或国家媒体的出处；各地不同的，写到各地的 answers.yml。"
    return Writing(file, None, advice, draft)


def _regional(file: str, newest: Question, texts: Sequence[str], knowledge: Knowledge) -> Writing:
    present = knowledge.regions[newest.region or ""].answer_to(newest.topic or "")
    line = _line_of(knowledge, file, newest.topic) if present else None
    draft = f"""- topic: {newest.topic or "主题，见 topics.yml"}
  status: fixed
  answer: 先说结论
  why: 再说为什么
  next: 下一步怎么办
  citations: [{{article: 第几条, evidence: [那一条里的原话，几个字]}}]
  questions: {_list(texts)}"""
    if present is None:
        advice = (
            "这个主题在这个地区还没有答案。文件里有规定的，照下面的样子加在 answers 的最后、silent 之前，"
            "silent 里有这个主题的，从那里去掉；文件没写的，只要 silent 里有它。"
        )
        return Writing(file, None, advice, draft)
    return Writing(
        file,
        line,
        "这个主题已经有答案。答案合适、只是没有认出问法的，把问法加进它的 questions；"
        "要另外回答的，照下面的样子在它后面加一条。",
        f"{_ways(texts)}\n\n{draft}",
        present.answer,
    )


_ASK_MORE_WAYS = "这个主题已经有答案，把问法加进它的 questions。"


def _ways(texts: Sequence[str]) -> str:
    return f"    {', '.join(map(_yaml, texts))}"


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_yaml, texts))}]"


def _yaml(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _line_of(knowledge: Knowledge, file: str, topic: str | None) -> int | None:
    """The line on which the topic's first entry begins."""
    path = knowledge.folder / file.removeprefix("knowledge/")
    begins = re.compile(rf"\s*-?\s*topic: {re.escape(topic or '')}\s*")
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, text in enumerate(lines, start=1) if begins.fullmatch(text)), None)
