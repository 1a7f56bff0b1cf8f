"""One notice as the bytes that go over SMTP: headers, text, HTML and the PDF.

The same letter and envelope always give the same bytes. What was built is read again before it
leaves: nothing that a person wrote can add a header, a recipient or a line end.
"""

import binascii
import hashlib
import re
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import format_datetime, getaddresses
from functools import lru_cache

from workorder.core.notice import Audience, Envelope, Letter, NoticeKind
from workorder.errors import RenderError
from workorder.outbound.headers import (
    MAX_LINE,
    MAX_SUBJECT,
    clean_text,
    ids_field,
    is_id,
    mailbox_field,
    text_field,
)
from workorder.outbound.templates import Templates

# Never `All`: it would ask Exchange to hold back the bounces that we want.
_SUPPRESS = b"X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply"

# For whom a notice may be worded; what is internal has no customer's wording at all.
_AUDIENCES = {
    NoticeKind.OPENED: {Audience.CUSTOMER, Audience.TECHNICIAN},
    NoticeKind.REPLY: {Audience.CUSTOMER, Audience.TECHNICIAN},
    NoticeKind.IN_PROGRESS: {Audience.CUSTOMER, Audience.TECHNICIAN},
    NoticeKind.WAITING_PARTS: {Audience.CUSTOMER, Audience.TECHNICIAN},
    NoticeKind.WAITING_VENDOR: {Audience.CUSTOMER, Audience.TECHNICIAN},
    NoticeKind.WAITING_CUSTOMER: {Audience.CUSTOMER, Audience.TECHNICIAN},
    NoticeKind.FINISHED: {Audience.CUSTOMER, Audience.TECHNICIAN},
    NoticeKind.CANCELLED: {Audience.CUSTOMER, Audience.TECHNICIAN},
    NoticeKind.REMINDER: {Audience.CUSTOMER, Audience.TECHNICIAN},
    NoticeKind.OPEN_LONG: {Audience.CUSTOMER, Audience.TECHNICIAN},
    NoticeKind.FOLLOW_UP: {Audience.CUSTOMER, Audience.TECHNICIAN},
    NoticeKind.APPROVAL: {Audience.CUSTOMER},
    NoticeKind.BANK_LOW: {Audience.CUSTOMER, Audience.ADMIN},
    NoticeKind.BALANCE: {Audience.CUSTOMER},
    NoticeKind.STATEMENT: {Audience.CUSTOMER},
    NoticeKind.TIMER_LONG: {Audience.TECHNICIAN},
    NoticeKind.DIGEST: {Audience.TECHNICIAN},
    NoticeKind.LOGIN: {Audience.CUSTOMER, Audience.TECHNICIAN},
    NoticeKind.NOTE: {Audience.TECHNICIAN},
    NoticeKind.TRANSCRIPT: {Audience.TECHNICIAN},
    NoticeKind.UNPROVEN: {Audience.TECHNICIAN},
    NoticeKind.MAIL_FAILED: {Audience.TECHNICIAN, Audience.ADMIN},
    NoticeKind.TROUBLE: {Audience.ADMIN},
}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_BASE64_LINE = 76


def compose(
    letter: Letter, envelope: Envelope, templates: Templates, *, pdf: bytes | None, pdf_failed: bool
) -> bytes:
    """Return the mail, CRLF line ends throughout, ready for DATA.

    Raises:
        RenderError: a template failed, or what came out is not the one mail that was meant.
    """
    if letter.audience not in _AUDIENCES[letter.kind]:
        raise RenderError(f"a notice {letter.kind} is not for the {letter.audience}")
    folder = f"mail/{letter.template}"

    def rendered(file: str) -> str:
        return templates.render(
            f"{folder}/{file}", letter, pdf_attached=pdf is not None, pdf_failed=pdf_failed
        )

    subject = clean_text(rendered("subject.txt"), MAX_SUBJECT)
    if not subject:
        raise RenderError(f"{folder}/subject.txt: the subject is empty")
    fields = _fields(letter, envelope, subject)
    body = _alternative(envelope, rendered("body.txt"), rendered("body.html"))
    if pdf is not None:
        body = _mixed(envelope, body, _pdf_part(letter, pdf))
    mail = b"\r\n".join([*fields, body])
    _verify(mail, fields, envelope, subject)
    return mail


def _fields(letter: Letter, envelope: Envelope, subject: str) -> list[bytes]:
    """The header fields in order, each folded and without its last line end."""
    if not is_id(envelope.message_id):
        raise RenderError(f"{envelope.message_id!r} is no Message-ID")
    automatic = envelope.auto_submitted
    fields = (
        f"Date: {format_datetime(envelope.date)}".encode("ascii"),
        mailbox_field("From", envelope.sender),
        mailbox_field("To", envelope.recipient),
        text_field("Subject", subject),
        f"Message-ID: {envelope.message_id}".encode("ascii"),
        ids_field("In-Reply-To", filter(None, [envelope.in_reply_to])),
        ids_field("References", envelope.references),
        f"Auto-Submitted: {automatic}".encode("ascii") if automatic else None,
        _SUPPRESS if automatic else None,
        f"X-WorkOrder: {letter.order.number}".encode("ascii") if letter.order else None,
        f"X-WorkOrder-Event: {letter.kind}".encode("ascii"),
        b"MIME-Version: 1.0",
    )
    return [field for field in fields if field is not None]


