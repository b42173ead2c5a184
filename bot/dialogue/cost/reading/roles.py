"""What one amount is of, told by the words around it and by the amounts before it."""

import re
from collections.abc import Sequence

from bot.dialogue.cost.reading.amount_words import AFTER, BEFORE, IN_IT, LEFT_OUT, NEXT, OF_QUESTION, SUNDRIES
from bot.dialogue.cost.reading.around import Around
from bot.dialogue.cost.reading.sentence import Item, Role, Sentence

MONTHLY = re.compile(r"每个?月|(?<![十同])一个月|(?<!\d)1个月|月月|个个月|按月|/月|(?<!十)一月")
_OF_A_MONTH = re.compile(rf"{MONTHLY.pattern}|月(?=[限额定])")
_HEDGES = re.compile(
    r"(?:不止|不到|至少|最少|起码|最多|顶多|超过|将近|快|大概|大约|约莫?|差不多|可能|好像|估计|应该"
    r"|刚好|正好|恰好|整整?|足足|怕|总|得|有|在|是)+$"
)
_IS_LEFT_OUT = re.compile(
    r"[元块]?钱?(?:是|的)[^,。;\d]{1,10},[^,。;\d]{0,4}(?:自费|目录外|丙类|不[能给可]?报|不在目录)|"
    r"[元块]?钱?的?[^,。;\d]{0,8}?(?:不算(?!多)|不能算|不给算|算不[得进]|不[能给可]报|不报|报不[了得]|不进)(?![^,。;]{0,2}[吗么?])"
)
_THAT_BILL = re.compile(r"[元块]?钱?的?那[张趟次笔回]")
_COPULA = re.compile(r"[是为了有到达大概约也就在:( 元块]+$")
_EARLIER_MONTH = re.compile(r"(?:上个?|前)月|上个?季度?|[一二三]季度|\d+月|[一二三四五六七八九十]月")
_A_QUARTER = re.compile(r"(?:一个?|每个?)季度?(?:是|有|给|为)*$")
_GRANTED_BY_QUARTER = re.compile(
    r"(?:一个?|每个?)季度?[^,。;\d]{0,3}(?:[给管批定限]|能[用开]|[准许]用)(?:我|的是)?$"
)
_BY_QUARTER = re.compile(
    r"按季度?(?:来)?[管算给]|季度?[^,。;]{0,10}(?:额度|限额|定额)|(?:额度|限额|定额)[^,。;\d]{0,4}季"
)
_MORE = re.compile(r"(?:还有|另外|再加上?|加上|外加|(?:[再又]|后来)[给开]?(?:我|他|她)?[加开添配]了?)$")
JUST_BEFORE = re.compile(r"^[元块]?钱?(?:和|跟|及|与|以及|、|加|\+|还有|又)$")
_RESTATED = re.compile(r"(?:%|成|折),?(?:也?就是|即|等于)(?:说|约|大概)?$")
_OWN_FIRST = re.compile(r"先|自付|乙类")
_PAID_BEFORE = re.compile(
    r"^(?![^,。;]*(?:起付|门槛))[^,。;]{0,6}(?:已经?|前面|前头|之前|累计|今年|[到至](?:上|这|现|目|昨|今|前)[^,。;]{1,3})[^,。;]{0,5}[付报][过了掉]*$"
)
_ASKED_WHETHER = re.compile(r"是不是|是否|能不能|可不可以|会不会|难道")
_OF_A_DRUG = re.compile(r"^[元块]?钱?(?:药(?!店|房|[费钱])|的(?:[^,。;\d]{0,4}药|透析|针))")
_WAS_TAKEN = re.compile(
    r"[元块]?钱?整?(?:都|全|已经|就|给|[\d一二三四五六七八九十]+月份?)*[扣交付扛抵]得?[完满清够齐]"
)
_HAVE_PAID = re.compile(
    r"[元块]?钱?,?(?:我|今年|已经?|前面|之前|都|只|才|大概|好像|差不多|大约|可能|也就)*[交付扣缴]了"
)
_CLASS_B = re.compile(r"乙类[^,。;\d]*自付")
_BY_NOW = re.compile(r"已|早|前面|之前")
_PAID_OFF = re.compile(r"(?:[交付扣缴]|累计)[了过掉]+$")
_BEYOND = re.compile(r"超(?:过|出)?了?$")
_NOT_BEYOND = re.compile(r"不超(?:过|出)?$")
_IS_OWN = re.compile(r"[元块]?钱?的(?:部分)?,?(?:都|就|全|要)*(?:自费|自己|自付|不报|不管|不给报)")
_IS_PAID = re.compile(r"[元块]?钱?的(?:部分)?,?(?:才|就|都)*(?:能|给|可以)?报")
_COUNTED = re.compile(r"[元块]?钱?(?:都|已经?|也|全)*(?:计入|算进|算上|抵进|计进)")
_BY_MONTH = re.compile(rf"{MONTHLY.pattern}|月(?:度|最高)?(?:封顶|上限|$)")
_A_MONTH = re.compile(r"[元块]?钱?(?:每个?月|一个月|/月)(?=[,。;]|$)")
_WAS_SPENT = re.compile(r"[花买拿开用吃配取]了|花费?$|吃药[要得是]?$")
_MAY = re.compile(
    r"(?:能|可|可以|[准许让]我?|只|最多|顶多|不(?:能|得|可)?超过?)[^,。;\d报]{0,5}(?:吃|开|刷|用|买|拿|算|超过?)[^,。;\d]{0,3}$"
    r"|(?:指标|配额|上限|顶格|支付额|走医保的[^,。;\d]{0,4}|医保[管认给])[^,。;\d]{0,3}$|^(?:给到|有)$|认$|管$|(?:只|才)有$"
)
_THEN_SPENT = re.compile(r"[元块]?钱?,?(?:我|他|她|这个?月|只|才|就)*[花用]了")
_AT_MOST_AFTER = re.compile(
    r"[元块]?钱?(?:的(?:量|指标|配额|额|慢特?病(?!的?药))|为限|封顶|以内|可以?报|能报(?!多少|几|好多))"
)
_AT_FIRST = re.compile(r"(?:头|前|首|开头|先(?:要|得)?|最先)(?:一?个)?$")
_BY_ONESELF = re.compile(
    r"[元块]?钱?(?:是|要|得|都|全)*(?:自己|个人|自个儿?)(?:先|来)?(?:掏|付|出|承担|负担|扛|担)"
)
_PICKED, _THAT_ONE = re.compile(r"[选挑][了的]?$"), re.compile(r"[元块]?钱?的?那[个种]")
_SUNDRY = re.compile(rf"[元块]?钱?的?(?:{SUNDRIES})")
_ITS_OWN = re.compile(r"[元块]?钱?的")
_ON_DRUGS = re.compile(r"药(?!费?限)|花|[买开拿配]了")
_IS_ASKED_OF = re.compile(
    r"[元块]?钱?(?:到底|究竟|一共|医保|能|可以|该|会|给|我)*(?:报(?:销)?得?|[给出付拿])(?:多少|几|好多)"
)
_BECOMES = re.compile(r"(?:变|[加涨提升]到)(?:成|为|到)?$")
_IS_THAT_SO = re.compile(r"[元块]?钱?了?(?:\?|[吗吧么]|对不|是不是)")
_OF_THE_DEDUCTIBLE = re.compile(r"起付|门槛")
_NOT_THE_FIRST = re.compile(r"自费|丙类|目录|范围|除[去掉开]?|刨|减[去掉]|去掉")
_OF_DEDUCTIBLE: frozenset[Role] = frozenset({"deductible", "deductible_met"})
_OF_A_YEAR = re.compile(r"(?:年度|全年|一年|每年)(?:有|是|给|共)*$")
_USED_OF_IT = re.compile(r"[用花占报](?:掉|去|了|过)+$")
_LEFT_WHOLE = re.compile(r"[元块]?钱?的?(?:额度|限额)(?:一[分点]|都|全|也)*没(?:动|用|花)")
_QUOTA = re.compile(r"额度|限额|封顶|到顶|报|医保|基金|统筹|再[给付出]")
LIMITS: frozenset[Role] = frozenset({"limit", "monthly_limit", "quarterly_limit", "annual_cap"})


