"""Who is asked about: the people of a sentence with their clauses; each one's employment, scheme, diseases."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import get_args

from bot.dialogue.cost.reading.changes import NOT_KNOWN, supposes
from bot.dialogue.cost.reading.sentence import Part, Sentence
from bot.dialogue.cost.reading.told import Circumstance
from bot.dialogue.turn import Mention
from bot.knowledge.schema import Scheme
from bot.language.money import Amount
from bot.rules.case import Case, Employment

_PERSON = re.compile(
    r"(?:老头子|老太婆|老婆子|老汉|大[爷妈])我(?!们)|(?<=[,。;])[他她](?![们那这])|[我俺]?(?:男人|女人|婆娘|堂客|老倌子?|娘老子|爷老子|丈人|亲家|舅[妈母]|[姑姨]妈|舅舅|爸爸?|父亲|老?爹|老爸|(?<!哎)妈妈?(?!呀|耶)|母亲|老?娘|老妈|老伴儿?|老爷子|老太太|老头子?|老太婆|老婆子?|老公|丈夫|妻子|爱人|爷爷|奶奶|外公|外婆|公公"
    r"|婆婆|岳父|岳母|丈母娘|媳妇|对象|儿子|女儿|闺女|孙子|孙女|女婿|[表堂大二三小]?(?:哥哥?|姐姐?|弟弟?|妹妹?)|嫂[子嫂]?|姐夫|妹夫"
    r"|[大二三小]?(?:叔叔?|伯伯?|舅舅?|姑姑?|姨妈?)|姑父|阿姨|[男女]的|屋里(?:头?那个|人|头的)|(?:家里?)?那口子|当家的|家属)|[他她](?=(?:是|还|在|已经?|也|早|没)*(?:这个?月|本月|花|用了|吃了|买了|退休|退了|没退|退下来|在职|在岗|上着?班|每月\d|药[费钱]|呢?,?(?:\d{2}|[一二两三四五六七八九][百千])|[^,。;\d]{0,6}(?:限额|额度)))"
    r"|(?:老(?![伴头人公婆爸妈爹娘板师家乡早是百年了样旧实弱龄规时店票病医药数心于的])|小(?![区时店票病孩心组于的说学]))[一-龥]"
    r"(?=(?:是|还|在|已经?|也|都)*(?:在职|退休|退了|没退|在岗|上着?班|花了|用了|限额|额度|药费))"
    r"|(?:另外?)?一[位个](?=(?:是|还)*(?:在职|在岗|退休|没退|退了))"
    r"|我(?:自己|本人)|我的(?=(?:月|药)?(?:限额|额度|药[费钱]))|我(?!们|这(?!个?月[拿花买用吃开])|的|想|要|问|该|能|给|帮|替|一样)"
)
_NOT_ILL = re.compile(r"没(?:有|办|评|批|得)过?[^,。;\d]{0,3}(?:慢特?病|门慢|门特|特殊病|这个?病|资格)")
_KIN = (
    ("爸", ("爸", "爸爸", "父亲", "爹")),
    ("妈", ("妈", "妈妈", "母亲", "娘")),
    ("老公", ("老公", "丈夫", "老头", "老头子", "老爷子")),
    ("老婆", ("老婆", "老婆子", "妻子", "媳妇", "老太婆", "老太太")),
    ("老伴", ("老伴", "老伴儿")),
    ("嫂", ("嫂", "嫂嫂", "嫂子")),
    *((one, (one, 2 * one)) for one in "哥姐弟妹叔伯舅姑"),
)
_SPEAKS_OF_SELF = re.compile(
    r"(?:是|还|在|也|没|早|已经?)*(?:在职|退休|退了|没退|退下来|上着?班|在岗|花|用了|买|[吃拿开配]了?\d|每月\d|呢,?\d{2}|呢,?[一二两三四五六七八九][百千]|今年(?:前[头面]|之前)?(?:花|买|看)|刚才|这个?月[拿花买用吃开]|(?:有|去)?(?:申请|办)过|在[^,。;\d]{1,8}[买花开拿看]|[^,。;\d]{0,6}(?:限额|额度|定额))"
)
_HELPS = re.compile(
    r"(?:都|也|就|刚|刚刚|又|天天|每次|还)*(?:[去来到帮替陪带送给喊叫][^,。;]{0,8}?(?:给|帮|替|陪|带)?[我俺](?!们)|(?:跟我|和我|刚|又)?[说讲]|告诉|打听|查[了到出]|翻[了到出])"
)
_WAS_ASKED = re.compile(r"(?:问[了过]?|听|打电话给|打给|据)$")
_SPEAKER = ("我", "我自己", "我本人", "我的")
_HE = ("他", "她")
_UNNAMED = re.compile("另?外?一[位个]")
"""一位在职,一位退休: each is another."""
_OWN_TERMS = re.compile(
    r"(?:的|那个?)?(?:[^,。;\d]{2,5}(?=限额))?(?:月|每个?月)?(?:限额|额度|定额|起付|门槛|比例|报(?:销)?(?:\d|[一二三四五六七八九]成|百分))|每个?月\d"
)
_HOW_MUCH = r"(?:报|拿)(?:销|到|回)?(?:多少|几|好多)"
_ASKED_OF = re.compile(rf"(?:这[次回笔个月]*|那|的|到底|究竟|自己)*(?:能|可以?|该|应该?|会)*{_HOW_MUCH}")
_ASK_ME = re.compile(
    rf"(?:问|算|说|看|管)(?:的是)?我(?:自己|本人)|我(?:自己|本人)?(?:这[次回]|到底|究竟)*能{_HOW_MUCH}"
)
_WORKS_OR_NOT = re.compile(r"(?:是|还|在|也|早|已经?)*(?:上着?班|在岗|没?退了?(?![休费药了一两\d]))")
_IN, _OF = re.compile(r"[是在]*"), re.compile(r"是?")
_ONLY_IS_THERE = re.compile(
    r"[^,。;]{0,5}(?:上班|打工|做事|干活|带|住|读书|当兵|厂|工地|看|花|买|拿|开|送|跑)"
)
_WHICH = re.compile(r"[按算](?:在职|在岗)(?:的)?还是[按算]?退休|[按算]退休(?:的)?还是[按算]?(?:在职|在岗)")
_OF_ALL = re.compile(r"各|每人|都|两个?人|俩|分别")
_OF_ALL_TOGETHER = re.compile(r"一共|总共|合计|合起来|加起来|加一块")
_EACH_SPENT = re.compile(r"各|每人")
_SPENDS = re.compile(
    r"^(?:这个?月|本月|这次|今年)?(?:前[头面]|之前)?[也又才就只]?(?:花|[用吃买拿](?:了|(?=\d)))|^呢?,?(?:\d{2}|[一二两三四五六七八九][百千])(?![^,。;]{0,4}限额)"
)
_NOT_RECOGNISED = re.compile(
    r"病?(?:就|也|又|倒)?没(?:有|能)?(?:够[上得标条]|评[上下过]|批[上下过准]|认定?[上下]|办[下成]|通过)"
)
_BROUGHT_ON = re.compile(r"(?:后遗|引起|导致|引发|带来|转成?|发展成?)的?(?![^,。;]{0,2}症)")
_GOES_WITH_IT = re.compile(r"(?<=[一-龥]{2})(?:伴|合并|并发)(?:有|了)?$")
_FIGURE_FOLLOWS = re.compile(r"呢?,?(?:\d{2}(?!\d*岁)|[一二两三四五六七八九][百千])")
_STILL_AWAY = re.compile(r"(?:离|距离?)(?:我|他|她|正式|真正)*$")
_STILL = re.compile(r"(?:年龄)?(?:还|差|早|远|有|得)")
_NOT_YET = re.compile(
    r"(?:不是|不算|不属于?|没有?|未|还没|并非|别按|哪(?:里|来|儿)?[的是有]?|谁)(?:到|够|正式|真正|办|能|年纪|年龄|岁数|时候)*$"
)
_WHETHER = re.compile(r"(?:(?:算不算|是不是|是否|属不属于)(?:是|到)?|退休?了?没|退不)$")
_OR_NOT = re.compile(r"(?:了没有?|没有?|与否|不退休)(?=[,。;他她我不]|$)|了?没退")
_OF_A_SHARE = re.compile(
    r"(?:的|人员|职工)?(?:住院)?(?:报(?:销)?|按|多|少)(?:是|个)?(?:\d{1,2}|百分之|[一二三四五六七八九]成)"
    r"|\d{1,2}(?:\.\d)?%|百分之|[一二三四五六七八九]成"
)
"""在职的住院报85,退休的多5个点: whom a share is for."""
_LEFT_OPEN = re.compile(rf"[^,。;]{{0,6}}(?:([办批下退])没\1|有没有|是不是)[^,。;]{{0,6}}{NOT_KNOWN}")
_NOT_INSURED_SO = re.compile(
    r"(?:不是|不算|不属于|没(?:有)?(?:交|参加|买)|并非|哪(?:里|来|儿)?(?:有|的|是))$"
)
_AS_A_RESIDENT = re.compile(
    r"新农合|农合|合作医疗|农村(?:户口)?的?医保|(?:村里|村上|乡里|社区|一年|每年)[^,。;]{0,3}[收交缴][^,。;]{0,6}(?:那[个种]|的)医保"
    r"|[交缴]的?(?:就|也|都)?是?(?:村里|村上|乡里|社区|街道)[^,。;]{0,8}(?:那[种个份]|的)(?=[,。;]|$)"
)
_OPEN = re.compile(
    rf"{NOT_KNOWN}[^,。;]{{0,4}}退休[^,。;]{{0,8}}没有?(?=[,。;]|$)|办没办退休[^,。;]{{0,8}}{NOT_KNOWN}|{NOT_KNOWN}[^,。;]{{0,4}}办没办退休|退休?[了没]?(?:还是|或者?|没)+(?:没退|退休?)|(?:在职|在岗|上班)的?(?:还是|或者?|跟)(?:已经|都)?退(?:休|了)[^,。;]{{0,6}}(?:{NOT_KNOWN}|没问)|退没退(?!休)|上没上班[^,。;]{{0,6}}{NOT_KNOWN}|在没在(?:上)?班[^,。;]{{0,8}}{NOT_KNOWN}|退休没退休[^,。;]{{0,4}}{NOT_KNOWN}|退没退休?[^,。;]{{0,4}}(?:{NOT_KNOWN}|没问)"
)
_ECHOED = re.compile(
    r"(?:你|您)(?:是|刚|刚才)?问(?:的是)?(?:我|他|她)?[^,。;]{1,10}(?=[,。;])|^[^,。;?]{1,8}\?(?=.)"
)
"""Our question, said again before it is answered: 您问在不在岗,早不在了; 退休?还没呢."""
_FORMERLY = re.compile(r"(?:以前|原来|过去|当年|从前)(?:是|还|我|在)*$")
_THEN = re.compile(r"(?:那时候?|那会儿?|那阵子?)(?:我|都|还)*$")
_NOT_YET_THEN = re.compile(r"(?:那时候?|那会儿?|那阵子?)(?:我|都|还)*没退(?:休)?")
_NO_PAPER_YET = re.compile(
    r"证[^,。;]{0,4}(?:没|未)|手续[^,。;]{0,3}(?:没|未)(?:有)?办|(?:手续|证)?(?:还)?[要得](?:等|到|过|满)[^,。;]{1,8}(?:办|能|行|[拿领]得?到|给|下来)"
)
_AS_MUCH = re.compile(r"(?:的|人员|职工)*一样")
_COUNTED_PERHAPS = re.compile(r"(?:的|人员|职工)*算(?:吧|吗|不|么|嘛|对)")
_LIKE = re.compile(r"(?:跟|和|像|与|同)(?:人家|他们)?$")
_SAID_BY_OTHERS, _COUNTED_SO = re.compile(r"[说讲要](?:是|该)?按$"), re.compile(r"(?:人员|的)?算")
_HOLDS_OF_ALL = re.compile(r"(?:人员|的)?(?:都|全|一律|统统)")
"""The rule is reminded of, and nothing denied: 不是退休都报85%吗."""
_TAKEN_BACK = re.compile(r"(?:^|,)不,|其实|[哦噢啊呃]不|不对|不是,|[说搞弄讲]错")
_TO_COME = re.compile(
    r"(?:还?[要得]|再)过[^,。;]{1,4}(?:才|就)?(?:能|会|到|够|年纪|年龄|岁数|正式|办)*$|(?:\d+月份?(?:就?要|才|将)|下个?月(?:[\d一二三四五六七八九十]+[号日])?|明年(?:[\d一二三四五六七八九十]+月份?)?|后年|年底|快要?|马上要?|还?差[^,。;]{1,6}|还有[^,。;]{1,6}|再过?[^,。;]{1,5})(?:我|他|她|才|就|要|能|会|该)*(?:满[^,。;]{1,3})?(?:办|到)?$"
)
_RETIRES_LATER = re.compile(
    r"(?:明年|后年|下个?月|(?<!\d)\d{1,2}月份?|年底)[^,。;\d]{0,5}[就要才]退(?=[,。;]|$)"
)
_TREATED_LIKE: tuple[tuple[Employment, str], ...] = (
    (
        "在职",
        r"在职[工人员]|(?:还|差)[^,。;]{1,4}(?:年|个月)[^,。;]{0,4}(?:到|够)[^,。;]{0,3}(?:年纪|年龄|岁数)|灵活就业|内退|职工医保[^,。;\d]{0,4}自己[^,。;\d退]{0,3}[交缴](?![满够完齐])|在(?:厂|单位|公司|学校|工地|店)[^,。;]{0,2}(?:干活|做事|工作)|(?<!不)上着?班|在岗|在编|(?<!退)没退(?!没)"
        r"|(?:还|正|仍)在?(?:教书|任教|上课|打工)"
        r"|(?:^|[,。;])(?![^,。;]*(?:以前|原来|从前|年轻|当年|一辈子|退))[^,。;]{0,10}(?:[做当](?:着|个)?"
        r"(?:会计|出纳|[老教]师|护士|司机|文员|公务员|工程师|程序员|技术员|业务员|销售|电工)"
        r"|跑(?:滴滴|外卖|网约车|出租|货车|摩的)|送(?:外卖|快递)|开(?:出租|网约车|货车))",
    ),
    (
        "退休",
        r"办的?(?:了)?病退|病退(?:了|在家)|返聘|退(?:噶|咖|嘎|脱)(?:哒|了|咯|休)|退下来|(?<![没未要])退的(?=[,。;]|$)|退啦(?=[,。;]|$)|领退休工资|从[^,。;没不]{1,10}退(?:下来|了|的)|(?:[前去昨]几?年|早|已经?|年底|年初|后来|刚)[^,。;没不]{0,3}退了(?=[,。;]|$)|(?:^|[,。;是他她我爸爹妈娘公婆爷奶伴哥嫂姐弟妹叔伯舅姑姨])(?:(?:已经|早就?|也)?退了的?|已退)(?=[,。;\s]|$)|退[了的过哒咗哩]休|退休了[哒咯哩]|拿退休金|[领拿][^,。;\d]{0,6}养老金|退了(?:好些|好几|好多|几|多|十几|十来|几十|[一二两三四五六七八九十\d]+)年|[厂局社校]退的",
    ),
)
_TOLD_AS: tuple[tuple[Employment, Circumstance], ...] = (("退休", "retired"), ("在职", "at_work"))
_RETIRED_FROM_ANY = re.compile(
    r"返聘|(?<!内)退了(?:快|有|都)?(?:\d+|[一二两三四五六七八九十几好]+)多?年|(?<![说讲要])按退休(?:人员|的)?(?:算(?![吧吗不么])|了)|灵活就业[^,。;没未]{0,8}退休"
)


def people_in(sentence: Sentence) -> tuple[str, ...]:
    """Those asked about, where at least two have their own employment, scheme or cost, or 各 stands for both."""
    text, called = sentence.text, _names(sentence)
    persons = [(called[m.start()], m.end()) for m in _persons(sentence)]
    own = {name for name, end in persons if _told_apart(sentence, end)}
    spenders = {name for name, end in persons if _SPENDS.search(text[end:])}
    figured = {name for name, end in persons if _FIGURE_FOLLOWS.match(text[end:])}
    own = spenders if len(spenders) > 1 else own | figured  # 我限额180她220
    names = tuple(dict.fromkeys(name for name, _ in persons))
    if len(own) > 1:
        return tuple(name for name in names if name in own)
    return names if len(names) > 1 and _EACH_SPENT.search(text) else ()


def named_in(sentence: Sentence, costs: Sequence[Amount]) -> str:
    """The one person a sentence names, or of several the relative whose clause tells the cost; else empty."""
    called = _names(sentence)
    beside = {m.start() for m in _persons(sentence) if _only_helps(m, sentence.text)}
    names = {name for start, name in called.items() if start not in beside}
    if len(names) == 1:
        return names.pop()
    clauses = tuple(clauses_by_person(sentence))
    spent = {owner for cost in costs for start, end, owner in clauses if start <= cost.start < end}
    owner = spent.pop() if len(spent) == 1 else None
    return owner if owner and owner != "您" else ""


def _only_helps(person: re.Match[str], text: str) -> bool:
    """Whether it is only somebody who helps or tells: 嫂子帮我拿的, 问过表哥, 女婿说."""
    helps = _HELPS.match(text, person.end()) or _WAS_ASKED.search(text[: person.start()])
    return person[0] not in _SPEAKER and bool(helps)


def asked_of(sentence: Sentence) -> str:
    """The one person whose money is asked for, where it is said (我姐能报多少, 问我自己的); empty where it is not."""
    called = _names(sentence)
    asked = {called[m.start()] for m in _persons(sentence) if _ASKED_OF.match(sentence.text, m.end())}
    if _ASK_ME.search(sentence.text):
        asked.add("您")
    return asked.pop() if len(asked) == 1 else ""


def is_not_ill(clause: str) -> bool:
    """Whether a person's clause says that they have none of our diseases: 不过她没办慢特病."""
    return bool(_NOT_ILL.search(clause))


