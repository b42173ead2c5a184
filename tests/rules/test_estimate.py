"""One class per document, cases named by article, with the figures on both sides of every boundary."""

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


def day(year: int, month: int, number: int) -> Days:
    return Days(date(year, month, number), date(year, month, number))


def asked(regions: Regions, region: str, amount: str | None = None, **said: Any) -> Estimate:
    cost = Span.exactly(D(amount)) if amount else None
    return estimate(Case(region=region, amount=cost, **said), regions[region], TODAY)


def fund(result: Estimate) -> D:
    assert result.fund_pays is not None
    assert result.fund_pays.is_exact
    return result.fund_pays.low


def ends(result: Estimate) -> tuple[D, D]:
    assert result.fund_pays is not None
    return result.fund_pays.low, result.fund_pays.high


def articles(result: Estimate) -> set[str]:
    return {place.article for place in result.citations}


class TestHunan:
    @pytest.fixture
    def hunan(self, regions: Regions) -> Any:
        def ask(amount: str | None = None, **said: Any) -> Estimate:
            return asked(regions, "湖南", amount, **{"employment": "退休", "monthly_limit": D(300)} | said)

        return ask

    @pytest.mark.parametrize(
        ("employment", "amount", "paid"),
        [
            ("在职", "299.99", "239.99"),
            ("在职", "300", "240.00"),
            ("在职", "300.01", "240.00"),
            ("退休", "300", "255.00"),
            ("退休", "0.01", "0.01"),
            ("退休", "1000000", "255.00"),
        ],
    )
    def test_article_13_ratio_applies_up_to_the_limit(
        self, hunan: Any, employment: str, amount: str, paid: str
    ) -> None:
        result = hunan(amount, employment=employment)
        assert fund(result) == D(paid)
        assert result.you_pay == Span.exactly(D(amount) - D(paid))
        assert "第十三条" in articles(result)

    def test_article_13_no_deductible_even_if_the_person_names_one(self, hunan: Any) -> None:
        result = hunan("200", deductible=D(100))
        assert fund(result) == D("170.00")
        assert any("起付线" in warning for warning in result.warnings)

    def test_article_13_the_documents_ratio_holds_against_the_persons(self, hunan: Any) -> None:
        result = hunan("200", ratio=D("0.95"))
        assert fund(result) == D("170.00")
        assert any("95%" in warning for warning in result.warnings)

    def test_without_the_monthly_limit_nothing_is_computed(self, hunan: Any) -> None:
        result = hunan("200", monthly_limit=None)
        assert result.fund_pays is None
        assert result.missing == ("monthly_limit",)
        assert result.refusal is not None
        assert "附件1" in result.refusal.says

    def test_without_employment_the_range_of_both_ratios(self, hunan: Any) -> None:
        result = hunan("200", employment=None)
        assert ends(result) == (D("160.00"), D("170.00"))
        assert result.missing == ("employment",)

    @pytest.mark.parametrize(("extra", "paid"), [("0", "255.00"), ("80", "323.00"), ("100", "340.00")])
    def test_article_14_what_the_second_disease_adds(self, hunan: Any, extra: str, paid: str) -> None:
        assert fund(hunan("500", extra_limit=D(extra), conditions=frozenset({"several_diseases"}))) == D(paid)

    @pytest.mark.parametrize("extra", [None, D("100.01"), D(200)])
    def test_article_14_never_more_than_the_document_allows(self, hunan: Any, extra: D | None) -> None:
        result = hunan("500", extra_limit=extra, conditions=frozenset({"several_diseases"}))
        assert ends(result) == (D("255.00"), D("340.00"))
        assert "第十四条" in articles(result)

    def test_article_14_is_exact_below_the_base_limit(self, hunan: Any) -> None:
        assert fund(hunan("300", conditions=frozenset({"several_diseases"}))) == D("255.00")

    @pytest.mark.parametrize(
        ("treated", "paid"),
        [(day(2026, 3, 31), "0.00"), (day(2026, 4, 1), "170.00"), (day(2026, 12, 31), "170.00")],
    )
    def test_article_16_starts_the_month_after_approval(self, hunan: Any, treated: Days, paid: str) -> None:
        result = hunan("200", approved_on=day(2026, 3, 12), treated_on=treated)
        assert fund(result) == D(paid)
        assert "第十六条" in articles(result)

    def test_article_16_months_before_the_start_do_not_count(self, hunan: Any) -> None:
        costs = (MonthCost(date(2026, 6, 1), D(200)), MonthCost(date(2026, 7, 1), D(250)))
        result = hunan(by_month=costs, approved_on=day(2026, 6, 12), treated_on=day(2026, 7, 1))
        assert fund(result) == D("212.50")
        assert result.you_pay == Span.exactly(D("237.50"))

    def test_article_16_from_the_start_to_the_years_end(self, hunan: Any) -> None:
        approved = Days(date(2026, 6, 1), date(2026, 6, 30))
        result = hunan("250", approved_on=approved, each_month=True, until=date(2026, 12, 31))
        assert fund(result) == D("1275.00")

    def test_article_16_a_month_left_over_in_the_same_quarter_is_a_range(self, hunan: Any) -> None:
        costs = (MonthCost(date(2026, 1, 1), D(100)), MonthCost(date(2026, 2, 1), D(500)))
        assert ends(hunan(by_month=costs)) == (D("340.00"), D("510.00"))

    def test_article_16_nothing_is_carried_over_a_quarters_end(self, hunan: Any) -> None:
        costs = (MonthCost(date(2026, 3, 1), D(100)), MonthCost(date(2026, 4, 1), D(500)))
        assert fund(hunan(by_month=costs)) == D("340.00")

    @pytest.mark.parametrize(
        ("left_in", "high"), [(date(2026, 10, 1), "340.00"), (date(2026, 9, 1), "255.00")]
    )
    def test_article_16_what_last_month_left(self, hunan: Any, left_in: date, high: str) -> None:
        result = hunan("400", unused_before=D(120), unused_month=left_in, treated_on=day(2026, 11, 3))
        assert ends(result) == (D("255.00"), D(high))

    def test_article_16_a_long_prescription_uses_three_months_at_once(self, hunan: Any) -> None:
        assert fund(hunan("1000", conditions=frozenset({"long_prescription"}))) == D("765.00")

    def test_article_16_several_months_together_without_a_breakdown(self, hunan: Any) -> None:
        assert ends(hunan("450", months=2)) == (D("255.00"), D("382.50"))

    @pytest.mark.parametrize(
        ("condition", "article"),
        [("not_designated", "第十九条"), ("inpatient_stay", "第十六条"), ("no_prescription", "第十六条")],
    )
    def test_what_is_not_paid(self, hunan: Any, condition: Any, article: str) -> None:
        result = hunan("260", conditions=frozenset({condition}))
        assert fund(result) == 0
        assert result.you_pay == Span.exactly(D("260.00"))
        assert article in articles(result)

    @pytest.mark.parametrize(
        ("condition", "article", "missing"),
        [
            ("separately_paid", "第二十条", ("single_line_ratio", "single_line_limit")),
            ("dual_channel", "第二十条", ()),
            ("cancer_therapy", "第二十八条", ()),
        ],
    )
    def test_what_another_document_governs(
        self, hunan: Any, condition: Any, article: str, missing: tuple[str, ...]
    ) -> None:
        result = hunan("4200", conditions=frozenset({condition}))
        assert result.fund_pays is None
        assert result.missing == missing
        assert article in articles(result)

    def test_article_3_residents_are_not_covered(self, hunan: Any) -> None:
        result = hunan("200", scheme="居民", employment=None)
        assert result.refusal is not None
        assert result.refusal.reason == "scheme_not_covered"

    @pytest.mark.parametrize(
        ("treated", "reason"),
        [
            (day(2022, 12, 31), "before_effective_date"),
            (day(2023, 1, 1), None),
            (day(2027, 12, 31), None),
            (day(2028, 1, 1), "after_expiry"),
        ],
    )
    def test_article_30_in_force_both_ends_included(
        self, hunan: Any, treated: Days, reason: str | None
    ) -> None:
        result = hunan("300", treated_on=treated)
        assert (result.refusal and result.refusal.reason) == reason
        assert (result.fund_pays is None) == (reason is not None)

    def test_examination_fees_may_or_may_not_count(self, hunan: Any) -> None:
        assert ends(hunan("350", examination=D(100))) == (D("212.50"), D("255.00"))

    def test_used_and_remaining_quota(self, hunan: Any) -> None:
        assert fund(hunan("250", used=D(200))) == D("85.00")
        assert fund(hunan("250", used=D(300))) == 0
        assert fund(hunan("250", quota_left=D(50))) == D("42.50")

    def test_what_lies_outside_the_policys_scope_is_taken_off_first(self, hunan: Any) -> None:
        result = hunan("900", excluded=D(200), monthly_limit=D(500))
        assert fund(result) == D("425.00")
        assert result.you_pay == Span.exactly(D("475.00"))

    def test_a_negative_amount_is_asked_about(self, hunan: Any) -> None:
        result = hunan("-300")
        assert result.fund_pays is None
        assert result.missing == ("amount",)

    def test_rules_not_called_for_are_listed_with_their_article(self, hunan: Any) -> None:
        result = hunan("200")
        assert any("住院" in remark.says and remark.citations for remark in result.not_applied)

    def test_steps_bear_the_settlement_items_names_in_order(self, hunan: Any) -> None:
        labels = [step.label for step in hunan("400").steps]
        assert labels == ["医疗费总额", "符合政策范围", "起付线", "限额内费用", "统筹基金支出", "个人自付"]


