"""What the conditions of rules look at: a mail, who sent it, and when; read once, and lazily."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from workorder.core.classify import MailKind
from workorder.core.message import InboundMail
from workorder.core.rule_texts import Field, FieldName, Texts, folded
from workorder.core.sender import Sender

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A mail as the rules judge it.

    `is_reply`: it belongs to a work order that is there. `local` is the mail's moment in the
    site's zone (aware): conditions on weekday and time are about its clock.
    """

    mail: InboundMail
    sender: Sender
    kind: MailKind
    is_reply: bool
    language: str
    local: datetime


_NO_WORDS: Final[Mapping[str, str]] = {}


class View(Texts):
    """One case, with what was read of it kept: hundreds of rules ask for the same few fields."""

    __slots__ = ("_headers", "case", "words")

    def __init__(self, case: Case, words: Mapping[str, str] = _NO_WORDS) -> None:
        """Look at `case`; `words` are those that an alert rule captured from it."""
        super().__init__()
        self.case = case
        self.words = words
        self._headers: Mapping[str, Sequence[str]] | None = None

    def values(self, field: Field) -> tuple[str, ...]:
        """The values that a field has here, often one; none where there is nothing of the kind."""
        return _READ[field.name](self, field.detail)

    @property
    def header_names(self) -> Iterable[str]:
        """The names of the headers that are there, each once, in lower case."""
        return self._by_header()

    def headers(self, name: str) -> tuple[str, ...]:
        """Every header of that (lower-case) name, topmost first."""
        return tuple(self._by_header().get(name, ()))

    def _by_header(self) -> Mapping[str, Sequence[str]]:
        if self._headers is None:
            found: dict[str, list[str]] = {}
            for name, value in self.case.mail.headers:
                found.setdefault(name, []).append(value)
            self._headers = found
        return self._headers


def _sender(view: View, _detail: str) -> tuple[str, ...]:
    # The address, never the name beside it: anybody writes any name there.
    address = view.case.sender.address
    return (address.email,) if address is not None else ()


def _domain(view: View, _detail: str) -> tuple[str, ...]:
    address = view.case.sender.address
    return (address.domain,) if address is not None else ()


def _recipient(view: View, _detail: str) -> tuple[str, ...]:
    mail = view.case.mail
    return tuple(address.email for address in (*mail.to, *mail.cc))


def _subject(view: View, _detail: str) -> tuple[str, ...]:
    return (view.case.mail.subject,)


def _text(view: View, _detail: str) -> tuple[str, ...]:
    return (view.case.mail.new_text,)


def _header(view: View, name: str) -> tuple[str, ...]:
    return view.headers(name)


def _attachment(view: View, _detail: str) -> tuple[str, ...]:
    return tuple(attachment.name for attachment in view.case.mail.attachments)


def _attachment_type(view: View, _detail: str) -> tuple[str, ...]:
    return tuple(attachment.type for attachment in view.case.mail.attachments)


def _customer(view: View, _detail: str) -> tuple[str, ...]:
    customer = view.case.sender.customer
    return (customer.name,) if customer is not None else ()


def _language(view: View, _detail: str) -> tuple[str, ...]:
    return (view.case.language,) if view.case.language else ()


def _kind(view: View, _detail: str) -> tuple[str, ...]:
    return (view.case.kind.value,)


def _dmarc(view: View, _detail: str) -> tuple[str, ...]:
    return (view.case.sender.dmarc.result.value,)


def _weekday(view: View, _detail: str) -> tuple[str, ...]:
    return (WEEKDAYS[view.case.local.weekday()],)


def _word(view: View, name: str) -> tuple[str, ...]:
    found = view.words.get(name)
    return (found,) if found is not None else ()


_READ: Final[Mapping[FieldName, Callable[[View, str], tuple[str, ...]]]] = {
    FieldName.SENDER: _sender,
    FieldName.DOMAIN: _domain,
    FieldName.RECIPIENT: _recipient,
    FieldName.SUBJECT: _subject,
    FieldName.TEXT: _text,
    FieldName.HEADER: _header,
    FieldName.ATTACHMENT: _attachment,
    FieldName.ATTACHMENT_TYPE: _attachment_type,
    FieldName.CUSTOMER: _customer,
    FieldName.LANGUAGE: _language,
    FieldName.KIND: _kind,
    FieldName.DMARC: _dmarc,
    FieldName.WEEKDAY: _weekday,
    FieldName.WORD: _word,
}

__all__ = ["WEEKDAYS", "Case", "Field", "FieldName", "View", "folded"]