def clauses_by_person(sentence: Sentence) -> Iterator[tuple[int, int, str | None]]:
    """Start, end and owner of each clause; None: it holds for all (before the first person, or with 各, 都, 两人)."""
    text, persons = sentence.text, _names(sentence)
    cuts = sorted({0, len(text), *persons, *(m.end() for m in re.finditer(r"[,。;!?\n]", text))})
    owner: str | None = None
    for start, end in pairwise(cuts):
        person = persons.get(start)
        owner = None if _is_of_all(sentence, start, end, person) else person or owner
        yield start, end, owner


def _is_of_all(sentence: Sentence, start: int, end: int, person: str | None) -> bool:
    """Whether a clause holds for everybody: 都, 各 … unless the person's own status is told before that word."""
    clause = sentence.text[start:end]
    word = _OF_ALL.search(clause)
    if word is None:
        return person is None and bool(_OF_ALL_TOGETHER.search(clause))
    told = (m for m in sentence.turn.mentions if m.entity in ("employment", "scheme"))
    return person is None or not any(start <= m.start < start + word.start() for m in told)


def person_of(part: Part) -> Case:
    """Employment, scheme and diseases the part names."""
    text = part.sentence.text
    named = [m for m in part.mentions if m.entity == "scheme" and not _NOT_INSURED_SO.search(text[: m.start])]
    if len({m.value for m in named}) > 1:  # 职工报85%居民报65%: whom a share is for
        named = [m for m in named if not _OF_A_SHARE.match(text, m.end)]
    schemes = [m.value for m in named]
    told = next((s for s in get_args(Scheme) if s in schemes[-1:]), None)
    return Case(
        scheme=told or ("居民" if _AS_A_RESIDENT.search(part.text) else None),
        employment=_employment(part),
        diseases=tuple(dict.fromkeys(m.value for m in part.mentions if _is_had(m, text))),
    )