def role_of(around: Around, sentence: Sentence, known: Sequence[Item]) -> tuple[Role, bool]:
    """What an amount is of, and whether a word tells so; what none places is a cost until others are weighed."""
    goes_on = known and JUST_BEFORE.search(around.before) and not _by_what_follows(around)
    what_is_left = "还有" in around.before and known and known[-1].role in ("used", *LIMITS)
    if goes_on and not what_is_left:
        added = known[-1].role in LIMITS and around.before.endswith("加")  # 限额300加80
        return ("extra_limit", True) if added else (known[-1].role, known[-1].placed)  # 前两次花了100和90
    role = _told(around, sentence, known)
    listed = known and known[-1].role == "cost" and not around.before  # 先后用药180,230
    return role or "cost", role is not None or bool(listed)


def _told(around: Around, sentence: Sentence, known: Sequence[Item]) -> Role | None:
    if _RESTATED.search(around.before):
        return "excluded" if _OWN_FIRST.search(around.before) else "aside"  # 先自付10%也就是150
    role = (
        _quarterly(around, sentence)
        or _more_cost(around)
        or _paid_first(around)
        or _counted_up(around, known)
        or _bounding(around)
        or _left_out(around)
        or _left_whole(around)
        or _by_what_follows(around)
        or by_what_precedes(around.before)
        or _asked_for(around, sentence, known)
        or ("cost" if _OF_A_DRUG.match(around.after) else None)
    )
    if known and is_paid_of(known[-1], around.before):
        return "used"
    if (
        role == "quota_left"
        and known
        and known[-1].role in _OF_DEDUCTIBLE
        and not _QUOTA.search(around.words)
    ):
        return "deductible_left"  # 起付线300,扣掉了180,剩下的120…
    if role == "quota_left" and known and _left_by_an_earlier_month(around, sentence, known[-1]):
        return "unused_before"
    if role == "quota_left" and LEFT_OUT.search(sentence.text) and not _QUOTA.search(around.words):
        return "cost"  # 少说了一张,还有300
    if role == "cost" and around.before.endswith("扣了") and _OF_THE_DEDUCTIBLE.search(sentence.text):
        return "deductible_met"
    if role == "deductible" and _PAID_OFF.search(around.before):
        told = any(i.role == role for i in known) or _BY_NOW.search(around.before)
        return "deductible_met" if told else role  # 起付线400,交过300的起付; 已经扣了300起付
    if role == "deductible_met" and _CLASS_B.search(around.before):
        return "excluded"  # 乙类自付扣去20
    if role == "annual_cap" and (_BY_MONTH.search(around.before) or _A_MONTH.match(around.after)):
        return "monthly_limit"  # 一个月封顶300
    if role in ("cost", None) and _PICKED.search(around.before) and _THAT_ONE.match(around.after):
        return "monthly_limit"  # 选了500那个
    if role in ("cost", "claimed", None) and _is_allowance(around):
        return "monthly_limit"
    if role == "over_limit" and around.after.startswith("了"):
        return "limit"  # 超过限额300了
    if role == "extra_limit" and _ASKED_WHETHER.search(around.before):
        return "aside"
    if _BECOMES.search(around.before) and _IS_THAT_SO.match(around.after):
        return "aside"  # 会不会变成350?
    return "monthly_limit" if role == "limit" and _is_monthly(around) else role


