"""Policy questions: which region is meant, what the question continues, and the answer as a reply.

A question is remembered without the region it named, so that "江西呢" can ask it of another region.
"""

import re
from dataclasses import replace

from bot.dialogue.asking import ask_for_region
from bot.dialogue.scope import out_of_scope, recognise
from bot.dialogue.turn import Context, Mention, Outcome, Task, Turn
from bot.knowledge.library import Knowledge
from bot.knowledge.schema import Topic
from bot.language import normalise
from bot.messages import (
    NOT_FIXED,
    Button,
    ChooseCard,
    ComparisonCard,
    ComparisonRow,
    DeadlineCard,
    PolicyAnswerCard,
    Reply,
)
from bot.policy.answers import AGENCY, ASK_THE_AGENCY, PolicyAnswer, PolicyComparison
from bot.policy.library import PolicyLibrary
from bot.policy.reading import OPPOSITES

_ALL_REGIONS = re.compile(r"哪几?个?些?(地方|地区|省份?)|各个?(地|省)|每个省|(五|5)个?(省|地区|地方)")
_COMPARING = re.compile(r"对比|比较|相比|区别|差别|不同|不一样|一样|分别|哪个(更|好|高|多|快)|各自|都")
_INSURED_IN = re.compile(r"参保|医保在|交的医保|的医保|职工|居民|退休")
_ELSEWHERE = re.compile(r"住|看病|就医|买药|拿药|带孙|打工|上班|旅游|转到|转去|搬|回")

_ONESELF = re.compile(r"[我俺咱妈爸爹娘奶爷]|老[人伴头太]|[家屋]里")
_ASKS_WHO_IS_COVERED = re.compile(
    r"(?:适用|归|按|管|能|可以|算|包括|覆盖).{0,8}(?:吗|么|不|嘛|没有)[?？。]?$"
)
_DENIED = re.compile(r"(?<!是)不(?:是|在|住)$|没(?:有)?在$")
_TREATED_THERE = re.compile(
    r"去|到|过来|过去|在.{1,6}(?:住|看|带|打工|上班|过冬|养老|避暑|那边)|住|医院|药店|看病|拿药|买药"
)
_WHETHER_IT_IS_COVERED = re.compile(
    r"^(?:那|这个?|我|俺|咱|他|她)*(?:能不能|可不可以|能|可以|给不给|给|算不算|算)(?:办|申请|评|纳入)?(?:个|上)?"
    r"(?:慢病|慢特病|特病|门特|门慢|大病|慢性病|门诊慢特病)?(?:不能|不|吗|么|嘛|啊|呀)*$"
)
"""能办不, 算慢病吗: what is left of a question when the disease was told before."""

_WHY = re.compile(
    r"^(这|那|这是|那是)?(为什么|为啥|凭什么|凭啥|什么原因|怎么回事|什么道理)(呢|啊|呀|这样|这么规定)*$"
)
_WHOM = re.compile(
    r"^(不懂|不明白|不清楚|弄不懂|搞不懂)?(的|了)?(那|那么)?(我|俺|咱)?(该|应该|得|要|能|可以)?(去|上|到|跟|再)?"
    r"((问|找)(谁|哪里?|哪儿|哪个(部门|单位|地方))(去|问|说)?|(哪里?|哪儿)(问|咨询|打听)(去|得到)?)(啊|呀|呢)*$"
)
_WHO_DECIDES = re.compile(
    r"^(那|那么)?(这个?|这些|这是|是|都是)*(由|归|听)?(谁|哪里?|哪个(部门|单位|地方))(来|给|说了)?(定|规定|决定|算|做主)的?(这个?|这些)?(啊|呀|呢)*$"
)
_CORRECTS = re.compile(r"^(?:不对|说错|错了|不是.{1,6}是)")
_CONTINUES = re.compile(rf"^(那|那么|还有|如果|要是|假如|换成|要|换|.{{1,4}}的话)|{_CORRECTS.pattern}|呢$")
_LONGEST_CONTINUATION = 14
_SURELY = 0.5
"""A question fits so well that it is answered whatever else the turn was taken for."""
_UNSURE = 0.6
"""An intent below this is hardly more than a guess."""
_FAIRLY = 0.32
"""How well a question must fit where the intent is unsure."""
_ALONE = 0.45
"""A question that begins like a continuation fits so well alone that it is none."""
_HARDLY = 0.4
"""A question that fits nothing better than this, wherever one is insured, may be none of ours; one that fits an answer
of the region it names better than this is ours."""
_DIFFERS = "各地规定不一样。请问您在哪个省参保？"
_IN_DOUBT = (
    "我拿不准您问的是不是门诊慢特病的事，我只会这方面的政策、进度、费用和提醒。身体和用药上的事请问医生。"
    "如果是慢特病的事，请问您在哪个省参保？"
)
_TOO_SHORT_ALONE = 4
_LONGEST_REMEMBERED = 60
_TELLING = re.compile(
    r"[得了有患和还跟又也都被说俺咱妈爸娘爹她他您家老伴头太婆公奶爷]|同时|查出来?|诊断|这个?病"
    r"|人在|医保|社保|打工|务工|上班|做工|[住交]"
)
_BACK = re.compile(r"[回返]到?$")
_APPLIES_TO_ME = re.compile(
    r"(?:管|适用|算上?|包括|覆盖)(?:不管|不)?(?:[我俺咱她他]|[我俺她他]们)(?:[妈爸爹娘]|[吗么不啊呀])*$"
)
"""管她不: what is left of whether one's own scheme is covered."""
_FILLER = re.compile(r"[\s，。？！,.?!不对错了参保呢啊呀吧嘛那么的地方这边省市人我是在换成要说看如果是]+")