def _is_had(mention: Mention, text: str) -> bool:
    """Whether a disease is named, and not as one that was not recognised or that only led to another."""
    return mention.entity == "disease" and not (
        _NOT_RECOGNISED.match(text, mention.end)
        or _BROUGHT_ON.match(text, mention.end)
        or _GOES_WITH_IT.search(text[: mention.start])
    )


def employment_is_open(part: Part) -> bool:
    """Whether it is said that nobody knows if the person is retired: 她退没退休我还没问."""
    return bool(_OPEN.search(_ECHOED.sub("", part.text)))


def employments_said(part: Part) -> frozenset[Employment]:
    """What the person is said to be: 在职, 退休, or both where the sentence says both."""
    asked = [m.span() for m in _WHICH.finditer(part.sentence.text)]
    if not asked and _RETIRED_FROM_ANY.search(part.text):
        return frozenset({"退休"})
    echoed = [m.span() for m in _ECHOED.finditer(part.sentence.text)]
    mentions = [m for m in part.mentions if m.entity == "employment"]
    mentions = [m for m in mentions if not any(start <= m.start < end for start, end in echoed)]
    own = [m for m in mentions if not _OF_A_SHARE.match(part.sentence.text, m.end)]
    mentions = own if own or _treated_like(part) else mentions
    if like := _treated_like(part)[:1]:  # 灵活就业的,按在职还是按退休
        mentions = [m for m in mentions if not any(start <= m.start < end for start, end in asked)]
    said = frozenset(employment for m in mentions if (employment := _meant(m, part.sentence)))
    return said or frozenset(like)