def _left_by_an_earlier_month(around: Around, sentence: Sentence, before: Item) -> bool:
    """八月的260剩了70."""
    begin, _ = sentence.clause(before.start)
    of_the_limit = before.role in LIMITS and not re.search(
        r"[,。;]", sentence.text[before.end : before.end + 1]
    )
    return of_the_limit and bool(_EARLIER_MONTH.search(sentence.text[begin : before.start]))


def is_paid_of(limit: Item, before: str) -> bool:
    """Whether an amount is what was paid of a limit told just before it: 一年最多付3000,已经付了1800."""
    return limit.role in LIMITS and bool(_PAID_BEFORE.search(before.strip("元块钱")))


def limit_by_period(around: Around, sentence: Sentence) -> Role:
    """Of which period a limit is, where it is said."""
    return _quarterly(around, sentence) or ("monthly_limit" if _is_monthly(around) else "limit")


def _is_monthly(around: Around) -> bool:
    after = re.split(r"[,。;!?\n]", around.after)[0][:6]
    return bool(_OF_A_MONTH.search(around.before) or _OF_A_MONTH.search(after))


def _quarterly(around: Around, sentence: Sentence) -> Role | None:
    by_quarter = _A_QUARTER.search(around.before) and _BY_QUARTER.search(sentence.text)
    by_quarter = by_quarter or _GRANTED_BY_QUARTER.search(around.before)
    return "quarterly_limit" if by_quarter else None