def answer_policy(turn: Turn, context: Context, library: PolicyLibrary) -> Outcome:
    """Answers the question, compares regions, or asks where the person is insured."""
    refusals = library.knowledge.refusals
    if recognise(turn, refusals):
        return out_of_scope(turn, context, refusals)
    scheme_before = context.scheme
    context = with_what_was_said(turn, context, library)
    regions = _regions(turn, library)
    outside = _outside(turn, context, library)
    question, previous = _question(turn, context, _instead_of_places(turn, regions, outside), library)
    if not question or (context.last_question is None and _only_tells(turn)):
        return _asked_nothing(context)
    remembered = replace(
        context, last_question=_to_remember(question, previous), task=Task.POLICY, asked=None
    )
    if _speaks_of_others(turn):
        remembered = replace(remembered, scheme=scheme_before)
    if len(regions) > 1 and _compares(turn):
        return _comparison(question, regions, turn, remembered, library)
    if _ALL_REGIONS.search(turn.text) and not regions:
        return _comparison(question, tuple(library.knowledge.regions), turn, remembered, library)
    if outside and not regions:
        return _declined(outside[0], question, remembered, library)
    if context.region is None:
        return _without_region(question, remembered, library)
    on = turn.now.date()
    if asks_why(turn.text):
        explained = library.explain(question, context.region, context.scheme, on)
        return _told(explained, remembered, library.knowledge)
    answer = library.answer(question, context.region, context.scheme, on, previous, context.topic)
    if asks_whom(turn.text) and context.last_question:
        return _told(_whom_to_ask(answer), remembered, library.knowledge)
    if _asks_who_decides(turn.text) and context.last_question and answer.decided_by:
        return _told(_who_decides(answer), remembered, library.knowledge)
    return _told(answer, remembered, library.knowledge)


def continues(turn: Turn, context: Context, library: PolicyLibrary) -> bool:
    """Whether a turn that was taken for something else goes on with what was just answered: 为什么, 那我问谁,
    in few words another region, disease, employment or scheme, or what fits and begins like a continuation."""
    if context.last_question and _asks_about_the_last(turn.text):
        return True
    if context.task is not Task.POLICY or recognise(turn, library.knowledge.refusals):
        return False
    said = _bare(without_regions(turn))
    if len(said) > _LONGEST_CONTINUATION:
        return False
    named = any(turn.values(entity) for entity in ("region", "disease", "employment", "scheme"))
    return named or (
        bool(_CONTINUES.search(said)) and (_is_unsure(turn) or library.fits(said, context.region))
    )


def fits_surely(turn: Turn, context: Context, library: PolicyLibrary) -> bool:
    """Whether a turn that was taken for chatting is a policy question after all, by how well an answer fits."""
    return _closeness_of_a_question(turn, context, library) >= (_FAIRLY if _is_unsure(turn) else _SURELY)


