"""One valid value of each kind, to be varied by what a test is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from workorder.core.audience import People
from workorder.core.classify import Classification, MailKind
from workorder.core.decision import Facts, Policy
from workorder.core.message import Address, InboundMail, normal_address
from workorder.core.model import (
    Contact,
    Customer,
    Equipment,
    OpenedBy,
    Person,
    Priority,
    Status,
    Technician,
    WorkOrder,
)
from workorder.core.ruled import NO_RULES
from workorder.core.sender import Sender
from workorder.core.trust import DmarcResult, DmarcVerdict

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SUPPORT = "support@northwind.example"

ACME = Customer(id=1, name="Acme Ltd", domains=("acme.example",))
OTHER = Customer(id=2, name="Other Inc", domains=("other.example",))
JANE = Contact(id=1, email="jane@acme.example", name="Jane Roe", customer_id=1)
PAT = Contact(id=2, email="pat@acme.example", name="Pat Lead", customer_id=1, primary=True)
MARIA = Technician(id=1, email="maria@northwind.example", name="Maria")
TOM = Technician(id=2, email="tom@northwind.example", name="Tom")
PRINTER = Equipment(id=1, customer_id=1, tag="PRN-2", name="Front desk printer", serial="SN12345")


def policy(**changes: Any) -> Policy:
    values: dict[str, Any] = {
        "prefix": "WO",
        "own_addresses": frozenset({SUPPORT}),
        "domain": "northwind.example",
        "language": "en",
        "timezone": "America/New_York",
        "admin_address": "admin@northwind.example",
        "reopen_within": timedelta(days=14),
    }
    return Policy(**(values | changes))


def mail(**changes: Any) -> InboundMail:
    values: dict[str, Any] = {
        "message_id": "<a1@acme.example>",
        "in_reply_to": (),
        "references": (),
        "subject": "Printer does not print",
        "authors": (Address(name="Jane Roe", email="jane@acme.example"),),
        "from_header_count": 1,
        "to": (Address(name="", email=SUPPORT),),
        "cc": (),
        "reply_to": (),
        "date": NOON,
        "headers": (),
        "text": "It says paper jam.",
        "new_text": "It says paper jam.",
        "attachments": (),
        "report": None,
        "size": 2000,
    }
    return InboundMail(**(values | changes))


def order(**changes: Any) -> WorkOrder:
    values: dict[str, Any] = {
        "number": 1042,
        "title": "Printer does not print",
        "status": Status.IN_PROGRESS,
        "customer_id": 1,
        "requester": Person(name="Jane Roe", email="jane@acme.example"),
        "technician_id": None,
        "priority": Priority.NORMAL,
        "labels": (),
        "equipment_ids": (),
        "participants": ("jane@acme.example",),
        "opened_at": NOON - timedelta(days=1),
        "opened_by": OpenedBy.MAIL,
        "closed_at": None,
        "follow_up_on": None,
        "thread_id": "<a0@acme.example>",
        "service": "It says paper jam.",
    }
    return WorkOrder(**(values | changes))


def verdict(result: DmarcResult = DmarcResult.NONE) -> DmarcVerdict:
    return DmarcVerdict(result=result, reason="as the test says")


def sender(
    email: str = "jane@acme.example",
    *,
    contact: Contact | None = None,
    technician: Technician | None = None,
    customer: Customer | None = None,
    dmarc: DmarcResult = DmarcResult.NONE,
) -> Sender:
    assert normal_address(email) == email
    return Sender(
        address=Address(name="", email=email),
        technician=technician,
        contact=contact,
        customer=customer,
        dmarc=verdict(dmarc),
    )


def jane() -> Sender:
    return sender(contact=JANE, customer=ACME)


def facts(**changes: Any) -> Facts:
    values: dict[str, Any] = {
        "mail": mail(),
        "classification": Classification(kind=MailKind.PERSON, reasons=()),
        "sender": jane(),
        "proof": None,
        "candidates": (),
        "failed_notice": None,
        "twin": None,
        "message_id_reused": False,
        "equipment": (PRINTER,),
        "at": NOON,
        "thread_id": "<a1@acme.example>",
        "ruled": NO_RULES,
    }
    return Facts(**(values | changes))


def people(**changes: Any) -> People:
    values: dict[str, Any] = {
        "customer": ACME,
        "primaries": (PAT,),
        "contacts": (PAT, JANE),
        "technicians": (MARIA, TOM),
        "own_addresses": frozenset({SUPPORT}),
        "language": "en",
    }
    return People(**(values | changes))