def _paid_first(around: Around) -> Role | None:
    """头500自己掏."""
    first = _AT_FIRST.search(around.before) and _BY_ONESELF.match(around.after)
    return "deductible" if first else None


def _counted_up(around: Around, known: Sequence[Item]) -> Role | None:
    """起付线500,前面自费的300已经计入."""
    counted = any(item.role == "deductible" for item in known) and _COUNTED.match(around.after)
    paid = known and known[-1].role == "deductible" and _HAVE_PAID.fullmatch(around.before)
    taken = around.before.endswith(("把", "将")) and _WAS_TAKEN.match(around.after)  # 早就把400交完了
    return "deductible_met" if counted or paid or taken else None


def _bounding(around: Around) -> Role | None:
    """超过300的部分自费."""
    bounds = _BEYOND.search(around.before) and _IS_OWN.match(around.after)
    within = _NOT_BEYOND.search(around.before) and _IS_PAID.match(around.after)
    return "limit" if bounds or within else None


def _left_out(around: Around) -> Role | None:
    """里头有50的护肝片不算."""
    part = IN_IT.search(around.before) and _IS_LEFT_OUT.match(around.after)
    return "excluded" if part else None


def _left_whole(around: Around) -> Role | None:
    """三月的300额度一分没动."""
    left = _LEFT_WHOLE.match(around.after) and _EARLIER_MONTH.search(around.before)
    return "unused_before" if left else None


def _is_allowance(around: Around) -> bool:
    """Whether a monthly figure is what may be spent, not what was: 一个月能吃300块钱的药, 每月指标300."""
    before, after = MONTHLY.split(around.before, maxsplit=1), around.words[len(around.before) :]
    if len(before) > 1 and not before[1] and _THEN_SPENT.match(after):
        return True  # 每月260花了200
    if len(before) < 2 or _WAS_SPENT.search(around.before):
        return False
    return bool(_MAY.search(before[1]) or _MAY.search(before[0][-4:]) or _AT_MOST_AFTER.match(after))


def _more_cost(around: Around) -> Role | None:
    """还有200块的药."""
    of_a_drug = _OF_A_DRUG.match(around.after) and not _SUNDRY.match(around.after)
    return "cost" if _MORE.search(around.before) and of_a_drug else None


def _by_what_follows(around: Around) -> Role | None:
    """The first words after an amount, unless they belong to the next one."""
    before = around.before
    for role, pattern in AFTER:
        found = re.search(pattern, around.after)
        if not found:
            continue
        of_the_next = re.fullmatch(rf"(?!总|一?共|合)[^,。;]{{0,3}}{NEXT}", around.after[found.end() :])
        if of_the_next and not _ITS_OWN.match(found[0]):
            continue
        if role == "deductible" and _NOT_THE_FIRST.search(before):
            continue  # 扣除自费200后能报
        if role == "claimed" and not re.search(r"报|给|能", before[-3:]):
            continue
        if role == "monthly_limit" and re.search(r"(?:[加添]|多[批给])(?:了|上|个)*$", before):
            return "extra_limit"
        if role in ("monthly_limit", "quota_left") and re.search(r"剩|还有", before):
            return "unused_before" if _EARLIER_MONTH.search(before) else "quota_left"
        if role == "monthly_limit" and _OF_A_YEAR.search(before):
            return "annual_cap"  # 年度3600的额度
        if role == "monthly_limit" and _USED_OF_IT.search(before):
            return "used"  # 花掉2800的额度
        return role
    return None


def by_what_precedes(before: str) -> Role | None:
    told = _HEDGES.sub("", before)
    compact = MONTHLY.sub("", told)
    compact = compact if compact.endswith("了") else _COPULA.sub("", compact)
    for role, pattern in BEFORE:
        if any(re.search(pattern, words) for words in (before, told, compact)):
            return role
    return None


def _asked_for(around: Around, sentence: Sentence, known: Sequence[Item]) -> Role | None:
    if IN_IT.search(around.before) or _THAT_BILL.match(around.after):
        return None  # 起付线多少? 当中有110是洗牙的; 120那趟有30块的维生素
    role = OF_QUESTION.get(sentence.asked or "")
    if role != "cost" and (_ON_DRUGS.search(around.before) or _IS_ASKED_OF.match(around.after)):
        return None  # 药一共75; 这88能报多少
    taken = any(item.role == role for item in known)
    return None if taken else role
