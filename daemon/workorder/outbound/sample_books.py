"""Sample letters about hours, and about what the calendar makes due."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from workorder.core.bank import EntryKind
from workorder.core.books import (
    BankCard,
    Digest,
    DigestLine,
    Enclosure,
    EntryLine,
    HoursCard,
    JobLine,
    LoginCard,
    LotCard,
    MonthBar,
    Statement,
    TimeCard,
)
from workorder.core.model import SYSTEM, Status
from workorder.core.notice import Audience, EventCard, NoteCard, NoticeKind, OrderCard
from workorder.outbound.sample_scene import Scene

_AT = datetime(2026, 12, 3, 13, 0, tzinfo=UTC)
_MARIA = "Maria Lopez"
_BOTH = (Audience.CUSTOMER, Audience.TECHNICIAN)

SAMPLE_HOURS = HoursCard(
    worked=205,
    billed=120,
    balance_after=390,
    times=(
        TimeCard(
            technician=_MARIA,
            started_at=_AT - timedelta(days=9),
            stopped_at=_AT - timedelta(days=9) + timedelta(minutes=25),
            minutes=25,
            note="the server's log is full of old errors",
        ),
        TimeCard(
            technician=_MARIA,
            started_at=_AT - timedelta(days=8),
            stopped_at=_AT - timedelta(days=8) + timedelta(minutes=180),
            minutes=180,
        ),
    ),
)
SAMPLE_BANK = BankCard(
    customer="Acme Ltd",
    balance=390,
    to_invoice=0,
    lots=(
        LotCard(
            bought_at=_AT - timedelta(days=300),
            minutes=600,
            left=90,
            expires_on=date(2026, 12, 31),
        ),
        LotCard(bought_at=_AT - timedelta(days=20), minutes=300, left=300),
    ),
)
EMPTY_BANK = BankCard(customer="Acme Ltd", balance=0, to_invoice=0)
_OWING_BANK = replace(EMPTY_BANK, to_invoice=75)

_JOBS = (
    JobLine(
        label="WO-1042",
        title="Printer does not print",
        status=Status.FINISHED,
        worked=205,
        billed=120,
        from_bank=120,
        to_invoice=0,
    ),
    JobLine(
        label="WO-1047",
        title="New laptop for Sales: mail, calendar, the old files, and the printer upstairs",
        status=Status.FINISHED,
        worked=310,
        billed=300,
        from_bank=300,
        to_invoice=0,
    ),
    JobLine(
        label="WO-1051",
        title="Manual backup of the file server",
        status=Status.FINISHED,
        worked=372,
        billed=60,
        from_bank=60,
        to_invoice=0,
    ),
)
_ENTRIES = (
    EntryLine(
        at=datetime(2026, 11, 13, 15, 0, tzinfo=UTC),
        kind=EntryKind.BOUGHT,
        minutes=300,
        to_invoice=0,
        balance=855,
        note="Invoice 2026-311",
        expires_on=date(2027, 11, 13),
    ),
    EntryLine(
        at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
        kind=EntryKind.ADJUSTED,
        minutes=15,
        to_invoice=0,
        balance=870,
        label="WO-1038",
        note="A quarter of an hour too much was billed in October",
    ),
)
_YEAR = tuple(
    MonthBar(month=date(year, month, 1), bought=bought, billed=billed)
    for year, month, bought, billed in (
        *((2025, 12, 600, 210), (2026, 1, 0, 155), (2026, 2, 600, 60), (2026, 3, 0, 240)),
        *((2026, 4, 0, 345), (2026, 5, 300, 0), (2026, 6, 0, 90), (2026, 7, 0, 120)),
        *((2026, 8, 300, 270), (2026, 9, 0, 105), (2026, 10, 600, 180), (2026, 11, 300, 480)),
    )
)
SAMPLE_STATEMENT = Statement(
    customer="Acme Ltd",
    month=date(2026, 11, 1),
    opening=555,
    closing=390,
    to_invoice_before=0,
    to_invoice_after=0,
    entries=_ENTRIES,
    jobs=_JOBS,
    year=_YEAR,
)


def book_scenes(order: OrderCard) -> Iterator[Scene]:
    """Scenes of every kind of this module, with every branch of their templates."""
    yield from _reminders(order)
    yield from _stands(order)
    yield from _money(order)
    yield from _banks()
    yield from _statements()
    yield from _technicians(order)


def _reminders(order: OrderCard) -> Iterator[Scene]:
    waiting = replace(order, status=Status.WAITING_CUSTOMER)
    others = replace(waiting, contact_email="pat@acme.example", contact_name="")
    asked = _said("May I switch the print server off for half an hour, and when?", days=3)
    first = EventCard(at=_AT, actor=SYSTEM, text="", asked=asked, count=1)
    for event in (first, replace(first, count=2), replace(first, asked=None)):
        for one in (waiting, others):
            for audience in _BOTH:
                yield Scene(kind=NoticeKind.REMINDER, audience=audience, event=event, order=one)
    for count in (1, 3):
        event = replace(first, count=count, gave_up=True)
        technician = Audience.TECHNICIAN
        yield Scene(kind=NoticeKind.REMINDER, audience=technician, event=event, order=waiting)


def _stands(order: OrderCard) -> Iterator[Scene]:
    """Where a work order stands: open for long, and on the day of its follow-up."""
    word = _said("The drum is worn out. A new one is ordered, it takes about two days.", days=6)
    asked = _said("May I switch the print server off for half an hour, and when?", days=3)
    plain = EventCard(at=_AT, actor=SYSTEM, text="", count=1, day=date(2026, 12, 3), last_word=word)
    worked = replace(order, hours=replace(SAMPLE_HOURS, billed=None, balance_after=None))
    for kind in (NoticeKind.OPEN_LONG, NoticeKind.FOLLOW_UP):
        for audience in _BOTH:
            # Each status has a sentence of its own for customers alone.
            others = Status if audience is Audience.CUSTOMER else ()
            for status in (Status.WAITING_PARTS, *others):
                one = replace(worked, status=status)
                yield Scene(kind=kind, audience=audience, event=plain, order=one)
            waiting = replace(order, status=Status.WAITING_CUSTOMER, customer="", technician="")
            for event in (
                replace(plain, asked=asked, count=2),
                replace(plain, asked=asked, last_word=asked),
                replace(plain, last_word=None, day=None, at=order.opened_at + timedelta(days=1)),
            ):
                yield Scene(kind=kind, audience=audience, event=event, order=waiting)


def _money(order: OrderCard) -> Iterator[Scene]:
    """Work that no bank covers, and what finished work cost."""
    opened = EventCard(at=_AT, actor=order.contact_name, text=order.service)
    nameless = replace(order, contact_name="", contact_email="pat@acme.example", service="")
    for bank in (_OWING_BANK, EMPTY_BANK, None):
        for one in (order, nameless):
            card = replace(one, bank=bank, asks_approval=True)
            yield Scene(kind=NoticeKind.APPROVAL, event=opened, order=card)
    for bank in (SAMPLE_BANK, EMPTY_BANK):
        for asks in (False, True):
            card = replace(order, bank=bank, asks_approval=asks)
            technician = Audience.TECHNICIAN
            yield Scene(kind=NoticeKind.OPENED, audience=technician, event=opened, order=card)
    agreed = replace(opened, text="approve", approves=True)
    for audience in _BOTH:
        yield Scene(kind=NoticeKind.REPLY, audience=audience, event=agreed, order=order)
        for hours in _costs():
            done = replace(order, status=Status.FINISHED, closed_at=_AT, hours=hours)
            event = EventCard(at=_AT, actor=_MARIA, text="The drum unit is changed.")
            yield Scene(kind=NoticeKind.FINISHED, audience=audience, event=event, order=done)


def _costs() -> Iterator[HoursCard]:
    yield replace(SAMPLE_HOURS, by_rule=True, rule="Printers")
    yield replace(SAMPLE_HOURS, billed=480, balance_after=0, to_invoice=75)
    yield replace(SAMPLE_HOURS, balance_after=None, to_invoice=120)
    yield replace(SAMPLE_HOURS, billed=None, balance_after=None)
    yield replace(SAMPLE_HOURS, worked=0, billed=0, times=())
    yield HoursCard(worked=0, billed=None)


def _banks() -> Iterator[Scene]:
    event = EventCard(at=_AT, actor=SYSTEM, text="")
    many = replace(SAMPLE_BANK, to_invoice=30, lots=SAMPLE_BANK.lots * 12)
    one = replace(SAMPLE_BANK, lots=SAMPLE_BANK.lots[:1])
    for bank, mark in (
        *((SAMPLE_BANK, 480), (SAMPLE_BANK, None), (one, 480), (many, 480)),
        *((EMPTY_BANK, 0), (_OWING_BANK, 480)),
    ):
        enclosure = Enclosure(bank=bank, mark=mark)
        for audience in (Audience.CUSTOMER, Audience.ADMIN):
            kind = NoticeKind.BANK_LOW
            yield Scene(kind=kind, audience=audience, event=event, enclosure=enclosure)
        yield Scene(kind=NoticeKind.BALANCE, event=event, enclosure=Enclosure(bank=bank))


def _statements() -> Iterator[Scene]:
    event = EventCard(at=_AT, actor=SYSTEM, text="")
    for statement in (SAMPLE_STATEMENT, quiet_statement(), owing_statement(30)):
        enclosure = Enclosure(statement=statement)
        yield Scene(kind=NoticeKind.STATEMENT, event=event, enclosure=enclosure)


def quiet_statement() -> Statement:
    """A month in which nothing happened, after a year of nothing."""
    year = tuple(replace(bar, bought=0, billed=0) for bar in _YEAR)
    return replace(SAMPLE_STATEMENT, entries=(), jobs=(), closing=555, year=year)


def owing_statement(count: int) -> Statement:
    """A month of many jobs, most of which no bank covered."""
    jobs = tuple(
        replace(_JOBS[n % 3], label=f"WO-{2001 + n}", from_bank=0, to_invoice=_JOBS[n % 3].billed)
        for n in range(count)
    )
    left = sum(job.to_invoice for job in jobs)
    old = EntryLine(
        at=_AT - timedelta(days=12),
        kind=EntryKind.INVOICED,
        minutes=0,
        to_invoice=-240,
        balance=0,
        note="Invoice 2026-318",
    )
    gone = replace(old, kind=EntryKind.EXPIRED, minutes=-90, to_invoice=0, note="")
    return replace(
        SAMPLE_STATEMENT,
        opening=90,
        closing=0,
        to_invoice_before=240,
        to_invoice_after=left,
        entries=(old, gone),
        jobs=jobs,
        year=(*_YEAR[:-1], replace(_YEAR[-1], bought=0, billed=left)),
    )


def _technicians(order: OrderCard) -> Iterator[Scene]:
    since = _AT - timedelta(hours=20, minutes=12)
    timer = EventCard(at=_AT, actor=_MARIA, text="", since=since)
    technician = Audience.TECHNICIAN
    for one in (order, replace(order, customer="", contact_name="", hours=SAMPLE_HOURS)):
        yield Scene(kind=NoticeKind.TIMER_LONG, audience=technician, event=timer, order=one)
    yield from _logins()
    morning = EventCard(at=_AT, actor=SYSTEM, text="")
    for digest in _digests():
        enclosure = Enclosure(digest=digest)
        kind = NoticeKind.DIGEST
        yield Scene(kind=kind, audience=technician, event=morning, enclosure=enclosure)


def _logins() -> Iterator[Scene]:
    card = LoginCard(code="402917", path="/login/3vJm0Gx1bq2Wc9Yk8ZtLuA", minutes=15)
    changed = replace(card, code="", path="/login", minutes=0)
    event = EventCard(at=_AT, actor="", text="")
    for audience in (Audience.CUSTOMER, Audience.TECHNICIAN):
        for each in (card, changed):
            enclosure = Enclosure(login=each)
            yield Scene(kind=NoticeKind.LOGIN, audience=audience, event=event, enclosure=enclosure)


def _digests() -> Iterator[Digest]:
    printer = _line(1042, "Printer does not print", Status.WAITING_PARTS, days=6)
    backup = _line(1051, "Manual backup of the file server", Status.IN_PROGRESS, days=1)
    laptop = _line(1047, "New laptop for Sales", Status.WAITING_CUSTOMER, days=3)
    stranger = replace(_line(1063, "(no subject)", Status.IN_PROGRESS, days=0), customer="")
    due = replace(printer, due_on=date(2026, 12, 3))
    day = date(2026, 12, 3)
    yield Digest(
        day=day,
        timers=(backup,),
        due=(due,),
        waiting=(printer, laptop, backup),
        unassigned=(stranger,),
        more=4,
    )
    yield Digest(day=day, waiting=(printer,), more=1)
    yield Digest(day=day, unassigned=(stranger, laptop))


def _line(number: int, title: str, status: Status, *, days: int) -> DigestLine:
    return DigestLine(
        number=number,
        label=f"WO-{number}",
        title=title,
        customer="Acme Ltd",
        status=status,
        since=_AT - timedelta(days=days, hours=2),
    )


def _said(text: str, *, days: int) -> NoteCard:
    return NoteCard(at=_AT - timedelta(days=days, hours=1), actor=_MARIA, text=text)
