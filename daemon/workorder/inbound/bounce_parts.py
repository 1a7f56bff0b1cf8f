"""The parts of a delivery report: status blocks, the returned mail, and what is neither.

Attached mails are not searched: a person who forwards a bounce as a file sends no bounce.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from itertools import islice
from typing import Final

from workorder.inbound.charsets import decode
from workorder.inbound.headers import field_text
from workorder.inbound.transfer import decode_transfer

_MAX_PARTS: Final = 200
_MAX_BLOCKS: Final = 1_000
_MAX_FIELDS: Final = 200
_MAX_TEXT: Final = 65_536
_STATUS_TYPES: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RECEIPT_TYPES: Final = frozenset(
    {"message/disposition-notification", "message/global-disposition-notification"}
)
_MAIL_TYPES: Final = frozenset({"message/rfc822", "message/global", "message/news"})
_HEADERS_TYPES: Final = frozenset(
    {
        "text/rfc822-headers",
        "text/rfc822-header",
        "message/rfc822-headers",
        "message/global-headers",
        "text/rfc822",
    },
)
_REPORT_TYPE: Final = re.compile(r'report-type\s{0,5}=\s{0,5}["\']?([\w-]{1,60})', re.IGNORECASE)
_CHARSET: Final = re.compile(r'charset\s{0,5}=\s{0,5}"?([^\s";]{1,60})', re.IGNORECASE)
_FIELD: Final = re.compile(r"([!-9;-~]{1,80})[ \t]{0,5}:(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Header-like fields that stand together; names in lower case, values unfolded."""

    fields: tuple[tuple[str, str], ...]

    def first(self, *names: str) -> str:
        """The value of the first of `names` that is there and says something, else ''."""
        values = (value for wanted in names for name, value in self.fields if name == wanted)
        return next((value for value in values if value), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportParts:
    """What a mail has of a delivery report.

    `report_type` is that of multipart/report (RFC 6522), '' for any other mail. `receipts` are
    the fields of disposition notifications (RFC 8098), `returned` the headers of the mails that
    came back.
    """

    report_type: str
    statuses: tuple[Block, ...]
    receipts: tuple[Block, ...]
    returned: tuple[Block, ...]


def field(message: Message, name: str) -> str:
    """The first header of that (lower-case) name, unfolded, encoded words as they are; or ''."""
    raw = (value for key, value in message.raw_items() if key.lower() == name)
    return field_text(str(next(raw, "")))


def _payload(part: Message) -> object:
    """The parts or the body of a part, None where the standard library fails at its charset."""
    try:
        return part.get_payload()
    except (TypeError, ValueError):
        return None


def payload_text(part: Message) -> str:
    """The beginning of a part's body, decoded; '' for what is no text body."""
    payload = _payload(part)
    if not isinstance(payload, str):
        return ""
    text = payload[:_MAX_TEXT]
    if not text.isascii():
        return text  # the parser has decoded it
    charset = _CHARSET.search(field(part, "content-type"))
    octets = decode_transfer(text, field(part, "content-transfer-encoding"))
    return decode(octets, charset[1] if charset else None)


def read_parts(message: Message) -> ReportParts:
    """Sort out the parts of a mail; those of mails within it are left alone."""
    statuses: list[Block] = []
    receipts: list[Block] = []
    returned: list[Block] = []
    for part in islice(own_parts(message), _MAX_PARTS):
        kind = part.get_content_type()
        if kind in _STATUS_TYPES:
            statuses += _status_blocks(part)
        elif kind in _RECEIPT_TYPES:
            receipts += _status_blocks(part)
        elif kind in _MAIL_TYPES:
            returned += _returned_headers(part)
        elif kind in _HEADERS_TYPES:
            returned += read_blocks(payload_text(part) or _opened_text(part))[:1]
    is_report = message.get_content_type() == "multipart/report"
    named = _REPORT_TYPE.search(field(message, "content-type")) if is_report else None
    return ReportParts(
        report_type=named[1].lower() if named else "",
        statuses=tuple(statuses[:_MAX_BLOCKS]),
        receipts=tuple(receipts[:_MAX_BLOCKS]),
        returned=tuple(returned),
    )


def own_parts(message: Message) -> Iterator[Message]:
    """Yield the leaves of a mail, in order; an attached mail or report is one leaf."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        payload = _payload(part)
        if isinstance(payload, list) and not part.get_content_type().startswith("message/"):
            waiting += (child for child in reversed(payload) if isinstance(child, Message))
        else:
            yield part


def read_blocks(text: str) -> tuple[Block, ...]:
    """Read lines of `name: value`, folded or not; blank lines divide blocks."""
    blocks: list[Block] = []
    fields: list[tuple[str, str]] = []
    for line in [*text[:_MAX_TEXT].splitlines(), ""]:
        if not line.strip():
            if fields:
                blocks.append(Block(fields=tuple(fields[:_MAX_FIELDS])))
            fields = []
        elif line[0] in " \t" and fields:
            name, value = fields[-1]
            fields[-1] = (name, f"{value} {line.strip()}".strip())
        elif match := _FIELD.match(line):
            fields.append((match[1].lower(), match[2].strip()))
    return tuple(blocks)


def _status_blocks(part: Message) -> tuple[Block, ...]:
    """The blocks of a delivery-status part, as the parser took it apart or left it."""
    text = payload_text(part)
    if not text:
        text = _opened_text(part)
    if ":" not in text and field(part, "content-transfer-encoding"):
        # Encoded, which RFC 3464 2.1 forbids: the parser took the letters for a body.
        text = decode(decode_transfer(text.strip(), field(part, "content-transfer-encoding")))
    return read_blocks(text)


def _opened_text(part: Message) -> str:
    """What the parser turned into messages, as text again."""
    children = _payload(part)
    if not isinstance(children, list):
        return ""
    pieces: list[str] = []
    for child in islice((each for each in children if isinstance(each, Message)), _MAX_BLOCKS):
        headers = islice(child.raw_items(), _MAX_FIELDS)
        pieces += (f"{name}: {field_text(str(value))}" for name, value in headers)
        body = _payload(child)
        pieces += (body[:_MAX_TEXT] if isinstance(body, str) else "", "")
    return "\n".join(pieces)


def _returned_headers(part: Message) -> tuple[Block, ...]:
    """The headers of an attached mail."""
    children = _payload(part)
    mail = children[0] if isinstance(children, list) and children else None
    if isinstance(mail, Message) and mail.keys():
        headers = islice(mail.raw_items(), _MAX_FIELDS)
        fields = tuple((name.lower(), field_text(str(value))) for name, value in headers)
        return (Block(fields=fields),)
    text = payload_text(mail if isinstance(mail, Message) else part)
    if ":" not in text:
        text = decode(decode_transfer(text, field(part, "content-transfer-encoding")))
    return read_blocks(text)[:1]
