"""What is kept: the agency's records, chats and who they belong to, the reminder outbox, the helpline.

Times are aware (UTC when read back), dates are dates, money is Decimal yuan. A chat is the opaque sender id.
Name, ID number and phone are encrypted; they are found by the `…_index` columns, which follow by themselves.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import (
    JSON,
    Date,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, validates

from bot.records.fields import BlindIndex, Encrypted, Moment, Money

ApplicationKind = Literal["初次", "复核", "复审"]
ApplicationChannel = Literal["线上", "窗口", "医疗机构"]
ApplicationState = Literal["提交", "受理", "补正", "审核", "通过", "不通过", "办结"]
ReminderState = Literal["pending", "claimed", "sending", "sent", "failed", "dead", "suppressed", "unknown"]
TicketState = Literal["waiting", "open", "closed"]
StaffRole = Literal["clerk", "analyst", "administrator"]
Direction = Literal["in", "out", "staff"]
VerificationStep = Literal["key", "phone", "birth", "name"]


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        datetime: Moment,
        date: Date,
        Decimal: Money,
        list[Any]: JSON,
        dict[str, Any]: JSON,
    }


# --- the agency's records -------------------------------------------------------------------------


class Person(Base):
    """An insured person. `region` is a province as `knowledge/` names it (湖南), `city` its city (长沙市)."""

    __tablename__ = "persons"

    person_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Encrypted("name"))
    name_index: Mapped[str] = mapped_column(BlindIndex("name"), index=True)
    id_number: Mapped[str] = mapped_column(Encrypted("id_number"))
    id_number_index: Mapped[str] = mapped_column(BlindIndex("id_number"), index=True)
    phone: Mapped[str | None] = mapped_column(Encrypted("phone"))
    phone_index: Mapped[str | None] = mapped_column(BlindIndex("phone"), index=True)
    region: Mapped[str] = mapped_column(String(16))
    city: Mapped[str | None] = mapped_column(String(32))
    scheme: Mapped[str] = mapped_column(String(8))
    employment: Mapped[str | None] = mapped_column(String(8))

    applications: Mapped[list["Application"]] = relationship(
        back_populates="person", order_by="Application.submitted_at"
    )
    eligibilities: Mapped[list["Eligibility"]] = relationship(
        back_populates="person", order_by="Eligibility.disease"
    )
    subscriptions: Mapped[list["Subscription"]] = relationship(
        back_populates="person", order_by="Subscription.id"
    )

    @validates("name", "id_number", "phone")
    def _index_follows(self, field: str, value: str | None) -> str | None:
        setattr(self, f"{field}_index", value)
        return value


class Application(Base):
    __tablename__ = "applications"

    application_no: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(Person.person_id), index=True)
    disease: Mapped[str] = mapped_column(String(64))
    kind: Mapped[ApplicationKind] = mapped_column(String(8))
    channel: Mapped[ApplicationChannel] = mapped_column(String(8))
    submitted_at: Mapped[datetime]

    person: Mapped[Person] = relationship(back_populates="applications")
    events: Mapped[list["ApplicationEvent"]] = relationship(
        back_populates="application",
        order_by="(ApplicationEvent.at, ApplicationEvent.id)",
        lazy="selectin",
    )


class ApplicationEvent(Base):
    """A step. For 补正 `note` lists the missing materials; `notified_on` goes with a result."""

    __tablename__ = "application_events"
    __table_args__ = (
        UniqueConstraint("application_no", "state", "at"),
        Index("ix_application_events_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_no: Mapped[str] = mapped_column(ForeignKey(Application.application_no))
    state: Mapped[ApplicationState] = mapped_column(String(8))
    at: Mapped[datetime]
    note: Mapped[str | None] = mapped_column(Text)
    notified_on: Mapped[date | None]

    application: Mapped[Application] = relationship(back_populates="events")


class Eligibility(Base):
    """A recognised disease of a person. Limits are yuan; `review_due` null: no review is recorded."""

    __tablename__ = "eligibilities"
    __table_args__ = (UniqueConstraint("person_id", "disease"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(Person.person_id))
    disease: Mapped[str] = mapped_column(String(64))
    benefit_class: Mapped[Literal["Ⅰ", "Ⅱ"] | None] = mapped_column(String(4))
    approved_on: Mapped[date] = mapped_column(index=True)
    review_due: Mapped[date | None] = mapped_column(index=True)
    monthly_limit: Mapped[Decimal | None]
    annual_limit: Mapped[Decimal | None]
    last_expense_on: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="eligibilities")


class Subscription(Base):
    """Where a person agreed to be reminded. Every kind of reminder is on unless `kinds_off` names it.

    `unreachable_since`: the messenger said that nothing arrives there any more (blocked, vanished).
    """

    __tablename__ = "subscriptions"
    __table_args__ = (
        UniqueConstraint("person_id", "channel", "address"),
        Index("ix_subscriptions_address", "channel", "address"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(Person.person_id))
    channel: Mapped[str] = mapped_column(String(32))
    address: Mapped[str] = mapped_column(String(256))
    consent_at: Mapped[datetime]
    kinds_off: Mapped[list[Any]] = mapped_column(default=list)
    unreachable_since: Mapped[datetime | None]

    person: Mapped[Person] = relationship(back_populates="subscriptions")

    def wants(self, kind: str) -> bool:
        """Whether reminders of this kind are on."""
        return self.unreachable_since is None and kind not in self.kinds_off

    def switch(self, kind: str, on: bool) -> None:
        """Turn one kind of reminder on or off."""
        others = [k for k in self.kinds_off if k != kind]
        self.kinds_off = others if on else [*others, kind]


class Forgotten(Base):
    """A number that an import must not bring back: a forgotten person's (then both are equal) or an application's of
    theirs. Hashes, encrypted."""

    __tablename__ = "forgotten"

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(Encrypted("forgotten"))
    number: Mapped[str] = mapped_column(Encrypted("forgotten"))


# --- chats ----------------------------------------------------------------------------------------


class ChatBinding(Base):
    """A person whose data a chat may see: its own, or a relative's who agreed.

    `token` is what the dialogue remembers in place of the person. `remembered`: it was agreed to keep the
    binding for later; otherwise it soon ends.
    """

    __tablename__ = "chat_bindings"

    chat: Mapped[str] = mapped_column(String(128), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(Person.person_id), primary_key=True, index=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    channel: Mapped[str] = mapped_column(String(32))
    relative: Mapped[bool] = mapped_column(default=False)
    remembered: Mapped[bool] = mapped_column(default=False)
    bound_at: Mapped[datetime] = mapped_column(index=True)
    last_used_at: Mapped[datetime]

    person: Mapped[Person] = relationship()


class Consent(Base):
    """Whether a chat may remember a person, in the words it was asked. While this stands it is not asked again."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("person_id", "chat"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(Person.person_id))
    chat: Mapped[str] = mapped_column(String(128))
    question: Mapped[str] = mapped_column(Text)
    agreed: Mapped[bool]
    at: Mapped[datetime]


