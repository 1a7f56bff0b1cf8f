"""A mail to ourselves with forgeries in its header: sent, and looked for in our own mailboxes.

It does no harm: its From is our support address, so intake knows it as our own and ignores it.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Protocol

from workorder.core.message import Address
from workorder.core.probe import PROBE_HEADER, Field, is_probe, watermarked
from workorder.errors import DeliveryError, MailboxError, ParseError, UnknownDeliveryError
from workorder.inbound.heads import read_fields
from workorder.inbound.imap_lookout import Seen
from workorder.outbound.headers import mailbox_field, text_field

PAUSE_SECONDS = 0.5
"""Between two looks into the mailboxes."""

_TEXT = (
    "This mail was sent by `workorder check`, to see what the mail servers here do with a\r\n"
    "header that claims what is not so. It opens no work order, and may be removed.\r\n"
)


class Transport(Protocol):
    """What sends mail."""

    def send(
        self, sender: str, recipient: str, body: bytes, *, before_dot: Callable[[], None]
    ) -> str:
        """Send one mail."""

    def close(self) -> None:
        """End the connection."""


class Lookout(Protocol):
    """What sees mails come into a mailbox."""

    @property
    def name(self) -> str:
        """The mailbox's name in the configuration."""

    def open(self) -> None:
        """Begin to look."""

    def arrivals(self) -> Iterator[Seen]:
        """The mails that came since the last time."""

    def close(self) -> None:
        """Look no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A probe: who writes it to themselves, an unguessable token, and the forgeries."""

    address: Address
    token: str
    forgeries: tuple[Field, ...]
    date: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long an arrival is waited for, in seconds, and by which clock."""

    seconds: float
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """The probe arrived, with these headers; `filed`: it was out of the inbox when it was found."""

    mailbox: str
    folder: str
    filed: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """It was not sent."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSeen:
    """It was sent, and not seen in time in these mailboxes; `lost` says why some were given up."""

    watched: tuple[str, ...]
    lost: tuple[str, ...]


Flight = CameBack | NotSent | NotSeen


def probe_mail(probe: Probe) -> bytes:
    """Return the mail, CRLF line ends throughout, ready for DATA."""
    domain = probe.address.domain
    fields = (
        *(f"{name}: {value}".encode("ascii") for name, value in probe.forgeries),
        f"{watermarked(PROBE_HEADER)}: {probe.token}".encode("ascii"),
        f"Date: {format_datetime(probe.date)}".encode("ascii"),
        mailbox_field("From", probe.address),
        mailbox_field("To", probe.address),
        text_field("Subject", f"A probe by workorder check: {probe.token}"),
        f"Message-ID: <{probe.token}.probe@{domain}>".encode("ascii"),
        b"Auto-Submitted: auto-generated",
        b"X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply",
        b"MIME-Version: 1.0",
        b"Content-Type: text/plain; charset=us-ascii",
        b"",
        _TEXT.encode("ascii"),
    )
    return b"\r\n".join(fields)


def fly(
    probe: Probe, transport: Transport, lookouts: Sequence[Lookout], patience: Patience
) -> Flight:
    """Send a probe and wait for it. Never raises what servers do wrong."""
    with _watching(lookouts) as (watched, reasons):
        if not watched:
            return NotSent(reason="; ".join(reasons))
        reason = _refusal(probe, transport)
        if reason is not None:
            return NotSent(reason=reason)
        return _wait(probe, watched, patience)


@contextmanager
def _watching(lookouts: Iterable[Lookout]) -> Iterator[tuple[list[Lookout], list[str]]]:
    """Open what can be opened; those, and why the others could not."""
    watched: list[Lookout] = []
    reasons: list[str] = []
    try:
        for lookout in lookouts:
            try:
                lookout.open()
            except MailboxError as fault:
                reasons.append(str(fault))
            else:
                watched.append(lookout)
        yield watched, reasons
    finally:
        for lookout in watched:
            lookout.close()


def _refusal(probe: Probe, transport: Transport) -> str | None:
    """Send it; why it was not accepted, or None where it was, or may have been."""
    email = probe.address.email
    try:
        transport.send(email, email, probe_mail(probe), before_dot=_no_more_to_do)
    except UnknownDeliveryError:
        return None  # no answer came: it may come all the same
    except DeliveryError as fault:
        return fault.reply
    finally:
        transport.close()
    return None


def _no_more_to_do() -> None:
    """Nothing is to be recorded before the final dot."""


def _wait(probe: Probe, watched: Sequence[Lookout], patience: Patience) -> CameBack | NotSeen:
    until = patience.monotonic() + patience.seconds
    left, lost = list(watched), list[str]()
    while left:
        for lookout in tuple(left):
            try:
                found = _found(probe, lookout)
            except MailboxError as fault:
                lost.append(str(fault))
                left.remove(lookout)
                continue
            if found is not None:
                return found
        remaining = until - patience.monotonic()
        if remaining <= 0:
            break
        patience.sleep(min(PAUSE_SECONDS, remaining))
    return NotSeen(watched=tuple(lookout.name for lookout in watched), lost=tuple(lost))


def _found(probe: Probe, lookout: Lookout) -> CameBack | None:
    for seen in lookout.arrivals():
        try:
            fields = read_fields(seen.head)
        except ParseError:
            continue  # ours can be read
        if is_probe(fields, probe.token):
            return CameBack(
                mailbox=lookout.name, folder=seen.folder, filed=seen.filed, fields=fields
            )
    return None
