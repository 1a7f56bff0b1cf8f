"""What work orders cost is posted to the customers' banks, and who has to know of it is told.

All of it happens within the transaction that records the cause.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from workorder.core.announce_books import BankPeople, about_bank
from workorder.core.bank import Draw, EntryKind, Posting, expire, rebill
from workorder.core.books import Enclosure
from workorder.core.calendar import month_start, next_month
from workorder.core.decision import Policy
from workorder.core.message import Address
from workorder.core.model import SYSTEM, WorkOrder
from workorder.core.notice import NoticeKind, NoticeRequest
from workorder.core.rules import RuleSet
from workorder.core.subjects import label
from workorder.errors import RequestError
from workorder.steps.facts import new_message_id
from workorder.store.bank import Account, Charges, Reason
from workorder.store.outbox import NewNotice
from workorder.store.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A work order before (None: it was opened) and after some events, by whom, and when.

    `event_id` is that of the event that says what is billed, or of the last one.
    """

    before: WorkOrder | None
    after: WorkOrder
    at: datetime
    actor: str
    event_id: int

    @property
    def is_of_bills(self) -> bool:
        """Whether anything is billed, or was; most work orders change without that."""
        was = self.before.hours.billed if self.before else 0
        return bool(was or self.after.hours.billed)

    @property
    def more_billed(self) -> int:
        """The minutes by which it costs more than before."""
        return self.after.hours.billed - (self.before.hours.billed if self.before else 0)


def _all(several: Sequence[Callable[[], None]]) -> None:
    for each in several:
        each()