class AccessCode(Base):
    """A code that a clerk handed out, good for one proof; kept as its hash only."""

    __tablename__ = "access_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(BlindIndex("access code"), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(Person.person_id), index=True)
    relative: Mapped[bool]
    issued_by: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]


class Verification(Base):
    """A proof under way in a chat, one row per chat; while it stands, typed digits and dates are redacted.

    Where the key fits nobody, `matched` is false from the start and `person_id` anybody's: the questions go on
    all the same, and take as long.
    """

    __tablename__ = "verifications"

    chat: Mapped[str] = mapped_column(String(128), primary_key=True)
    step: Mapped[VerificationStep] = mapped_column(String(8))
    subject: Mapped[str | None] = mapped_column(Encrypted("subject"))
    person_id: Mapped[str | None] = mapped_column(ForeignKey(Person.person_id))
    key_is_id: Mapped[bool] = mapped_column(default=False)
    matched: Mapped[bool] = mapped_column(default=True)
    relative: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime]


class VerificationLock(Base):
    """Failed proofs of one subject: a chat, a person (then named, for the staff), or a key that fits nobody."""

    __tablename__ = "verification_locks"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(BlindIndex("subject"), unique=True)
    person_id: Mapped[str | None] = mapped_column(String(64), index=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_failed_at: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime]


