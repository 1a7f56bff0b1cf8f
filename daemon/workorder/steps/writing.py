"""A technician writes to a work order by another door than the mail: same tags, same transcript."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from workorder.core.classify import Classification, MailKind
from workorder.core.correlate import Candidate, Placement, Via
from workorder.core.decision import Decision, Facts
from workorder.core.message import Address, InboundMail, normal_address
from workorder.core.model import Technician, WorkOrder
from workorder.core.ruled import NO_RULES
from workorder.core.rules import RuleSet
from workorder.core.sender import Sender
from workorder.core.subjects import label
from workorder.core.tags import read_tags
from workorder.core.technician import by_technician
from workorder.core.transcript import Transcript
from workorder.core.trust import DmarcResult, DmarcVerdict, Proof
from workorder.errors import NotFoundError, RequestError
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

    def __call__(self, number: int, technician: str, text: str) -> Written:
        """Write `text` to a work order.

        Raises:
            NotFoundError: there is no such work order, or no such technician.
            RequestError: there is nothing in it.
        """
        if not text.strip():
            raise RequestError("there is nothing to write")
        now, policy = self._clock(), self._rules.policy
        with self._store.write() as unit:
            writer = unit.people.technician_by_email(normal_address(technician) or "")
            if writer is None:
                raise NotFoundError(f"no technician {technician}")
            order = unit.orders.going_on(number)
            if order is None:
                raise NotFoundError(f"no work order {label(number, policy.prefix)}")
            decision = self._decided(unit, order, writer, text, now)
            recorder = Recorder(
                unit,
                policy,
                first_number=self._first_number,
                now=now,
                rules=self._rule_set,
            )
            recorded = recorder.record(replace(decision, answers=None), Cause())
        return Written(
            order=recorded.order or order, transcript=decision.transcript, told=recorded.notices
        )

    def _decided(
        self, unit: Unit, order: WorkOrder, writer: Technician, text: str, now: datetime
    ) -> Decision:
        policy, vocabulary = self._rules.policy, self._rule_set.vocabulary
        reading = read_tags("", text, vocabulary)
        candidate = Candidate(order=order, via=Via.REQUEST)
        zone = ZoneInfo(writer.timezone or policy.timezone)
        facts = replace(
            _facts(writer, text, candidate, now),
            reading=reading,
            today=now.astimezone(zone).date(),
            zone=zone,
            site_zone=ZoneInfo(policy.timezone),
            calendar=self._rule_set.calendar,
            billing=self._rule_set.billing,
            names=names_for(
                unit,
                reading,
                technician=writer,
                order=order,
                forwarded=None,
                prefix=policy.prefix,
            ),
        )
        placement = Placement(taken=candidate, turned_down=())
        return by_technician(facts, policy, vocabulary, placement)


def _facts(writer: Technician, text: str, candidate: Candidate, now: datetime) -> Facts:
    """The request as a mail would state it."""
    author = Address(name=writer.name, email=writer.email)
    unknown = DmarcVerdict(result=DmarcResult.NONE, reason="it is no mail")
    return Facts(
        mail=InboundMail(
            message_id=None,
            in_reply_to=(),
            references=(),
            subject="",
            authors=(author,),
            from_header_count=1,
            to=(),
            cc=(),
            reply_to=(),
            date=now,
            headers=(),
            text=text,
            new_text=text,
            attachments=(),
            report=None,
            size=len(text),
        ),
        classification=Classification(kind=MailKind.PERSON, reasons=()),
        sender=Sender(
            address=author, technician=writer, contact=None, customer=None, dmarc=unknown
        ),
        proof=Proof(proven=True, way=None, reason="asked for by who may use the command line"),
        candidates=(candidate,),
        failed_notice=None,
        twin=None,
        message_id_reused=False,
        equipment=(),
        at=now,
        thread_id=candidate.order.thread_id,
        ruled=NO_RULES,
    )
