"""What a technician's tags are read against, and what each of them brings about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from workorder.core import billing, calendar
from workorder.core.billing import Billing
from workorder.core.calendar import Calendar
from workorder.core.effects import Effect
from workorder.core.events import Event
from workorder.core.message import Forwarded
from workorder.core.model import Contact, Customer, Equipment, Person, Technician, WorkOrder
from workorder.core.subjects import label
from workorder.core.transcript import Value, ValueKind, Verdict
from workorder.core.vocabulary import Tag, Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEvent:
    """An event of the work order's history; `mail_id` is that of the mail that brought it."""

    event_id: int
    mail_id: int | None
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PastNotice:
    """A notice about an event that may be undone; `gone`: it was sent, or is on its way."""

    outbox_id: int
    event_id: int
    recipient: str
    gone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """All that the tags of one mail may name, looked up; each is empty where nothing names it.

    `named_customer` is whom `#customer` names. `customers`, `contacts` and `equipment` hold those
    of the work order, and those that the tags name. `domain_owners` gives the customer id for the
    domain of an address that a tag names. `customer_names` and `domains` are all there are, for
    suggestions. `orders` are those named by number, each with the number by which it was named: of
    a merged one it is the one that goes on. `own_orders` are the technician's open ones. `history`
    is the work order's, `notices` those that `#undo` may withdraw.
    `forwarded`: the mail that was passed on; its `own_text` is what colleagues wrote on its way.
    """

    technicians: tuple[Technician, ...] = ()
    customers: tuple[Customer, ...] = ()
    named_customer: Customer | None = None
    customer_names: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    domain_owners: tuple[tuple[str, int], ...] = ()
    domains: tuple[str, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    orders: tuple[tuple[int, WorkOrder], ...] = ()
    own_orders: tuple[WorkOrder, ...] = ()
    history: tuple[PastEvent, ...] = ()
    notices: tuple[PastNotice, ...] = ()
    forwarded: Forwarded | None = None

    def customer(self, customer_id: int | None) -> Customer | None:
        """The customer of that id, if it was looked up."""
        return next((each for each in self.customers if each.id == customer_id), None)

    def technician(self, technician_id: int | None) -> Technician | None:
        """The technician of that id."""
        return next((each for each in self.technicians if each.id == technician_id), None)

    def contact(self, email: str) -> Contact | None:
        """The contact of that address, if it was looked up."""
        return next((each for each in self.contacts if each.email == email), None)

    def primary_of(self, customer_id: int) -> Contact | None:
        """The first primary contact of a customer."""
        return next((c for c in self.contacts if c.primary and c.customer_id == customer_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The work order as it is when a tag is read, by whom and when. A new one has the number 0.

    `at` is when the tags take effect, `today` the day that it is then for the technician.
    `names_customer`: the mail says itself whose it is; `has_prose`: there is more than tags.
    `zone` is the technician's, by which they write clock times; `site_zone` that of opening hours.
    """

    order: WorkOrder
    technician: Technician
    at: datetime
    today: date
    names: Names
    vocabulary: Vocabulary
    prefix: str
    own_addresses: frozenset[str]
    names_customer: bool = False
    has_prose: bool = False
    zone: tzinfo = UTC
    site_zone: tzinfo = UTC
    calendar: Calendar = calendar.SHIPPED
    billing: Billing = billing.SHIPPED

    @property
    def is_new(self) -> bool:
        """Whether the mail opens the work order."""
        return self.order.number == 0

    @property
    def actor(self) -> str:
        """Whose doing it is."""
        return self.technician.email

    def label(self, number: int) -> str:
        """How a work order is named to people."""
        return label(number, self.prefix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What happens to another work order."""

    number: int
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """A person who becomes a contact. Not `proven`: only the domain of a mail vouches for them."""

    name: str
    email: str
    customer_id: int
    proven: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A line of the transcript before it is put beside its tag.

    `written` is what stands there instead of the tag, `explains` the tag that a line of help is of.
    """

    verdict: Verdict
    effect: Effect
    values: tuple[Value, ...] = ()
    written: str = ""
    explains: Tag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one tag brings about, and what the transcript says of it.

    `moves_from`: number of the work order whose history comes to `goes_on`, the one that all
    other tags of the mail are about. `withdraws`: ids of notices that are not to be sent.
    """

    told: tuple[Told, ...]
    events: tuple[Event, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    new_contact: NewContact | None = None
    moves_from: int | None = None
    goes_on: WorkOrder | None = None
    withdraws: tuple[int, ...] = ()

    @property
    def is_wrong(self) -> bool:
        """Whether the tag cannot be applied."""
        return any(told.verdict is Verdict.WRONG for told in self.told)


def text(name: str, shown: str | Iterable[str]) -> Value:
    """A value that is shown as it is; of several, one after the other."""
    return Value(name=name, text=shown if isinstance(shown, str) else ", ".join(shown))


def phrase(name: str, key: str) -> Value:
    """A value that is a phrase in the reader's language."""
    return Value(name=name, text=key, kind=ValueKind.PHRASE)


def day(name: str, on: date) -> Value:
    """A value that is a calendar day."""
    return Value(name=name, text=on.isoformat(), kind=ValueKind.DAY)


def length(name: str, minutes: int) -> Value:
    """A value that is a number of minutes."""
    return Value(name=name, text=str(minutes), kind=ValueKind.LENGTH)


def moment(name: str, at: datetime, zone: tzinfo) -> Value:
    """A value that is a moment, by the clock of a zone."""
    shown = at.astimezone(zone).isoformat(timespec="minutes")
    return Value(name=name, text=shown, kind=ValueKind.MOMENT)


def done(effect: Effect, *values: Value, events: tuple[Event, ...] = ()) -> Step:
    """A tag that did something."""
    return Step(told=(Told(verdict=Verdict.DONE, effect=effect, values=values),), events=events)


def nothing(effect: Effect, *values: Value) -> Step:
    """A tag that found everything as it wanted it."""
    return Step(told=(Told(verdict=Verdict.NOTHING, effect=effect, values=values),))


def wrong(effect: Effect, *values: Value) -> Step:
    """A tag that cannot be applied."""
    return Step(told=(Told(verdict=Verdict.WRONG, effect=effect, values=values),))


def named(person: Person | Contact | Technician) -> str:
    """A person as the transcript names them: the address always, so that nobody is mistaken."""
    return f"{person.name} <{person.email}>" if person.name else person.email