class RedactionToken(Base):
    """What a token such as 〔证件A1B2〕 stands for, in one chat, for a short while."""

    __tablename__ = "redaction_tokens"

    chat: Mapped[str] = mapped_column(String(128), primary_key=True)
    token: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(Encrypted("redaction"))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Message(Base):
    """One line of a conversation, redacted. `delivered` is false for a push the web chat has not fetched yet.

    `source_id` is the channel's own id of an incoming message: the same message twice is kept once. `helpful` is
    what the person thought of an answer of ours, if they said.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("chat", "source_id"),
        Index("ix_messages_chat_id", "chat", "id"),
        Index("ix_messages_at", "at"),
        Index(
            "ix_messages_undelivered",
            "chat",
            sqlite_where=text("NOT delivered"),
            postgresql_where=text("NOT delivered"),
        ),
        Index(
            "ix_messages_heard",
            "chat",
            "at",
            sqlite_where=text("direction = 'in'"),
            postgresql_where=text("direction = 'in'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    chat: Mapped[str] = mapped_column(String(128))
    channel: Mapped[str] = mapped_column(String(32))
    direction: Mapped[Direction] = mapped_column(String(8))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    buttons: Mapped[list[Any] | None]
    card: Mapped[dict[str, Any] | None]
    source_id: Mapped[str | None] = mapped_column(String(64))
    delivered: Mapped[bool] = mapped_column(default=True)
    helpful: Mapped[bool | None]


class EndedChat(Base):
    """A chat of which nothing is kept here any more, until the engine has forgotten it as well."""

    __tablename__ = "ended_chats"

    chat: Mapped[str] = mapped_column(String(128), primary_key=True)


class ChatTurn(Base):
    """The ticket of a turn under way. `lapses_at`: when nobody waits for it any more, unless it is renewed."""

    __tablename__ = "chat_turns"

    ticket: Mapped[int] = mapped_column(primary_key=True)
    chat: Mapped[str] = mapped_column(String(128), index=True)
    lapses_at: Mapped[datetime]


# --- messengers -----------------------------------------------------------------------------------


class ProviderToken(Base):
    """The access token a messenger's provider gave for one account. `renewing_until`: a worker is getting another."""

    __tablename__ = "provider_tokens"

    account: Mapped[str] = mapped_column(String(128), primary_key=True)
    token: Mapped[str | None] = mapped_column(Encrypted("provider token"))
    expires_at: Mapped[datetime | None]
    renewing_until: Mapped[datetime | None]


class Contact(Base):
    """An address in a channel that would tell who somebody is, and the `alias` their chat has instead."""

    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("channel", "address_index"),)

    alias: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(32))
    address: Mapped[str] = mapped_column(Encrypted("contact"))
    address_index: Mapped[str] = mapped_column(BlindIndex("contact"))


# --- what is learnt from use ----------------------------------------------------------------------


class Question(Base):
    """What somebody asked and how it was taken, without who asked: `text` is redacted.

    `unanswered`: we had no answer; `unhelpful`: somebody said that ours did not help. A question that is
    neither is kept only while its answer may be voted on. So long, too, `line` leads to the transcript; after
    that nothing does. `candidates` are `{target, score, phrasing}`, best first.
    """

    __tablename__ = "questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    line: Mapped[int | None] = mapped_column(unique=True)
    text: Mapped[str] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(String(32))
    topic: Mapped[str | None] = mapped_column(String(64))
    intent: Mapped[str] = mapped_column(String(64))
    confidence: Mapped[float]
    status: Mapped[str] = mapped_column(String(32))
    unanswered: Mapped[bool]
    unhelpful: Mapped[bool] = mapped_column(default=False)
    candidates: Mapped[list[Any]]


# --- official wording -----------------------------------------------------------------------------


class OfficialText(Base):
    """The wording of one registered document. `document` is its key in knowledge/, `articles` each article's name and
    wording in the document's order; `sha256` and `source` are the imported file's hash and name."""

    __tablename__ = "official_texts"

    document: Mapped[str] = mapped_column(String(64), primary_key=True)
    articles: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(256))
    imported_at: Mapped[datetime]


# --- the outbox -----------------------------------------------------------------------------------


