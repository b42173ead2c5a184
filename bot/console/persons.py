"""What the console shows of a person: masked, with the same words and dates the assistant would use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.deadlines.calendar import WorkingCalendar
from bot.dialogue.assistant import Assistant
from bot.dialogue.renewal import renewal_reply
from bot.dialogue.status import Standing, standing, status_reply
from bot.knowledge.deadlines import load_calendar
from bot.knowledge.reminders import Kind, load_reminders
from bot.records.models import Application, Eligibility, Person, Reminder, Subscription

REMINDERS_SHOWN = 30


@dataclass(frozen=True)
class Identity:
    """Enough to ask the caller whether it is them; ID and phone show their last four places."""

    name: str
    id_number: str
    phone: str
    place: str
    scheme: str


@dataclass(frozen=True)
class ApplicationView:
    """An application with where it stands; `telling` is what the assistant would tell its person."""

    application: Application
    standing: Standing
    telling: str


@dataclass(frozen=True)
class EligibilityView:
    """A recognised disease. `days_left` until the review; negative when that is past; None: no date on record.

    `cost` are the fields of the cost form that the record fills in.
    """

    eligibility: Eligibility
    days_left: int | None
    cost: Mapping[str, str]


@dataclass(frozen=True)
class SubscriptionView:
    """An address a person agreed to be reminded at; `kinds` are what is sent there, in words."""

    subscription: Subscription
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class PersonView:
    identity: Identity
    region: str
    applications: tuple[ApplicationView, ...]
    eligibilities: tuple[EligibilityView, ...]
    renewal_telling: str
    cost: Mapping[str, str]
    subscriptions: tuple[SubscriptionView, ...]
    reminders: tuple[Reminder, ...]


class PersonViews:
    """Makes them, from the knowledge and time limits of the assistant."""

    def __init__(self, assistant: Assistant) -> None:
        folder = assistant.knowledge.folder
        self._regions = assistant.knowledge.regions
        self._deadlines = assistant.deadlines
        self._calendar = WorkingCalendar(load_calendar(folder))
        self._reminders = load_reminders(folder)

    def of(self, person: Person, reminders: Sequence[Reminder], today: date) -> PersonView:
        """The person as of a day; applications latest first. `person` comes with its relations loaded."""
        region, review = self._regions[person.region], self._reminders.rule(person.region, Kind.REVIEW_DUE)
        latest_first = sorted(person.applications, key=lambda a: a.submitted_at, reverse=True)
        return PersonView(
            identity=identity_of(person),
            region=person.region,
            applications=tuple(self._application(a, person.region, today) for a in latest_first),
            eligibilities=tuple(
                EligibilityView(
                    e,
                    (e.review_due - today).days if e.review_due else None,
                    cost_fields(person) | cost_fields_of(e),
                )
                for e in person.eligibilities
            ),
            renewal_telling=renewal_reply(person.eligibilities, region, review, today).text,
            cost=cost_fields(person),
            subscriptions=tuple(
                SubscriptionView(each, self._reminders.told(person.region, each.wants))
                for each in person.subscriptions
            ),
            reminders=tuple(reminders),
        )

    def _application(self, application: Application, region_name: str, today: date) -> ApplicationView:
        region, rules = self._regions[region_name], self._deadlines.rules_of(region_name)
        return ApplicationView(
            application,
            standing(application, region, rules, self._calendar, today),
            status_reply(application, region, rules, self._calendar, today).text,
        )


def identity_of(person: Person) -> Identity:
    """The masked identity."""
    return Identity(
        name=person.name,
        id_number=masked(person.id_number),
        phone=masked(person.phone) if person.phone else "未登记",
        place=f"{person.region}{person.city or ''}",
        scheme=person.scheme + (f"·{person.employment}" if person.employment else ""),
    )


def cost_fields(person: Person) -> dict[str, str]:
    """What the record tells for the cost form, by its fields' names."""
    told = {"scheme.0": person.scheme, "employment.0": person.employment, "area.0": person.city}
    return {"region": person.region} | {name: value for name, value in told.items() if value}


def cost_fields_of(eligibility: Eligibility) -> dict[str, str]:
    """The same of a recognised disease."""
    limit = eligibility.monthly_limit
    told = {
        "diseases.0": eligibility.disease,
        "benefit_class.0": eligibility.benefit_class,
        "monthly_limit.0": None if limit is None else f"{limit:f}",
        "approved_on.0": f"{eligibility.approved_on}",
    }
    return {name: value for name, value in told.items() if value}


def masked(number: str) -> str:
    """The last four places; a star for each of the others."""
    return "*" * (len(number) - 4) + number[-4:]
