"""Sample letters, for previews and for checking every template before it is needed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from workorder.core.message import Address
from workorder.core.model import OpenedBy, Priority, Status
from workorder.core.notice import (
    Audience,
    EquipmentCard,
    EventCard,
    Letter,
    NoteCard,
    NoticeKind,
    OrderCard,
    SiteCard,
)
from workorder.outbound.sample_books import SAMPLE_HOURS, book_scenes
from workorder.outbound.sample_scene import Scene
from workorder.outbound.sample_transcripts import sample_transcripts

_AT = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
_CUSTOMER = Address(name="Jane Roe", email="jane@acme.example")
_TECHNICIAN = Address(name="Maria Lopez", email="maria@northwind.example")
_ADMIN = Address(name="", email="admin@northwind.example")

SAMPLE_SITE = SiteCard(
    name="Northwind IT Services",
    support_address="support@northwind.example",
    portal_url="https://portal.northwind.example",
    timezone="America/New_York",
)
SAMPLE_ORDER = OrderCard(
    number=1042,
    label="WO-1042",
    title="Printer does not print",
    status=Status.IN_PROGRESS,
    priority=Priority.NORMAL,
    customer="Acme Ltd",
    contact_name="Jane Roe",
    contact_email="jane@acme.example",
    technician="Maria Lopez",
    opened_at=_AT,
    opened_by=OpenedBy.MAIL,
    closed_at=None,
    equipment=(
        EquipmentCard(
            tag="PRN-2", name="Office printer", serial="VNB3K12345", location="2nd floor, Sales"
        ),
        EquipmentCard(tag="SRV-01", name="Print server", serial="", location=""),
    ),
    service=(
        "Hello,\n\nsince this morning the printer on the second floor prints only blank pages. "
        "We have changed the toner already.\n\nCould somebody have a look today?\n\nJane"
    ),
)

_BY_MAIL = EventCard(
    at=_AT, actor="Jane Roe", text=SAMPLE_ORDER.service, files=("test-page.pdf", "photo.jpg")
)
_ANSWER = EventCard(
    at=_AT,
    actor="Maria Lopez",
    text="Good morning Jane,\n\nI will be there at 2 pm today and bring a new drum unit.\n\nMaria",
)
_STATUS_WORDS = {
    Status.IN_PROGRESS: "The drum unit is here. I will be with you tomorrow at 9.",
    Status.WAITING_PARTS: "The drum is worn out. A new one is ordered, it takes about two days.",
    Status.WAITING_VENDOR: "The manufacturer wants to look at the print server's log first.",
    Status.WAITING_CUSTOMER: "May I switch the print server off for half an hour, and when?",
    Status.FINISHED: "The drum unit is changed, and the test pages are fine.\n\nMaria",
    Status.CANCELLED: "This is the same job as WO-1041, so we go on there.",
}
_NOTES = (
    NoteCard(
        at=_AT + timedelta(hours=1),
        actor="Maria Lopez",
        text=_STATUS_WORDS[Status.WAITING_PARTS],
        status=Status.WAITING_PARTS,
    ),
    NoteCard(
        at=_AT + timedelta(days=1),
        actor="Jane Roe",
        text="Thank you. Please come before noon, there is a meeting later.",
        by_customer=True,
    ),
    NoteCard(at=_AT + timedelta(days=2), actor="Maria Lopez", text="", status=Status.IN_PROGRESS),
    NoteCard(
        at=_AT + timedelta(days=2, hours=3),
        actor="Maria Lopez",
        text=_STATUS_WORDS[Status.FINISHED],
        status=Status.FINISHED,
    ),
)
_UNPROVEN = EventCard(
    at=_AT,
    actor="Maria Lopez",
    text="#finished\n\nAll done.",
    reason="mx.northwind.example says dmarc=fail",
    ways=("dmarc", "reply"),
)
_FAILED = EventCard(
    at=_AT,
    actor="workorder",
    text="",
    recipient="jane@acme.example",
    reason="550 5.1.1 <jane@acme.example>: Recipient address rejected: User unknown",
)
_TROUBLE = EventCard(
    at=_AT, actor="workorder", text="The PDF of WO-1042 could not be made: time limit of 20 s."
)
_READERS = {
    Audience.CUSTOMER: _CUSTOMER,
    Audience.TECHNICIAN: _TECHNICIAN,
    Audience.ADMIN: _ADMIN,
}


def sample_letter(kind: NoticeKind, language: str) -> Letter:
    """The first sample of `kind`: what a preview shows."""
    return next(letter for letter in sample_letters(language) if letter.kind is kind)


def sample_letters(language: str) -> Iterator[Letter]:
    """Letters that take every branch of the shipped templates, at least one for each kind."""
    for scene in _scenes():
        yield Letter(
            kind=scene.kind,
            template=scene.kind.value,
            audience=scene.audience,
            language=language,
            recipient=_READERS[scene.audience],
            site=SAMPLE_SITE,
            order=scene.order,
            event=scene.event,
            transcript=scene.transcript,
            enclosure=scene.enclosure,
        )
    yield _bare(language)


def _scenes() -> Iterator[Scene]:
    yield from _openings()
    yield from _replies()
    for status in Status:
        yield from _statuses(status)
    yield from _notes()
    yield from book_scenes(SAMPLE_ORDER)
    for kind, event in ((NoticeKind.UNPROVEN, _UNPROVEN), (NoticeKind.MAIL_FAILED, _FAILED)):
        yield Scene(kind=kind, audience=Audience.TECHNICIAN, event=event, order=SAMPLE_ORDER)
    for order in (None, SAMPLE_ORDER):
        yield Scene(kind=NoticeKind.TROUBLE, audience=Audience.ADMIN, event=_TROUBLE, order=order)
    for transcript in sample_transcripts():
        for order in (SAMPLE_ORDER, None):
            yield Scene(
                kind=NoticeKind.TRANSCRIPT,
                audience=Audience.TECHNICIAN,
                event=_ANSWER,
                order=order,
                transcript=transcript,
            )


def _openings() -> Iterator[Scene]:
    follows = replace(_BY_MAIL, follows="WO-1001", files=())
    unsorted = replace(SAMPLE_ORDER, customer="", contact_name="", technician="", equipment=())
    for audience in (Audience.CUSTOMER, Audience.TECHNICIAN):
        yield Scene(kind=NoticeKind.OPENED, audience=audience, event=_BY_MAIL, order=SAMPLE_ORDER)
        yield Scene(kind=NoticeKind.OPENED, audience=audience, event=follows, order=SAMPLE_ORDER)
        yield Scene(kind=NoticeKind.OPENED, audience=audience, event=_BY_MAIL, order=unsorted)
        for door in OpenedBy:
            order = replace(SAMPLE_ORDER, opened_by=door)
            yield Scene(kind=NoticeKind.OPENED, audience=audience, event=_BY_MAIL, order=order)


def _replies() -> Iterator[Scene]:
    reopened = replace(_BY_MAIL, reopened=True, text="It happens again.")
    answered = replace(_BY_MAIL, answered=True, text="Tomorrow at 8 is fine.")
    solved = replace(_BY_MAIL, solved=True, text="")
    yield Scene(kind=NoticeKind.REPLY, event=_ANSWER, order=SAMPLE_ORDER)
    for audience in (Audience.CUSTOMER, Audience.TECHNICIAN):
        for event in (_BY_MAIL, reopened, answered, solved):
            yield Scene(kind=NoticeKind.REPLY, audience=audience, event=event, order=SAMPLE_ORDER)
    for status in Status:
        order = replace(SAMPLE_ORDER, status=status)
        yield Scene(kind=NoticeKind.REPLY, event=_ANSWER, order=order)


def _statuses(status: Status) -> Iterator[Scene]:
    """The notice of a status: with words and without, to each side, about much and about little."""
    kind = NoticeKind(status.value)
    words = replace(_ANSWER, text=_STATUS_WORDS[status])
    closed_at = None if status.is_open else _NOTES[-1].at
    hours = None if status.is_open else SAMPLE_HOURS
    order = replace(SAMPLE_ORDER, status=status, closed_at=closed_at, notes=_NOTES, hours=hours)
    little = replace(
        order, equipment=(), technician="", customer="", contact_name="", notes=(), hours=None
    )
    long = replace(order, notes=_NOTES * 8)
    files = replace(words, text="", files=("log.txt",))
    silent = replace(words, text="")
    told = [(event, order) for event in (words, silent, files, replace(words, reopened=True))]
    told += [(words, little), (silent, little), (words, long)]
    if status is Status.FINISHED:
        told.append((replace(silent, rebilled=True), order))
    for audience in (Audience.CUSTOMER, Audience.TECHNICIAN):
        for event, one in told:
            yield Scene(kind=kind, audience=audience, event=event, order=one)


def _notes() -> Iterator[Scene]:
    note = replace(_ANSWER, actor="Tom Berg", text="The toner is under guarantee until May.")
    gone = replace(SAMPLE_ORDER, equipment=(), customer="", contact_name="")
    for event in (
        note,
        replace(note, files=("guarantee.pdf",)),
        replace(note, assigned=_TECHNICIAN.name),
        replace(note, assigned=_TECHNICIAN.email, text=""),
        replace(note, assigned="Bo Chen", text=""),
    ):
        for order in (SAMPLE_ORDER, gone):
            yield Scene(
                kind=NoticeKind.NOTE, audience=Audience.TECHNICIAN, event=event, order=order
            )


def _bare(language: str) -> Letter:
    """An opening of which hardly anything is known, on a site without a portal."""
    order = replace(
        SAMPLE_ORDER,
        title="(no subject)",
        customer="",
        contact_name="",
        technician="",
        equipment=(),
        service="",
    )
    return Letter(
        kind=NoticeKind.OPENED,
        template=NoticeKind.OPENED.value,
        audience=Audience.CUSTOMER,
        language=language,
        recipient=replace(_CUSTOMER, name=""),
        site=replace(SAMPLE_SITE, portal_url=""),
        order=order,
        event=EventCard(at=_AT, actor="jane@acme.example", text=""),
    )
