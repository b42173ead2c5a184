"""What nobody told: who decides it, and whose answer, at worst, leaves the narrowest range."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.knowledge.parameters import GROUPS, Delegated, Entry, Unknown
from bot.knowledge.schema import Cite
from bot.rules.case import Case
from bot.rules.known import ANY_RATIO, Known
from bot.rules.money import NOTHING, Span
from bot.rules.result import Refusal


def lacking(names: Iterable[str], known: Known) -> Refusal:
    """Why what is lacking is not in the document: who decides it, or where it stands."""
    said: list[str] = []
    cites: list[Cite] = []
    for entry in (entry for name in names for entry in _entries(name, known)):
        state = entry.state
        if isinstance(state, Delegated):
            said.append(f"{state.rule}，由{state.to}定")
        elif isinstance(state, Unknown):
            said.append(state.unknown)
        else:
            continue
        cites.append(entry.cite)
    return Refusal("parameter_missing", "；".join(dict.fromkeys(said)), known.parameters.citations(cites))


def _entries(name: str, known: Known) -> tuple[Entry, ...]:
    """The parameter entries behind a missing name."""
    parameters = known.parameters
    tables = {
        "monthly_limit": parameters.limit,
        "annual_cap": parameters.limit,
        "deductible": parameters.deductible,
        "ratio": parameters.ratio,
    }
    return known.entries(tables.get(name))


def narrowing(known: Known) -> tuple[str, ...]:
    """Of what the range rests on, the names whose answer would narrow it, the most first."""
    gains = _gains(_askable(known), known)
    return tuple(name for name, gain in gains if gain > 0)


def most_valuable_first(names: Iterable[str], known: Known) -> tuple[str, ...]:
    """All the names, those that narrow most first; the order of the bill where they are alike."""
    return tuple(name for name, _ in _gains(dict.fromkeys(names), known))


def _gains(names: Iterable[str], known: Known) -> list[tuple[str, Decimal]]:
    width = known.corners.fund_pays.width
    gains = [(name, width - max(_widths(name, known), default=width)) for name in names]
    return sorted(gains, key=lambda named: -named[1])


def _askable(known: Known) -> tuple[str, ...]:
    rough = known.case.amount and not known.case.amount.is_exact
    return (
        *(("amount",) if rough else ()),
        *known.unsaid,
        *(() if known.extra_limit.is_exact else ("extra_limit",)),
    )


def _widths(name: str, known: Known) -> Iterator[Decimal]:
    """How wide the range stays for each answer the name may get; only its ends where it is a figure."""
    for case in _answers(name, known):
        yield Known(case, known.parameters, known.as_of).corners.fund_pays.width


def _answers(name: str, known: Known) -> Iterator[Case]:
    case, up_to_all = known.case, Span(NOTHING, known.total.high)
    answers: Mapping[str, Sequence[Any]] = {
        **GROUPS,
        "amount": [Span.exactly(end) for end in _ends(case.amount or up_to_all)],
        "monthly_limit": _ends(up_to_all),
        "deductible": _ends(up_to_all),
        "ratio": _ends(ANY_RATIO),
        "extra_limit": _ends(known.extra_limit),
    }
    for answer in answers.get(name, ()):
        changes: dict[str, Any] = {name: answer}
        yield replace(case, **changes)


def _ends(span: Span) -> tuple[Decimal, Decimal]:
    return span.low, span.high