def _alternative(envelope: Envelope, text: str, html: str) -> bytes:
    return _multipart(
        "alternative", envelope, [_text_part("plain", text), _text_part("html", html)]
    )


def _mixed(envelope: Envelope, body: bytes, attachment: bytes) -> bytes:
    return _multipart("mixed", envelope, [body, attachment])


def _multipart(subtype: str, envelope: Envelope, parts: list[bytes]) -> bytes:
    """A multipart entity (RFC 2046 5.1.1), from its Content-Type on.

    `=_` in a boundary never occurs in base64 or quoted-printable text (RFC 2045 6.7).
    """
    digest = hashlib.sha256(f"{subtype} {envelope.message_id}".encode("ascii")).hexdigest()
    boundary = f"=_{digest[:32]}".encode("ascii")
    head = b'Content-Type: multipart/%s;\r\n boundary="%s"\r\n' % (
        subtype.encode("ascii"),
        boundary,
    )
    pieces = [b"\r\n--%s\r\n%s" % (boundary, part) for part in parts]
    return b"".join([head, *pieces, b"\r\n--%s--\r\n" % boundary])


def _text_part(subtype: str, text: str) -> bytes:
    """A text part, whichever of quoted-printable and base64 suits it; never raw."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"
    content = _CONTROLS.sub("\ufffd", lines).replace("\n", "\r\n").encode("utf-8")
    foreign = len(content) - len(lines)
    if foreign * 6 > len(content):
        encoding, encoded = b"base64", _base64(content)
    else:
        encoding, encoded = b"quoted-printable", binascii.b2a_qp(content, istext=True)
    return (b"Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n%s") % (
        subtype.encode("ascii"),
        encoding,
        encoded,
    )


def _pdf_part(letter: Letter, pdf: bytes) -> bytes:
    name = _NOT_IN_NAMES.sub("-", _pdf_name(letter)).encode("ascii")
    return (
        b'Content-Type: application/pdf; name="%s.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
        b'Content-Disposition: attachment; filename="%s.pdf"\r\n\r\n%s'
    ) % (name, name, _base64_once(pdf))


def _pdf_name(letter: Letter) -> str:
    """What the file is called: after the work order, or after the month of a statement."""
    if letter.enclosure is not None and letter.enclosure.statement is not None:
        return f"Statement-{letter.enclosure.statement.month:%Y-%m}"
    if letter.order is None:
        raise RenderError(f"a notice {letter.kind} without a work order has no PDF")
    return letter.order.label


@lru_cache(maxsize=2)  # one event's notices share their PDF
def _base64_once(content: bytes) -> bytes:
    return _base64(content)


def _base64(content: bytes) -> bytes:
    encoded = binascii.b2a_base64(content, newline=False)
    starts = range(0, len(encoded), _BASE64_LINE)
    return b"\r\n".join([encoded[start : start + _BASE64_LINE] for start in starts])


def _verify(mail: bytes, fields: list[bytes], envelope: Envelope, subject: str) -> None:
    """Read what was built as a receiver would, and refuse what is not what was meant."""
    lines = mail.split(b"\r\n")
    rest = b"".join(lines)
    if b"\r" in rest or b"\n" in rest:
        raise RenderError("the mail has a bare CR or LF")
    if not rest.isascii() or b"\0" in rest:
        raise RenderError("the mail has bytes beyond ASCII")
    if max(map(len, lines)) > MAX_LINE:
        raise RenderError(f"the mail has a line of more than {MAX_LINE} bytes")
    head = BytesHeaderParser(policy=compat32).parsebytes(mail[: mail.index(b"\r\n\r\n") + 4])
    expected = [field.partition(b":")[0].decode("ascii") for field in fields]
    if head.keys() != [*expected, "Content-Type"]:
        raise RenderError(f"the mail has other headers than were written: {head.keys()}")
    _verify_people(head, envelope)
    unfolded = head["Subject"].replace("\r\n", "")
    if str(make_header(decode_header(unfolded))) != subject:
        raise RenderError("the subject does not read as it was written")


def _verify_people(head: Message, envelope: Envelope) -> None:
    for name, meant in (("From", envelope.sender), ("To", envelope.recipient)):
        found = [address for _, address in getaddresses([head[name]])]
        if found != [meant.email]:
            raise RenderError(f"{name} does not read as {meant.email} alone: {found}")
