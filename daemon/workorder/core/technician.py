"""A proven technician's mail: its tags, and what its prose says to whom."""

from dataclasses import dataclass, replace

from workorder.core import openings
from workorder.core.audience import Occasion
from workorder.core.correlate import Candidate, Placement
from workorder.core.decision import Decision, Facts, Outcome, Policy, Telling
from workorder.core.effects import Effect
from workorder.core.equipment import mentioned
from workorder.core.events import (
    Assigned,
    CustomerChanged,
    EquipmentChanged,
    Event,
    Noted,
    Opened,
    Replied,
    StatusChanged,
    fold,
    opened,
)
from workorder.core.model import SYSTEM, OpenedBy, Person, Status, Technician, WorkOrder
from workorder.core.notice import NoticeKind
from workorder.core.perform import LOOKING, Performance, perform
from workorder.core.scene import Scene, text
from workorder.core.subjects import label, mentions, title_of
from workorder.core.tags import Misread, Reading, without_tags
from workorder.core.transcript import Transcript, TranscriptLine, Verdict
from workorder.core.vocabulary import Tag, Vocabulary

_MOST_SAID = 100_000  # characters of a mail that its transcript quotes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A proven technician's mail that was read."""

    facts: Facts
    policy: Policy
    vocabulary: Vocabulary
    technician: Technician
    reading: Reading

    def is_internal(self, status: int | None) -> bool:
        """Whether the prose stays inside: it says so, or answers what was said there.

        `status`: index of the event that changes the status; its words are for the customer.
        """
        return self.reading.has(Tag.INTERNAL) or (self.facts.note_of is not None and status is None)

    def scene(self, order: WorkOrder) -> Scene:
        return Scene(
            order=order,
            technician=self.technician,
            at=self.facts.at,
            today=self.facts.today,
            names=self.facts.names,
            vocabulary=self.vocabulary,
            prefix=self.policy.prefix,
            own_addresses=self.policy.own_addresses,
        )


def by_technician(
    facts: Facts, policy: Policy, vocabulary: Vocabulary, placement: Placement
) -> Decision:
    """What a proven technician's mail does, to the work order that it answers or to a new one."""
    technician, reading = facts.sender.technician, facts.reading
    assert technician is not None  # whoever calls this looked
    assert reading is not None  # a proven technician's mail is read
    case = _Case(
        facts=facts,
        policy=policy,
        vocabulary=vocabulary,
        technician=technician,
        reading=reading,
    )
    if placement.taken is not None:
        return _answer(placement.taken, case)
    return _new(case, placement)


# -- a work order that is there ---------------------------------------------------------------


def _answer(candidate: Candidate, case: _Case) -> Decision:
    order, reading = candidate.order, case.reading
    performance = perform(reading, case.scene(order))
    decision = Decision(
        outcome=Outcome.DONE,
        reason=f"technician's mail, by {candidate.via}",
        number=order.number,
    )
    if not performance.applied:
        reason = "a tag is wrong: nothing was done, and nobody else was told"
        return _with_transcript(replace(decision, reason=reason), performance, case)
    events, tellings, files_on = _with_prose(performance, case)
    decision = replace(
        decision,
        number=performance.order.number,
        events=events,
        tellings=tellings,
        files_on=files_on,
        confirms=_confirmed(performance.order, tellings),
    )
    return _with_transcript(decision, performance, case)


def _with_prose(
    performance: Performance, case: _Case
) -> tuple[tuple[Event, ...], tuple[Telling, ...], int | None]:
    """The tags' events with the prose put on the right one, and what is told of them.

    A status that changed takes the words along; `#internal` keeps them inside; else they are a
    reply. Tags alone send nobody an empty reply.
    """
    prose, actor, at = case.reading.prose, case.technician.email, case.facts.at
    events = list(performance.events)
    status = performance.status_event
    internal = case.is_internal(status)
    undoing = case.reading.has(Tag.UNDO)
    words_on: int | None = None
    if internal and (prose or case.facts.mail.attachments):
        words_on = len(events)
        events.append(Noted(at=at, actor=actor, text=prose))
    elif status is not None and not undoing and not internal:
        words_on = status
        events[status] = replace(events[status], text=prose)
    elif prose or not case.reading.tags:
        words_on = len(events)
        events.append(Replied(at=at, actor=actor, text=prose, by_technician=True))
    told = _tellings(events, case, status=None if undoing else status)
    files_on = words_on if words_on is not None else (0 if events else None)
    return tuple(events), told, files_on


