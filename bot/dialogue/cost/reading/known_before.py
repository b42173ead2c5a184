"""Figures that an earlier turn told of something else: named again they are no other."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.cost.reading.bare_limits import OF_THE_FORMER
from bot.dialogue.cost.reading.sentence import Item, Role, Sentence
from bot.rules.case import Case
from bot.rules.money import Span, to_fen

_THEN_ASKED = re.compile(r"[元块]?钱?[^,。;\d]{0,10}(?:报|[掏付出给拿])(?:销)?得?(?:多少|几|好多)")
_TAKEN = re.compile(r"[元块]?钱?(?:的?起付线?)?(?:是不是|要不要|会不会|还|也|又|得|要)*[扣交付]")
"""500是不是交两道, of a known deductible."""
_OF_DRUGS = re.compile(r"[元块]?钱?的?药(?!费)")
_AS_BEFORE = re.compile(r"(?:一样|照样|照旧|还是|也是|同样)(?:是|花|的|那)*$")
_THAT, _THAT_ONE = re.compile(r"[那这]个?$|扣[掉去]?[一二两][遍次回道]?$"), re.compile(r"[元块]?钱?的?那个")
_BOUNDS: frozenset[Role] = frozenset({"limit", "monthly_limit", "quota_left"})
_TOGETHER = re.compile(
    r"(?:[加合凑并][起到在]*(?:来|一?[起块]儿?|拢)|一?[起块]儿?|一共|总共|合计)(?:就|是|花了)*$"
)
_FORMER = re.compile(r"原[来先本]|本来|以前|之前|普通|病种")
_WITHIN_IT = re.compile(r"[元块]?钱?(?:里[头面边]?|当中|之内|以内|总数)")


def without_what_is_known(items: Sequence[Item], known: Case, sentence: Sentence) -> tuple[Item, ...]:
    """Figures that an earlier turn told of something else are only named again, where no word places them; so is the
    limit of the disease beside that of a drug that is paid separately (湘医保发〔2022〕52号第二十条). What a share of
    the known cost comes to is no cost."""
    items = [_without_a_share(item, items, known, sentence) for item in items]
    costs = [item for item in items if item.role == "cost"]
    return tuple(_as_known(item, items, costs, known) for item in items)


def _as_known(item: Item, items: Sequence[Item], costs: Sequence[Item], known: Case) -> Item:
    """The figure, as an aside where it is only named again, and as the cost where that is told to be as it was."""
    former = known.own_terms and (
        (item.role in _BOUNDS and _FORMER.search(item.before)) or OF_THE_FORMER.search(item.before)
    )
    if former or _is_named_again(item, costs, known) or _is_known_with_more(item, items, known):
        return replace(item, role="aside")
    as_before = known.amount == Span.exactly(item.amount.low) and _AS_BEFORE.search(item.before)
    return replace(item, role="cost", placed=True) if as_before else item


def _is_named_again(item: Item, costs: Sequence[Item], known: Case) -> bool:
    """Whether it is a known bound, the deductible, the share without its sign, or the known cost beside another."""
    figure, pointed_at = item.amount.low, bool(_THAT.search(item.before))
    bounds = (known.used, known.quota_left, known.monthly_limit, known.annual_cap, known.deductible)
    a_guess = item.role == "unplaced" or (item.role == "cost" and not item.placed and len(costs) > 1)
    if a_guess and figure in bounds:
        return True
    if figure == known.deductible and not item.before and _TAKEN.match(item.after):
        return True  # 500是不是交两道
    apart = item.role == "excluded" and not item.because  # 又加了300的药,前面那500还没结
    if item.role not in ("cost", "unplaced") and not apart:
        return False
    if known.ratio and figure == 100 * known.ratio:
        return True  # 讲错了,85是三甲的
    if figure in bounds and (pointed_at or _THAT_ONE.match(item.after)):
        return True
    beside = pointed_at and any(cost is not item for cost in costs)
    return known.amount == Span.exactly(figure) and bool(beside or _THEN_ASKED.match(item.after))


def _is_known_with_more(item: Item, items: Sequence[Item], known: Case) -> bool:
    """Whether it is what the known cost and one told now come to: 又拿了460,合到一块960一起结."""
    more = [known.amount.low + other.amount.low for other in items if known.amount and other.role == "cost"]
    return item.amount.low in more and bool(_TOGETHER.search(item.before))


def _without_a_share(item: Item, items: Sequence[Item], known: Case, sentence: Sentence) -> Item:
    """The figure, as what is claimed where it is what a share of the known cost comes to, and as an aside where it is
    that cost again, told of which another one is a part."""
    if item.role not in ("cost", "unplaced") or known.amount is None or not known.amount.is_exact:
        return item
    if _OF_DRUGS.match(item.after):
        return item  # 又加了300的药: bought, whatever share of the first it comes to
    cost, figure = known.amount.low, item.amount.low
    shares = [ratio.value for ratio in sentence.ratios] + ([known.ratio] if known.ratio else [])
    if figure != cost and figure in {to_fen(cost * share) for share in shares}:
        return replace(item, role="claimed")
    of_it = figure == cost and any(other is not item and other.amount.low < cost for other in items)
    return replace(item, role="aside") if of_it and _WITHIN_IT.match(item.after) else item
