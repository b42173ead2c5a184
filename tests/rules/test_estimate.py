"""What stands around the figures: steps, what was not applied, what is missing, what cannot be so."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from bot.knowledge.parameters import RegionParameters
from bot.rules.case import Case, Days, MonthCost
from bot.rules.estimate import estimate
from bot.rules.money import Span
from bot.rules.result import Estimate

TODAY = date(2026, 11, 22)
Regions = Mapping[str, RegionParameters]

HUNAN: dict[str, Any] = {"region": "湖南", "employment": "退休", "monthly_limit": D(300)}
SHANDONG: dict[str, Any] = {"region": "山东", "deductible": D(500), "ratio": D("0.8")}
JIANGXI: dict[str, Any] = {"region": "江西", "ratio": D("0.85")}


def day(year: int, month: int, number: int) -> Days:
    return Days(date(year, month, number), date(year, month, number))


def asked(regions: Regions, cost: str | Span | None, **said: Any) -> Estimate:
    amount = Span.exactly(D(cost)) if isinstance(cost, str) else cost
    return estimate(Case(**{"amount": amount, **said}), regions[said["region"]], TODAY)


def test_the_bill_bears_the_settlement_items_names_in_order(regions: Regions) -> None:
    labels = [step.label for step in asked(regions, "400", **HUNAN).steps]
    assert labels == ["医疗费总额", "符合政策范围", "起付线", "限额内费用", "统筹基金支出", "个人自付"]


def test_every_step_can_be_followed_by_hand(regions: Regions) -> None:
    steps = {
        step.label: step.expression for step in asked(regions, "400.55", **HUNAN | {"used": D(20)}).steps
    }
    assert steps["起付线"] == "不设起付线"
    assert steps["限额内费用"] == "月限额 300 元，减已用的 20 元；限额内的费用 280 元"
    assert steps["统筹基金支出"] == "280 元 × 85% = 238 元"
    assert steps["个人自付"] == "400.55 元 − 238 元 = 162.55 元"


def test_rules_not_called_for_are_listed_with_their_article(regions: Regions) -> None:
    result = asked(regions, "200", **HUNAN)
    assert any("住院" in remark.says and remark.citations for remark in result.not_applied)
    ill = asked(regions, "200", **HUNAN | {"conditions": frozenset({"transferred"})})
    assert len(ill.not_applied) == len(result.not_applied)


@pytest.mark.parametrize(("treated", "cited"), [(None, False), (day(2027, 12, 31), True)])
def test_that_the_document_was_in_force_is_cited_where_the_day_was_named(
    regions: Regions, treated: Days | None, cited: bool
) -> None:
    places = asked(regions, "200", **HUNAN, treated_on=treated).citations
    assert ("第三十条" in {place.article for place in places}) is cited


@pytest.mark.parametrize("region", ["江西", "湖南", "吉林", "山东", "内蒙古"])
def test_an_unknown_amount_is_asked_for_first(regions: Regions, region: str) -> None:
    result = asked(regions, None, region=region)
    assert result.fund_pays is None
    assert result.missing[0] == "amount"


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ({"employment": None}, ("employment",)),
        ({"employment": None, "monthly_limit": None}, ("monthly_limit", "employment")),
        (
            {"employment": None, "conditions": frozenset({"several_diseases"})},
            ("extra_limit", "employment"),
        ),
        ({"amount": Span(D(150), D(160)), "employment": None}, ("amount", "employment")),
        ({"amount": Span(D(299), D(301)), "employment": None}, ("employment", "amount")),
    ],
)
def test_what_would_narrow_the_range_most_is_named_first(
    regions: Regions, said: dict[str, Any], missing: tuple[str, ...]
) -> None:
    assert asked(regions, "500", **HUNAN | said).missing == missing


def test_what_is_certain_is_said_where_nothing_can_be_computed(regions: Regions) -> None:
    certain = [remark.says for remark in asked(regions, "500", **HUNAN | {"monthly_limit": None}).certain]
    assert certain == ["医保最多支付 425 元，也就是费用 500 元的 85%", "不设起付线", "限额以内按 85% 报"]


@pytest.mark.parametrize(("high", "refused"), [("1000", False), ("2100", False), ("3000", True)])
def test_a_cost_too_rough_to_help_is_asked_for_again(regions: Regions, high: str, refused: bool) -> None:
    result = asked(regions, Span(D(900), D(high)), **HUNAN | {"monthly_limit": D(5000)})
    assert (result.refusal is not None and result.refusal.reason == "too_wide") is refused
    assert (result.fund_pays is None) is refused
    assert result.missing[0] == "amount"


@pytest.mark.parametrize(
    ("said", "field", "expected"),
    [
        ({"amount": Span.exactly(D(-300))}, "amount", "负数"),
        ({"amount": Span.exactly(D(0))}, "amount", "0 元"),
        ({"amount": Span.exactly(D(10) ** 12)}, "amount", "太大"),
        ({"amount": Span.exactly(D("12.345"))}, "amount", "两位小数"),
        ({"amount": Span(D(1), D(10) ** 12)}, "amount", "太大"),
        ({"amount": None, "by_month": (MonthCost(date(2026, 1, 1), D(-1)),)}, "amount", "负数"),
        ({"amount": Span.exactly(D(100)), "excluded": D("100.01")}, "amount", "比总费用"),
        ({"amount": Span.exactly(D(100)), "within_policy": D(200)}, "amount", "比总费用"),
        ({"amount": Span.exactly(D(100)), "used": D("300.01")}, "used", "比限额 300 元 还多"),
        ({"amount": Span.exactly(D(100)), "ratio": D("1.2")}, "ratio", "0% 到 100%"),
        ({"amount": Span.exactly(D(100)), "monthly_limit": D(-300)}, "monthly_limit", "负数"),
        ({"amount": Span.exactly(D(100)), "used": D(-1)}, "used", "负数"),
    ],
)
def test_what_cannot_be_so_is_never_computed(
    regions: Regions, said: dict[str, Any], field: str, expected: str
) -> None:
    result = asked(regions, None, **HUNAN | said)
    assert result.fund_pays is None
    assert result.you_pay is None
    assert result.missing == (field,)
    assert result.refusal is not None
    assert expected in result.refusal.says


def test_more_used_than_the_years_cap_cannot_be_so(regions: Regions) -> None:
    result = asked(regions, "100", **JIANGXI, annual_cap=D(5000), used=D("5000.01"))
    assert result.missing == ("used",)
    assert asked(regions, "100", **JIANGXI, annual_cap=D(5000), used=D(5000)).fund_pays == Span.exactly(D(0))


def test_the_deductible_still_to_be_paid_is_told(regions: Regions) -> None:
    steps = {step.label: step.expression for step in asked(regions, "350", **SHANDONG).steps}
    assert steps["起付线"] == "还要付的起付线 500 元，本次累计起付 350 元，还差 150 元"


@pytest.mark.parametrize("said", [{}, {"deductible": D(0), "ratio": D("0.9")}, {"scheme": "居民"}])
def test_inner_mongolia_always_says_that_it_is_a_draft(regions: Regions, said: dict[str, Any]) -> None:
    assert any("征求意见稿" in warning for warning in asked(regions, "900", region="内蒙古", **said).warnings)


def test_from_which_day_on_it_is_paid_is_said_where_the_approval_leaves_no_doubt(regions: Regions) -> None:
    treated = day(2026, 5, 18)
    for approved, said in (
        (day(2026, 5, 6), "也就是2026年6月1日"),
        (Days(date(2026, 5, 1), date(2026, 5, 31)), "也就是2026年6月1日"),
        (Days(date(2026, 5, 1), date(2026, 6, 30)), ""),
    ):
        unpaid = asked(regions, "400", **HUNAN, approved_on=approved, treated_on=treated).unpaid
        assert unpaid is not None
        assert ("也就是" in unpaid.says) is bool(said)
        assert said in unpaid.says