def _treated_like(part: Part) -> list[Employment]:
    """As what those are treated who are told of in other words: 返聘, 内退, 还没到退的年纪."""
    if _RETIRES_LATER.search(part.text):
        return ["退休" if supposes(part.text) else "在职"]
    text = _ECHOED.sub("", part.text)
    text = text if part.sentence.dates else _NOT_YET_THEN.sub("", text)
    by_words = [like for like, words in _TREATED_LIKE if re.search(words, text)]
    if _WHICH.search(text):
        return by_words  # 那我到底算在职还是退休
    return by_words or [like for like, tells in _TOLD_AS if part.tells(tells)]


def _employment(part: Part) -> Employment | None:
    """The one that is said; of both the last, where something is taken back, else none."""
    said = employments_said(part)
    if employment_is_open(part):
        return None
    if len(said) > 1 and _TAKEN_BACK.search(part.text):
        mentions = (m for m in part.mentions if m.entity == "employment")
        said = frozenset([employment for m in mentions if (employment := _meant(m, part.sentence))][-1:])
    return next(iter(said)) if len(said) == 1 else None


def _meant(mention: Mention, sentence: Sentence) -> Employment | None:
    """What the mention says, turned round by 还没退休, dropped by 不是在职,是退休 and by 算不算退休."""
    employment = next((e for e in get_args(Employment) if e == mention.value), None)
    before, after = sentence.text[: mention.start], sentence.text[mention.end :]
    if before.endswith("不是") and _HOLDS_OF_ALL.match(after):
        return employment
    if employment == "退休" and _NO_PAPER_YET.match(after):
        return "在职"
    if before.endswith("按") and _COUNTED_PERHAPS.match(after):
        return None  # 应该按退休算吗
    if _LIKE.search(before) and _AS_MUCH.match(after):
        return None  # 和退休人员一样
    if _THEN.search(before) and "没" in mention.text and not sentence.dates:
        return None
    before_the_word = before + mention.text.removesuffix("退休")  # 离退休, 没退休
    away = _STILL_AWAY.search(before_the_word) and _STILL.match(after)
    if (away or _TO_COME.search(before)) and not supposes(sentence.text):
        return "在职"
    if _WHETHER.search(before_the_word) or _OR_NOT.match(after) or _LEFT_OPEN.match(after):
        return None
    if _FORMERLY.search(before) or (_SAID_BY_OTHERS.search(before) and _COUNTED_SO.match(after)):
        return None
    if not employment or not _NOT_YET.search(before):
        return employment
    others = (m for m in sentence.turn.mentions if m.entity == "employment" and m.start > mention.start)
    if any(m.value != mention.value for m in others):
        return None
    return "在职" if employment == "退休" else "退休"


