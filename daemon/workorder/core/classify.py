"""What a mail is: a person's, automatic, bulk, a bounce or our own; always with the reason.

The table at the end is read top to bottom; the first line of which a rule answers decides. What no
rule answers for is a person's: one work order too many costs less than a request swallowed.

Not rules, on purpose: X-Auto-Response-Suppress says "do not answer me by machine" and stands on
what people write in Outlook; a noreply sender is also how copiers, portals and ticket systems
send a person's request; X-Loop is added by forwarders too, on our own side as well; Exchange
marks what a rule of a mailbox forwards just as what it answers.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from workorder.core.classify_words import (
    AWAY_SUBJECT,
    AWAY_TEXT,
    DAEMONS,
    LIST_HEADERS,
    MACHINE_HEADERS,
    REPLY_SUBJECT,
    RESPONDER_HEADERS,
    TICKET_HEADERS,
    TICKET_SUBJECT,
    TICKET_TEXT,
)
from workorder.core.message import InboundMail


class MailKind(StrEnum):
    """What a mail is."""

    PERSON = "person"
    OUT_OF_OFFICE = "out-of-office"
    AUTOMATIC = "automatic"
    BULK = "bulk"
    BOUNCE = "bounce"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """A kind, and every rule's reason for it (none where nothing speaks against a person)."""

    kind: MailKind
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A mail with what the rules need to know beside it."""

    mail: InboundMail
    own_addresses: frozenset[str]
    known_sender: bool

    @property
    def sender(self) -> str:
        return self.mail.author.email if self.mail.author else ""


_Rule = Callable[[_Case], str | None]

_HEAD: Final = 2_000  # of a text: who is away says so at once
_CALENDAR_HEAD: Final = 65_536
_NO: Final = frozenset({"no", "false", "0", "none"})
_REPORT_TYPE: Final = re.compile(
    r'multipart/report\b.*?report-type\s*=\s*"?([\w-]+)', re.IGNORECASE
)
_REPORTS: Final = {
    "disposition-notification": "a read receipt",
    "feedback-report": "a report of abuse or of an authentication failure",
    "delivery-status": "a delivery report that names nobody",
    "tlsrpt": "a report on TLS",
}
_REPORT_PARTS: Final = {
    "message/disposition-notification": _REPORTS["disposition-notification"],
    "message/feedback-report": _REPORTS["feedback-report"],
}
_CALENDAR_REPLY: Final = re.compile(
    rb"^METHOD[ \t]*:[ \t]*REPLY[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)
_CALENDAR_REPLY_TYPE: Final = re.compile(r'text/calendar\b.*?method\s*=\s*"?reply\b', re.IGNORECASE)
_COMMENT: Final = re.compile(r"\([^()]*\)")


def classify(
    mail: InboundMail, *, own_addresses: frozenset[str], known_sender: bool
) -> Classification:
    """Say what a mail is.

    Args:
        mail: The mail.
        own_addresses: Our support addresses, normalised; never all of our domain.
        known_sender: Whether From is a technician or a contact; list and bulk headers alone do
            not make such a person's mail bulk.
    """
    case = _Case(mail=mail, own_addresses=own_addresses, known_sender=known_sender)
    for kind, rules in _TABLE:
        reasons = tuple(reason for rule in rules if (reason := rule(case)) is not None)
        if reasons:
            return Classification(kind=kind, reasons=reasons)
    return Classification(kind=MailKind.PERSON, reasons=())


def _from_ourselves(case: _Case) -> str | None:
    if case.sender not in case.own_addresses:
        return None
    notice = " and it is one of our notices" if case.mail.header("x-workorder") else ""
    return f"From is our own address {case.sender}{notice}"


def _delivery_report(case: _Case) -> str | None:
    return "a delivery report" if case.mail.report is not None else None


def _machine_report(case: _Case) -> str | None:
    """Receipts and reports of RFC 8098, RFC 5965 and their like."""
    match = _REPORT_TYPE.match((case.mail.header("content-type") or "").strip())
    if match and (name := _REPORTS.get(match[1].lower())):
        return name
    types = (attachment.type.lower() for attachment in case.mail.attachments)
    return next((_REPORT_PARTS[type_] for type_ in types if type_ in _REPORT_PARTS), None)


def _calendar_reply(case: _Case) -> str | None:
    """Somebody's calendar answers an invitation (RFC 5546 3.2.3); an invitation is a person's."""
    is_typed = _CALENDAR_REPLY_TYPE.match((case.mail.header("content-type") or "").strip())
    contents = (
        attachment.content[:_CALENDAR_HEAD]
        for attachment in case.mail.attachments
        if attachment.type.lower() in {"text/calendar", "application/ics"}
    )
    if is_typed or any(_CALENDAR_REPLY.search(content) for content in contents):
        return "the answer of a calendar to an invitation"
    return None


def _ticket_system(case: _Case) -> str | None:
    """A ticket system acknowledges: marked as automatic, with a number or headers of its own."""
    mail = case.mail
    if not any(rule(case) for rule in (*_AUTOMATIC_RULES, *_RESPONDER_RULES)):
        return None
    header = next((name for name, _ in mail.headers if name.startswith(TICKET_HEADERS)), None)
    if header is not None:
        return f"automatic, from a ticket system ({header})"
    if TICKET_SUBJECT.search(mail.subject) or TICKET_TEXT.search(mail.new_text[:_HEAD]):
        return "automatic, with a ticket number of another system"
    return None


def _reply_by_subject(case: _Case) -> str | None:
    """The words that mail programs put before the subject of what they answer by themselves."""
    match = REPLY_SUBJECT.match(case.mail.subject)
    return f'the subject begins with "{match[0].strip()}"' if match else None


def _away_by_subject(case: _Case) -> str | None:
    """Words of absence, which people use in subjects too: something else must speak for it."""
    match = AWAY_SUBJECT.match(case.mail.subject)
    if match is None:
        return None
    evidence = next((found for rule in _AWAY_EVIDENCE if (found := rule(case))), None)
    return f'the subject begins with "{match[0].strip()}", and {evidence}' if evidence else None


def _away_by_text(case: _Case) -> str | None:
    marked = next((found for rule in _AUTOMATIC_RULES if (found := rule(case))), None)
    words = f"{case.mail.subject}\n{case.mail.new_text[:_HEAD]}"
    away = AWAY_TEXT.search(words) if marked else None
    return f'{marked}, and it says "{away[0].strip()}"' if away else None


def _auto_replied(case: _Case) -> str | None:
    return "Auto-Submitted: auto-replied" if _auto_submitted(case) == "auto-replied" else None


def _auto_generated(case: _Case) -> str | None:
    keyword = _auto_submitted(case)
    return f"Auto-Submitted: {keyword}" if keyword else None


def _auto_submitted(case: _Case) -> str:
    """The keyword of Auto-Submitted (RFC 3834 section 5), '' where it is missing or says no."""
    for value in case.mail.all_headers("auto-submitted"):
        keyword = _COMMENT.sub(" ", value).partition(";")[0].strip().lower()
        if keyword and keyword not in _NO:
            return keyword
    return ""


def _responder_header(case: _Case) -> str | None:
    return _first_set(case, RESPONDER_HEADERS)


def _machine_header(case: _Case) -> str | None:
    return _first_set(case, MACHINE_HEADERS)


def _first_set(case: _Case, names: tuple[str, ...]) -> str | None:
    """The first of these headers that is there and does not say no."""
    for name in names:
        value = case.mail.header(name)
        if value is not None and value.strip().lower() not in _NO:
            return f"the header {name}"
    return None


def _precedence_auto_reply(case: _Case) -> str | None:
    words = _precedences(case) & {"auto_reply", "auto-reply", "autoreply"}
    return f"Precedence: {words.pop()}" if words else None


def _precedences(case: _Case) -> set[str]:
    values = (*case.mail.all_headers("precedence"), *case.mail.all_headers("x-precedence"))
    return {value.strip().lower() for value in values}


def _null_sender(case: _Case) -> str | None:
    """The null reverse-path, which nobody can answer (RFC 5321 4.5.5)."""
    path = case.mail.header("return-path")
    is_null = path is not None and path.replace(" ", "") == "<>"
    return "Return-Path: <>" if is_null else None


def _mail_system(case: _Case) -> str | None:
    """A postmaster may also be a customer's one IT person: then an admin has put them in."""
    local = case.sender.partition("@")[0]
    if local in DAEMONS or (local == "postmaster" and not case.known_sender):
        return f"From is {local}"
    return None


