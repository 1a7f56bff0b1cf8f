"""A technician writes to a work order by another door than the mail: same tags, same transcript."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from workorder.core.correlate import Candidate, Placement, Via
from workorder.core.decision import Decision
from workorder.core.message import Address, Attachment, normal_address
from workorder.core.model import Technician, WorkOrder
from workorder.core.rules import RuleSet
from workorder.core.sender import Sender
from workorder.core.subjects import label
from workorder.core.tags import Reading, read_tags
from workorder.core.tags import Written as WrittenTag
from workorder.core.technician import by_technician
from workorder.core.transcript import Transcript
from workorder.core.trust import Proof
from workorder.core.vocabulary import Tag
from workorder.errors import NotFoundError, RequestError
from workorder.steps.letters import NO_DMARC, facts_of, keep, letter_of, post_key
from workorder.steps.naming import names_for
from workorder.steps.record import Cause, Recorder
from workorder.steps.site_rules import SiteRules
from workorder.store.unit import Store, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What came of it: the work order now, the transcript if there are tags, how many are told."""

    order: WorkOrder
    transcript: Transcript | None
    told: int

    @property
    def applied(self) -> bool:
        """Whether it was done; else a tag was wrong, and the transcript says which."""
        return self.transcript is None or self.transcript.applied


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a technician writes: `text` with its tags on top, as in a mail, and files.

    `once`: a word that the same form has when it is sent twice; '' where that cannot happen.
    """

    text: str
    attachments: tuple[Attachment, ...] = ()
    once: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """What a technician does by buttons: tags with what follows each, and words that hold none."""

    tags: tuple[tuple[Tag, str], ...]
    prose: str = ""
    attachments: tuple[Attachment, ...] = ()
    once: str = ""

    @property
    def reading(self) -> Reading:
        """The same as it would be read in a mail."""
        tags = tuple(
            WrittenTag(
                tag=tag,
                line=f"#{tag.value.replace('-', ' ')} {argument}".strip(),
                argument=" ".join(argument.split()),
            )
            for tag, argument in self.tags
        )
        return Reading(tags=tags, prose=self.prose.strip())


class TechnicianWrites:
    """Does what a proven mail of the technician would do."""

    def __init__(
        self,
        *,
        store: Store,
        rules: SiteRules,
        rule_set: RuleSet,
        first_number: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._rules = rules
        self._rule_set = rule_set
        self._first_number = first_number
        self._clock = clock

    def __call__(self, number: int, technician: str, words: Words) -> Written:
        """Write to a work order.

        Raises:
            NotFoundError: there is no such work order, or no such technician.
            RequestError: there is nothing in it.
        """
        if not words.text.strip() and not words.attachments:
            raise RequestError("there is nothing to write")
        reading = read_tags("", words.text, self._rule_set.vocabulary)
        return self._write(number, technician, reading, words)

    def do(self, number: int, technician: str, commands: Commands) -> Written:
        """Do to a work order what buttons say.

        Raises:
            NotFoundError: there is no such work order, or no such technician.
        """
        words = Words(text=commands.prose, attachments=commands.attachments, once=commands.once)
        return self._write(number, technician, commands.reading, words)

    def _write(self, number: int, technician: str, reading: Reading, words: Words) -> Written:
        now, policy = self._clock(), self._rules.policy
        files = keep(self._store.files, words.attachments)
        with self._store.write() as unit:
            writer = _technician(unit, technician)
            order = unit.orders.going_on(number)
            if order is None:
                raise NotFoundError(f"no work order {label(number, policy.prefix)}")
            told = (reading, replace(words, attachments=()), files)
            key = post_key(writer.email, f"write {order.number}", words.once, *told)
            if key and unit.access.claim_post(key, now) is not None:
                return Written(order=order, transcript=None, told=0)
            decision = self._decided(unit, order, writer, reading, words, now)
            recorder = Recorder(
                unit,
                policy,
                first_number=self._first_number,
                now=now,
                rules=self._rule_set,
            )
            recorded = recorder.record(replace(decision, answers=None), Cause(files=files))
            if key:
                unit.access.settle_post(key, order.number)
        return Written(
            order=recorded.order or order, transcript=decision.transcript, told=recorded.notices
        )

    def _decided(  # noqa: PLR0913, PLR0917 - who writes what to which, when
        self,
        unit: Unit,
        order: WorkOrder,
        writer: Technician,
        reading: Reading,
        words: Words,
        now: datetime,
    ) -> Decision:
        policy, vocabulary = self._rules.policy, self._rule_set.vocabulary
        candidate = Candidate(order=order, via=Via.REQUEST)
        zone = ZoneInfo(writer.timezone or policy.timezone)
        author = Address(name=writer.name, email=writer.email)
        facts = facts_of(
            letter_of(author, words.text, at=now, attachments=words.attachments),
            Sender(address=author, technician=writer, contact=None, customer=None, dmarc=NO_DMARC),
            Proof(proven=True, way=None, reason="asked for by who is logged in"),
            at=now,
            thread_id=order.thread_id,
            candidates=(candidate,),
            policy=policy,
            rule_set=self._rule_set,
        )
        names = names_for(
            unit,
            reading,
            technician=writer,
            order=order,
            forwarded=None,
            prefix=policy.prefix,
        )
        today = now.astimezone(zone).date()
        facts = replace(facts, reading=reading, today=today, zone=zone, names=names)
        placement = Placement(taken=candidate, turned_down=())
        return by_technician(facts, policy, vocabulary, placement)


def _technician(unit: Unit, email: str) -> Technician:
    writer = unit.people.technician_by_email(normal_address(email) or "")
    if writer is None:
        raise NotFoundError(f"no technician {email}")
    return writer