def _is_unsure(turn: Turn) -> bool:
    """Whether the intent is hardly more than a guess: then less is wanted of an answer to count for more."""
    return turn.confidence < _UNSURE


def _closeness_of_a_question(turn: Turn, context: Context, library: PolicyLibrary) -> float:
    """How well the best answer fits a turn; 0 where it is too short or recognisably none of ours."""
    named = _regions(turn, library)
    question = without_regions(turn, "")
    if len(_bare(question)) <= _TOO_SHORT_ALONE or recognise(turn, library.knowledge.refusals):
        return 0.0
    return library.closeness(question, named[0] if named else context.region)


def tells_where_insured(turn: Turn) -> bool:
    """Whether a place is named as the one of the insurance, whatever else is said: 我从青岛转到淄博参保."""
    return bool(_places(turn)) and bool(_INSURED_IN.search(turn.text))


def is_of_a_region(turn: Turn, context: Context, library: PolicyLibrary) -> bool:
    """Whether a turn that was taken for none of our matters is one after all: it names a document of ours, or one of
    our regions, or none while one is known, and an answer of that region fits well."""
    if library.knowledge.document_named(turn.text):
        return True
    ours = bool(_regions(turn, library)) or (context.region is not None and not _places(turn))
    return ours and _closeness_of_a_question(turn, context, library) >= (
        _FAIRLY if _is_unsure(turn) else _HARDLY
    )


# ---- what is asked ---------------------------------------------------------------------------------------


def _question(turn: Turn, context: Context, elsewhere: str, library: PolicyLibrary) -> tuple[str, str | None]:
    """The question without region names, and the one it continues where the two must be weighed together.

    `elsewhere` stands for the places that were named.
    """
    said = without_regions(turn, elsewhere)
    if len(context.diseases) == 1 and _WHETHER_IT_IS_COVERED.match(_bare(said)):
        return f"{context.diseases[0]}{said}", None
    if context.scheme and _APPLIES_TO_ME.search(_bare(said)):
        return f"{context.scheme}医保 {said}", None
    previous = context.last_question
    if previous is None:
        return ("", None) if not _FILLER.sub("", said) else (said, None)
    if not _FILLER.sub("", said) or _asks_about_the_last(said) or _is_bare_answer(turn, context):
        return previous, None
    if not _goes_on(said, context, library):
        return said, None
    for one, other in OPPOSITES:
        for new, old in ((one, other), (other, one)):
            if new in said and old in previous and new not in previous:
                return previous.replace(old, new), None
    return said, previous


def _to_remember(question: str, previous: str | None) -> str:
    """What a next turn in few words goes on with: a question that only continued another, with that other."""
    together = f"{previous} {question}" if previous else question
    return together if len(together) <= _LONGEST_REMEMBERED else question


def _instead_of_places(turn: Turn, regions: tuple[str, ...], outside: tuple[str, ...]) -> str:
    """Two cities of one province are 各市, a province where the person is only treated is 外省; the person's own
    place is left out of the question."""
    cities = {mention.value for mention in _places(turn) if "/" in mention.value}
    if len(cities) > 1 and len(regions) == 1:
        return "各市"
    return "" if outside or regions else "外省"


def _only_tells(turn: Turn) -> bool:
    """Whether a turn says who is asking and asks nothing: 俺是济宁的，得了糖尿病和高血压."""
    rest = turn.text
    for mention in sorted(turn.mentions, key=lambda m: -m.start):
        rest = rest[: mention.start] + rest[mention.end :]
    return bool(turn.mentions) and not _FILLER.sub("", _TELLING.sub("", rest))


def _is_bare_answer(turn: Turn, context: Context) -> bool:
    """Whether the turn only gives what we asked for: a region, in whatever words."""
    return context.asked == "region" and turn.intent == "inform"


def _is_continuation(said: str) -> bool:
    bare = _bare(said)
    if len(bare) <= _TOO_SHORT_ALONE:
        return True
    return len(bare) <= _LONGEST_CONTINUATION and bool(_CONTINUES.search(bare))


def _goes_on(said: str, context: Context, library: PolicyLibrary) -> bool:
    """Whether a few words go on with the last question: they are no question of their own, or begin like a
    continuation and do not surely fit something alone (要公立的是吧, but not 要是没通过怎么办)."""
    bare = _bare(said)
    if len(bare) <= _TOO_SHORT_ALONE or bare.endswith("呢") or _CORRECTS.search(bare):
        return len(bare) <= _LONGEST_CONTINUATION
    if len(bare) > _LONGEST_CONTINUATION:
        return False
    alone = library.closeness(said, context.region)
    return alone < _ALONE if _CONTINUES.search(bare) else not library.fits(said, context.region)