def _loop_mark_of_the_sender(case: _Case) -> str | None:
    """Responders mark what they write with their own address; a forwarder writes another's."""
    marks = {value.strip().strip("<>").lower() for value in case.mail.all_headers("x-loop")}
    return "X-Loop names its sender" if case.sender and case.sender in marks else None


def _suppresses_answers(case: _Case) -> str | None:
    wanted = "x-auto-response-suppress"
    return f"{wanted} is set" if case.mail.header(wanted) else None


def _answers_something(case: _Case) -> str | None:
    is_answer = case.mail.in_reply_to or case.mail.references
    return "it answers another mail" if is_answer else None


def _list_mail(case: _Case) -> str | None:
    if case.known_sender or _by_our_own_list(case):
        return None
    name = next((name for name in LIST_HEADERS if case.mail.header(name)), None)
    return f"the header {name}, of nobody we know" if name else None


def _bulk_precedence(case: _Case) -> str | None:
    if case.known_sender:
        return None
    words = {"bulk", "junk"} if _by_our_own_list(case) else {"bulk", "junk", "list"}
    found = sorted(_precedences(case) & words)
    return f"Precedence: {found[0]}, of nobody we know" if found else None


def _by_our_own_list(case: _Case) -> bool:
    """Whether the list is our support address itself: then every mail to it bears its headers."""
    named = " ".join(
        value
        for name in ("list-id", "list-post", "mailing-list", "x-mailing-list")
        for value in case.mail.all_headers(name)
    ).lower()
    marks = (form for own in case.own_addresses for form in (own, f"<{own.replace('@', '.')}>"))
    return any(mark in named for mark in marks)


