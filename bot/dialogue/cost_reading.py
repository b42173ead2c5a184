"""What a sentence says about a cost: amounts with their roles, shares, months, conditions, dates.

Reads text (with `bot.language`) and the engine's mentions; knows no policy and computes nothing.
Positions are character offsets of the normalised text, which is as long as what the person wrote.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal, get_args

from bot.dialogue.turn import Mention, Turn
from bot.knowledge.parameters import Condition
from bot.knowledge.schema import Scheme
from bot.language import normalise
from bot.language.dates import DateMention, find_dates
from bot.language.money import Amount, find_amounts
from bot.language.numerals import to_decimal
from bot.language.ratios import Ratio, find_ratios
from bot.language.spans import Span as Placed
from bot.language.spans import overlaps
from bot.rules.case import Case, Days, Employment, MonthCost
from bot.rules.money import Span

Role = Literal[
    "cost",
    "monthly_limit",
    "quarterly_limit",
    "extra_limit",
    "used",
    "quota_left",
    "annual_cap",
    "deductible",
    "deductible_met",
    "deductible_left",
    "excluded",
    "within_policy",
    "examination",
    "unused_before",
    "claimed",
]

_BEFORE: tuple[tuple[Role, str], ...] = (
    ("quota_left", r"还能报(?:销)?$"),
    ("claimed", r"(?:能|可以|可|是不是|就|应该|该|只|才|给)报(?:销|到|个)?$|(?:不是|别是)$"),
    ("deductible_left", r"(?:起付|门槛).{0,6}(?:还差|还剩|还要|还得)[了]?$|还差(?:起付线?)?$"),
    (
        "deductible_met",
        r"(?:起付|门槛).{0,6}(?:已经|累计|交了|扣了|付了|过了|满了)[^,。;]{0,4}$"
        r"|已经?(?:累计|扣|交|付)(?:掉|过)?了?$|累计了?$|扣[过掉了]了?$",
    ),
    ("deductible", r"(?:起付|门槛)[^,。;]{0,9}$"),
    (
        "unused_before",
        r"(?:上个?月|前个?月|\d+月份?|[一二三四五六七八九十]+月份?)(?:的"
        r"|额度|限额)*(?:还)?(?:剩下?|没用完|余下?|还有)(?:了|有|的)*(?:额度"
        r"|限额)?$",
    ),
    ("quota_left", r"(?:还剩下?|剩余|剩下?|还有|余额)(?:的|有|了|大概)*(?:额度|限额)?$"),
    (
        "extra_limit",
        r"(?:第二个?病?种?|另一个病?|副病|次病|第二病)[^,。;花买药用]{0,12}$|(?:再"
        r"|另|另外|又|多|给我|能|额外|[种个病])加(?:了|上|个)*$|加了$|增加了?$",
    ),
    (
        "annual_cap",
        r"(?:封顶线?|年度?限额|年度?额度|最高支付限额|最高限额|顶额|一年最多[报付]?"
        r"|全年限额|年封顶)[^,。;\d]{0,6}$|(?:限额|额度|封顶线?)[是为]?(?:一年|每年|全年|年度)[^,。;\d]{0,4}$",
    ),
    (
        "quarterly_limit",
        r"(?:季度?|三个月|3个月)的?(?:药费)?(?:限额|额度|定额)[^,。;\d]{0,6}$"
        r"|(?:限额|额度|定额)[^,。;\d]{0,5}(?:每|一|1)个?季度?[^,。;\d]{0,3}$",
    ),
    (
        "monthly_limit",
        r"(?:限额|额度|定额|月限|限)[^,。;\d]{0,6}$|主病[^,。;\d]{0,6}$"
        r"|(?:写|定|批|核|标准|规定|给|选|那个)[^,。;\d花买吃药用开]{0,6}(?:每个?月|一个月|月)[是为有给]{0,2}$",
    ),
    (
        "examination",
        r"(?:检查|化验|检验|诊查|诊察|拍片|ct|CT|[Bb彩]超|心电图|核磁|抽血)(?:费|花了?)?[^,。;\d总共合]{0,3}$",
    ),
    (
        "excluded",
        r"(?:自费|丙类|目录外|不在目录|先自付|先行自付|不能报|不报销?|自负"
        r"|超限价|感冒药|无关|保健品|营养品)[^,。;\d]{0,6}$",
    ),
    (
        "within_policy",
        r"(?:政策(?:范围)?内|目录内|合规|在目录里?|可报(?:销)?(?:的|金额"
        r"|范围)|能报的|符合政策)[^,。;\d]{0,6}$",
    ),
    ("cost", r"(?:月份?|药|病|这[次回])(?:只|才|就|总共|一共|又|也)*用(?:掉|去)?了$"),
    (
        "used",
        r"(?:已经?|前面|前头|之前|上旬|先)(?:经)?(?:用|报|刷|拿|买|花)(?:掉"
        r"|过|去)?了?[^,。;\d]{0,3}$|用(?:掉|去|过)?了$|已用$",
    ),
    (
        "cost",
        r"(?:花|费|钱|总|共|买|开|拿|付|药|刷|掏|这次|这回|本次|看病|看了?"
        r"|透析|打针|发票|用)(?:去|掉|过)?[了是有要得:个约大概才也又回]{0,4}$",
    ),
)
_AFTER: tuple[tuple[Role, str], ...] = (
    ("claimed", r"^[元块]?(?:吧|吗|不|么|对不|是不是|行不)(?:[,。?!]|$)"),
    ("deductible_met", r"^[元块]?钱?[^,。;\d]{0,3}(?:算|计|进)[进入到]?了?(?:起付|门槛)"),
    ("deductible", r"^[元块]?钱?的?(?:起付|门槛)"),
    ("annual_cap", r"^[元块]?钱?的?(?:封顶|年限额|年度限额)"),
    ("quota_left", r"^[元块]?钱?(?:的)?(?:额度|限额)?(?:没用|可用|剩余)"),
    (
        "quarterly_limit",
        r"^[元块]?钱?(?:一个?季度?|每个?季度?|/季度?)的?(?:限额|额度|定额)|^[元块]?钱?的?季度?(?:限额|额度)",
    ),
    (
        "monthly_limit",
        r"^[元块]?钱?(?:一个月|每月|/月)?的?(?:月)?(?:限额|额度|定额)|^[元块]?(?:封顶)?(?:以内" r"|为限)",
    ),
    ("excluded", r"^[元块]?钱?的?(?:是|属于|要)?(?:自费|丙类|目录外|乙类先|先自付(?!\d)|不能报|不报)"),
    ("examination", r"^[元块]?钱?的?(?:是)?(?:检查|化验|检验|挂号|诊查|诊察|[Bb彩]超)"),
    ("within_policy", r"^[元块]?钱?的?(?:是|都是)?(?:政策内|目录内|政策范围|在目录|能报的|合规)"),
)

_CONDITIONS: tuple[tuple[Condition, str], ...] = (
    (
        "not_designated",
        r"非(?:医保)?定点|不是(?:医保)?定点|不是(?:个)?(?:医保)?定点|没(?:有)?定点"
        r"|不属于定点|不定点|没(?:有)?(?:接|通|联)医保|不是医保(?:的)?(?:药店"
        r"|医院|诊所)",
    ),
    (
        "inpatient_stay",
        r"住院(?:期间|的时候|时候|那几天|那段|治疗期间|着呢?|当中|中(?!心))"
        r"|(?:正|还)在?住(?:着)?院|住着院|在住院|没出院|(?<!要)住院(?:时"
        r"|那)",
    ),
    (
        "no_prescription",
        r"(?:没有?|无|没开|没拿|没带)(?:医生|医师|医院|的)*(?:开)?(?:的)?(?:处方"
        r"|方子)|(?:处方|方子)(?:也)?(?:没有|没开|没)",
    ),
    ("separately_paid", r"单列"),
    ("dual_channel", r"双通道|单行支付"),
    ("cancer_therapy", r"放化疗|化疗|放疗"),
    (
        "unrelated_disease",
        r"感冒药[^,。]{0,6}(?:报|算)|(?:跟|与|和)[^,。]{0,8}(?:无关|没关系" r"|不相关)(?!的?\d)",
    ),
    ("outside_indication", r"超(?:出|了)?(?:法定)?(?:适应症|限定|说明书)|不符合限定支付"),
    ("not_for_outpatients", r"不得?(?:能)?在门诊(?:使?用)|(?:只|仅)(?:能|限)住院(?:使?用)"),
    (
        "long_prescription",
        r"长期处方|长处方|(?:一次|一下子?)(?:性)?(?:开|拿|配|买)(?:了)?(?:三个月"
        r"|3个月|一个季度|一季度|12周|十二周)",
    ),
    (
        "several_diseases",
        r"(?:俩|[两三四五几多]个|[两三四五几多]种|(?<!\d)[2-5][个种])(?:慢特?|特殊?|门慢|门特)?性?病(?!友|人)"
        r"|两种都|两个都|第二个?(?:病|种)|另一个病|主病",
    ),
    ("staying_elsewhere", r"临时(?:外出|去|到|在|来)|(?:出差|旅游|探亲|走亲戚)"),
    (
        "living_elsewhere",
        r"长期(?:居住|住)在?|常住(?:在)?(?!地)|异地(?:长期)?(?:居住|安置)"
        r"|(?:跟|随)(?:儿子|女儿|孩子|子女)[^,。]{0,6}住",
    ),
    ("transferred", r"(?:关系|医保|社保)[^,。]{0,8}转(?:到|来|移|入|过)"),
)
_RULED_OUT: tuple[tuple[Condition, str], ...] = (
    ("not_designated", r"(?<!不)(?<!非)(?:就|也)?是(?:医保)?定点"),
    ("inpatient_stay", r"(?:没有?|不是|未)住院|出院(?:后|了|以后|之后)"),
    ("no_prescription", r"(?<!没)(?:有|凭|拿着?|开了)(?:医生|医师)?(?:的)?(?:处方|方子)"),
    ("separately_paid", r"不是单列|没(?:有)?单列"),
)
_NOTHING_ADDED = re.compile(r"没(?:有|给|再|另|我|外)*加(?:额度|限额|钱|过|$|[,。了])")
_OWN_TERMS = re.compile(r"单列[^,。;]{0,8}(?:比例|限额|额度)|(?:医保|经办|社保)[^,。;]{0,4}(?:告诉|说)")
_NOT_REACHED = re.compile(
    r"(?:封顶|限额|额度|顶)[^,。;]{0,6}(?:没到|未到|没有到|没满|还早"
    r"|够|没超|没用完|不到|充足|还多)|(?:没|未)(?:有)?(?:到|达到?|超过?"
    r"|碰到)封?顶|没封顶|离封顶"
)
_REACHED = re.compile(
    r"(?:封顶|年限额|年度限额|额度)[^,。;没未]{0,4}(?:到了|已到|用完|用光|花完|满了|用满|没了)"
)
_NO_DEDUCTIBLE = re.compile(
    r"(?:没有?|无|不设|不用|不要|免|取消了?)(?:什么)?(?:起付|门槛)|(?:起付"
    r"|门槛)(?:线|标准|费)?(?:是|为)?(?:没有|0|零|免)(?!\.)"
)
_DEDUCTIBLE_FULL = re.compile(
    r"(?:起付|门槛)(?:[^。;额顶]{0,14}?|[^,。;额顶]{0,26}?)(?:够了|满了|够|交满|扣完|扣过了?|付过"
    r"|交过|扣掉了|过了|付清|扣满|用完|完了|到了|累计满|已经?交了?(?!\d))"
    r"|(?:已经?)?(?:过|满|够)了?(?:起付|门槛)|(?:交|付|扣)(?:满|够|完|过)了?(?:起付|门槛)"
)
_DEDUCTIBLE_NOT_FULL = re.compile(r"(?:还|都)?(?:没|未)(?:有)?(?:过|满|够|到|达到|扣|交|付|累计|动)")
_DEDUCTIBLE_UNTOUCHED = re.compile(
    r"(?:还没|没有?|未)(?:扣|交|付|动|用|累计)|(?:今年|本年)?(?:第一次|头一回|头一次|首次)|今年刚"
)
_EARLIER_MONTH = re.compile(r"(?:上个?|前)月|\d+月|[一二三四五六七八九十]月")
_TREATED_LIKE: tuple[tuple[Employment, str], ...] = (("在职", "灵活就业|内退"), ("退休", "返聘"))
_APPROVED = re.compile(r"批(?!发)|认定|办下来|(?:资格|慢特?病?)下来|审核通过|通过")
_SPENT = re.compile(r"花|买|用药|吃|拿药|开药|看病|刷")
_CUED = re.compile(
    r"(?:加|还?差|剩下?|限额|额度|起付线?|自费|自付|先付|感冒药|无关的?药?|目录外|[丙乙]类|药费?|检查费?|化验费?|[Bb彩]超|CT|ct|花了?|只有)了?"
    r"(\d{1,6}(?:\.\d{1,2})?)(?![\d.%月号日年类个种周天岁次盒折成点片支瓶粒针包袋])"
)
_BARE_ANSWER = re.compile(
    r"(?:^|[,。 :是为有约概到就共才加剩差])(\d+(?:\.\d{1,2})?|[零一二两三四五六七八九十百千万]+)"
    r"(?=[元块多左上吧呢啊哦呀了。,! ]|$)"
)
_SPENT_BEFORE = re.compile(r"(?:前面|前头|之前|已经?|累计|到现在|上[回次]|头一?[回次])[^,。;报用]{0,8}$")
_AGAIN = re.compile(r"[这那][个笔张]?$")
_SPENT_NOTHING = re.compile(r"[^,。;\d]{0,4}(?:没|一分没|一分钱没)有?(?:花|买药|拿药|开药|用药)")
_BESIDE = re.compile(
    r"(?:和|跟|还有|另外|外加|加上)[^,。;\d]{0,6}(?:感冒药|保健品|营养品|自费药)[^,。;\d]{0,3}\d"
)
PART_OF = re.compile(r"其中|里面|含|包括|里有|当中|总|一共|共")
_A_QUARTER = re.compile(r"(?:一个?|每个?)季度?(?:是|有|给|为)*$")
_BY_QUARTER = re.compile(r"季度?[^,。;\d]{0,6}(?:额度|限额|定额)|(?:额度|限额|定额)[^,。;\d]{0,4}季")
_ASKED_MONTH = re.compile(
    r"(?:这个?月|本月|当月|\d{1,2}月份?|[一二三四五六七八九十]{1,2}月份?)的?(?:这笔|药费)?(?:能|可以?|该|应该)?报"
)
_MONTHLY_COST = re.compile(r"^一月(?=[花吃用要药得开买])")
_THIS_MONTH = re.compile(r"这个?月|本月|当月")
_NEXT = "\n#"
_HYPOTHETICAL = re.compile(
    r"^(?:那|那么|可是|但)?(?:要是|如果|假如|假设|要|若)|(?:那|那么)(?:要是"
    r"|如果|假如)|换成|改成.{0,6}呢|呢[?。]?$"
)
_MONTHLY = re.compile(r"(?:每个?月|一个月|1个月|月月|个个月|每月|按月|/月|一月)")
_MONTHS = re.compile(r"(?<!\d)(\d{1,2}|[一二两三四五六七八九十]{1,2})个月")
_SPANS: tuple[tuple[str, int], ...] = (
    (r"(?:一|1|这|整|上|本|每)个?(?:整)?季度?(?=[^,。;没剩]{0,4}(?:花|共|买|开|药|吃|要))", 3),
    (r"半年|上半年|下半年", 6),
    (r"(?:一|1|全|整|每)年(?!级)(?!度)|一整年|12个月", 12),
)
_TO_YEAR_END = re.compile(r"到(?:今年|当年|本年)?(?:年底|年末|12月底?|十二月底?)")
_CLASS = (
    ("Ⅰ", re.compile(r"(?:[IⅠi1一]|甲)类(?!医院)")),
    ("Ⅱ", re.compile(r"(?:(?<![IiⅠ])(?:II|ii|Il|Ⅱ)|[2二])类")),
)
_OF_ALL = re.compile(r"各|每人|都|两个?人|俩|分别|一共|总共")
_EACH_SPENT = re.compile(r"各|每人")
_PERSON = re.compile(
    r"我?(?:爸爸?|父亲|爹|老爸|妈妈?|母亲|娘|老妈|老伴儿?|老婆|老公"
    r"|丈夫|妻子|爱人|爷爷|奶奶|外公|外婆|公公|婆婆"
    r"|岳父|岳母|媳妇|对象)|[他她](?=这个?月|本月|花|用了|吃了|买了)|我(?:自己|本人)|我(?=在职|退休|是在职|是退休|花|用了|买)"
)
_SPENDS = re.compile(r"^(?:这个?月|本月|这次)?[也又才就只]?(?:花|用了|吃了|买了)")
_NOT_YET = re.compile(r"(?:不是|没有?|未|还没|并非|别按)(?:到)?$")
_AWAY = re.compile(r"临时|外出|异地|外地|跨省|外省|省外|到[^,。]{1,4}(?:只|就)?报|长期")
_HOME = re.compile(r"本地|当地|省内|老家|家里|在家|参保地")
_OWN_SHARE = re.compile(
    r"(?:自付|自己(?:要|得)?(?:出|付|掏|承担|负担|拿)|个人(?:要|得)?(?:付|出"
    r"|负担|承担|自付)|自负|自理)(?:比例)?(?:是|为)?$"
)
_OWN_FIRST = re.compile(r"(?:先自付|先行自付|先付|先个人自付)$")
_CLAIMED_SHARE = re.compile(r"^(?:吗|吧|不[,。?]|么|对吗|是吗|真的吗)")


@dataclass(frozen=True)
class Reading:
    """What one turn says. Usually one case; several where several people are asked about.

    `hypothetical`: "那要是…呢", to be compared with what was known. `persons` are their names in the sentence.
    `claimed`: what the person heard the fund would pay.
    """

    cases: tuple[Case, ...]
    persons: tuple[str, ...] = ()
    hypothetical: bool = False
    claimed: Decimal | None = None


def read_cost(turn: Turn, asked: str | None) -> Reading:
    """The facts of one turn. `asked` is the name we asked for, so that a bare number can be placed."""
    text = normalise(turn.text).replace("，", ",")
    reader = _Reader(text, turn, asked)
    people = _people(text, turn.mentions)
    hypothetical = bool(_HYPOTHETICAL.search(text))
    if len(people) < 2:
        return Reading((reader.read(0, len(text)),), (), hypothetical, reader.claimed)
    return Reading(tuple(_each(reader, people, text)), people, hypothetical, reader.claimed)


def _people(text: str, mentions: Sequence[Mention]) -> tuple[str, ...]:
    """The people asked about, where at least two have their own employment, scheme or cost, or 各 stands for both."""
    found = list(_PERSON.finditer(text))
    own = {_name(m) for m in found if _told_apart(m.end(), mentions)}
    spenders = {_name(m) for m in found if _SPENDS.search(text[m.end() :])}
    own = spenders if len(spenders) > 1 else own
    names = tuple(dict.fromkeys(_name(m) for m in found))
    if len(own) > 1:
        return tuple(name for name in names if name in own)
    return names if len(names) > 1 and _EACH_SPENT.search(text) else ()


def _name(person: re.Match[str]) -> str:
    return "您" if person[0] in ("我自己", "我本人") else person[0].replace("我", "您")


def _told_apart(position: int, mentions: Sequence[Mention]) -> bool:
    return any(m.entity in ("employment", "scheme") and 0 <= m.start - position <= 4 for m in mentions)


def _each(reader: "_Reader", people: tuple[str, ...], text: str) -> Iterable[Case]:
    """Each person's own clauses on top of what is said of all: before the first person, or with 各, 都, 两人."""
    cases = dict.fromkeys(people, Case())
    owner: str | None = None
    for start, end, person in _clauses(text):
        owner = None if _OF_ALL.search(text[start:end]) else person or owner
        said = reader.read(start, end)
        for name in people if owner not in cases else (owner,):
            cases[name] = cases[name].updated(said)
    return cases.values()