def without_regions(turn: Turn, instead: str = "") -> str:
    """The text with `instead` in the place of every region; where one goes back to is where one is insured."""
    text = turn.text
    for mention in sorted(turn.mentions, key=lambda m: -m.start):
        if mention.entity == "region" and mention.text == text[mention.start : mention.end]:
            before = text[: mention.start]
            named = "参保地" if not instead and _BACK.search(before) else instead
            text = f"{before}{named}{text[mention.end :]}"
    return text.strip(" ，。,")


def _bare(text: str) -> str:
    return re.sub(r"[\s，。？！,.?!、]+", "", normalise(text))


# ---- of which region -------------------------------------------------------------------------------------


def with_what_was_said(turn: Turn, context: Context, library: PolicyLibrary) -> Context:
    """The context with the region, city and scheme this turn names."""
    known = [mention for mention in _places(turn) if _province(mention) in library.knowledge.regions]
    if home := _home(turn, known):
        city = home.value.partition("/")[2] or None
        province = _province(home)
        context = replace(
            context, region=province, city=city if city or province != context.region else context.city
        )
    elif len(known) == len(_places(turn)) and (region := library.knowledge.region_given_away(turn.text)):
        context = replace(context, region=region, city=None)
    if schemes := turn.values("scheme"):
        context = replace(context, scheme=schemes[-1])
    return context


def _speaks_of_others(turn: Turn) -> bool:
    """Whether a scheme that is named need not be one's own: "居民呢", "管不管居民医保"."""
    if _ONESELF.search(turn.text):
        return False
    return _is_continuation(turn.text) or bool(_ASKS_WHO_IS_COVERED.search(turn.text))


def _home(turn: Turn, known: list[Mention]) -> Mention | None:
    """Where the person is insured: the place next to words like 参保, else the first one named."""
    if len(known) < 2:
        return known[0] if known else None
    for mention in known:
        if _INSURED_IN.search(turn.text[mention.end : mention.end + 4]):
            return mention
    return known[0]


def _places(turn: Turn) -> list[Mention]:
    """The places named, without those that are denied: of "我不在湖南，我在山东" the second."""
    places = [mention for mention in turn.mentions if mention.entity == "region"]
    return [mention for mention in places if not _DENIED.search(turn.text[: mention.start])]


def _regions(turn: Turn, library: PolicyLibrary) -> tuple[str, ...]:
    """Those of the five regions that the turn names, each once."""
    named = dict.fromkeys(_province(mention) for mention in _places(turn))
    return tuple(name for name in named if name in library.knowledge.regions)


def _outside(turn: Turn, context: Context, library: PolicyLibrary) -> tuple[str, ...]:
    """Provinces that are not ours; one that a person insured elsewhere only goes to is where they are treated."""
    if context.region and _TREATED_THERE.search(turn.text) and not _INSURED_IN.search(turn.text):
        return ()
    named = dict.fromkeys(_province(mention) for mention in _places(turn))
    return tuple(name for name in named if name not in library.knowledge.regions)


def _province(mention: Mention) -> str:
    return mention.value.partition("/")[0]


def _compares(turn: Turn) -> bool:
    """Whether the regions named are to be compared; "参保在江西，人在湖南看病" is one person's own case."""
    if _COMPARING.search(turn.text):
        return True
    return not (_INSURED_IN.search(turn.text) and _ELSEWHERE.search(turn.text))


# ---- what is said ----------------------------------------------------------------------------------------


def _told(answer: PolicyAnswer, context: Context, knowledge: Knowledge) -> Outcome:
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


def _whom_to_ask(answer: PolicyAnswer) -> PolicyAnswer:
    """Who can say more about what was just answered."""
    decider = answer.decided_by or AGENCY
    decided = "" if decider == AGENCY else f"这件事由{decider}定"
    return replace(answer, notices=(), answer=ASK_THE_AGENCY, why=decided, next="", beside="", rivals=())