class TestJiangxi:
    @pytest.fixture
    def jiangxi(self, regions: Regions) -> Any:
        return lambda amount=None, **said: asked(regions, "江西", amount, **said)

    def test_article_18_ratio_given_cap_not(self, jiangxi: Any) -> None:
        result = jiangxi("1000", ratio=D("0.85"))
        assert fund(result) == D("850.00")
        assert any("封顶" in remark.says for remark in result.assumptions)

    def test_article_18_without_the_ratio_nothing(self, jiangxi: Any) -> None:
        result = jiangxi("1000")
        assert result.fund_pays is None
        assert result.missing == ("ratio", "annual_cap")

    @pytest.mark.parametrize(
        ("left", "paid"), [("849.99", "849.99"), ("850", "850.00"), ("850.01", "850.00")]
    )
    def test_article_18_the_cap_bounds_what_the_fund_pays(self, jiangxi: Any, left: str, paid: str) -> None:
        assert fund(jiangxi("1000", ratio=D("0.85"), quota_left=D(left))) == D(paid)

    def test_article_18_what_is_left_of_a_cap(self, jiangxi: Any) -> None:
        assert fund(jiangxi("1000", ratio=D("0.85"), annual_cap=D(5000), used=D(4500))) == D("500.00")

    def test_article_18_own_share_of_category_b_comes_off_first(self, jiangxi: Any) -> None:
        assert fund(jiangxi("1000", ratio=D("0.8"), excluded=D(150))) == D("680.00")
        assert fund(jiangxi("1000", ratio=D("0.8"), excluded_ratio=D("0.1"))) == D("720.00")

    @pytest.mark.parametrize(
        ("condition", "article"),
        [("not_designated", "第十五条"), ("no_prescription", "第十四条"), ("unrelated_disease", "第十四条")],
    )
    def test_what_is_not_paid(self, jiangxi: Any, condition: Any, article: str) -> None:
        result = jiangxi("300", ratio=D("0.8"), conditions=frozenset({condition}))
        assert fund(result) == 0
        assert article in articles(result)

    @pytest.mark.parametrize(
        ("treated", "paid"),
        [(day(2026, 6, 9), "0.00"), (day(2026, 6, 10), "85.00"), (day(2026, 6, 11), "85.00")],
    )
    def test_article_16_the_day_of_approval_counts(self, jiangxi: Any, treated: Days, paid: str) -> None:
        result = jiangxi("100", ratio=D("0.85"), approved_on=day(2026, 6, 10), treated_on=treated)
        assert fund(result) == D(paid)

    def test_article_28_before_it_took_force(self, jiangxi: Any) -> None:
        assert jiangxi("100", ratio=D("0.85"), treated_on=day(2023, 12, 31)).fund_pays is None
        assert fund(jiangxi("100", ratio=D("0.85"), treated_on=day(2024, 1, 1))) == D("85.00")


