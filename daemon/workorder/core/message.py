"""Mail as values: what came in, parsed, and the addresses in it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A mailbox of RFC 5322 section 3.4: a display name (cleaned, may be empty) and an addr-spec.

    `email` is normalised by `normal_address`; what is no usable address is never an Address.
    """

    name: str
    email: str

    @property
    def domain(self) -> str:
        """The part behind the last @."""
        return self.email.rpartition("@")[2]


def normal_address(addr_spec: str) -> str | None:
    """Return the form in which addresses are compared, or None for what is no plain address.

    Case is folded in the whole address: no mail system in use tells people apart by case.
    Only ASCII is accepted: a full-width dot or a Cyrillic letter never equals a known address.
    """
    text = addr_spec.strip()
    local, at, domain = text.rpartition("@")
    if not (at and local and domain) or len(text) > MAX_ADDRESS or not text.isascii():
        return None
    if any(c <= " " or c in '<>(),:;"[]\\\x7f' for c in text) or "@" in local:
        return None
    labels = domain.split(".")
    if any(not label or label[0] == "-" or label[-1] == "-" for label in labels):
        return None
    return text.lower()


MAX_ADDRESS = 254  # RFC 5321 4.5.3.1.3, less the angle brackets


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of a mail. `name` is display data, cleaned, never a path; may be synthesised."""

    name: str
    type: str
    content: bytes = field(repr=False)
    inline: bool = False

    @property
    def size(self) -> int:
        """Length of the content in bytes."""
        return len(self.content)


class DeliveryAction(StrEnum):
    """What a delivery report says of a recipient (RFC 3464 2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRecipient:
    """One recipient of a delivery report. `status` is the enhanced code (RFC 3463) or ''."""

    email: str
    action: DeliveryAction
    status: str = ""
    diagnostic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A bounce, in whatever form it came; `original_ids` are Message-IDs of the mail it is of."""

    recipients: tuple[FailedRecipient, ...]
    original_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMail:
    """A mail as the product sees it; made by inbound.parse from raw bytes.

    Text is decoded Unicode with LF line ends, free of NUL, surrogates and C0/C1 controls.
    `authors` are the mailboxes of all From headers; only a mail with exactly one From header and
    one mailbox in it has an `author`. `headers` are (lower-case name, unfolded decoded value) in
    order, capped in number and length. `message_id` and references keep their angle brackets.
    """

    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    subject: str
    authors: tuple[Address, ...]
    from_header_count: int
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    date: datetime | None
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    text: str = field(repr=False)
    new_text: str = field(repr=False)
    attachments: tuple[Attachment, ...]
    report: DeliveryReport | None
    size: int
    truncated: bool = False

    @property
    def author(self) -> Address | None:
        """Who wrote it, as far as From tells; None where From is not exactly one mailbox."""
        one = self.from_header_count == 1 and len(self.authors) == 1
        return self.authors[0] if one else None

    def header(self, name: str) -> str | None:
        """The first header of that (lower-case) name."""
        return next((value for key, value in self.headers if key == name), None)

    def all_headers(self, name: str) -> tuple[str, ...]:
        """Every header of that (lower-case) name, topmost first."""
        return tuple(value for key, value in self.headers if key == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """A mail that was passed on inside another one.

    `authors` are those whom its header blocks name, outermost first; empty where none says clearly
    enough who wrote it. `own_text` is what the forwarder wrote above it, `text` what the original
    says. `attached`: it came as message/rfc822.
    """

    authors: tuple[Address, ...]
    own_text: str = field(repr=False)
    text: str = field(repr=False)
    subject: str
    attached: bool = False

    @property
    def author(self) -> Address | None:
        """Who wrote the outermost of them."""
        return self.authors[0] if self.authors else None