def _persons(sentence: Sentence) -> list[re.Match[str]]:
    """The words for persons; 我 only where something of oneself follows."""
    return [m for m in _PERSON.finditer(sentence.text) if m[0] != "我" or _of_oneself(sentence, m.end())]


def _of_oneself(sentence: Sentence, position: int) -> bool:
    told = (m for m in sentence.turn.mentions if m.entity in ("region", "employment", "scheme"))
    near = any(0 <= m.start - position <= 2 for m in told)
    return near or bool(_SPEAKS_OF_SELF.match(sentence.text[position:]))


def _told_apart(sentence: Sentence, position: int) -> bool:
    told = (m for m in sentence.turn.mentions if m.entity in ("employment", "scheme"))
    near = any(0 <= m.start - position <= 4 for m in told)
    after = _after_place(sentence, position)
    own = _WORKS_OR_NOT.match(sentence.text, after) or _OWN_TERMS.match(sentence.text, after)
    return near or bool(own) or _is_of_another_region(sentence, position)


def _after_place(sentence: Sentence, position: int) -> int:
    """Where what is told of a person goes on after their place: 我在长春上班."""
    places = (m for m in sentence.turn.mentions if m.entity == "region" and m.start >= position)
    return next((m.end for m in places if _IN.fullmatch(sentence.text[position : m.start])), position)