def _clauses(text: str) -> Iterable[tuple[int, int, str | None]]:
    """Start, end and person of each clause; a person begins one."""
    persons = {m.start(): _name(m) for m in _PERSON.finditer(text)}
    cuts = {0, len(text), *persons, *(m.end() for m in re.finditer(r"[,。;!?\n]", text))}
    starts = sorted(cuts)
    for start, end in pairwise(starts):
        yield start, end, persons.get(start)


class _Reader:
    """Reads parts of one text; positions are those of the whole text."""

    def __init__(self, text: str, turn: Turn, asked: str | None) -> None:
        self._text, self._turn, self._asked = text, turn, asked
        self._ratios = find_ratios(text)
        dates = find_dates(text, turn.now.date())
        self._dates = [d for d in dates if not _MONTHLY_COST.match(text[d.start :]) or "月" in text[d.end :]]
        self._amounts = self._all_amounts() or self._bare_answer()
        self._roles = self._all_roles()
        self.claimed = next((a.low for a, role in self._roles if role == "claimed"), None)

    def read(self, start: int, end: int) -> Case:
        """The facts said between two positions."""
        case = Case(**self._mentioned(start, end))
        case = replace(case, **self._conditions(start, end), **self._class(start, end))
        case = replace(case, **self._money(start, end))
        case = replace(case, **self._shares(start, end), **self._times(start, end))
        case = replace(case, **self._asked_month(case))
        return replace(case, **self._deductible_state(start, end, case))

    # Entities the engine found

    def _mentioned(self, start: int, end: int) -> dict[str, Any]:
        inside = [m for m in self._turn.mentions if start <= m.start < end]
        facts: dict[str, Any] = {}
        for mention in inside:
            if mention.entity == "region":
                facts.setdefault("region", mention.value.split("/")[0])
            elif mention.entity == "scheme" and mention.value in get_args(Scheme):
                facts["scheme"] = mention.value
            elif mention.entity == "hospital_level":
                facts["hospital_level"] = mention.value
        employments = {e for m in inside if m.entity == "employment" and (e := self._employment(m))}
        if re.search(r"灵活就业[^,。;]{0,3}退休", self._text[start:end]):
            employments = {"退休"}
        if len(employments) == 1:
            facts["employment"] = employments.pop()
        elif not employments:
            part = self._text[start:end]
            facts.update(
                next(({"employment": of} for of, words in _TREATED_LIKE if re.search(words, part)), {})
            )
        diseases = tuple(dict.fromkeys(m.value for m in inside if m.entity == "disease"))
        if diseases:
            facts["diseases"] = diseases
        return facts

    def _employment(self, mention: Mention) -> Employment | None:
        """What the mention says, turned round by 还没退休, dropped by 不是在职."""
        if _NOT_YET.search(self._text[: mention.start]):
            later = any(
                m.entity == "employment" and m.value != mention.value and m.start > mention.start
                for m in self._turn.mentions
            )
            if later:
                return None
            return "在职" if mention.value == "退休" else "退休"
        return "退休" if mention.value == "退休" else "在职" if mention.value == "在职" else None

    # Conditions

    def _conditions(self, start: int, end: int) -> dict[str, Any]:
        part = self._text[start:end]
        out = {name for name, pattern in _RULED_OUT if re.search(pattern, part)}
        held = {name for name, pattern in _CONDITIONS if re.search(pattern, part)} - out
        facts: dict[str, Any] = {"conditions": frozenset(held), "ruled_out": frozenset(out)}
        if _NOTHING_ADDED.search(part):
            facts["extra_limit"] = Decimal(0)
        if _OWN_TERMS.search(part):
            facts["own_terms"] = True
        if _REACHED.search(part):
            facts["quota_left"] = Decimal(0)
        elif _NOT_REACHED.search(part):
            facts["cap_not_reached"] = True
        return facts

    def _class(self, start: int, end: int) -> dict[str, Any]:
        part = self._text[start:end]
        for name, pattern in reversed(_CLASS):
            if pattern.search(part):
                return {"benefit_class": name}
        return {}

    # Money

    def _all_amounts(self) -> list[Amount]:
        """Amounts the language module finds, and small bare numbers that only our cue words make amounts (加60)."""
        found = [a for a in find_amounts(self._text) if not self._is_share(a)]
        bare = [
            Amount(m.start(1), m.end(1), Decimal(m[1]), Decimal(m[1]), False)
            for m in _CUED.finditer(self._text)
        ]
        taken: list[Placed] = [*found, *self._ratios, *self._dates]
        free = [amount for amount in bare if not overlaps(amount, taken)]
        return sorted(found + free, key=lambda a: a.start)

    def _bare_answer(self) -> list[Amount]:
        """A number alone, where we asked for an amount."""
        if self._asked not in _ROLE_OF_QUESTION:
            return []
        match = _BARE_ANSWER.search(self._text)
        value = to_decimal(match[1]) if match else None
        return (
            [Amount(match.start(1), match.end(1), value, value, False)] if match and value is not None else []
        )

    def _is_share(self, amount: Amount) -> bool:
        """A bare number that answers our question for the ratio, or stands right after 比例."""
        if any(r.start < amount.end and amount.start < r.end for r in self._ratios):
            return True
        if self._asked == "ratio" and self._text.strip(" 。,") == self._text[amount.start : amount.end]:
            return amount.low <= 100
        small = amount.low == amount.high and 0 < amount.low <= 100
        bare = (
            not re.match(r"[元块]", self._text[amount.end - 1 :])
            and "元" not in self._text[amount.start : amount.end]
        )
        return small and bare and bool(re.search(r"比例(?:是|为)?$", self._text[: amount.start]))

    def _all_roles(self) -> list[tuple[Amount, Role]]:
        roles: list[tuple[Amount, Role]] = []
        for index, amount in enumerate(self._amounts):
            before = self._before(index)
            after = self._after(index)
            roles.append((amount, self._role(before, after, roles)))
        return self._spent_before(self._named_again(roles))

    def _named_again(self, roles: list[tuple[Amount, Role]]) -> list[tuple[Amount, Role]]:
        """ "这150能报多少" names an earlier cost again: the one asked about; the others were spent before it."""
        for i, (amount, _) in enumerate(roles):
            earlier = [a for a, role in roles[:i] if role == "cost" and a.low == amount.low]
            if not earlier or not _AGAIN.search(self._before(i)):
                continue
            return [
                (a, "used" if role == "cost" and a is not earlier[-1] else role)
                for a, role in roles
                if a is not amount
            ]
        return roles

    def _spent_before(self, roles: list[tuple[Amount, Role]]) -> list[tuple[Amount, Role]]:
        """With a deductible, what was spent before this cost has counted up to it."""
        names = [role for _, role in roles]
        if "deductible" not in names or names.count("cost") + names.count("used") < 2:
            return roles
        return [
            (
                a,
                "deductible_met"
                if role in ("cost", "used") and _SPENT_BEFORE.search(self._before(i))
                else role,
            )
            for i, (a, role) in enumerate(roles)
        ]

    def _before(self, index: int) -> str:
        """The same clause before the amount, at most back to the previous amount."""
        begin = self._amounts[index - 1].end if index else 0
        return re.split(r"[,。;!?\n]", self._text[begin : self._amounts[index].start])[-1].rstrip()

    def _after(self, index: int) -> str:
        """What follows the amount; `_NEXT` marks where another amount begins."""
        if index + 1 == len(self._amounts):
            return self._text[self._amounts[index].end :]
        return self._text[self._amounts[index].end : self._amounts[index + 1].start] + _NEXT

    def _role(self, before: str, after: str, known: list[tuple[Amount, Role]]) -> Role:
        if _A_QUARTER.search(before) and _BY_QUARTER.search(self._text):
            return "quarterly_limit"
        for role, pattern in _AFTER:
            found = re.search(pattern, after)
            if found and not re.fullmatch(rf"[^,。;]{{0,3}}{_NEXT}", after[found.end() :]):
                if role == "claimed" and not re.search(r"报|给|能", before[-3:]):
                    continue
                if role == "monthly_limit" and re.search(r"加(?:了|上|个)*$", before):
                    return "extra_limit"
                if role in ("monthly_limit", "quota_left") and re.search(r"剩|还有", before):
                    return "unused_before" if _EARLIER_MONTH.search(before) else "quota_left"
                return role
        compact = _MONTHLY.sub("", before)
        compact = (
            re.sub(r"[是为了有到达大概约也就在:( 元块]+$", "", compact)
            if not compact.endswith("了")
            else compact
        )
        for role, pattern in _BEFORE:
            if re.search(pattern, before) or re.search(pattern, compact):
                return role
        asked_role = _ROLE_OF_QUESTION.get(self._asked or "")
        if asked_role and not any(role == asked_role for _, role in known) and not before.strip():
            return asked_role
        return "cost"

    def _money(self, start: int, end: int) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        inside = [(a, role) for a, role in self._roles if start <= a.start < end]
        costs = [a for a, role in inside if role == "cost"]
        for amount, role in inside:
            if role == "excluded":
                facts["excluded"] = facts.get("excluded", Decimal(0)) + amount.low
            elif role not in ("cost", "claimed"):
                facts[role] = amount.low
            if role == "unused_before":
                facts["unused_month"] = self._month_before(amount)
        if costs:
            facts.update(self._costs(costs))
        if costs and "amount" in facts and "excluded" in facts and _BESIDE.search(self._text[start:end]):
            facts["amount"] = facts["amount"] + Span.exactly(facts["excluded"])
        if costs and "amount" in facts and "examination" in facts and not PART_OF.search(self._text):
            facts["amount"] = facts["amount"] + Span.exactly(facts["examination"])
        return facts

    def _costs(self, costs: list[Amount]) -> dict[str, Any]:
        months = [(self._month_of(a), a) for a in costs]
        empty = self._months_without_cost()
        if len(costs) + len(empty) > 1 and all(month for month, _ in months):
            spent = tuple(MonthCost(month, a.low) for month, a in months if month)
            return {"by_month": (*empty, *spent)}
        monthly = [a for a in costs if _MONTHLY.search(self._before(self._amounts.index(a)))]
        repeated = monthly if self._span_in_months(self._text) else []
        chosen = repeated or [a for a in costs if self._is_whole(a)] or costs
        if len(chosen) > 1 and not re.search(r"不对|不是|错了|更正|改成", self._text):
            return {
                "amount": Span(
                    sum((a.low for a in chosen), Decimal(0)), sum((a.high for a in chosen), Decimal(0))
                )
            }
        return {"amount": Span(chosen[-1].low, chosen[-1].high)}

    def _is_whole(self, amount: Amount) -> bool:
        """Whether the amount is said to be the sum of the others."""
        return bool(re.search(r"(?:总共?|一共|合计|共)[^,。;\d]{0,5}$", self._text[: amount.start]))

    def _month_of(self, amount: Amount) -> date | None:
        """The month named in the amount's clause."""
        clause = max(self._text.rfind(mark, 0, amount.start) for mark in ",。;!?\n") + 1
        if _THIS_MONTH.search(self._text[clause : amount.start]):
            return self._turn.now.date().replace(day=1)
        inside = [d for d in self._dates if clause <= d.start < amount.start and _within_a_month(d)]
        return inside[-1].first.replace(day=1) if inside else None

    def _months_without_cost(self) -> tuple[MonthCost, ...]:
        """Months in which nothing was spent ("4月没花钱"): what they left of their limit may count."""
        named = [d for d in self._dates if _within_a_month(d) and _SPENT_NOTHING.match(self._text[d.end :])]
        return tuple(MonthCost(d.first.replace(day=1), Decimal(0)) for d in named)

    def _month_before(self, amount: Amount) -> date | None:
        earlier = [d for d in self._dates if d.start < amount.start and _within_a_month(d)]
        return earlier[-1].first.replace(day=1) if earlier else None

    # Shares

    def _shares(self, start: int, end: int) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        ratios = [r for r in self._ratios if start <= r.start < end]
        insured: list[Ratio] = []
        away = self._is_away()
        for ratio in ratios:
            before, after = self._text[: ratio.start], self._text[ratio.end :]
            if _OWN_FIRST.search(before):
                facts["excluded_ratio"] = ratio.value
            elif away and _HOME.search(self._label(ratio)) and not _AWAY.search(self._label(ratio)):
                continue
            elif _OWN_SHARE.search(before):
                insured.append(replace(ratio, value=1 - ratio.value))
            elif not (_CLAIMED_SHARE.match(after) and re.search(r"能报?$|可以报?$|是不是报?$", before)):
                insured.append(ratio)
        if insured:
            facts["ratio"] = self._which(insured).value
        elif not ratios and (bare := self._bare_share(start, end)) is not None:
            facts["ratio"] = bare
        return facts

    def _which(self, ratios: list[Ratio]) -> Ratio:
        """Of several shares the one for where the person was treated: elsewhere, or at the hospital named."""
        labelled = [(self._label(r), r) for r in ratios]
        if len(ratios) > 1 and self._is_away():
            elsewhere = [r for label, r in labelled if _AWAY.search(label)]
            if elsewhere:
                return elsewhere[-1]
        visited = self._visited()
        if len(ratios) > 1 and visited:
            there = [r for label, r in labelled if visited in label]
            if there:
                return there[0]
        return ratios[-1]

    def _is_away(self) -> bool:
        """Whether the treatment was outside the province."""
        provinces = [(m.value.split("/")[0], m.start) for m in self._turn.mentions if m.entity == "region"]
        visited = any(
            p != provinces[0][0] and re.search(r"[去到在来]$", self._text[:at]) for p, at in provinces
        )
        return visited or bool(re.search(r"临时|外出|异地|外地|跨省|长期(?:居|住)", self._text))

    def _label(self, ratio: Ratio) -> str:
        previous = max((r.end for r in self._ratios if r.end <= ratio.start), default=0)
        return re.split(r"[,。;]", self._text[previous : ratio.start])[-1]

    def _visited(self) -> str | None:
        match = re.search(r"在([^,。;在]{2,8}?)(?:看的?|拿的?|开的?|买的?|做的?|治的?|取的?)", self._text)
        return match[1].removesuffix("医院") if match else None

    def _bare_share(self, start: int, end: int) -> Decimal | None:
        """`80` after we asked for the ratio; `比例80`, `报85` without a sign."""
        part = self._text[start:end]
        match = re.search(r"比例(?:是|为)?(\d{1,3}(?:\.\d+)?)(?![\d.元块万千百])", part)
        match = match or re.search(
            r"(?<![能可以给])报(?:销)?(\d{2}(?:\.\d+)?)(?![\d.元块万千百]|多|几)", part
        )
        if not match and self._asked == "ratio":
            match = re.search(r"(?<![\d.])(\d{1,3}(?:\.\d+)?)(?![\d.元块万千百])", part)
        if not match:
            return None
        value = Decimal(match[1])
        share = value if value <= 1 else value / 100
        return share if 0 <= share <= 1 else None

    # Times

    def _asked_month(self, case: Case) -> dict[str, Any]:
        """Of several months' costs the one that is asked about ("…这个月的能报多少")."""
        after = self._text[self._amounts[-1].end :] if self._amounts else ""
        if len(case.by_month) < 2 or not (asked := _ASKED_MONTH.search(after)):
            return {}
        if _THIS_MONTH.match(asked[0]):
            return {"asked_month": self._turn.now.date().replace(day=1)}
        named = [d for d in find_dates(after, self._turn.now.date()) if _within_a_month(d)]
        return {"asked_month": named[-1].first.replace(day=1)} if named else {}

    def _times(self, start: int, end: int) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        for mention in (d for d in self._dates if start <= d.start < end):
            name = self._date_role(mention)
            if name:
                facts[name] = Days(mention.first, mention.last)
        part = self._text[start:end]
        monthly = self._is_monthly(start, end)
        all_year = "approved_on" in facts and re.search(r"全年|一年|今年.{0,4}一共", part)
        if _TO_YEAR_END.search(part) or all_year:
            year = facts["approved_on"].last.year if "approved_on" in facts else self._turn.now.year
            return facts | {"until": date(year, 12, 31), "each_month": True}
        months = self._span_in_months(part)
        if months is not None:
            facts["months"] = months
        if months is not None or monthly:
            facts["each_month"] = monthly and months is not None
        return facts

    def _date_role(self, mention: DateMention) -> str | None:
        begin = max(self._text.rfind(mark, 0, mention.start) for mark in ",。;!?\n") + 1
        stop = min(
            (p for mark in ",。;!?\n" if (p := self._text.find(mark, mention.end)) >= 0),
            default=len(self._text),
        )
        next_date = min((d.start for d in self._dates if d.start > mention.start), default=stop)
        clause = self._text[begin:stop]
        own = self._text[mention.start : min(stop, next_date)]
        earlier = max((d.end for d in self._dates if d.end <= mention.start), default=0)
        led_by = self._text[max(begin, earlier) : mention.start]
        if _APPROVED.search(own) or (_APPROVED.search(led_by) and not _SPENT.search(own)):
            return "approved_on"
        if re.search(r"起付|门槛", clause):
            return "deductible_met_in"
        if re.search(r"剩|没用完", own) or (mention.last - mention.first).days > 31:
            return "treated_on" if self._is_other_year(mention) and re.search(r"花|费|买|看", own) else None
        return "treated_on"

    def _is_other_year(self, mention: DateMention) -> bool:
        return mention.first.year != self._turn.now.year

    def _is_monthly(self, start: int, end: int) -> bool:
        """Whether the cost itself is said to be monthly, not the limit."""
        costs = [a for a, role in self._roles if role == "cost" and start <= a.start < end]
        for amount in costs:
            index = self._amounts.index(amount)
            after = re.split(r"[,。;!?\n]", self._after(index))[0]
            if _MONTHLY.search(self._before(index)) or re.match(
                r"[元块]?钱?的?(?:/月|每月|一个月|一月)", after
            ):
                return True
        return False

    def _span_in_months(self, part: str) -> int | None:
        counted = [
            int(number)
            for m in _MONTHS.finditer(part)
            if (number := to_decimal(m[1])) is not None and 1 < number <= 24
        ]
        if counted:
            return counted[-1]
        costs_said = re.sub(
            r"(?:年度?|一年|每年)(?:的)?(?:限额|额度|封顶|起付)|(?:起付|限额|额度|封顶)[^,。;]{0,4}[一每全]年",
            "",
            part,
        )
        return next((months for pattern, months in _SPANS if re.search(pattern, costs_said)), None)

    # The deductible

    def _deductible_state(self, start: int, end: int, case: Case) -> dict[str, Any]:
        part = self._text[start:end]
        if _NO_DEDUCTIBLE.search(part):
            return {"deductible": Decimal(0)}
        facts: dict[str, Any] = {}
        full = _DEDUCTIBLE_FULL.search(part)
        if full and case.deductible_met is None and not _DEDUCTIBLE_NOT_FULL.search(full[0]):
            facts["deductible_full"] = True
        elif (
            case.deductible is not None and _DEDUCTIBLE_UNTOUCHED.search(part) and case.deductible_met is None
        ):
            facts["deductible_met"] = Decimal(0)
        return facts


def _within_a_month(mention: DateMention) -> bool:
    return (mention.last - mention.first).days <= 31


_ROLE_OF_QUESTION: dict[str, Role] = {
    "amount": "cost",
    "monthly_limit": "monthly_limit",
    "extra_limit": "extra_limit",
    "deductible": "deductible",
    "annual_cap": "quota_left",
    "excluded": "excluded",
}