_RESPONDER_RULES: Final[tuple[_Rule, ...]] = (
    _auto_replied,
    _responder_header,
    _precedence_auto_reply,
)
_AUTOMATIC_RULES: Final[tuple[_Rule, ...]] = (
    _auto_generated,
    _null_sender,
    _machine_header,
    _loop_mark_of_the_sender,
    _mail_system,
)
_AWAY_EVIDENCE: Final[tuple[_Rule, ...]] = (
    *_RESPONDER_RULES,
    *_AUTOMATIC_RULES,
    _suppresses_answers,
    _answers_something,
)
_TABLE: Final[tuple[tuple[MailKind, tuple[_Rule, ...]], ...]] = (
    (MailKind.OWN, (_from_ourselves,)),
    (MailKind.BOUNCE, (_delivery_report,)),
    (MailKind.AUTOMATIC, (_machine_report, _calendar_reply, _ticket_system)),
    (MailKind.OUT_OF_OFFICE, (_reply_by_subject, _away_by_subject, _away_by_text)),
    # What answers by itself and is no ticket system is somebody's holiday responder.
    (MailKind.OUT_OF_OFFICE, _RESPONDER_RULES),
    (MailKind.AUTOMATIC, _AUTOMATIC_RULES),
    (MailKind.BULK, (_list_mail, _bulk_precedence)),
)
