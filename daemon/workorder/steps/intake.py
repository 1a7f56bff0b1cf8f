"""Intake: what lies in a mailbox becomes recorded decisions, and is filed away after the commit.

    list ─> fetch ─> raw mail on disk ─> ledger row          (one transaction a batch)
    take ─> parse ─> look up ─> decide ─> record             (one transaction a mail)
    move on the server ─> verified ─> noted as filed

Any step may be cut short at any moment: the next call finds what is left and goes on.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from workorder.core.caps import MINUTE, is_flood
from workorder.core.decide import decide
from workorder.core.message import InboundMail
from workorder.core.rules import BUILT_IN, RuleSet
from workorder.errors import OurFaultError, ParseError
from workorder.inbound.mail_values import Destination, Fetched, Listed, Listing
from workorder.inbound.parse import parse, parse_head
from workorder.steps.facts import InForce, body_hash, gather, seen_by_others
from workorder.steps.letters import keep
from workorder.steps.record import Cause, Recorder, trace_json
from workorder.steps.site_rules import SiteRules
from workorder.steps.surroundings import Surroundings
from workorder.steps.trouble import trouble
from workorder.store.inbound import Arrival, LedgerEntry
from workorder.store.orders import FileRow
from workorder.store.unit import Store, Unit

log = structlog.get_logger()

BATCH_MAILS = 50
BATCH_BYTES = 8 * 1024 * 1024
HEAD_BYTES = 64 * 1024
MAX_ATTEMPTS = 3


class Mailbox(Protocol):
    """One inbox on a server; every method raises MailboxError when the server does not play."""

    @property
    def name(self) -> str:
        """The mailbox's name in the configuration."""

    def open(self) -> None:
        """Connect, unless connected."""

    def listing(self, *, most: int | None = None) -> Listing:
        """What lies in the inbox and is not handled yet, oldest first, at most `most`."""

    def fetch(self, uids: Sequence[int], uidvalidity: int) -> tuple[Fetched, ...]:
        """Mails whole, without marking them read."""

    def fetch_head(self, uid: int, limit: int, uidvalidity: int | None = None) -> Fetched | None:
        """A mail's headers and the first `limit` bytes of its body; None if it is gone."""

    def file(
        self, uids: Sequence[int], destination: Destination, uidvalidity: int | None = None
    ) -> frozenset[int]:
        """Move mails away; the UIDs that are seen to be gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSettings:
    """What the configuration says about intake."""

    rules: SiteRules
    first_number: int
    admin_address: str
    max_mail_bytes: int


class Intake:
    """The step of one mailbox; one call brings in one batch and decides on what is on record.

    `rules` gives the rule set in force; it is asked again for each mail.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        store: Store,
        settings: IntakeSettings,
        around: Surroundings,
        rules: Callable[[], RuleSet] = lambda: BUILT_IN,
    ) -> None:
        self._mailbox = mailbox
        self._rules = rules
        self._store = store
        self._files = store.files
        self._settings = settings
        self._around = around
        # UIDs seen in this UIDVALIDITY whose mail is on record: a move that the server refuses
        # must not have their bodies fetched again at every poll.
        self._on_record: set[int] = set()
        self._uidvalidity = 0
        self._to_put_back: list[LedgerEntry] = []

    def __call__(self) -> bool:
        """Do one round; whether anything was brought in, decided or filed."""
        self._put_back()
        self._mailbox.open()
        brought = self._bring_in()
        decided = self._decide_on_record()
        filed = self._file_away()
        return brought or decided or filed

    def take_back(self) -> None:
        """After an unclean end: what was in hand is tried again, one mail at a time."""
        with self._store.write() as unit:
            for entry in unit.inbound.take_back(self._mailbox.name, limit=MAX_ATTEMPTS):
                self._tell_admin_of_aside(unit, entry, entry.reason)

    # -- bringing in ------------------------------------------------------------------------

    def _bring_in(self) -> bool:
        listing = self._mailbox.listing(most=len(self._on_record) + BATCH_MAILS)
        if listing.uidvalidity != self._uidvalidity:
            self._uidvalidity = listing.uidvalidity
            self._on_record.clear()
        new = [mail for mail in listing.mails if mail.uid not in self._on_record]
        batch = list(_first_batch(new, self._settings.max_mail_bytes))
        if not batch:
            return False
        fetched = self._fetch(batch, listing.uidvalidity)
        if fetched:
            self._put_on_record(fetched, listing.uidvalidity)
        return True

    def _fetch(self, batch: Sequence[Listed], uidvalidity: int) -> list[tuple[Fetched, bool]]:
        limit = self._settings.max_mail_bytes
        whole = [mail.uid for mail in batch if mail.size <= limit]
        fetched = [(mail, False) for mail in self._mailbox.fetch(whole, uidvalidity)]
        for mail in batch:
            if mail.size > limit:
                head = self._mailbox.fetch_head(mail.uid, HEAD_BYTES, uidvalidity)
                fetched += [(head, True)] if head is not None else []
        return fetched

    def _put_on_record(self, fetched: Sequence[tuple[Fetched, bool]], uidvalidity: int) -> None:
        hashes = self._files.put_raws([mail.raw for mail, _ in fetched])
        self._around.checkpoint("raw-stored")
        arrivals = [
            Arrival(
                uidvalidity=uidvalidity,
                uid=mail.uid,
                sha256=sha256,
                size=mail.size,
                internaldate=mail.internaldate,
                truncated=truncated,
            )
            for (mail, truncated), sha256 in zip(fetched, hashes, strict=True)
        ]
        with self._store.write() as unit:
            unit.inbound.record(self._mailbox.name, arrivals, self._around.clock())
        self._on_record.update(mail.uid for mail, _ in fetched)
        self._around.checkpoint("recorded")
        log.info("mails_recorded", mailbox=self._mailbox.name, count=len(fetched))

    # -- deciding ---------------------------------------------------------------------------

    def _decide_on_record(self) -> bool:
        any_decided = False
        while not self._around.stopping() and (entries := self._take()):
            any_decided = True
            self._around.checkpoint("taken")
            self._decide_each(entries)
            if len(entries) > 1:
                break  # let the server's new mail and the filing have their turn
        return any_decided

    def _take(self) -> tuple[LedgerEntry, ...]:
        with self._store.write() as unit:
            return unit.inbound.take(self._mailbox.name, BATCH_MAILS, self._around.clock())

    def _decide_each(self, entries: Sequence[LedgerEntry]) -> None:
        waiting = list(entries)
        while waiting:
            if self._around.stopping():
                self._to_put_back = waiting
                self._put_back()
                return
            try:
                self._decide_one(waiting[0])
            except OurFaultError:
                self._to_put_back = waiting
                raise
            waiting.pop(0)

    def _decide_one(self, entry: LedgerEntry) -> None:
        try:
            mail = self._parsed(entry)
            self._around.checkpoint("parsed")
            self._record(entry, mail)
        except OurFaultError:
            raise
        except Exception as fault:  # noqa: BLE001 - whatever else a mail brings about is its fault
            self._failed(entry, fault)
        else:
            self._around.wake()
            self._around.checkpoint("decided")

    def _parsed(self, entry: LedgerEntry) -> InboundMail:
        raw = self._files.raw(entry.sha256)
        return parse_head(raw, entry.size) if entry.truncated else parse(raw)

    def _record(self, entry: LedgerEntry, mail: InboundMail) -> None:
        files = keep(self._files, mail.attachments)
        self._around.checkpoint("files-stored")
        now = self._around.clock()
        with self._store.write() as unit:
            if self._parks(unit, entry, mail):
                return
            self._decide_in(unit, entry, mail, files, now)
            self._around.checkpoint("before-commit")

    def _decide_in(
        self,
        unit: Unit,
        entry: LedgerEntry,
        mail: InboundMail,
        files: tuple[FileRow, ...],
        now: datetime,
    ) -> None:
        settings, rules = self._settings, self._rules()
        facts = gather(unit, mail, entry, InForce(site=settings.rules, rules=rules), now)
        decision = decide(facts, settings.rules.policy, rules.vocabulary)
        recorder = Recorder(
            unit,
            settings.rules.policy,
            first_number=settings.first_number,
            now=now,
            rules=rules,
        )
        cause = Cause(mail_id=entry.id, message_id=_answerable(mail), files=files)
        recorded = recorder.record(decision, cause)
        unit.orders.spend(seen_by_others(mail, settings.rules.policy))
        number = recorded.order.number if recorded.order else decision.number
        unit.inbound.decided(
            entry.id,
            state=decision.outcome,
            reason=decision.reason,
            number=number,
            message_id=mail.message_id,
            sender=mail.author.email if mail.author else "",
            body_hash=body_hash(mail),
            trace=trace_json(decision.trace),
        )
        log.info(
            "mail_decided",
            mail=entry.id,
            outcome=decision.outcome,
            number=number,
            notices=recorded.notices,
            reason=decision.reason,
        )

    def _parks(self, unit: Unit, entry: LedgerEntry, mail: InboundMail) -> bool:
        """Whether the mail is one of a flood: kept, and taken when the minute has passed."""
        sender = mail.author.email if mail.author else ""
        if entry.released_at is not None:
            return False
        arrived = entry.internaldate
        earlier = unit.inbound.from_sender_since(sender, arrived - MINUTE, arrived)
        if not is_flood(1 + earlier):
            return False
        unit.inbound.park(
            entry.id, sender=sender, reason="more mails of one sender than a minute takes"
        )
        log.warning("mail_parked", mail=entry.id)
        return True

    def _put_back(self) -> None:
        """A fault of ours was no try of the mails it met; they go on from the start."""
        if not self._to_put_back:
            return
        with self._store.write() as unit:
            for entry in self._to_put_back:
                unit.inbound.put_back(entry.id)
        self._to_put_back = []

    def _failed(self, entry: LedgerEntry, fault: Exception) -> None:
        reason = _one_line(fault)
        with self._store.write() as unit:
            aside = unit.inbound.failed(entry.id, reason, self._around.clock(), limit=MAX_ATTEMPTS)
            if aside:
                self._tell_admin_of_aside(unit, entry, reason)
        event = "mail_set_aside" if aside else "mail_failed"
        unexpected = not isinstance(fault, ParseError)
        log.warning(event, mail=entry.id, reason=reason, exc_info=fault if unexpected else None)
        self._around.wake()

    def _tell_admin_of_aside(self, unit: Unit, entry: LedgerEntry, reason: str) -> None:
        words = (
            f"Mail {entry.id} of mailbox {entry.mailbox} was set aside after {MAX_ATTEMPTS}"
            f" attempts: {reason}. See it: workorder mail show {entry.id}"
        )
        settings = self._settings
        notice = trouble(
            words,
            admin=settings.admin_address,
            policy=settings.rules.policy,
            key=f"aside:{entry.id}:{entry.received_at.isoformat()}",
        )
        unit.outbox.add([notice], self._around.clock())

    # -- filing away ------------------------------------------------------------------------

    def _file_away(self) -> bool:
        with self._store.read() as unit:
            to_file = unit.inbound.to_file(self._mailbox.name)
        current = [row for row in to_file if row.uidvalidity == self._uidvalidity]
        any_filed = False
        for destination in Destination:
            rows = {
                row.uid: row.id
                for row in current
                if row.aside == (destination is Destination.ASIDE)
            }
            if not rows:
                continue
            gone = self._mailbox.file(sorted(rows), destination, self._uidvalidity)
            self._around.checkpoint("moved")
            with self._store.write() as unit:
                unit.inbound.filed([rows[uid] for uid in gone])
            self._on_record -= gone
            self._around.checkpoint("filed")
            any_filed = any_filed or bool(gone)
        return any_filed


def _first_batch(mails: Iterable[Listed], limit: int) -> Iterable[Listed]:
    """As many mails as are fetched at once: some dozens, or some megabytes."""
    total = 0
    for count, mail in enumerate(mails):
        total += min(mail.size, limit)
        if count == BATCH_MAILS or (count and total > BATCH_BYTES):
            return
        yield mail


def _answerable(mail: InboundMail) -> str | None:
    """The Message-ID that notices can refer to."""
    plain = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,398}>")
    return mail.message_id if mail.message_id and plain.fullmatch(mail.message_id) else None


def _one_line(fault: Exception) -> str:
    words = " ".join(str(fault).split())[:300]
    return words if isinstance(fault, ParseError) else f"{type(fault).__name__}: {words}"
