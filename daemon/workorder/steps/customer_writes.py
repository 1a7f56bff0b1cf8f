"""A customer's person asks, answers and adds people by the portal: what their mail would do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from workorder.core.correlate import Candidate, Placement, Via
from workorder.core.decision import Decision, Facts, Wish
from workorder.core.message import Address, Attachment, InboundMail, normal_address
from workorder.core.model import Approval, Contact, Equipment, OpenedBy, Priority, WorkOrder
from workorder.core.openings import new_order
from workorder.core.replies import reply_to
from workorder.core.rules import RuleSet
from workorder.core.sender import Sender
from workorder.core.trust import Proof
from workorder.core.viewer import ContactViewer, scope_of
from workorder.errors import NotFoundError, RequestError
from workorder.steps.facts import new_message_id
from workorder.steps.letters import NO_DMARC, facts_of, keep, letter_of, post_key
from workorder.steps.record import Cause, Recorder
from workorder.steps.ruling import case_of, ruled_of
from workorder.steps.site_rules import SiteRules
from workorder.store.unit import Store, Unit

LOGGED_IN = "logged in to the portal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A new work order as the form has it. `equipment`: ids of what the company has.

    `once`: a word that the same form has when it is sent twice.
    """

    title: str
    text: str
    equipment: tuple[int, ...] = ()
    priority: Priority = Priority.NORMAL
    attachments: tuple[Attachment, ...] = ()
    once: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is added to a work order. `solved`: nothing is left to be done.

    `approves`: work that no bank covers may be done. `once`: as of Asked.
    """

    text: str
    attachments: tuple[Attachment, ...] = ()
    solved: bool = False
    approves: bool = False
    once: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """A colleague whom a primary contact adds."""

    name: str
    email: str


class CustomerWrites:
    """Does what a proven mail of the contact would do; each method is one transaction."""

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

    def open(self, viewer: ContactViewer, asked: Asked) -> WorkOrder:
        """Open a work order; sent twice, it is the one that was opened.

        Raises:
            RequestError: a piece of equipment is not the company's; then nothing was opened.
        """
        now = self._clock()
        files = keep(self._store.files, asked.attachments)
        with self._store.write() as unit:
            contact = _present(unit, viewer)
            key = post_key(viewer.email, "open", asked.once, replace(asked, attachments=()), files)
            sent_before = _sent_before(unit, key, now)
            if sent_before is not None:
                return sent_before
            pieces = _chosen(unit, contact, asked.equipment)
            wish = Wish(priority=asked.priority, equipment=pieces)
            letter = letter_of(
                _address(contact),
                asked.text,
                at=now,
                subject=asked.title,
                attachments=asked.attachments,
            )
            facts = self._facts(unit, contact, letter=letter, wish=wish, now=now)
            decision = new_order(facts, self._rules.policy, _NOWHERE)
            order = self._recorder(unit, now).record(decision, Cause(files=files)).order
            assert order is not None  # an opening always makes one
            _settle(unit, key, order)
        return order

    def answer(self, viewer: ContactViewer, number: int, answer: Answer) -> WorkOrder:
        """Add to a work order; the one that it went to, a new one where the old was closed long.

        Raises:
            NotFoundError: there is none that this person may see.
            RequestError: there is nothing in it.
        """
        if not (answer.text.strip() or answer.attachments or answer.solved or answer.approves):
            raise RequestError("there is nothing to send")
        now = self._clock()
        files = keep(self._store.files, answer.attachments)
        with self._store.write() as unit:
            contact = _present(unit, viewer)
            order = unit.orders.going_on(number)
            if order is None or not scope_of(viewer).holds(order):
                raise NotFoundError(f"no work order {number}")
            answer = _still_asked(answer, order, contact)
            what = replace(answer, attachments=())
            key = post_key(viewer.email, f"answer {order.number}", answer.once, what, files)
            sent_before = _sent_before(unit, key, now)
            if sent_before is not None:
                return sent_before
            decision = self._answered(unit, contact, order, answer, now)
            recorded = self._recorder(unit, now).record(decision, Cause(files=files)).order
            assert recorded is not None  # a reply is always an event of some work order
            _settle(unit, key, recorded)
        return recorded

    def add_contact(self, viewer: ContactViewer, person: NewPerson) -> Contact:
        """Add a colleague, who may then ask, and log in.

        Raises:
            RequestError: only primary contacts may, or the address is taken or none.
        """
        with self._store.write() as unit:
            contact = _present(unit, viewer)
            if not contact.primary:
                raise RequestError("only a primary contact adds people")
            return unit.people.add_contact(
                person.email,
                customer_id=contact.customer_id,
                name=person.name,
                proven=self._is_theirs(unit, contact, person.email),
            )

    def _is_theirs(self, unit: Unit, contact: Contact, email: str) -> bool:
        """Whether an address is of the contact's own company's domain.

        Raises:
            RequestError: it is of another customer's, or of ours: mail from there would become
                this company's (T10).
        """
        policy = self._rules.policy
        domain = (normal_address(email) or "").rpartition("@")[2]
        owner = unit.people.customer_by_domain(domain) if domain else None
        ours = {policy.domain, *(own.rpartition("@")[2] for own in policy.own_addresses)}
        ours |= {t.email.rpartition("@")[2] for t in unit.people.technicians()}
        if domain in ours or (owner is not None and owner.id != contact.customer_id):
            raise RequestError(f"{email} is of somebody else's domain")
        return owner is not None

    def _answered(
        self, unit: Unit, contact: Contact, order: WorkOrder, answer: Answer, now: datetime
    ) -> Decision:
        candidate = Candidate(order=order, via=Via.REQUEST)
        letter = letter_of(
            _address(contact),
            answer.text,
            at=now,
            subject=order.title,
            attachments=answer.attachments,
        )
        wish = Wish(solved=answer.solved)
        facts = self._facts(
            unit, contact, letter=letter, wish=wish, now=now, candidates=(candidate,)
        )
        if answer.solved:  # said with thanks, it is more than thanks
            facts = replace(facts, ruled=replace(facts.ruled, is_thanks=False))
        if answer.approves:
            facts = replace(facts, consent=Proof(proven=True, way=None, reason=LOGGED_IN))
        placement = Placement(taken=candidate, turned_down=())
        return reply_to(candidate, facts, self._rules.policy, placement)

    def _facts(  # noqa: PLR0913 - what a mail would say of itself, each by its name
        self,
        unit: Unit,
        contact: Contact,
        *,
        letter: InboundMail,
        wish: Wish,
        now: datetime,
        candidates: tuple[Candidate, ...] = (),
    ) -> Facts:
        policy, rule_set = self._rules.policy, self._rule_set
        sender = Sender(
            address=_address(contact),
            technician=None,
            contact=contact,
            customer=unit.people.customer_by_id(contact.customer_id),
            dmarc=NO_DMARC,
        )
        facts = facts_of(
            letter,
            sender,
            None,
            at=now,
            thread_id=new_message_id("thread", policy.domain),
            candidates=candidates,
            policy=policy,
            rule_set=rule_set,
        )
        facts = replace(
            facts,
            equipment=unit.people.equipment_of(contact.customer_id),
            door=OpenedBy.PORTAL,
            wish=wish,
        )
        case = case_of(facts, site_language=policy.language, timezone=self._rules.timezone)
        # A person who is logged in is no alert, whatever their words are like.
        ruled = replace(ruled_of(unit, facts, rule_set, case), alert=None)
        return replace(facts, ruled=ruled)

    def _recorder(self, unit: Unit, now: datetime) -> Recorder:
        return Recorder(
            unit,
            self._rules.policy,
            first_number=self._first_number,
            now=now,
            rules=self._rule_set,
        )


_NOWHERE = Placement(taken=None, turned_down=())


def _sent_before(unit: Unit, key: str, now: datetime) -> WorkOrder | None:
    """The work order that the same form led to before."""
    before = unit.access.claim_post(key, now) if key else None
    return unit.orders.get(before) if before else None


def _settle(unit: Unit, key: str, order: WorkOrder) -> None:
    if key:
        unit.access.settle_post(key, order.number)


def _still_asked(answer: Answer, order: WorkOrder, contact: Contact) -> Answer:
    """The answer, less a consent that nobody asks this person for.

    Raises:
        RequestError: and there is nothing else in it.
    """
    asked = order.approval is Approval.ASKED and contact.primary
    if asked or not answer.approves:
        return answer
    if not (answer.text.strip() or answer.attachments or answer.solved):
        raise RequestError("nobody is asked for that any more")
    return replace(answer, approves=False)


def _address(contact: Contact) -> Address:
    return Address(name=contact.name, email=contact.email)


def _present(unit: Unit, viewer: ContactViewer) -> Contact:
    """The contact as they are now: an admin may have taken them off a moment ago."""
    contact = unit.people.contact_by_email(viewer.email)
    if contact is None or contact.id != viewer.contact.id:
        raise NotFoundError("this contact is not there any more")
    return contact


def _chosen(unit: Unit, contact: Contact, ids: Sequence[int]) -> tuple[Equipment, ...]:
    owned = {piece.id: piece for piece in unit.people.equipment_of(contact.customer_id)}
    if not set(ids) <= set(owned):
        raise RequestError("that equipment is not your company's")
    return tuple(owned[each] for each in dict.fromkeys(ids))
