"""A proven technician's mail: its tags, and what its prose says to whom."""

from dataclasses import replace

from workorder.core.correlate import Candidate, Placement
from workorder.core.decision import Decision, Facts, Outcome, Policy, Telling
from workorder.core.events import (
    Event,
    Noted,
    Replied,
)
from workorder.core.model import Status, WorkOrder
from workorder.core.notice import NoticeKind
from workorder.core.perform import Performance, perform
from workorder.core.technician_case import Case, tellings_of, with_transcript
from workorder.core.technician_opening import open_for
from workorder.core.vocabulary import Tag, Vocabulary


def by_technician(
    facts: Facts, policy: Policy, vocabulary: Vocabulary, placement: Placement
) -> Decision:
    """What a proven technician's mail does, to the work order that it answers or to a new one."""
    technician, reading = facts.sender.technician, facts.reading
    assert technician is not None  # whoever calls this looked
    assert reading is not None  # a proven technician's mail is read
    case = Case(
        facts=facts,
        policy=policy,
        vocabulary=vocabulary,
        technician=technician,
        reading=reading,
    )
    if placement.taken is not None:
        return _answer(placement.taken, case)
    return open_for(case, placement)


def _answer(candidate: Candidate, case: Case) -> Decision:
    order, reading = candidate.order, case.reading
    performance = perform(reading, case.scene(order))
    decision = Decision(
        outcome=Outcome.DONE,
        reason=f"technician's mail, by {candidate.via}",
        number=order.number,
    )
    if not performance.applied:
        reason = "a tag is wrong: nothing was done, and nobody else was told"
        return with_transcript(replace(decision, reason=reason), performance, case)
    events, tellings, files_on = _with_prose(performance, case, order.hours.billed)
    decision = replace(
        decision,
        number=performance.order.number,
        events=events,
        tellings=tellings,
        files_on=files_on,
        confirms=_confirmed(performance.order, tellings),
    )
    return with_transcript(decision, performance, case)


def _with_prose(
    performance: Performance, case: Case, billed_before: int
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
    elif prose or (case.facts.mail.attachments and not case.reading.tags):
        words_on = len(events)
        events.append(Replied(at=at, actor=actor, text=prose, by_technician=True))
    is_finished = performance.order.status is Status.FINISHED and status is None
    told = tellings_of(
        events,
        case,
        status=None if undoing else status,
        finished=is_finished and performance.order.hours.billed != billed_before,
    )
    files_on = words_on if words_on is not None else (0 if events else None)
    return tuple(events), told, files_on


def _confirmed(order: WorkOrder, tellings: tuple[Telling, ...]) -> str:
    """The contact whom the technician answers, and so vouches for."""
    public = any(telling.occasion.kind is not NoticeKind.NOTE for telling in tellings)
    return order.requester.email if public else ""
