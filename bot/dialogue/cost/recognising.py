"""Whether a turn is about a cost: tells one, goes on with the one under way, or asks what comes of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.dialogue.cost.concern import asks_for_a_sum
from bot.dialogue.cost.person import ELSEWHERE, UNPAID, Person
from bot.dialogue.cost.reading import TURNS_KEPT, read_cost, tells_figures
from bot.dialogue.cost.reading.changes import (
    answers_that_it_is_not_known,
    asks_for_all,
    asks_how_much_then,
    corrects,
    does_not_know,
    ends_in_a_figure,
    says_the_same,
    seeks_confirmation,
    supposes,
    varies,
    wants_steps,
)
from bot.dialogue.cost.reading.learned import Learnt
from bot.dialogue.cost.talk import Talk, known_of_it, takes_up
from bot.dialogue.turn import Context, Task, Turn
from bot.knowledge.parameters import Condition, RegionParameters
from bot.language import normalise
from bot.language.asking import asks
from bot.language.dates import find_dates
from bot.language.ratios import find_ratios
from bot.rules.case import Employment

_SUM_AT_LAST = re.compile(
    r"(?:[你您]?(?:就|直接|先)*(?:说|看|讲|告诉我))?(?:医保|统筹|公家)?(?:能|给|该|可以?)*(?:我|他|她)?补?(?:报|拿|出|退)(?:销|得|我|他|她)?(?:多少|几多|好多|几个|几块)钱?(?:就(?:行|好|成|可以)了?)?[呢啊呀吧]?[?。]?$"
    r"|(?:你|您)?(?:就|先|给|帮|替|我|咱|俺|一起|合在?一起|一块儿?|给我|按(?:这个?|那个?|我说的|现有的)?(?:来)?)*算(?:算|一下|看看?|吧|嘛|下)*[?。]?$"
    r"|(?:应该|也|不|该)*(?:有|没有?|无)*影响(?:没有?|吗|不|么|吧)*[?。]?$|(?:还|照样|照常)?(?:能|给)?(?:报|算)(?:吗|不|么|嘛)[?。]?$"
)
_WHAT_TO_SAY = re.compile(r"[,，]?我?(?:该|要)?怎么(?:回|跟|和)[^,，。]{1,4}(?:说|讲|解释)?[?。]?$")
"""What a pharmacist or clerk adds to the question for the sum: 我怎么回他."""
_OF_WHAT_IS_PAID = re.compile("报|[减砍扣付给补]|算[不数]|影响|等[到下]|折")
_OF_WORK = re.compile("班|岗|退|厂|单位|公司|工地|干活|教书|打工|返聘|就业")
_OF_ONESELF = re.compile(r"我(?!们)|俺(?!们)|本人")
_SUM_FOR_MYSELF = re.compile(
    r"[算按](?:在职|退休)[^,，。]{0,6}还是[^,，。]{1,6}[,，]?[^,，。]{0,4}(?:报|拿)(?:多少|几|好多)|[你您](?:再|给我|帮我)?算(?:算看?|看看?|一下)[?。]?$"
)
"""What I am counted as, with the sum: 按在职还是退休,我能报多少; 你算看看."""
_OF_A_TERM = re.compile(
    r"[哪几一二]类|封顶|比例|限额|额度|定额|起付|门槛|报几成|报多少|加(?:了|的|给)?(?:多少|好多|几)"
)
_WHY = re.compile(r"为什么|为啥|为何|凭什么|凭啥")
_OF_OTHERS = re.compile(r"(?:亲戚|邻居|同事|朋友|熟人|他们|人家|别人)[^,，。;；]{0,3}(?:说|讲|那[边里])")
"""Terms that hold for others: 隔壁讲他们那边没起付线."""
_NAMED = {
    "monthly_limit": re.compile(r"限额|额度|定额"),
    "ratio": re.compile(r"比例|报几成"),
    "deductible": re.compile(r"起付|门槛"),
    "annual_cap": re.compile(r"封顶|限额|额度"),
}
"""What we asked for, as people call it."""
_ASKED_BACK = re.compile(r"^[^,，。;；?]{1,7}\?(?=.)")
"""Our question, said again before it is answered: 批的日子？11月5号。"""
_OF_THE_BILL = re.compile(r"(?:票|单子|发票)(?:都)?是[^,，。;；]{2,10}[月年号](?:份)?的(?=[,，。;；!]|$)")
_BOUGHT = re.compile(r"[买开拿配取抓花](?:的(?=[,，。;；!]|$)|了[,，]?[\d一二两三四五六七八九])")
_THIS_TIME_ASKED = re.compile(r"(?:这一?[次回趟]|[我俺]这个?月)[^,，。;\d]{0,3}报(?:销)?(?:多少|几|好多)")
_NOT_ENTITLED = frozenset[Condition]({"review_missed", "disqualified"})
"""Then it is known what is paid, whatever the terms are."""
_TOLD_OF_A_COST = frozenset[Condition](
    {
        "several_diseases",
        "not_designated",
        "no_prescription",
        "not_approved",
        "below_the_standard",
        "review_missed",
        "disqualified",
        "inpatient_stay",
        "long_prescription",
        "cancer_therapy",
        "dual_channel",
        "separately_paid",
        "unrelated_disease",
        "staying_elsewhere",
        "living_elsewhere",
    }
)
"""What may be told of a cost in a later turn, without a figure."""


@dataclass(frozen=True, eq=False)
class CostRecognition:
    """Reads turns for what makes them the cost task's."""

    parameters: Mapping[str, RegionParameters]
    learnt: Learnt

    def tells_figures(self, turn: Turn) -> bool:
        """Whether any amount stands in the turn."""
        return tells_figures(turn, self.learnt)

    def asks_for_a_sum(self, turn: Turn) -> bool:
        """Whether an amount is told and what comes of it is asked for."""
        if find_ratios(turn.text) and _THIS_TIME_ASKED.search(turn.text):
            return True  # 报85%,我这次能报多少: we ask for the cost
        return asks_for_a_sum(turn.text) and self.tells_figures(turn)

    def only_tells_a_cost(self, turn: Turn) -> bool:
        """Whether something is told to have been spent on the care, and nothing asked: 9月20号开了一回药,两百六."""
        return not asks(turn.text) and self.tells_figures(turn) and self._read(turn).cost_known

    def is_told(self, turn: Turn) -> bool:
        """Whether a turn tells a cost with what it is computed from: then it is for us, whatever else it mentions."""
        if not self.tells_figures(turn):  # most turns: spares them the rest of the reading
            return False
        person = self._read(turn)
        case = person.case
        if case.fund_paid is not None or case.own_paid is not None:
            return True
        terms = (person.limit, case.monthly_limit, case.quota_left, case.ratio)
        stated = any(term is not None for term in terms) or person.ratios
        told = stated or case.conditions & _NOT_ENTITLED
        return bool((person.cost_known and told) or (case.nothing_spent and stated))

    def employment_of_oneself(self, turn: Turn) -> Employment | None:
        """Whether the person says of themselves, in whatever words, that they work or are retired: 我在厂里上班."""
        of_oneself = _OF_ONESELF.search(turn.text) or turn.intent == "inform"
        of_work = of_oneself and _OF_WORK.search(turn.text)  # spares most turns the reading
        told = of_work and len(turn.values("employment")) != 1 and not supposes(turn.text)
        return self._read(turn).case.employment if told else None

    def asks_why(self, turn: Turn) -> bool:
        """Whether the rule behind a sum is asked for, and no further cost told: 为什么超过的那120不报."""
        return bool(_WHY.search(normalise(turn.text))) and not self._read(turn).cost_known

    def sets_a_part_apart(self, turn: Turn) -> bool:
        """Whether a part of a cost is told that is not paid for (药费500,营养品200): the rest is for us."""
        case = self._read(turn).case
        return case.excluded is not None and case.amount is not None and case.excluded < case.amount.low

    def tells_a_part(self, turn: Turn, context: Context) -> bool:
        """Whether of the cost under way a part is told that is other care, or an examination: 其中15是配眼镜的."""
        said = self._read(turn)
        of_it = said.case.excluded is not None or said.case.examination is not None
        under_way = context.task is Task.COST and Talk.recall(context).people[0].cost_known
        return under_way and of_it and not said.cost_known and not asks(turn.text)

    def tells_terms(self, turn: Turn) -> bool:
        """Whether terms of a cost are stated before it, and nothing is asked: 起付线六百,报八成."""
        if asks(said_plainly(turn)) or seeks_confirmation(turn.text) or _OF_OTHERS.search(turn.text):
            return False
        person = self._read(turn)
        case = person.case
        terms = (
            case.monthly_limit,
            case.quota_left,
            case.annual_cap,
            case.ratio,
            case.deductible,
            case.extra_limit,
        )
        of_places = bool(person.ratios or person.ratios_elsewhere)
        return of_places or person.limit is not None or any(term is not None for term in terms)

    def takes_up_again(self, turn: Turn, context: Context) -> bool:
        """Whether a cost told before, of which a question about a rule came in between, is spoken of again: in other
        terms (那边报八成,还是这么多,报多少), to hear the sum, as one of its bills, or with what is not paid of it."""
        if not context.case or not Talk.recall(context).people[0].cost_known:
            return self._tells_what_is_paid_of_the_question(turn, context)
        terms = find_ratios(turn.text) or self.tells_figures(turn)
        if terms and (takes_up(turn.text) or supposes(turn.text)):
            return True
        if asks_how_much_then(turn.text) or asks_for_all(turn.text):
            return True
        said = self._read(turn)
        a_part = said.case.excluded is not None and not said.cost_known and not asks(turn.text)
        why_unpaid = said.case.conditions & UNPAID and not asks(turn.text)
        return bool(a_part or why_unpaid or said.day_asked is not None)

    def _tells_what_is_paid_of_the_question(self, turn: Turn, context: Context) -> bool:
        """Whether a share is told, and the sum asked for, of a cost that the question about a rule before told."""
        asked = context.task is Task.POLICY and context.last_question
        if not asked or not (find_ratios(turn.text) and asks_for_a_sum(turn.text)):
            return False
        return self._read(replace(turn, text=asked, mentions=())).cost_known

    def goes_on(self, turn: Turn, context: Context) -> bool:
        """Whether a turn tells of the cost under way: a figure, a variation, "不知道", or a wish for the steps."""
        text = turn.text
        if context.asked and _says_not_known(text, context.asked):
            return True
        if asks_how_much_then(text) or asks_for_all(text) or self.tells_a_fact(turn, context):
            return True
        if _SUM_FOR_MYSELF.search(normalise(text)) or self.answers(turn, context):
            return True
        other_person = bool(turn.values("employment")) and says_the_same(text)
        said = self._read(turn)
        if (
            tells_of_the_purchase(text)
            or _dates_the_purchase(turn)
            or said.day_asked
            or said.case.asked_month
        ):
            return True
        figure = (
            turn.values("amount") or find_ratios(text) or ends_in_a_figure(text) or self.tells_figures(turn)
        )
        return bool(figure) or other_person or varies(text) or wants_steps(text)

    def _places_it_elsewhere(self, turn: Turn, context: Context) -> bool:
        """Whether it is told that the treatment was outside the province insured in: 是在北京看的."""
        if context.task is not Task.COST or not turn.values("region"):
            return False
        said = read_cost(
            turn, context.asked, self.parameters, known_of_it(turn, context), self.learnt
        ).people[0]
        return bool(said.case.conditions & ELSEWHERE)

    def bears_on_it(self, turn: Turn, context: Context) -> bool:
        """Whether a question about the rules tells something of the cost under way, and asks if that changes what is
        paid: 前半个月都在住院,额度是不是得砍一半; 票是前年的,能补报不."""
        case = self._read(turn).case
        told = case.conditions or case.ruled_out or case.treated_on or case.approved_on
        known = Talk.recall(context).people
        return bool(
            told
            and _OF_WHAT_IS_PAID.search(turn.text)
            and asks(turn.text)
            and all(person.cost_known and person.case.region for person in known)
            and not self.asks_why(turn)
        )

    def answers(self, turn: Turn, context: Context) -> bool:
        """Whether what we asked for is told, whatever stands beside it (什么档我不懂,我还没退休), or whether they work
        or are retired, unasked (等下讲清楚,我是内退); whoever asks something with it (退休的要认证吗) tells nothing."""
        told = read_cost(turn, context.asked, (), learnt=self.learnt).people[0]
        plain = not asks(_ASKED_BACK.sub("", normalise(turn.text))) or corrects(turn.text)
        unasked = plain and told.knows("employment")
        return unasked or (bool(context.asked) and told.knows(context.asked or ""))

    def tells_a_fact(self, turn: Turn, context: Context) -> bool:
        """Whether terms of the cost are told, and nothing but the sum asked: 没封顶, 起付线交满了, 有两个病,加多少没讲.
        Also that a term is not known, before the sum is asked for: 封顶多少不晓得,你先算."""
        said = read_cost(turn, context.asked, (), learnt=self.learnt).people[0]
        case = said.case
        told = (
            said.stretch.last,
            said.stretch.without or None,
            said.swapped or None,
            said.visits if said.puts_visits_right else None,
            said.stay,
            case.cap_not_reached,
            case.quota_left,
            case.deductible,
            case.deductible_full,
            case.extra_limit,
            case.approved_on,
            case.scheme,
        )
        tells = (
            any(fact is not None for fact in told)
            or bool(case.conditions & _TOLD_OF_A_COST)
            or self._places_it_elsewhere(turn, context)
        )
        written = _ASKED_BACK.sub("", normalise(said_plainly(turn)))
        but_for_the_sum = _SUM_AT_LAST.sub("", _WHAT_TO_SAY.sub("", written)).rstrip(",，。 ")
        asks_the_sum_alone = not asks(_without_what_is_not_known(but_for_the_sum))
        not_known = answers_that_it_is_not_known(but_for_the_sum) or (
            asks_the_sum_alone and does_not_know(but_for_the_sum)
        )
        only_told = not_known or (asks_the_sum_alone and but_for_the_sum != written)
        of_a_term = only_told and _OF_A_TERM.search(but_for_the_sum)
        return bool(of_a_term or (tells and (not_known or asks_the_sum_alone)))

    def _read(self, turn: Turn) -> Person:
        return _first_told(turn, self)


