"""What a person asks for by another door than the mail: the same events, the same notices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from workorder.core.decision import Decision, Outcome, Policy
from workorder.core.events import Assigned, EquipmentChanged, Event, Opened
from workorder.core.message import Attachment, normal_address
from workorder.core.model import (
    Contact,
    Equipment,
    OpenedBy,
    Person,
    Priority,
    Technician,
    WorkOrder,
)
from workorder.core.rules import BUILT_IN, RuleSet
from workorder.core.subjects import MAX_TITLE, NO_SUBJECT
from workorder.errors import NotFoundError, RequestError
from workorder.steps.facts import new_message_id
from workorder.steps.letters import keep, post_key
from workorder.steps.record import Cause, Recorder, tell_of_opening
from workorder.store.unit import Store, Unit

SHELL = "workorder"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """A work order wanted on a contact's behalf. `technician` is an address, None for the admin.

    `takes`: that technician looks after it. `once`: a word that the same form has when it is sent
    twice; '' where that cannot happen.
    """

    contact: str
    title: str
    text: str
    equipment: tuple[str, ...] = ()
    technician: str | None = None
    priority: Priority = Priority.NORMAL
    takes: bool = False
    attachments: tuple[Attachment, ...] = ()
    once: str = ""


class OpenOrder:
    """Opens a work order for a known contact, as a technician on the telephone does."""

    def __init__(
        self,
        *,
        store: Store,
        policy: Policy,
        first_number: int,
        clock: Callable[[], datetime],
        rules: RuleSet = BUILT_IN,
    ) -> None:
        self._store = store
        self._policy = policy
        self._rules = rules
        self._first_number = first_number
        self._clock = clock

    def __call__(self, request: OpenRequest) -> WorkOrder:
        """Open it; raises RequestError naming what is unknown, and then nothing was opened."""
        now = self._clock()
        files = keep(self._store.files, request.attachments)
        with self._store.write() as unit:
            who = request.technician or SHELL
            key = post_key(who, "open", request.once, replace(request, attachments=()), files)
            before = unit.access.claim_post(key, now) if key else None
            sent_before = unit.orders.get(before) if before else None
            if sent_before is not None:
                return sent_before
            contact = _contact(unit, request.contact)
            technician = _technician(unit, request.technician)
            pieces = _pieces(unit, contact, request.equipment)
            opening = self._opening(request, contact, technician, now)
            added: list[Event] = [
                EquipmentChanged(at=now, actor=opening.actor, text=p.tag, equipment_id=p.id)
                for p in pieces
            ]
            if technician is not None and request.takes:
                added.append(Assigned(at=now, actor=opening.actor, technician_id=technician.id))
            decision = Decision(
                outcome=Outcome.DONE,
                reason="opened on request",
                opening=opening,
                events=tuple(added),
                tellings=(tell_of_opening(opening, by_mail=False),),
                files_on=0,
            )
            recorder = Recorder(
                unit,
                self._policy,
                first_number=self._first_number,
                now=now,
                rules=self._rules,
            )
            order = recorder.record(decision, Cause(files=files)).order
            assert order is not None  # an opening always makes one
            if key:
                unit.access.settle_post(key, order.number)
        return order

    def _opening(
        self, request: OpenRequest, contact: Contact, technician: Technician | None, now: datetime
    ) -> Opened:
        title = " ".join(request.title.split())[:MAX_TITLE] or NO_SUBJECT
        return Opened(
            at=now,
            actor=technician.email if technician else SHELL,
            text=request.text.strip() or title,
            title=title,
            requester=Person(name=contact.name, email=contact.email),
            customer_id=contact.customer_id,
            opened_by=OpenedBy.TECHNICIAN,
            priority=request.priority,
            thread_id=new_message_id("thread", self._policy.domain),
        )


def _contact(unit: Unit, email: str) -> Contact:
    contact = unit.people.contact_by_email(normal_address(email) or "")
    if contact is None:
        raise NotFoundError(
            f"no contact {email}; add them: workorder contact add {email} --customer NAME"
        )
    return contact


def _technician(unit: Unit, email: str | None) -> Technician | None:
    if email is None:
        return None
    technician = unit.people.technician_by_email(normal_address(email) or "")
    if technician is None:
        raise NotFoundError(f"no technician {email}")
    return technician


def _pieces(unit: Unit, contact: Contact, tags: Sequence[str]) -> list[Equipment]:
    owned = {piece.tag.casefold(): piece for piece in unit.people.equipment_of(contact.customer_id)}
    unknown = [tag for tag in tags if tag.casefold() not in owned]
    if unknown:
        raise RequestError(f"{contact.email}'s company has no equipment {', '.join(unknown)}")
    return [owned[tag.casefold()] for tag in dict.fromkeys(tags)]
