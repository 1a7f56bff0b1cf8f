"""Sample letters, for previews and for checking every template before it is needed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from workorder.core.message import Address
from workorder.core.model import OpenedBy, Priority, Status
from workorder.core.notice import (
    Audience,
    EquipmentCard,
    EventCard,
    Letter,
    NoticeKind,
    OrderCard,
    SiteCard,
)

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
_UNPROVEN = EventCard(
    at=_AT, actor="Maria Lopez", text="#finished\n\nAll done.", reason="DMARC did not pass"
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


def sample_letter(kind: NoticeKind, language: str) -> Letter:
    """The first sample of `kind`: what a preview shows."""
    return next(letter for letter in sample_letters(language) if letter.kind is kind)


def sample_letters(language: str) -> Iterator[Letter]:
    """Letters that take every branch of the shipped templates, at least one for each kind."""
    for kind, audience, order, event in _scenes():
        yield Letter(
            kind=kind,
            audience=audience,
            language=language,
            recipient=_READERS[audience],
            site=SAMPLE_SITE,
            order=order,
            event=event,
        )
    yield _bare(language)


_READERS = {
    Audience.CUSTOMER: _CUSTOMER,
    Audience.TECHNICIAN: _TECHNICIAN,
    Audience.ADMIN: _ADMIN,
}


def _scenes() -> Iterator[tuple[NoticeKind, Audience, OrderCard | None, EventCard]]:
    reopened = replace(_BY_MAIL, reopened=True, text="It happens again.")
    follows = replace(_BY_MAIL, follows="WO-1001", files=())
    unsorted = replace(SAMPLE_ORDER, customer="", contact_name="", technician="", equipment=())
    yield NoticeKind.OPENED, Audience.CUSTOMER, SAMPLE_ORDER, _BY_MAIL
    yield NoticeKind.OPENED, Audience.CUSTOMER, SAMPLE_ORDER, follows
    yield NoticeKind.OPENED, Audience.TECHNICIAN, SAMPLE_ORDER, _BY_MAIL
    yield NoticeKind.OPENED, Audience.TECHNICIAN, SAMPLE_ORDER, follows
    yield NoticeKind.OPENED, Audience.TECHNICIAN, unsorted, _BY_MAIL
    for door in OpenedBy:
        yield (
            NoticeKind.OPENED,
            Audience.TECHNICIAN,
            replace(SAMPLE_ORDER, opened_by=door),
            _BY_MAIL,
        )
    yield NoticeKind.REPLY, Audience.CUSTOMER, SAMPLE_ORDER, _ANSWER
    yield NoticeKind.REPLY, Audience.CUSTOMER, SAMPLE_ORDER, reopened
    yield NoticeKind.REPLY, Audience.TECHNICIAN, SAMPLE_ORDER, _BY_MAIL
    yield NoticeKind.REPLY, Audience.TECHNICIAN, SAMPLE_ORDER, reopened
    for status in Status:
        yield NoticeKind.REPLY, Audience.CUSTOMER, replace(SAMPLE_ORDER, status=status), _ANSWER
    yield NoticeKind.UNPROVEN, Audience.TECHNICIAN, SAMPLE_ORDER, _UNPROVEN
    yield NoticeKind.MAIL_FAILED, Audience.TECHNICIAN, SAMPLE_ORDER, _FAILED
    yield NoticeKind.TROUBLE, Audience.ADMIN, None, _TROUBLE
    yield NoticeKind.TROUBLE, Audience.ADMIN, SAMPLE_ORDER, _TROUBLE


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
        audience=Audience.CUSTOMER,
        language=language,
        recipient=replace(_CUSTOMER, name=""),
        site=replace(SAMPLE_SITE, portal_url=""),
        order=order,
        event=EventCard(at=_AT, actor="jane@acme.example", text=""),
    )