def _is_of_another_region(sentence: Sentence, position: int) -> bool:
    """Whether the person's own province follows, one of several that are named (我爸湖南的,我叔是江西的)."""
    named = [m for m in sentence.turn.mentions if m.entity == "region"]
    if len({m.value.split("/")[0] for m in named}) < 2:
        return False
    text = sentence.text
    return any(
        _OF.fullmatch(text[position : m.start])
        or (_IN.fullmatch(text[position : m.start]) and not _ONLY_IS_THERE.match(text, m.end))
        for m in named
        if m.start >= position
    )


def _names(sentence: Sentence) -> Mapping[int, str]:
    """The name of each person by where it stands: one who is called otherwise again (我爸…爸…) keeps the first."""
    first: dict[str, str] = {}
    called: dict[int, str] = {}
    for found in _persons(sentence):
        if _UNNAMED.fullmatch(found[0]):
            called[found.start()] = f"第{len(called) + 1}位"
            continue
        others = [name for name in called.values() if name != "您"]
        name = others[-1] if found[0] in _HE and others else _name(found)
        called[found.start()] = first.setdefault(kin_of(name), name)
    return called


def kin_of(name: str) -> str:
    """The same for all ways to call one relative: 您爸, 爸爸, 老爸, 父亲."""
    short = re.sub(r"^您(?=.)|^老(?=[爸妈爹娘])", "", name)
    return next((kin for kin, words in _KIN if short in words), short)


def _name(person: re.Match[str]) -> str:
    oneself = person[0] in ("我自己", "我本人", "我的") or (len(person[0]) > 1 and person[0].endswith("我"))
    return "您" if oneself else re.sub("[我俺]", "您", person[0])
