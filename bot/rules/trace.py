"""How an estimate came about: the lines of the bill in words and figures, what they rest on, what was not applied."""

from bot.knowledge.parameters import Condition, Fixed
from bot.rules.known import Bounds, Corners, Known
from bot.rules.money import NOTHING, Span, percent, plain, yuan
from bot.rules.result import Remark, Step


class Trace:
    """The account of one settled bill."""

    def __init__(self, known: Known, bounds: Bounds, corners: Corners) -> None:
        self._known, self._bounds, self._corners = known, bounds, corners

    def steps(self) -> tuple[Step, ...]:
        steps = [self._total_step()]
        if self._bounds.excluded.high or self._bounds.before_start:
            steps.append(self._scope_step())
        steps.append(self._deductible_step())
        if self._known.bounds_cost() and self._bounds.monthly_limit:
            steps.append(self._limit_step(self._bounds.monthly_limit))
        steps.append(self._fund_step())
        total, fund, you = self._corners.line("total"), self._corners.fund_pays, self._corners.you_pay
        steps.append(Step("个人自付", f"{yuan(total)} − {yuan(fund)} = {yuan(you)}", you))
        return tuple(steps)

    def _total_step(self) -> Step:
        total, case = self._corners.line("total"), self._known.case
        if case.by_month:
            months = [c for c in case.by_month if case.asked_month in (None, c.month)]
            said = " + ".join(f"{c.month.month}月 {yuan(c.amount)}" for c in months)
        elif self._known.repeats() and case.amount:
            said = f"每月 {yuan(case.amount)} × {self._known.months()} 个月 = {yuan(total)}"
        else:
            said = f"您说的费用 {yuan(total)}"
        return Step("医疗费总额", said, total)

    def _scope_step(self) -> Step:
        within = self._corners.line("within_policy")
        rule = self._known.parameters.rule("own_share_first")
        expression = f"{yuan(self._corners.line('total'))} 去掉不在范围内的，剩 {yuan(within)}"
        return Step(
            "符合政策范围",
            expression,
            within,
            self._known.cited(rule.cite if rule else self._known.ratio_entries()[0].cite),
        )

    def _deductible_step(self) -> Step:
        entry = self._known.parameters.deductible.at(self._known.day)
        places = self._known.cited(entry.cite) if entry else ()
        paid, left = self._corners.line("deductible"), self._bounds.deductible_left
        if entry and isinstance(entry.state, Fixed) and not entry.state.value:
            return Step("起付线", "不设起付线", paid, places)
        if self._known.deductible_left() is None:
            return Step("起付线", "您没有给起付线", paid, places)
        if not left.high:
            return Step(
                "起付线",
                "没有起付线要扣" if not self._known.deductible() else "今年的起付线已经付满，不再扣",
                paid,
                places,
            )
        still = max(NOTHING, left.low - paid.low)
        more = f"，还差 {yuan(still)}" if still else ""
        return Step("起付线", f"还要付的起付线 {yuan(left)}，本次累计起付 {yuan(paid)}{more}", paid, places)

    def _limit_step(self, limit: Span) -> Step:
        within, case = self._corners.line("within_limit"), self._known.case
        if self._known.unknown():
            said = "您没有给月限额"
        elif case.quota_left is not None:
            said = f"限额还剩 {yuan(limit)}，可算 {yuan(within)}"
        else:
            kind = "月限额" if case.quarterly_limit is None else "季度限额"
            parts = [f"{kind} {yuan(self._known.limit_told() or NOTHING)}"]
            if self._known.extra_limit().high:
                parts.append(f"加第二个病的 {yuan(self._known.extra_limit())}")
            if case.used:
                parts.append(f"减已用的 {yuan(case.used)}")
            if self._known.left_over().high:
                parts.append(f"加上月剩的 {yuan(self._known.left_over())}")
            months = self._known.quota_months()[1]
            if months and months > 1 and case.quarterly_limit is None:
                parts.append(f"按 {months} 个月")
            said = f"{'，'.join(parts)}；限额内的费用 {yuan(within)}"
        limited = self._known.parameters.limit
        entry = limited.at(self._known.day) if limited else None
        over = self._known.parameters.rule("over_limit")
        extra = self._known.parameters.rule("several_diseases") if self._known.extra_limit().high else None
        cites = [entry.cite if entry else None, over.cite if over else None, extra.cite if extra else None]
        return Step("限额内费用", said, within, tuple(p for cite in cites for p in self._known.cited(cite)))

    def _fund_step(self) -> Step:
        base, fund = self._corners.line("within_limit"), self._corners.fund_pays
        ratio = self._known.ratio()
        if ratio is None or not base.high:
            expression = f"可报的费用 {yuan(base)}，医保支付 {yuan(fund)}"
        else:
            product = (
                base.times(ratio.low)
                if ratio.is_exact
                else Span(base.low * ratio.low, base.high * ratio.high)
            )
            expression = f"{yuan(base)} × {percent(ratio)} = {yuan(product)}"
            if product != fund and self._bounds.cap_left is None:
                expression += f"，四舍五入到分是 {yuan(fund)}"
        if self._bounds.cap_left is not None:
            expression += f"，额度还剩 {yuan(self._bounds.cap_left)}，支付 {yuan(fund)}"
        entries = self._known.ratio_entries()
        return Step(
            "统筹基金支出",
            expression,
            fund,
            tuple(dict.fromkeys(p for e in entries for p in self._known.cited(e.cite))),
        )

    def assumptions(self) -> tuple[Remark, ...]:
        case = self._known.case
        holds: dict[Condition, bool] = {
            "deductible_restarts": self._known.met_in_an_earlier_year(),
            "several_diseases": self._known.has("several_diseases") or bool(self._known.extra_limit().high),
            "examination": case.examination is not None,
            "own_share_first": bool(self._bounds.excluded.high),
            "staying_elsewhere": self._known.has("staying_elsewhere"),
            "living_elsewhere": self._known.has("living_elsewhere"),
            "long_prescription": self._known.has("long_prescription"),
            "quota_left_over": case.unused_before is not None or len(case.by_month) > 1,
            "transferred": self._known.has("transferred"),
            "over_limit": self._known.bounds_cost()
            and self._corners.line("within_limit").low < self._corners.line("within_policy").low,
            "deductible_not_used": bool(
                case.deductible
                and not case.deductible_full
                and case.deductible_met is None
                and self._bounds.deductible_left.high
            ),
            "cap_not_given": not self._known.bounds_cost()
            and self._bounds.cap_left is None
            and not case.cap_not_reached
            and self._corners.fund_pays.high > 0,
            "cap_reached": self._bounds.cap_left is not None
            and self._corners.fund_pays.high == self._bounds.cap_left,
            "class_one": case.benefit_class == "Ⅰ" and self._corners.fund_pays.high > 0,
            "scheme_not_said": case.scheme is None and case.employment is None,
        }
        rules = (self._known.parameters.rule(when) for when, so in holds.items() if so)
        said = [Remark(r.says, self._known.cited(r.cite)) for r in rules if r]
        own = self._known.parameters.rule("separately_paid")
        if own and self._known.on_own_terms():
            said.append(Remark(f"{own.says}；这里用的是您给的比例和限额", self._known.cited(own.cite)))
        start = self._known.parameters.start
        if start and case.approved_on:
            said.append(Remark(start.says, self._known.cited(start.cite)))
        if (
            self._known.quota_months()[0] != self._known.quota_months()[1]
            and self._known.months() > 1
            and case.quarterly_limit is None
            and not self._corners.fund_pays.is_exact
        ):
            said.append(
                Remark(f"您给的是 {self._known.months()} 个月合计的费用，每月各花多少没有说，所以是一个范围")
            )
        return tuple(said)

    def not_applied(self) -> tuple[Remark, ...]:
        """Rules that would have forbidden or governed the payment, had the person told of their case."""
        rules = [r for r in self._known.parameters.rules if r.effect in ("unpaid", "elsewhere")]
        return tuple(
            Remark(f"您没有说有这种情况，所以没有用这一条：{rule.says}", self._known.cited(rule.cite))
            for rule in rules
            if not self._known.has(rule.when)
        )

    def overruled(self) -> tuple[str, ...]:
        """Figures the person gave that the document fixes otherwise."""
        case, said = self._known.case, []
        entries = [e.state.value for e in self._known.ratio_entries() if isinstance(e.state, Fixed)]
        if (
            case.ratio is not None
            and entries
            and case.ratio not in entries
            and not self._known.on_own_terms()
        ):
            fixed = percent(Span(min(entries), max(entries)))
            said.append(f"您说的比例 {percent(case.ratio)} 跟文件不一样，这里按文件的 {fixed} 算")
        deductible = self._known.deductible()
        if case.deductible and deductible is not None and deductible != case.deductible:
            said.append(f"您说的起付线 {yuan(case.deductible)} 跟文件不一样，这里按文件算")
        extra = self._known.extra_limit()
        if case.extra_limit is not None and not extra.is_exact:
            said.append(
                f"第二个病加不了 {yuan(case.extra_limit)}，文件写的是每月最多加 {plain(extra.high)} 元"
            )
        return tuple(said)
