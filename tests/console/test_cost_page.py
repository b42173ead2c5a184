from decimal import Decimal
from itertools import pairwise

import pytest
from console_fakes import START, Browser

from bot.clock import SHANGHAI
from bot.console.cost import computed, fields_of
from bot.knowledge.parameters import RegionParameters, load_parameters
from bot.rules.case import Case
from bot.rules.estimate import estimate
from bot.rules.money import Span
from bot.settings import ROOT

TODAY = START.astimezone(SHANGHAI).date()
RETIRED = {"employment.0": "退休", "amount.0": "600", "monthly_limit.0": "360"}


@pytest.fixture(scope="module")
def parameters() -> dict[str, RegionParameters]:
    return dict(load_parameters(ROOT / "knowledge"))


def names(region: RegionParameters) -> set[str]:
    return {field.name for field in fields_of(region)}


def test_only_what_a_regions_parameters_use_is_asked(parameters: dict[str, RegionParameters]) -> None:
    hunan, jiangxi, shandong = (names(parameters[name]) for name in ("湖南", "江西", "山东"))
    assert {"employment", "monthly_limit", "extra_limit"} <= hunan
    assert not hunan & {"ratio", "deductible", "annual_cap", "benefit_class"}
    assert {"benefit_class", "ratio", "annual_cap"} <= jiangxi
    assert not jiangxi & {"deductible", "monthly_limit", "employment"}
    assert {"deductible", "deductible_met", "ratio", "annual_cap"} <= shandong


def test_situations_are_those_the_document_draws_a_consequence_from(
    parameters: dict[str, RegionParameters],
) -> None:
    situations = {
        name: next(f.options for f in fields_of(parameters[name]) if f.name == "conditions")
        for name in ("湖南", "江西")
    }
    assert "住院期间" in situations["湖南"]
    assert "住院期间" not in situations["江西"]
    assert {"跨省临时外出", "跨省长期居住"} <= set(situations["江西"])


async def test_what_is_computed_is_what_the_rules_say(
    clerk: Browser, parameters: dict[str, RegionParameters]
) -> None:
    await clerk.open("/console/cost")
    page = await clerk.send("/console/cost", region="湖南", **RETIRED)
    assert "306 元" in page.text
    assert "294 元" in page.text
    assert "湘医保发〔2022〕52号第十三条" in page.text
    assert "data:image/svg+xml;base64," in page.text


def test_the_form_and_the_rule_module_agree(parameters: dict[str, RegionParameters]) -> None:
    values = {"employment": ("退休",), "amount": ("120+80.5",), "monthly_limit": ("150",), "months": ("2",)}
    (filled,) = computed([values], parameters["湖南"], TODAY)
    case = Case(
        region="湖南",
        employment="退休",
        amount=Span.exactly(Decimal("200.5")),
        monthly_limit=Decimal(150),
        months=2,
        each_month=True,
    )
    assert filled.result == estimate(case, parameters["湖南"], TODAY)


async def test_columns_are_added_compared_and_dropped(clerk: Browser) -> None:
    await clerk.open("/console/cost")
    page = await clerk.send("/console/cost", region="湖南", do="add", **RETIRED)
    assert page.text.count("<legend>情况") == 2
    second = {"employment.1": "在职", "amount.1": "600", "monthly_limit.1": "360"}
    page = await clerk.send("/console/cost", region="湖南", **RETIRED, **second)
    assert "医保少支付 18 元" in page.text
    page = await clerk.send("/console/cost", region="湖南", do="drop", **RETIRED, **second)
    assert page.text.count("<legend>情况") == 1


async def test_there_are_three_columns_at_most(clerk: Browser) -> None:
    await clerk.open("/console/cost")
    columns = {f"amount.{number}": "100" for number in range(3)}
    page = await clerk.send("/console/cost", region="湖南", do="add", **columns, **{"amount.3": "1"})
    assert page.text.count("<legend>情况") == 3


@pytest.mark.parametrize(
    ("field", "typed", "why"),
    [
        ("amount", "六百", "应为数字"),
        ("amount", "-5", "负数"),
        ("amount", "1+", "应为数字"),
        ("monthly_limit", "<script>", "&lt;script&gt;"),
        ("months", "13", "1 到 12"),
        ("treated_on", "2026-02-30", "不是日期"),
    ],
)
async def test_what_cannot_be_read_is_named_and_kept(
    clerk: Browser, field: str, typed: str, why: str
) -> None:
    await clerk.open("/console/cost")
    page = await clerk.send("/console/cost", region="湖南", **{"amount.0": "600", f"{field}.0": typed})
    assert page.status == 200
    assert why in page.text
    assert "<script>" not in page.text
    assert "医保支付" not in page.text


async def test_nothing_is_computed_that_no_document_and_nobody_gave(clerk: Browser) -> None:
    await clerk.open("/console/cost")
    page = await clerk.send("/console/cost", region="山东", **{"amount.0": "600"})
    assert "起付线" in page.text
    assert "<dd>" not in page.text


async def test_the_sheet_to_hand_over_has_no_controls(clerk: Browser) -> None:
    await clerk.open("/console/cost")
    page = await clerk.send("/console/cost/sheet", region="湖南", **RETIRED)
    assert "306 元" in page.text
    assert "以结算单为准" in page.text
    assert "<input" not in page.text
    steps = [page.text.index(label) for label in ("医疗费总额", "起付线", "限额内费用", "统筹基金支出")]
    assert all(earlier < later for earlier, later in pairwise(steps))