class TestShandong:
    @pytest.fixture
    def shandong(self, regions: Regions) -> Any:
        return lambda amount=None, **said: asked(regions, "山东", amount, **said)

    def test_article_15_levels_are_on_a_lost_page(self, shandong: Any) -> None:
        result = shandong("1000")
        assert result.fund_pays is None
        assert result.missing == ("deductible", "ratio")

    @pytest.mark.parametrize(("amount", "paid"), [("499.99", "0.00"), ("500", "0.00"), ("501", "0.80")])
    def test_article_15_deductible_first(self, shandong: Any, amount: str, paid: str) -> None:
        assert fund(shandong(amount, deductible=D(500), deductible_met=D(0), ratio=D("0.8"))) == D(paid)

    def test_article_15_below_the_deductible_no_ratio_is_needed(self, shandong: Any) -> None:
        result = shandong("350", deductible=D(800), deductible_met=D(0))
        assert fund(result) == 0
        assert any("还差 450 元" in step.expression for step in result.steps)

    def test_article_15_counted_up_over_the_year(self, shandong: Any) -> None:
        assert fund(shandong("1000", deductible=D(600), deductible_met=D(400), ratio=D("0.8"))) == D("640.00")
        assert fund(shandong("1000", deductible_full=True, ratio=D("0.8"))) == D("800.00")
        assert fund(shandong("1000", deductible_left=D(50), ratio=D("0.8"))) == D("760.00")

    def test_article_15_starts_again_each_calendar_year(self, shandong: Any) -> None:
        last_december = Days(date(2025, 12, 1), date(2025, 12, 31))
        january = Days(date(2026, 1, 1), date(2026, 1, 31))
        said: dict[str, Any] = {
            "deductible": D(500),
            "deductible_full": True,
            "ratio": D("0.7"),
            "treated_on": january,
        }
        assert fund(shandong("700", deductible_met_in=last_december, **said)) == D("140.00")
        assert fund(shandong("700", deductible_met_in=january, **said)) == D("490.00")


