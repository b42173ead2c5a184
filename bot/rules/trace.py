"""How an estimate came about: the lines of the bill in words and figures, what they rest on, what was not applied."""

from collections.abc import Iterable

from bot.knowledge.parameters import Condition, Entry, Fixed, Rule
from bot.knowledge.schema import Cite
from bot.messages import Citation
from bot.rules.case import MonthCost
from bot.rules.known import Known
from bot.rules.money import NO_MONEY, NOTHING, Span, percent, yuan
from bot.rules.result import Remark, Step


class Trace:
    """The account of one settled bill. The lines bear the names of the national settlement interface's items."""

    def __init__(self, known: Known) -> None:
        self._known, self._bounds, self._corners = known, known.bounds, known.corners
        self._total, self._within_policy = self._corners.line("total"), self._corners.line("within_policy")
        self._within_limit = self._corners.line("within_limit")
        self._fund, self._you = self._corners.fund_pays, self._corners.you_pay

    # The lines of the bill

    def steps(self) -> tuple[Step, ...]:
        steps = [self._total_step(), self._scope_step(), self._deductible_step()]
        if self._known.bounds_cost:
            steps.append(self._limit_step())
        steps.append(self._fund_step())
        said = f"{yuan(self._total)} − {yuan(self._fund)} = {yuan(self._you)}"
        steps.append(Step("个人自付", said, self._you))
        return tuple(steps)

    def _total_step(self) -> Step:
        total, case = self._total, self._known.case
        if case.by_month:
            months = [c for c in case.by_month if case.asked_month in (None, c.month)]
            said = " + ".join(f"{_month_said(c)}{yuan(c.amount)}" for c in months)
        elif self._known.repeats and self._known.months > 1 and case.amount:
            said = f"每月 {yuan(case.amount)} × {self._known.months} 个月 = {yuan(total)}"
        elif told := case.fund_paid or case.own_paid:
            ratio = self._known.ratio or NO_MONEY
            who, share = ("医保", ratio.low) if case.fund_paid else ("您自己", 1 - ratio.low)
            said = f"{who}付的 {yuan(told)} ÷ {percent(share)} = {yuan(total)}"
        else:
            said = f"您说的费用 {yuan(total)}"
        return Step("医疗费总额", said, total)

    def _scope_step(self) -> Step:
        within = self._within_policy
        all_counts = self._known.spent in (None, self._known.total.low)
        if all_counts and not self._bounds.excluded.high:
            return Step("符合政策范围", f"您没有说有不在范围内的，{yuan(within)}全部算在内", within)
        rules = self._excluding or [r for r in [self._known.parameters.rule("own_share_first")] if r]
        cites = [rule.cite for rule in rules if rule.cite] or [self._known.ratio_entries[0].cite]
        said = f"{yuan(self._total)} 去掉不在范围内的，剩 {yuan(within)}"
        return Step("符合政策范围", said, within, self._places(cites))

    @property
    def _excluding(self) -> list[Rule]:
        """The rules by which a part of the cost is not paid for."""
        rules = (self._known.parameters.rule(why) for why in sorted(self._known.case.excluded_for))
        return [rule for rule in rules if rule]

    def _deductible_step(self) -> Step:
        entries = self._known.deductible_entries
        places = self._places(entry.cite for entry in entries)
        paid, left = self._corners.line("deductible"), self._bounds.deductible_left
        deductible = self._known.deductible
        if all(isinstance(entry.state, Fixed) and not entry.state.value for entry in entries):
            said = "不设起付线"
        elif self._known.deductible_left is None:
            said = "您没有给起付线"
        elif left.high:
            still = max(NOTHING, left.low - paid.low)
            more = f"，还差 {yuan(still)}" if still else ""
            said = f"{self._layer(entries)}还要付的起付线 {yuan(left)}，本次累计起付 {yuan(paid)}{more}"
        elif deductible and deductible.high:
            said = "今年的起付线已经付满，不再扣"
        else:
            said = "没有起付线要扣" if deductible else "今年的起付线已经付满，不再扣"
        return Step("起付线", said, paid, places)

    def _limit_step(self) -> Step:
        known = self._known
        within = self._within_limit
        if self._bounds.monthly_limit is None:
            said = f"您说没有超过限额，{yuan(within)}全部算在内"
        elif known.quota_left is not None:
            said = f"限额还剩 {yuan(self._bounds.limit_left)}，可算 {yuan(within)}"
        elif known.base_limit is None:
            said = "您没有给月限额"
        else:
            said = f"{'，'.join(self._limit_parts())}；限额内的费用 {yuan(within)}"
        rules = [known.parameters.rule("over_limit")]
        if known.extra_limit.high:
            rules.append(known.parameters.rule("several_diseases"))
        cites = [entry.cite for entry in known.limit_entries] + [r.cite for r in rules if r and r.cite]
        return Step("限额内费用", said, within, self._places(cites))

    def _limit_parts(self) -> list[str]:
        """What makes up the limit: the base, the second disease's share, what is used and what was left over."""
        known, case = self._known, self._known.case
        kind = "月限额" if case.quarterly_limit is None else "季度限额"
        parts = [f"{self._layer(known.limit_entries)}{kind} {yuan(known.base_limit or NOTHING)}"]
        if known.extra_limit.high:
            parts.append(f"加第二个病的 {yuan(known.extra_limit)}")
        months = known.quota_months[1]
        if months and months > 1 and case.quarterly_limit is None:
            parts.append(f"按 {months} 个月")
        if case.used and not known.is_of_a_later_month:
            as_paid = f"（已报 {yuan(case.used)}）" if known.used_up != Span.exactly(case.used) else ""
            parts.append(f"减已用的 {yuan(known.used_up)}{as_paid}")
        if known.left_over.high:
            parts.append(f"加上月剩的 {yuan(known.left_over)}")
        return parts

    def _fund_step(self) -> Step:
        base, fund, ratio = self._within_limit, self._fund, self._known.ratio
        if ratio is None or not base.high:
            said = f"可报的费用 {yuan(base)}，医保支付 {yuan(fund)}"
        else:
            product = Span(base.low * ratio.low, base.high * ratio.high)
            layer = self._layer(self._known.ratio_entries)
            said = f"{layer}{yuan(base)} × {percent(ratio)} = {yuan(product)}"
            if product != fund and self._bounds.cap_left is None:
                said += f"，四舍五入到分是 {yuan(fund)}"
        if self._bounds.cap_left is not None:
            layer = self._layer(self._known.limit_entries)
            left = self._bounds.cap_left
            cap = "年度封顶" if self._known.bounds_cost else "额度"
            said += (
                f"，要是跟住院合用封顶，额度只剩 {yuan(left.low)}，支付 {yuan(fund)}"
                if self._known.may_share_the_cap
                else f"，{layer}{self._paid_before()}{cap}还剩 {yuan(left)}，支付 {yuan(fund)}"
            )
        return Step("统筹基金支出", said, fund, self._places(e.cite for e in self._known.ratio_entries))

    def _paid_before(self) -> str:
        """How what was spent before comes to what the fund has paid of the year's cap."""
        spent, paid = self._known.case.used, self._known.paid_before
        return (
            f"前面花的 {yuan(spent)} 已报 {yuan(paid)}，" if spent and self._known.case.used_as_cost else ""
        )

    def _layer(self, entries: Iterable[Entry]) -> str:
        """Whose figure won, where it is not the region's own document's."""
        layers = self._known.parameters.layer_of
        names = {layers.get(entry.cite.document or "") for entry in entries} - {None} if layers else set()
        return f"按{'、'.join(sorted(map(str, names)))}的规定，" if names else ""

    def _places(self, cites: Iterable[Cite]) -> tuple[Citation, ...]:
        return self._known.parameters.citations(cites)

    # What stands beside the bill

    def assumptions(self) -> tuple[Remark, ...]:
        """What the figures rest on, in the region's own words."""
        known, case, fund = self._known, self._known.case, self._fund
        holds: dict[Condition, bool] = {
            "deductible_restarts": known.met_in_an_earlier_year,
            "several_diseases": known.has("several_diseases") or bool(known.extra_limit.high),
            "examination": case.examination is not None,
            "own_share_first": bool(self._bounds.excluded.high) and not self._excluding,
            "staying_elsewhere": known.has("staying_elsewhere"),
            "living_elsewhere": known.has("living_elsewhere"),
            "long_prescription": known.has("long_prescription"),
            "quota_left_over": case.unused_before is not None or len(case.by_month) > 1,
            "transferred": known.has("transferred"),
            "over_limit": known.bounds_cost and self._within_limit.low < self._within_policy.low,
            "deductible_not_used": bool(
                case.deductible
                and not case.deductible_full
                and case.deductible_met is None
                and self._bounds.deductible_left.high
            ),
            "cap_not_given": not known.bounds_cost
            and self._bounds.cap_left is None
            and not case.cap_not_reached
            and fund.high > 0,
            "cap_reached": self._bounds.cap_left is not None and fund.high == self._bounds.cap_left.high,
            "class_one": case.benefit_class == "Ⅰ" and fund.high > 0,
            "scheme_not_said": case.scheme is None and case.employment is None,
        }
        rules = (known.parameters.rule(when) for when, so in holds.items() if so)
        said = [Remark(r.says, known.cited(r.cite)) for r in (*self._excluding, *rules) if r]
        own, start = known.parameters.rule("separately_paid"), known.parameters.start
        if own and known.on_own_terms:
            said.append(Remark(f"{own.says}；这里用的是您给的比例和限额", known.cited(own.cite)))
        if start and case.approved_on:
            said.append(Remark(start.says, known.cited(start.cite)))
        if known.is_of_either_year:
            said.append(Remark("看病是在起付线付满的那一年，还是在第二年，没有说定，所以两种都算了"))
        elif known.may_have_restarted:
            said.append(Remark("您说的起付线是往年付的；今年要不要重新累计，文件没有写，所以两种都算了"))
        if self._months_are_not_told_apart():
            says = f"您给的是 {known.months} 个月合计的费用，每月各花多少没有说，所以是一个范围"
            said.append(Remark(says, self._places(reading.cite for reading in known.parameters.quota)))
        return tuple(said)

    def _months_are_not_told_apart(self) -> bool:
        fewest, most = self._known.quota_months
        return self._known.case.quarterly_limit is None and fewest != most and not self._fund.is_exact

    def validity(self) -> tuple[Citation, ...]:
        """Where it stands that the document was in force on the day the person named."""
        validity = self._known.parameters.validity
        return self._known.cited(validity.cite) if validity and self._known.case.treated_on else ()

    def not_applied(self) -> tuple[Remark, ...]:
        """Rules that would have forbidden or governed the payment, had the person told of their case."""
        case = self._known.case
        applied = case.conditions | case.excluded_for
        return tuple(
            Remark(rule.says, places)
            for rule, places in self._known.parameters.decisive
            if rule.when not in applied
        )

    def overruled(self) -> tuple[str, ...]:
        """Figures the person gave that the document fixes otherwise."""
        known, case, said = self._known, self._known.case, []
        ratio, deductible, extra = known.ratio, known.deductible, known.extra_limit
        if case.ratio is not None and ratio and not ratio.low <= case.ratio <= ratio.high:
            said.append(f"您说的比例 {percent(case.ratio)} 跟文件不一样，这里按文件的 {percent(ratio)} 算")
        if case.deductible and deductible and not deductible.low <= case.deductible <= deductible.high:
            said.append(f"您说的起付线 {yuan(case.deductible)} 跟文件不一样，这里按文件算")
        told, base = case.monthly_limit, known.base_limit
        if told is not None and known.bounds_cost and base and not base.low <= told <= base.high:
            said.append(f"您说的月限额 {yuan(told)} 跟文件不一样，这里按文件的 {yuan(base)} 算")
        if case.extra_limit is not None and not extra.is_exact:
            said.append(f"第二个病加不了 {yuan(case.extra_limit)}，文件写的是每月最多加 {yuan(extra.high)}")
        return tuple(said)


def _month_said(cost: MonthCost) -> str:
    return f"{cost.month.month}月 " if cost.told else ""