class Reminder(Base):
    """One reminder to one address: planned once, for ever, by its unique key; delivered once by its lease.

    Every index that a row stands in is written again when it is claimed and when it is recorded, so there are few: the
    unique key begins with the person and finds theirs, and an address has only those that went out.

    A claimed one has not been handed to a messenger yet; `sending` is noted before that where the messenger cannot
    tell doubles apart. `text` is what was said, `round` how often the person put it off.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint(
            "person_id",
            "kind",
            "disease",
            "deadline",
            "lead_days",
            "channel",
            "address",
            name="uq_reminders_once",
        ),
        Index(
            "ix_reminders_due",
            "not_before",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_reminders_lease",
            "lease_until",
            sqlite_where=text("state IN ('claimed', 'sending')"),
            postgresql_where=text("state IN ('claimed', 'sending')"),
        ),
        Index(
            "ix_reminders_address",
            "channel",
            "address",
            "sent_at",
            sqlite_where=text("sent_at IS NOT NULL"),
            postgresql_where=text("sent_at IS NOT NULL"),
        ),
        Index(
            "ix_reminders_for_staff",
            "state",
            sqlite_where=text("state IN ('failed', 'dead', 'unknown')"),
            postgresql_where=text("state IN ('failed', 'dead', 'unknown')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    person_id: Mapped[str] = mapped_column(ForeignKey(Person.person_id))
    disease: Mapped[str] = mapped_column(String(64))
    deadline: Mapped[date]
    lead_days: Mapped[int]
    channel: Mapped[str] = mapped_column(String(32))
    address: Mapped[str] = mapped_column(String(256))
    text: Mapped[str | None] = mapped_column(Text)
    round: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    not_before: Mapped[datetime]
    state: Mapped[ReminderState] = mapped_column(String(12), default="pending")
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(256))
    sent_at: Mapped[datetime | None]
    provider_message_id: Mapped[str | None] = mapped_column(String(64))

    person: Mapped[Person] = relationship()


# --- the helpline ---------------------------------------------------------------------------------


class Staff(Base):
    """Somebody of the helpline. `password_hash` is argon2id.

    `totp_secret` is the second factor's, once it is set up; `totp_step` is the last half-minute whose code was used.
    """

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(64))
    password_hash: Mapped[str] = mapped_column(String(256))
    role: Mapped[StaffRole] = mapped_column(String(16), default="clerk")
    totp_secret: Mapped[str | None] = mapped_column(Encrypted("totp"))
    totp_step: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class StaffSession(Base):
    """A signed-in browser; the cookie's secret is kept as its hash only. `confirmed`: no second factor is missing."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id, ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed: Mapped[bool] = mapped_column(default=True)

    staff: Mapped[Staff] = relationship(lazy="joined")


class ImportRun(Base):
    """An import begun in the console; only the latest is kept, and at most one is `running`.

    `line` of `lines` is how far it was in the file named in `doing` when it last told, at `told_at`. `report` is JSON:
    what it says of wrong rows may quote them.
    """

    __tablename__ = "import_runs"
    __table_args__ = (
        Index(
            "uq_import_runs_running",
            "running",
            unique=True,
            sqlite_where=text("running"),
            postgresql_where=text("running"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    by: Mapped[str] = mapped_column(String(64))
    begun_at: Mapped[datetime]
    files: Mapped[list[Any]]
    running: Mapped[bool] = mapped_column(default=True)
    told_at: Mapped[datetime]
    doing: Mapped[str] = mapped_column(Text, default="")
    line: Mapped[int] = mapped_column(default=0)
    lines: Mapped[int | None]
    problem: Mapped[str] = mapped_column(Text, default="")
    report: Mapped[str | None] = mapped_column(Encrypted("import report"))


class HandoffTicket(Base):
    """A chat that asked for a person. `number` is what the patient is told."""

    __tablename__ = "handoff_tickets"
    __table_args__ = (
        Index(
            "uq_handoff_tickets_active_chat",
            "chat",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        Index("ix_handoff_tickets_state", "state", "opened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    chat: Mapped[str] = mapped_column(String(128))
    channel: Mapped[str] = mapped_column(String(32))
    state: Mapped[TicketState] = mapped_column(String(8), default="waiting")
    reason: Mapped[str | None] = mapped_column(String(256))
    opened_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id))
    note: Mapped[str | None] = mapped_column(Text)

    staff: Mapped[Staff | None] = relationship(lazy="joined")


class AuditEntry(Base):
    """Who did what with whose data, when and why. The database refuses to change or delete an entry.

    `who` is `staff:<username>`, `chat:<sender id>`, or a part of the service; `person_id` is kept as it was.
    """

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(String(160), index=True)
    action: Mapped[str] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(String(256))
    person_id: Mapped[str | None] = mapped_column(String(64), index=True)
