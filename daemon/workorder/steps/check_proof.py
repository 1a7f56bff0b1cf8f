"""Trying whether the configured ways of proving a technician's mail can work here.

What can be known: what is configured, what the mails that came last bear, and what becomes of a
forgery that we send to ourselves.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

from workorder.config import Config
from workorder.core.findings import Level, Remark
from workorder.core.message import Address
from workorder.core.probe import (
    COMMON_HEADERS,
    Field,
    forged_header,
    forged_stamp,
    read_header_fate,
    read_stamp_fate,
)
from workorder.core.probe_verdict import judge_header_fate, judge_stamp_fate
from workorder.core.stamps import (
    Stamps,
    count_bearers,
    count_stamps,
    judge_bearers,
    judge_stamps,
)
from workorder.core.trust import Way, WayKind, parse_way
from workorder.errors import StorageError
from workorder.inbound.imap_lookout import ImapLookout
from workorder.outbound.smtp import SmtpTransport
from workorder.steps.probe import CameBack, Flight, NotSeen, NotSent, Patience, Probe, fly
from workorder.steps.proof_evidence import Evidence, gather

ANSWER_SECONDS: Final = 60.0
"""For the answer to the probe's final dot; it is looked for whether one comes or not."""

_TOKEN_BYTES: Final = 16
_DMARC: Final = frozenset({WayKind.DMARC, WayKind.DMARC_AND_REPLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """What is asked about: the ways as configured, and what is known before the probe."""

    ways: tuple[Way, ...]
    authserv_id: str
    evidence: Evidence
    stamps: Stamps

    @property
    def needs_stamp(self) -> bool:
        """Whether some way rests on what the counted server says."""
        return bool(self.authserv_id) and any(way.kind in _DMARC for way in self.ways)

    @property
    def headers(self) -> tuple[Way, ...]:
        """The ways that rest on a header which a border can guarantee."""
        return tuple(
            way
            for way in self.ways
            if way.kind is WayKind.HEADER and way.header_name not in COMMON_HEADERS
        )


def check_proof(config: Config, now: datetime, probe_seconds: float) -> Iterator[Remark]:
    """Say of each configured way whether it can work, as far as that can be known.

    Args:
        config: The site's configuration.
        now: The clock's time.
        probe_seconds: How long a probe is waited for; with 0 none is sent.
    """
    ways: list[Way] = []
    for word in dict.fromkeys(config.trust.commands):
        try:
            ways.append(parse_way(word))
        except ValueError as fault:
            yield Level.FAIL, str(fault)
    if not config.trust.commands:
        yield Level.WARN, "no way is configured: no technician's mail runs a command"
    evidence = Evidence(specimens=(), technicians=frozenset())
    try:
        evidence = gather(config)
    except StorageError as fault:
        yield Level.WARN, f"what recorded mail shows is not known: {fault}"
    else:
        if not evidence.technicians:
            yield Level.WARN, "there is no technician yet (workorder technician add EMAIL)"
    counted = config.trust.authserv_id.strip().lower().removesuffix(".")
    question = _Question(
        ways=tuple(ways),
        authserv_id=counted,
        evidence=evidence,
        stamps=count_stamps(evidence.specimens, counted, evidence.technicians),
    )
    yield from _of_each_way(question)
    yield from _probing(question, config, now, probe_seconds)


def _of_each_way(question: _Question) -> Iterator[Remark]:
    for way in question.ways:
        outcome = _of_way(way, question)
        if outcome is not None:
            level, text = outcome
            yield level, f"{_shown(way)}: {text}"


def _of_way(way: Way, question: _Question) -> Remark | None:
    match way.kind:
        case WayKind.DMARC | WayKind.DMARC_AND_REPLY:
            if question.authserv_id:
                return judge_stamps(question.stamps, question.authserv_id)
            return Level.FAIL, "[trust] authserv_id is missing: no DMARC result counts"
        case WayKind.REPLY:
            return Level.OK, "needs nothing of the mail server"
        case WayKind.HEADER:
            if way.header_name in COMMON_HEADERS:
                return Level.FAIL, "mail from anybody bears this header: it proves nobody"
            return judge_bearers(count_bearers(question.evidence.specimens, way), way)
        case WayKind.FROM:
            return None  # the configuration warns of it
        case _:
            assert_never(way.kind)


def _shown(way: Way) -> str:
    return f"header {way.header_name}" if way.kind is WayKind.HEADER else way.kind.value


def _probing(
    question: _Question, config: Config, now: datetime, seconds: float
) -> Iterator[Remark]:
    if not (question.needs_stamp or question.headers):
        return
    if seconds <= 0:
        yield Level.OK, "probe: none was sent, so whether a forged header passes is not known"
        return

    def launch(probe: Probe) -> Flight:
        transport = SmtpTransport(config.smtp, answer_timeout=ANSWER_SECONDS)
        lookouts = [ImapLookout(box) for box in config.mailboxes]
        return fly(probe, transport, lookouts, Patience(seconds=seconds))

    address = Address(name=config.site.name, email=config.site.support_address)
    for level, text in _probed(question, address, now, launch):
        yield level, f"probe: {text}"


def _probed(
    question: _Question, address: Address, now: datetime, launch: Callable[[Probe], Flight]
) -> Iterator[Remark]:
    token = secrets.token_hex(_TOKEN_BYTES)
    forgeries: list[Field] = []
    carried: list[Way] = []
    if question.needs_stamp:
        forgeries.append(forged_stamp(question.authserv_id, address.domain, token))
    for way in question.headers:
        if (field := forged_header(way)) is None:
            yield Level.WARN, f"it cannot bear {way.header_name} with this value: not tried"
        else:
            forgeries.append(field)
            carried.append(way)
    if not forgeries:
        return
    flight = launch(Probe(address=address, token=token, forgeries=tuple(forgeries), date=now))
    match flight:
        case CameBack():
            yield Level.OK, _where_it_is(flight)
            yield from _told_by(flight, question, carried, token)
        case NotSent():
            yield Level.WARN, f"was not sent: {flight.reason}"
        case NotSeen():
            yield Level.WARN, _where_it_may_be(flight, address)
        case _:
            assert_never(flight)


def _told_by(
    flight: CameBack, question: _Question, carried: list[Way], token: str
) -> Iterator[Remark]:
    if question.needs_stamp:
        yield judge_stamp_fate(
            read_stamp_fate(flight.fields, question.authserv_id, token),
            authserv_id=question.authserv_id,
            alone=any(way.kind is WayKind.DMARC for way in question.ways),
            on_record=question.stamps.usual,
        )
    for way in carried:
        bearers = count_bearers(question.evidence.specimens, way)
        fate = read_header_fate(flight.fields, way, question.authserv_id, token)
        yield judge_header_fate(fate, way, on_record=bearers.usual)


def _where_it_is(flight: CameBack) -> str:
    where = f"came back to mailbox {flight.mailbox}"
    if flight.filed:
        return f"{where}; a daemon ignored it and filed it into {flight.folder}"
    return f"{where}; it stays in {flight.folder} until a daemon ignores it and files it away"


def _where_it_may_be(flight: NotSeen, address: Address) -> str:
    if flight.lost:
        return f"was sent; then the mailbox was lost: {'; '.join(flight.lost)}"
    return (
        f"did not come back in time: is mail to {address.email} delivered to mailbox "
        f"{', '.join(flight.watched)}? It may be late (--probe-seconds), or taken for spam"
    )