class Books:
    """Posts to banks, within one unit's transaction."""

    def __init__(self, unit: Unit, policy: Policy, rules: RuleSet, *, now: datetime) -> None:
        self._unit = unit
        self._policy = policy
        self._rules = rules
        self._now = now
        self._zone = ZoneInfo(policy.timezone)
        self._today = now.astimezone(self._zone).date()

    def settle(self, changes: Sequence[Change]) -> None:
        """Let the banks say what work orders cost now, whose ever they were and are.

        What is given back comes first: of two that are merged the one takes what the other gives.
        """
        posts: dict[int, list[Callable[[], None]]] = {}
        of_bills = (each for each in changes if each.is_of_bills)
        for change in sorted(of_bills, key=lambda each: each.more_billed):
            was = change.before.customer_id if change.before else None
            now = change.after.customer_id
            if was != now and was is not None:
                posts.setdefault(was, []).append(partial(self._rebill, was, 0, change))
            if now is not None and (was != now or change.more_billed):
                minutes = change.after.hours.billed
                posts.setdefault(now, []).append(partial(self._rebill, now, minutes, change))
        for customer_id, several in sorted(posts.items()):
            self.changed(customer_id, partial(_all, several))

    def _rebill(self, customer_id: int, minutes: int, change: Change) -> None:
        bank = self._unit.bank
        charges = bank.charges(customer_id, change.after.number)
        if charges.charged.total == minutes:
            return
        day = change.at.astimezone(self._zone).date()
        self._give_back_expired(customer_id, day, change)
        own = [draw.lot for draw in charges.charged.draws]
        lots = bank.lots(customer_id, also=own)
        postings = rebill(charges.charged, minutes, lots, day, remembered=charges.remembered)
        for posting in postings:
            bank.post(customer_id, posting, self._reason(customer_id, change, posting, charges))
        self.expire(customer_id)

    def _give_back_expired(self, customer_id: int, day: date, change: Change) -> None:
        """Hours that were good when the work was assessed are there for it, though it is late."""
        for draw in self._unit.bank.expired(customer_id, day, self._today):
            back = Draw(lot=draw.lot, minutes=-draw.minutes)
            posting = Posting(kind=EntryKind.EXPIRED, minutes=back.minutes, draws=(back,))
            why = Reason(
                at=self._now,
                recorded_at=self._now,
                actor=SYSTEM,
                number=None,
                note=label(change.after.number, self._policy.prefix),
            )
            self._unit.bank.post(customer_id, posting, why)

    def _reason(
        self, customer_id: int, change: Change, posting: Posting, charges: Charges
    ) -> Reason:
        return Reason(
            at=self.counts_at(customer_id, change.at),
            recorded_at=self._now,
            actor=change.actor,
            number=change.after.number,
            event_id=change.event_id,
            reverses=charges.last if posting.kind is EntryKind.REVERSED else None,
        )

    def counts_at(self, customer_id: int, at: datetime) -> datetime:
        """The moment that an entry counts for: a month that was stated is closed."""
        stated = self._unit.bank.hold(customer_id).stated
        if stated is None or at >= month_start(next_month(stated), self._zone):
            return at
        return self._now

    def expire(self, customer_id: int) -> None:
        """Write off hours that nobody used in time."""
        bank = self._unit.bank
        bank.hold(customer_id)
        for posting in expire(bank.lots(customer_id), self._today):
            why = Reason(at=self._now, recorded_at=self._now, actor=SYSTEM)
            bank.post(customer_id, posting, why)

    def changed(self, customer_id: int, post: Callable[[], None]) -> Account:
        """Do what changes a bank, and tell of it where the balance falls to a threshold."""
        bank = self._unit.bank
        before = bank.hold(customer_id)
        self.expire(customer_id)
        post()
        after = bank.hold(customer_id)
        billing = self._rules.billing
        crossed = billing.crossed(before.balance, after.balance, after.last_bought)
        if crossed is not None and after.last_bought:
            mark = crossed.minutes(after.last_bought)
            self._tell(
                NoticeKind.BANK_LOW,
                customer_id,
                Enclosure(bank=self._unit.bank.balance_card(customer_id), mark=mark),
                key=f"{after.balance}:{self._now.isoformat()}",
            )
        return after

    def _tell(self, kind: NoticeKind, customer_id: int, enclosure: Enclosure, *, key: str) -> int:
        requests = about_bank(kind, self._rules.notices, self._people(customer_id), enclosure)
        return self._add(kind, customer_id, requests, key=key)

    def statement(self, customer_id: int, enclosure: Enclosure, *, key: str) -> int:
        """Send a month's statement; how many it goes to."""
        return self._tell(NoticeKind.STATEMENT, customer_id, enclosure, key=key)

    def tell_balance(
        self, customer_id: int, to: Address, *, mail_id: int | None, cause: str | None
    ) -> int:
        """Answer a contact who asks for the balance."""
        requests = self.balance_requests(customer_id, to, cause=cause)
        return self._add(NoticeKind.BALANCE, customer_id, requests, key=f"{mail_id}")

    def balance_requests(
        self, customer_id: int, to: Address, *, cause: str | None
    ) -> tuple[NoticeRequest, ...]:
        """The answer to a contact who asks for the balance; nothing is written."""
        people = self._people(customer_id, asked=to)
        enclosure = Enclosure(bank=self._unit.bank.balance_card(customer_id))
        return about_bank(NoticeKind.BALANCE, self._rules.notices, people, enclosure, cause=cause)

    def _add(
        self, kind: NoticeKind, customer_id: int, requests: tuple[NoticeRequest, ...], *, key: str
    ) -> int:
        notices = [
            NewNotice(
                number=None,
                event_id=None,
                mail_id=None,
                request=request,
                message_id=new_message_id(kind.value, self._policy.domain),
                key=f"{kind}:{customer_id}:{key}:{request.recipient.email}",
            )
            for request in requests
            if request.recipient.email not in self._policy.own_addresses
        ]
        return len(self._unit.outbox.add(notices, self._now))

    def _people(self, customer_id: int, asked: Address | None = None) -> BankPeople:
        people = self._unit.people
        customer = people.customer_by_id(customer_id)
        if customer is None:
            raise RequestError(f"no customer {customer_id}")
        contact = people.contact_by_email(asked.email) if asked is not None else None
        return BankPeople(
            customer=customer,
            primaries=people.primary_contacts(customer_id),
            admin=self._policy.admin_address,
            language=self._policy.language,
            asked=contact,
        )
