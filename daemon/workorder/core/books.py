"""What people are shown of hours: of a work order, of a bank, of a month, of a technician's day.

All lengths are whole minutes; every datetime is aware and in UTC.
"""

from dataclasses import dataclass
from datetime import date, datetime

from workorder.core.bank import EntryKind
from workorder.core.model import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class LotCard:
    """Hours of one purchase: `minutes` were bought, `left` are left. No expiry: None."""

    bought_at: datetime
    minutes: int
    left: int
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BankCard:
    """A customer's bank: what is left, and what was worked beyond it and is to be invoiced.

    `lots` are those with something left, in the order in which they are drawn from.
    """

    customer: str
    balance: int
    to_invoice: int
    lots: tuple[LotCard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeCard:
    """A stretch of work; `technician` is a name or address.

    `note` is for technicians and not shown to customers. `stopped_at` None: the timer runs.
    """

    technician: str
    started_at: datetime
    stopped_at: datetime | None
    minutes: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursCard:
    """The hours of a work order. `billed` None: nothing was decided about it yet.

    `by_rule`: no technician assessed it, and the rule named `rule` did. `balance_after` is the
    customer's balance when this was billed, None without a bank; `to_invoice`: of what is billed,
    the part that the bank did not cover.
    """

    worked: int
    billed: int | None
    by_rule: bool = False
    rule: str = ""
    balance_after: int | None = None
    to_invoice: int = 0
    times: tuple[TimeCard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """An entry of the ledger as a statement lists it; `label` is 'WO-1042', or ''."""

    at: datetime
    kind: EntryKind
    minutes: int
    to_invoice: int
    balance: int
    label: str = ""
    note: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLine:
    """A work order of a month: what it cost in that month. `worked` is all that was worked."""

    label: str
    title: str
    status: Status
    worked: int
    billed: int
    from_bank: int
    to_invoice: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthBar:
    """A month of the chart: `month` is its first day."""

    month: date
    bought: int
    billed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A customer's month: `opening` + all `entries` - what `jobs` took from the bank = `closing`.

    `entries` has purchases, adjustments, expiry and old work that was covered; `jobs` the work
    orders that were billed. `year` ends with `month`, its first day.
    `to_invoice_before` and `to_invoice_after` are open amounts at its begin and end.
    """

    customer: str
    month: date
    opening: int
    closing: int
    to_invoice_before: int
    to_invoice_after: int
    entries: tuple[EntryLine, ...]
    jobs: tuple[JobLine, ...]
    year: tuple[MonthBar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLine:
    """A work order in a digest; `since`: when it got to where it stands, or its timer started."""

    number: int
    label: str
    title: str
    customer: str
    status: Status
    since: datetime
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A technician's morning: `timers` that run, `due` follow-ups of today, what is theirs, open.

    `waiting` are their open work orders, what waits longest first; `unassigned` nobody's.
    `more`: how many others are open that are not listed.
    """

    day: date
    timers: tuple[DigestLine, ...] = ()
    due: tuple[DigestLine, ...] = ()
    waiting: tuple[DigestLine, ...] = ()
    unassigned: tuple[DigestLine, ...] = ()
    more: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.timers or self.due or self.waiting or self.unassigned)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginCard:
    """What lets one person into the portal, once: `code` has six digits, `path` follows its URL.

    `minutes`: for how long it is good. Without a code it tells that a password was changed.
    """

    code: str
    path: str
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """What a notice shows that is no work order's; it is kept with the notice as it was then.

    `mark`: of a balance that fell, the minutes at or below which people are told.
    """

    bank: BankCard | None = None
    statement: Statement | None = None
    digest: Digest | None = None
    login: LoginCard | None = None
    mark: int | None = None
