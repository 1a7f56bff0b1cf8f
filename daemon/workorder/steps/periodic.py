"""What comes round by the calendar: hours that expire, statements, digests; each once."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog

from workorder.core.announce_books import to_technician
from workorder.core.books import Digest, DigestLine, Enclosure, Statement
from workorder.core.calendar import Calendar, has_come, months_back, next_month
from workorder.core.decision import Policy
from workorder.core.model import Notify, Technician
from workorder.core.notice import NoticeKind
from workorder.core.rules import RuleSet
from workorder.core.subjects import label
from workorder.errors import OurFaultError
from workorder.steps.books import Books
from workorder.steps.facts import new_message_id
from workorder.steps.surroundings import Surroundings
from workorder.store.outbox import NewNotice
from workorder.store.unit import Store, Unit

log = structlog.get_logger()

AT_ONCE = 20  # customers or technicians in one transaction
MOST_LISTED = 25
MOST_UNASSIGNED = 10
LONGEST_AGO = 12  # months for which a statement that was missed is still sent


class Periodic:
    """Does what the calendar has made due for customers and technicians."""

    def __init__(
        self,
        store: Store,
        policy: Policy,
        rules: Callable[[], RuleSet],
        around: Surroundings,
    ) -> None:
        self._store = store
        self._policy = policy
        self._rules = rules
        self._around = around
        self._zone = ZoneInfo(policy.timezone)

    def __call__(self, now: datetime) -> int:
        """Do a part of it; how many things were done."""
        today = now.astimezone(self._zone).date()
        return self._expire(now, today) + self._state(now, today) + self._digest(now, today)

    def _each(self, name: str, ids: Sequence[int], do: Callable[[Unit, int], None]) -> int:
        """Do a thing for each of them, in a transaction of its own; how many were done."""
        done = 0
        for one in ids:
            try:
                with self._store.write() as unit:
                    do(unit, one)
            except OurFaultError:
                raise
            except Exception:
                # Whatever is wrong with one of them, the others have their day all the same.
                log.exception("due_failed", kind=name, id=one)
            else:
                done += 1
            self._around.checkpoint(name)
        return done

    # -- banks ------------------------------------------------------------------------------

    def _expire(self, now: datetime, today: date) -> int:
        with self._store.read() as unit:
            customers = unit.bank.expiring(today, AT_ONCE)
        return self._each(
            "expired", customers, lambda unit, customer_id: self._expire_one(unit, customer_id, now)
        )

    def _expire_one(self, unit: Unit, customer_id: int, now: datetime) -> None:
        books = Books(unit, self._policy, self._rules(), now=now)
        books.changed(customer_id, lambda: None)

    def _state(self, now: datetime, today: date) -> int:
        month = last_stated_month(today, now, self._rules().calendar, self._zone)
        if month is None:
            return 0
        with self._store.write() as unit:
            unit.bank.mend_statements(next_month(month))
        with self._store.read() as unit:
            customers = unit.bank.to_be_stated(month, AT_ONCE)
        return self._each(
            "stated",
            customers,
            lambda unit, customer_id: self._state_one(unit, customer_id, month, now),
        )

    def _state_one(self, unit: Unit, customer_id: int, last: date, now: datetime) -> None:
        """The oldest statement that a customer has not had yet."""
        account = unit.bank.hold(customer_id)
        if account.stated is not None and account.stated >= last:
            return
        month = self._next_to_state(unit, customer_id, account.stated, last)
        customer = unit.people.customer_by_id(customer_id)
        statement = unit.bank.statement(
            customer_id, month, zone=self._zone, prefix=self._policy.prefix
        )
        if customer is not None and not _is_blank(statement):
            books = Books(unit, self._policy, self._rules(), now=now)
            books.statement(
                customer_id, Enclosure(statement=statement), key=f"{month:%Y-%m}:{now.isoformat()}"
            )
        unit.bank.stated(customer_id, month)

    def _next_to_state(self, unit: Unit, customer_id: int, stated: date | None, last: date) -> date:
        earliest = months_back(last, LONGEST_AGO)[0]
        if stated is not None:
            return max(next_month(stated), earliest)
        first = unit.bank.first_recorded(customer_id)
        begun = first.astimezone(self._zone).date().replace(day=1) if first else last
        return min(max(begun, earliest), last)

    # -- technicians ------------------------------------------------------------------------

    def _digest(self, now: datetime, today: date) -> int:
        with self._store.write() as unit:
            unit.clock.begin_digests(today)
        plan = self._rules().calendar.digest
        is_time = today.weekday() in plan.days and has_come(today, plan.at, now, self._zone)
        if plan.off or not is_time:
            return 0
        with self._store.read() as unit:
            waiting = unit.clock.without_digest(today, limit=AT_ONCE)
            technicians = {t.id: t for t in unit.people.technicians()}
        return self._each(
            "digested",
            waiting,
            lambda unit, who: self._digest_one(unit, technicians[who], today, now),
        )

    def _digest_one(self, unit: Unit, technician: Technician, today: date, now: datetime) -> None:
        if not unit.clock.digested(technician.id, today):
            return  # another daemon did
        digest = self._digest_of(unit, technician, today)
        if digest.is_empty:
            return
        request = to_technician(
            NoticeKind.DIGEST, technician, Enclosure(digest=digest), self._policy.language
        )
        notice = NewNotice(
            number=None,
            event_id=None,
            mail_id=None,
            request=request,
            message_id=new_message_id("digest", self._policy.domain),
            key=f"digest:{technician.id}:{today.isoformat()}",
        )
        unit.outbox.add([notice], now)

    def _digest_of(self, unit: Unit, technician: Technician, today: date) -> Digest:
        prefix = self._policy.prefix
        waiting = unit.digests.own(technician.id, MOST_LISTED, prefix=prefix)
        gets_unassigned = technician.notify is Notify.ALL
        return Digest(
            day=today,
            timers=_running(unit, technician, prefix),
            due=unit.digests.due(technician.id, today, prefix=prefix),
            waiting=waiting,
            unassigned=(
                unit.digests.nobodys(MOST_UNASSIGNED, prefix=prefix) if gets_unassigned else ()
            ),
            more=unit.digests.count(technician.id) - len(waiting),
        )


def _running(unit: Unit, technician: Technician, prefix: str) -> tuple[DigestLine, ...]:
    lines = []
    for running in unit.clock.timers():
        order = unit.orders.get(running.number)
        timer = order.hours.timer_of(technician.email) if order is not None else None
        if order is not None and timer is not None:
            customer = (
                unit.people.customer_by_id(order.customer_id)
                if order.customer_id is not None
                else None
            )
            line = DigestLine(
                number=order.number,
                label=label(order.number, prefix),
                title=order.title,
                customer=customer.name if customer else "",
                status=order.status,
                since=timer.started_at,
            )
            lines.append(line)
    return tuple(lines)


def last_stated_month(
    today: date, now: datetime, calendar: Calendar, zone: ZoneInfo
) -> date | None:
    """The month whose statement is due by now: that before this one, else the one before that."""
    if not calendar.statement_day:
        return None
    day = today.replace(day=calendar.statement_day)
    _, before, this = months_back(today, 3)
    is_due = has_come(day, calendar.statement_at, now, zone)
    return before if is_due else months_back(this, 3)[0]


def _is_blank(statement: Statement) -> bool:
    """Whether a month has nothing to say: no balance, nothing owed, and nothing happened."""
    amounts = (statement.opening, statement.closing, statement.to_invoice_after)
    return not (any(amounts) or statement.entries or statement.jobs)
