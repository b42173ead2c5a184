"""The Hunan rule in OpenFisca-Core, for bench/rules.py alone; runs in bench/.venv, which holds nothing of ours.

    python openfisca_rule.py FOLDER

FOLDER holds amount.npy, monthly_limit.npy, extra_limit.npy (yuan), retired.npy and ratios.json; the yuan paid by the
fund are written to fund.npy and the seconds of processor time, best of several runs, are printed as JSON.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import MONTH
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

RUNS = 7
PERIOD = "2026-11"

Person = build_entity(key="person", plural="persons", label="an insured person", is_person=True)


class amount(Variable):
    value_type, entity, definition_period = float, Person, MONTH


class monthly_limit(Variable):
    value_type, entity, definition_period = float, Person, MONTH


class extra_limit(Variable):
    value_type, entity, definition_period = float, Person, MONTH


class retired(Variable):
    value_type, entity, definition_period = bool, Person, MONTH


class fund_pays(Variable):
    value_type, entity, definition_period = float, Person, MONTH

    def formula(person, period, parameters):
        ratio = parameters(period).ratio
        limit = person("monthly_limit", period) + person("extra_limit", period)
        eligible = np.minimum(person("amount", period), limit)
        paid = eligible * np.where(person("retired", period), ratio.retired, ratio.working)
        return np.floor(paid * 100 + 0.5) / 100


class you_pay(Variable):
    value_type, entity, definition_period = float, Person, MONTH

    def formula(person, period):
        return person("amount", period) - person("fund_pays", period)


def system(ratios: dict[str, float]) -> TaxBenefitSystem:
    """The rule with its two ratios as dated parameters."""
    rules = TaxBenefitSystem([Person])
    rules.add_variables(amount, monthly_limit, extra_limit, retired, fund_pays, you_pay)
    dated = {name: {"values": {"2023-01-01": {"value": ratio}}} for name, ratio in ratios.items()}
    rules.parameters = ParameterNode("", data={"ratio": dated})
    return rules


def main(folder: Path) -> None:
    rules = system(json.loads((folder / "ratios.json").read_text()))
    names = ("amount", "monthly_limit", "extra_limit", "retired")
    columns = {name: np.load(folder / f"{name}.npy") for name in names}
    whole, formulas = [], []
    for _ in range(RUNS):
        start = time.process_time()
        simulation = SimulationBuilder().build_default_simulation(rules, count=len(columns["amount"]))
        for name, column in columns.items():
            simulation.set_input(name, PERIOD, column)
        ready = time.process_time()
        fund = simulation.calculate("fund_pays", PERIOD)
        simulation.calculate("you_pay", PERIOD)
        end = time.process_time()
        whole.append(end - start)
        formulas.append(end - ready)
    np.save(folder / "fund.npy", fund)
    print(json.dumps({"whole": min(whole), "formulas": min(formulas)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
