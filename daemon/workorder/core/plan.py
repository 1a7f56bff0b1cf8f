"""Which notice goes to whom, with which template, with the PDF or not: notices.toml as a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Whom a line of notices.toml can name."""

    REQUESTER = "requester"
    PRIMARY_CONTACTS = "primary-contacts"
    PARTICIPANTS = "participants"
    TECHNICIANS = "technicians"
    """The assigned technician; while unassigned each whose `notify` is `all`."""
    ASSIGNED = "assigned-technician"
    WRITER = "writer"
    """Whoever brought it about: set the follow-up, asked for the balance."""
    ADMIN = "admin"


CUSTOMER_SIDE = frozenset({Role.REQUESTER, Role.PRIMARY_CONTACTS, Role.PARTICIPANTS})


class Announcement(StrEnum):
    """What can be told, as notices.toml names it; a reply is two things, by who wrote it."""

    OPENED = "opened"
    REPLY_BY_CUSTOMER = "reply-by-customer"
    REPLY_BY_TECHNICIAN = "reply-by-technician"
    IN_PROGRESS = "in-progress"
    WAITING_PARTS = "waiting-parts"
    WAITING_VENDOR = "waiting-vendor"
    WAITING_CUSTOMER = "waiting-customer"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    REMINDER = "reminder"
    OPEN_LONG = "open-long"
    FOLLOW_UP = "follow-up"
    APPROVAL = "approval"
    BANK_LOW = "bank-low"
    BALANCE = "balance"
    STATEMENT = "statement"
    NOTE = "note"
    MAIL_FAILED = "mail-failed"


INTERNAL = frozenset({Announcement.NOTE, Announcement.MAIL_FAILED})
"""What is worded for technicians alone: no line may name the customer's side for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """To whom, with which folder of templates/mail/, and whether the customer's side gets a PDF."""

    to: tuple[Role, ...]
    template: str
    pdf: bool = False


NoticePlan = Mapping[Announcement, PlanLine]

_EVERYBODY = (Role.REQUESTER, Role.PRIMARY_CONTACTS, Role.PARTICIPANTS)


def _line(announced: Announcement, *to: Role, pdf: bool = False) -> PlanLine:
    template = "reply" if announced.value.startswith("reply") else announced.value
    return PlanLine(to=to, template=template, pdf=pdf)


SHIPPED: NoticePlan = {
    Announcement.OPENED: _line(
        Announcement.OPENED, Role.REQUESTER, Role.PRIMARY_CONTACTS, Role.TECHNICIANS, pdf=True
    ),
    Announcement.REPLY_BY_CUSTOMER: _line(
        Announcement.REPLY_BY_CUSTOMER, Role.TECHNICIANS, Role.PRIMARY_CONTACTS, Role.PARTICIPANTS
    ),
    Announcement.REPLY_BY_TECHNICIAN: _line(Announcement.REPLY_BY_TECHNICIAN, *_EVERYBODY),
    Announcement.IN_PROGRESS: _line(Announcement.IN_PROGRESS, *_EVERYBODY),
    Announcement.WAITING_PARTS: _line(Announcement.WAITING_PARTS, *_EVERYBODY),
    Announcement.WAITING_VENDOR: _line(Announcement.WAITING_VENDOR, *_EVERYBODY),
    Announcement.WAITING_CUSTOMER: _line(Announcement.WAITING_CUSTOMER, *_EVERYBODY),
    Announcement.FINISHED: _line(Announcement.FINISHED, *_EVERYBODY, pdf=True),
    Announcement.CANCELLED: _line(Announcement.CANCELLED, *_EVERYBODY),
    Announcement.REMINDER: _line(Announcement.REMINDER, Role.REQUESTER, Role.PRIMARY_CONTACTS),
    Announcement.OPEN_LONG: _line(
        Announcement.OPEN_LONG, Role.REQUESTER, Role.PRIMARY_CONTACTS, Role.ASSIGNED
    ),
    Announcement.FOLLOW_UP: _line(
        Announcement.FOLLOW_UP,
        *(Role.REQUESTER, Role.PRIMARY_CONTACTS, Role.ASSIGNED, Role.WRITER),
    ),
    Announcement.APPROVAL: _line(Announcement.APPROVAL, Role.PRIMARY_CONTACTS),
    Announcement.BANK_LOW: _line(Announcement.BANK_LOW, Role.PRIMARY_CONTACTS, Role.ADMIN),
    Announcement.BALANCE: _line(Announcement.BALANCE, Role.WRITER),
    Announcement.STATEMENT: _line(Announcement.STATEMENT, Role.PRIMARY_CONTACTS, pdf=True),
    Announcement.NOTE: _line(Announcement.NOTE, Role.ASSIGNED),
    Announcement.MAIL_FAILED: _line(Announcement.MAIL_FAILED, Role.TECHNICIANS),
}
"""The shipped plan: what notices.toml says when it says nothing else (behaviour's table)."""