@lru_cache(TURNS_KEPT)
def _first_told(turn: Turn, recognition: CostRecognition) -> Person:
    """What a turn tells of the first person, by itself."""
    return read_cost(turn, None, recognition.parameters, learnt=recognition.learnt).people[0]


def said_plainly(turn: Turn) -> str:
    """The turn without the 呢 that only ends it: 今年一分没扣过呢."""
    return turn.text.rstrip("呢。 ")


def _without_what_is_not_known(text: str) -> str:
    """The clauses that do not say that something is not known (限额我忘了)."""
    clauses = re.split(r"[,，。;；!！?？\s]", text)
    return ",".join(clause for clause in clauses if not answers_that_it_is_not_known(clause))


def _says_not_known(text: str, asked: str) -> bool:
    """Whether a clause says that it is not known, or what was asked for is named with that."""
    clauses = re.split(r"[,，。;；!！?？\s]", text)
    named = _NAMED.get(asked)
    return any(answers_that_it_is_not_known(clause) for clause in clauses if clause) or bool(
        named and named.search(text) and does_not_know(text)
    )


def tells_of_the_purchase(text: str) -> bool:
    """Whether it is told when or where the cost came about, and nothing asked: 药是6月买的, 就门口那个诊所开的."""
    written = normalise(text)
    return bool((_BOUGHT.search(written) or _OF_THE_BILL.search(written)) and not asks(text))


def _dates_the_purchase(turn: Turn) -> bool:
    """Whether the day of the purchase is told, and whether it counts is asked: 4月3号拿的,照那个通知算数不."""
    begin = re.split(r"[,。;]", normalise(turn.text).replace("，", ","))
    told = [clause for clause in begin if _BOUGHT.search(clause) and find_dates(clause, turn.now.date())]
    return bool(told)


def puts_a_day_right(turn: Turn) -> bool:
    """Whether a day of the cost under way is put right: 不对,28号是交资料,批下来是2号."""
    told = re.sub(r"^(?:不对|不是|错了|[,，。 ])+", "", turn.text)
    return corrects(turn.text) and bool(find_dates(told, turn.now.date())) and not asks(told)
