"""A proven technician's mail that answers no work order: it opens one, often for somebody else."""

from collections.abc import Iterator
from dataclasses import replace

from workorder.core import openings
from workorder.core.audience import Occasion
from workorder.core.correlate import Placement
from workorder.core.decision import Decision, Outcome, Telling
from workorder.core.effects import Effect
from workorder.core.equipment import mentioned
from workorder.core.events import (
    Assigned,
    CustomerChanged,
    EquipmentChanged,
    Event,
    Noted,
    Opened,
    StatusChanged,
)
from workorder.core.fold import fold, opened
from workorder.core.model import OpenedBy, Person, WorkOrder
from workorder.core.notice import NoticeKind
from workorder.core.perform import LOOKING, Performance, perform
from workorder.core.scene import text
from workorder.core.subjects import label, mentions, title_of
from workorder.core.tags import Misread, Reading, without_tags
from workorder.core.technician_case import Case, tellings_of, with_transcript
from workorder.core.transcript import TranscriptLine, Verdict
from workorder.core.vocabulary import Tag


def open_for(case: Case, placement: Placement) -> Decision:
    """What a mail that answers none does: opens a work order, asks something, or is mistaken."""
    unknown = _names_unknown(case, placement)
    if unknown is not None:
        return with_transcript(
            Decision(outcome=Outcome.DONE, reason="it names a work order that there is not"),
            unknown,
            case,
        )
    opening = _opening(case)
    ruled = case.facts.ruled.events(opened(0, opening), case.facts.at)
    performance = perform(case.reading, case.scene(fold(opened(0, opening), ruled)))
    decision = Decision(outcome=Outcome.DONE, reason="a technician's mail")
    if not performance.applied:
        reason = "a tag is wrong: nothing was opened, and nobody else was told"
        return with_transcript(replace(decision, reason=reason), performance, case)
    if _only_asks(case.reading):
        reason = "a technician's question, answered by the transcript"
        return with_transcript(replace(decision, reason=reason), performance, case)
    decision = _opened(opening, (*ruled, *performance.events), performance.order, case, placement)
    return with_transcript(decision, performance, case)


def _names_unknown(case: Case, placement: Placement) -> Performance | None:
    """Tags under the number of a work order that there is not: a mistake to ask about."""
    tags = [tag for tag in case.reading.written if tag.tag not in LOOKING]
    opens = case.reading.has(Tag.FOR, Tag.CUSTOMER)
    mentioned_numbers = mentions(case.facts.mail.subject, case.policy.prefix)
    if not tags or opens or not mentioned_numbers or placement.turned_down:
        return None
    number = label(mentioned_numbers[0].number, case.policy.prefix)
    line = TranscriptLine(
        written=tags[0].line,
        verdict=Verdict.WRONG,
        effect=Effect.NUMBER_UNKNOWN,
        values=(text("number", number),),
    )
    return Performance(applied=False, lines=(line,), order=opened(0, _opening(case)))


def _opening(case: Case) -> Opened:
    """The work order before its tags: nobody's, asked for by the technician."""
    facts, technician = case.facts, case.technician
    customer = facts.ruled.customer
    subject = without_tags(facts.mail.subject, case.vocabulary)
    return Opened(
        at=facts.at,
        actor=technician.email,
        text=_service(case),
        title=title_of(subject, case.policy.prefix),
        requester=Person(name=technician.name, email=technician.email),
        customer_id=customer.id if customer else None,
        opened_by=OpenedBy.TECHNICIAN,
        thread_id=facts.thread_id,
    )


def _service(case: Case) -> str:
    """What is asked for: the forwarded mail's words, else the technician's own."""
    passed_on = case.facts.names.forwarded
    if passed_on is not None:
        return passed_on.text
    return "" if case.reading.has(Tag.INTERNAL) else case.reading.prose


def _kept_inside(case: Case, *, told: bool) -> str:
    """What of a new mail is for technicians: `#internal`, and words above what is passed on.

    `told`: the technician's own words went along with a status, to the customer.
    """
    prose, passed_on = case.reading.prose, case.facts.names.forwarded
    own = "" if told else prose
    if passed_on is not None:
        return "\n\n".join(filter(None, (own, passed_on.own_text)))
    return own if case.reading.has(Tag.INTERNAL) else ""


def _only_asks(reading: Reading) -> bool:
    asks = bool(reading.tags) and all(
        not isinstance(tag, Misread) and tag.tag in LOOKING for tag in reading.tags
    )
    return asks and not reading.prose


def _opened(
    opening: Opened,
    done: tuple[Event, ...],
    order: WorkOrder,
    case: Case,
    placement: Placement,
) -> Decision:
    """The opening as rules and tags leave it: whose it is stands in it from the start."""
    for_customer = any(isinstance(event, CustomerChanged) for event in done)
    opening = replace(opening, requester=order.requester, customer_id=order.customer_id)
    events: list[Event] = [
        *_with_words(done, case),
        *_mentioned(opening, order, case),
        *openings.turned_down(case.facts, case.policy, placement),
        *openings.oversize(case.facts),
    ]
    occasion = Occasion(
        kind=NoticeKind.OPENED, opened_by_mail=not for_customer, writer=opening.actor
    )
    told = _told_beside(events, case)
    return Decision(
        outcome=Outcome.DONE,
        reason=_reason(order, for_customer=for_customer),
        opening=opening,
        events=tuple(events),
        tellings=(
            Telling(event=0, occasion=occasion),
            *(replace(telling, event=telling.event + 1) for telling in told),
        ),
        files_on=0,
    )


def _with_words(done: tuple[Event, ...], case: Case) -> Iterator[Event]:
    """The events that follow the opening, the technician's words with that they belong to."""
    internal = case.reading.has(Tag.INTERNAL)
    told_along = False
    for event in done:
        is_own_status = isinstance(event, StatusChanged) and event.actor == case.technician.email
        if is_own_status and not internal:
            told_along = True
            yield replace(event, text=case.reading.prose)
        elif not isinstance(event, CustomerChanged):
            yield event
    aside = _kept_inside(case, told=told_along)
    if aside:
        yield Noted(at=case.facts.at, actor=case.technician.email, text=aside)


def _told_beside(events: list[Event], case: Case) -> tuple[Telling, ...]:
    """What is told beside the opening, which tells the assigned technician already."""
    status = next((i for i, e in enumerate(events) if isinstance(e, StatusChanged)), None)
    own = [
        telling
        for telling in tellings_of(events, case, status=status)
        if not isinstance(events[telling.event], Assigned)
        and events[telling.event].actor == case.technician.email
    ]
    return tuple(own)


def _mentioned(opening: Opened, order: WorkOrder, case: Case) -> list[Event]:
    """The customer's equipment that the words name, beside what the tags put there."""
    owned = [p for p in case.facts.names.equipment if p.customer_id == order.customer_id]
    return [
        EquipmentChanged(
            at=case.facts.at, actor=opening.actor, text=piece.tag, equipment_id=piece.id
        )
        for piece in mentioned(f"{opening.title}\n{opening.text}", owned)
        if piece.id not in order.equipment_ids
    ]


def _reason(order: WorkOrder, *, for_customer: bool) -> str:
    if not for_customer:
        return "a technician opens an unsorted work order"
    return f"a technician opens a work order for {order.requester.email}"