def _who_decides(answer: PolicyAnswer) -> PolicyAnswer:
    told = f"由{answer.decided_by}定"
    if answer.decided_by == AGENCY:
        told = "文件没有写由谁定"
    return replace(answer, answer=told, why="", next=ASK_THE_AGENCY, beside="", rivals=())


def _comparison(
    question: str, regions: tuple[str, ...], turn: Turn, context: Context, library: PolicyLibrary
) -> Outcome:
    asked = _asked_of_each(turn, library) or dict.fromkeys(regions, question)
    compared = library.compare(asked, turn.now.date())
    rows = tuple(
        ComparisonRow(region=a.region, status=a.status, answer=a.answer, citations=a.citations)
        for a in compared.answers
    )
    reply = Reply(_comparison_text(compared), card=ComparisonCard(topic=compared.topic, rows=rows))
    return Outcome((reply,), replace(context, topic=compared.topic, not_understood=0), compared.candidates)


def _asked_of_each(turn: Turn, library: PolicyLibrary) -> dict[str, str]:
    """What is asked of each region, where every one has a clause of its own: 复审 江西隔几年一次 湖南过期了咋办.
    What is said before the first belongs to all. Empty where the regions share one question."""
    places = sorted(_places(turn), key=lambda place: place.start)
    if not places:
        return {}
    ends = [*(place.start for place in places[1:]), len(turn.text)]
    opening = turn.text[: places[0].start]
    asked = {
        _province(place): f"{opening} {turn.text[place.end : end]}"
        for place, end in zip(places, ends, strict=True)
        if _of_its_own(opening, turn.text[place.end : end])
    }
    each = len(asked) == len(places) and all(name in library.knowledge.regions for name in asked)
    return asked if each else {}


def _of_its_own(opening: str, clause: str) -> bool:
    """Whether the words after a region's name, with what was said before all, ask something themselves (湖南没联网咋办,
    not 湖南和, 湖南退休的呢)."""
    clause = _bare(clause).strip("和跟与同还有及以的")
    return bool(clause) and not clause.endswith("呢") and len(_bare(opening) + clause) > _TOO_SHORT_ALONE


def _comparison_text(compared: PolicyComparison) -> str:
    lines = [f"各地的{compared.topic_name}这样规定：" if compared.topic else "您问的是两件事："]
    for answer in compared.answers:
        said = "".join(answer.notices) + answer.answer.rstrip("。")
        lines.append(
            f"{answer.region}：{said}（{answer.basis}）。" if answer.basis else f"{answer.region}：{said}。"
        )
    return "\n".join(lines)


def _without_region(question: str, context: Context, library: PolicyLibrary) -> Outcome:
    if answer := library.nationwide(question):
        return _told(answer, context, library.knowledge)
    doubtful = library.closeness(question, None) < _HARDLY
    return ask_for_region(context, _IN_DOUBT if doubtful else _DIFFERS, library.knowledge.regions)


def _declined(province: str, question: str, context: Context, library: PolicyLibrary) -> Outcome:
    """For a province whose documents we do not have: no rule of another region, only what is common nationally."""
    covered = "、".join(library.knowledge.regions)
    text = f"{province}的文件我没有，不能拿别处的规定来说。{ASK_THE_AGENCY}我手头有{covered}的文件。"
    if common := library.nationwide(question):
        text += f"全国通用的是：{common.text}"
    card = PolicyAnswerCard(region=province, topic=common.topic if common else "", status="silent")
    return Outcome((Reply(text, card=card),), replace(context, not_understood=0))


def asks_why(text: str) -> bool:
    """Whether all that is asked is why the last answer is so."""
    return _WHY.match(_bare(text)) is not None


def _asks_about_the_last(text: str) -> bool:
    return asks_why(text) or asks_whom(text) or _asks_who_decides(text)


def _asks_who_decides(text: str) -> bool:
    return _WHO_DECIDES.match(_bare(text)) is not None


def asks_whom(text: str) -> bool:
    """Whether all that is asked is who can say more."""
    return _WHOM.match(_bare(text)) is not None


def _asked_nothing(context: Context) -> Outcome:
    where = f"好的，您在{context.region}参保。" if context.region else ""
    text = f"{where}您想问门诊慢特病的哪件事？比如报销比例、怎么申请、多久能用上。"
    return Outcome((Reply(text, card=ChooseCard(slot="question")),), replace(context, asked=None))
