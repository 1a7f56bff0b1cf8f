"""A proven technician's mail that was read, and what all such mails have in common."""

from dataclasses import dataclass, replace

from workorder.core.audience import Occasion
from workorder.core.decision import Decision, Facts, Policy, Telling
from workorder.core.events import (
    Assigned,
    Billed,
    Event,
    Noted,
    Replied,
    StatusChanged,
)
from workorder.core.model import Status, Technician, WorkOrder
from workorder.core.notice import NoticeKind
from workorder.core.perform import Performance
from workorder.core.scene import Scene
from workorder.core.tags import Reading
from workorder.core.transcript import Transcript
from workorder.core.vocabulary import Tag, Vocabulary

_MOST_SAID = 100_000  # characters of a mail that its transcript quotes


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A proven technician's mail that was read."""

    facts: Facts
    policy: Policy
    vocabulary: Vocabulary
    technician: Technician
    reading: Reading

    def is_internal(self, status: int | None) -> bool:
        """Whether the prose stays inside.

        It says so, answers what was said there, or stands above a mail that is passed on.
        `status`: index of the event that changes the status; its words are for the customer.
        """
        answers_note = self.facts.note_of is not None
        passes_on = self.facts.names.forwarded is not None and self.reading.has(Tag.FOR)
        return self.reading.has(Tag.INTERNAL) or (status is None and (answers_note or passes_on))

    def scene(self, order: WorkOrder) -> Scene:
        """What the tags are read against."""
        return Scene(
            order=order,
            technician=self.technician,
            at=self.facts.at,
            today=self.facts.today,
            names=self.facts.names,
            vocabulary=self.vocabulary,
            prefix=self.policy.prefix,
            own_addresses=self.policy.own_addresses,
            zone=self.facts.zone,
            site_zone=self.facts.site_zone,
            calendar=self.facts.calendar,
            billing=self.facts.billing,
        )


def tellings_of(
    events: list[Event], case: Case, *, status: int | None, finished: bool = False
) -> tuple[Telling, ...]:
    """What is told of a mail's events.

    `status`: index of the change of status that is told. `finished`: the work order was so before,
    and is: another bill is told as the end was.
    """
    told: list[Telling] = []
    bills = [i for i, event in enumerate(events) if isinstance(event, Billed)]
    for index, event in enumerate(events):
        is_new_bill = finished and bool(bills) and index == bills[-1]
        kind = NoticeKind.FINISHED if is_new_bill else _kind_of(index, event, events, status)
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


def with_transcript(decision: Decision, performance: Performance, case: Case) -> Decision:
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