def _tellings(events: list[Event], case: _Case, *, status: int | None) -> tuple[Telling, ...]:
    told: list[Telling] = []
    for index, event in enumerate(events):
        kind = _kind_of(index, event, events, status)
        if kind is not None:
            occasion = Occasion(
                kind=kind,
                writer=case.technician.email,
                by_technician=True,
                has_words=bool(event.text),
                answered=(case.facts.note_of or "") if isinstance(event, Noted) else "",
            )
            told.append(Telling(event=index, occasion=occasion))
    return tuple(told)


def _kind_of(
    index: int, event: Event, events: list[Event], status: int | None
) -> NoticeKind | None:
    """As what an event of a technician's mail is told, or None."""
    match event:
        case Replied():
            return NoticeKind.REPLY
        case Noted():
            return NoticeKind.NOTE
        case Assigned():
            # A note of the same mail goes to the same technician, and shows whose it is.
            return None if any(isinstance(e, Noted) for e in events) else NoticeKind.NOTE
        case StatusChanged() if index == status:
            silent = event.status is Status.CANCELLED and not event.text
            return None if silent else NoticeKind(event.status.value)
        case _:
            return None


def _confirmed(order: WorkOrder, tellings: tuple[Telling, ...]) -> str:
    """The contact whom the technician answers, and so vouches for."""
    public = any(telling.occasion.kind is not NoticeKind.NOTE for telling in tellings)
    return order.requester.email if public else ""


# -- a new work order -------------------------------------------------------------------------


def _new(case: _Case, placement: Placement) -> Decision:
    unknown = _names_unknown(case, placement)
    if unknown is not None:
        return _with_transcript(
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
        return _with_transcript(replace(decision, reason=reason), performance, case)
    if _only_asks(case.reading):
        reason = "a technician's question, answered by the transcript"
        return _with_transcript(replace(decision, reason=reason), performance, case)
    decision = _opened(opening, (*ruled, *performance.events), performance.order, case, placement)
    return _with_transcript(decision, performance, case)


def _names_unknown(case: _Case, placement: Placement) -> Performance | None:
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


def _opening(case: _Case) -> Opened:
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


def _service(case: _Case) -> str:
    """What is asked for: the forwarded mail's words, else the technician's own."""
    passed_on = case.facts.names.forwarded
    if passed_on is not None:
        return passed_on.text
    return "" if case.reading.has(Tag.INTERNAL) else case.reading.prose


def _kept_inside(case: _Case, *, told: bool) -> str:
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
    case: _Case,
    placement: Placement,
) -> Decision:
    """The opening as rules and tags leave it: whose it is stands in it from the start."""
    for_customer = any(isinstance(event, CustomerChanged) for event in done)
    opening = replace(opening, requester=order.requester, customer_id=order.customer_id)
    has_status = any(isinstance(event, StatusChanged) and event.actor != SYSTEM for event in done)
    told_along = has_status and not case.reading.has(Tag.INTERNAL)
    events: list[Event] = [
        *(
            replace(event, text=case.reading.prose)
            if told_along and isinstance(event, StatusChanged) and event.actor != SYSTEM
            else event
            for event in done
            if not isinstance(event, CustomerChanged)
        ),
        *_mentioned(opening, order, case),
        *openings.turned_down(case.facts, case.policy, placement),
        *openings.oversize(case.facts),
    ]
    aside = _kept_inside(case, told=told_along)
    if aside:
        events.append(Noted(at=case.facts.at, actor=opening.actor, text=aside))
    occasion = Occasion(
        kind=NoticeKind.OPENED, opened_by_mail=not for_customer, writer=opening.actor
    )
    told = _tellings_of_new(events, case)
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


def _tellings_of_new(events: list[Event], case: _Case) -> tuple[Telling, ...]:
    """What is told beside the opening, which tells the assigned technician already."""
    status = next((i for i, e in enumerate(events) if isinstance(e, StatusChanged)), None)
    own = [
        telling
        for telling in _tellings(events, case, status=status)
        if not isinstance(events[telling.event], Assigned)
        and events[telling.event].actor == case.technician.email
    ]
    return tuple(own)


def _mentioned(opening: Opened, order: WorkOrder, case: _Case) -> list[Event]:
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


# -- the transcript ---------------------------------------------------------------------------


def _with_transcript(decision: Decision, performance: Performance, case: _Case) -> Decision:
    """The decision with what the tags bring about elsewhere, and the answer to the technician."""
    if not case.reading.tags:
        return decision
    mail = case.facts.mail
    transcript = Transcript(
        applied=performance.applied,
        lines=performance.lines,
        subject=mail.subject,
        said=mail.new_text[:_MOST_SAID],
    )
    return replace(
        decision,
        elsewhere=performance.elsewhere,
        moves_from=performance.moves_from,
        withdraws=performance.withdraws,
        new_contact=performance.new_contact,
        transcript=transcript,
        answers=mail.author,
    )