def test_jilin_only_from_the_persons_figures(regions: Regions) -> None:
    result = asked(regions, "吉林", "920", deductible=D(300), deductible_met=D(0), ratio=D("0.65"))
    assert fund(result) == D("403.00")
    assert asked(regions, "吉林", "920").missing == ("deductible", "ratio")


@pytest.mark.parametrize(("treated", "computed"), [(day(2025, 4, 28), False), (day(2025, 4, 29), True)])
def test_jilin_from_its_publication(regions: Regions, treated: Days, computed: bool) -> None:
    result = asked(regions, "吉林", "800", deductible=D(0), ratio=D("0.7"), treated_on=treated)
    assert (result.fund_pays is not None) is computed


@pytest.mark.parametrize("said", [{}, {"deductible": D(0), "ratio": D("0.9")}, {"scheme": "居民"}])
def test_inner_mongolia_always_says_that_it_is_a_draft(regions: Regions, said: dict[str, Any]) -> None:
    assert any("征求意见稿" in warning for warning in asked(regions, "内蒙古", "900", **said).warnings)


def test_inner_mongolia_residents_are_not_in_the_draft(regions: Regions) -> None:
    result = asked(regions, "内蒙古", "800", scheme="居民", ratio=D("0.7"), deductible=D(0))
    assert result.refusal is not None
    assert result.refusal.reason == "scheme_not_covered"


@pytest.mark.parametrize("region", ["江西", "湖南", "吉林", "山东", "内蒙古"])
def test_an_unknown_amount_is_asked_for_first(regions: Regions, region: str) -> None:
    result = asked(regions, region)
    assert result.fund_pays is None
    assert result.missing[0] == "amount"
