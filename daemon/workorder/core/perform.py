"""Carrying out the tags of one mail: all of them, or none.

Each tag is a function of the work order as the tags before it left it; the table says which. What
decides whose the work order is, and which one it is, comes first wherever it stands in the mail.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from workorder.core.effects import Effect
from workorder.core.events import Event, StatusChanged
from workorder.core.fold import fold
from workorder.core.model import WorkOrder
from workorder.core.scene import (
    Elsewhere,
    NewContact,
    Scene,
    Step,
    Told,
    done,
    nothing,
    text,
    wrong,
)
from workorder.core.tags import TAKES_PROSE, Misread, Reading, Written
from workorder.core.tags_billing import assess, with_billing
from workorder.core.tags_hours import (
    closes,
    closing,
    log_work,
    start,
    stop,
)
from workorder.core.tags_people import add_participants, assign, set_contact, set_customer
from workorder.core.tags_state import (
    STATUSES,
    reopen,
    set_follow_up,
    set_labels,
    set_priority,
    set_status,
    set_title,
)
from workorder.core.tags_things import add_equipment, link, merge, tell_help, tell_status
from workorder.core.transcript import TranscriptLine, Verdict
from workorder.core.undo import undo
from workorder.core.vocabulary import Tag


def _internal(_written: Written, scene: Scene) -> Step:
    """`#internal`: who decides on the mail keeps its prose inside."""
    return done(Effect.INTERNAL) if scene.has_prose else nothing(Effect.INTERNAL_EMPTY)


def _take_back(written: Written, scene: Scene) -> Step:
    """`#undo`: of what stays closed the rule bills what is left."""
    step = undo(written, scene)
    return step if step.is_wrong else with_billing(step, scene)


def _close(written: Written, scene: Scene) -> Step:
    """`#finished` and `#cancelled`: hours are settled with the status."""
    step = set_status(written, scene)
    return closing(step, scene) if closes(step.events) else step


CLOSING = (Tag.FINISHED, Tag.CANCELLED)
"""The tags that end a work order."""

_TABLE: Mapping[Tag, Callable[[Written, Scene], Step]] = {
    **dict.fromkeys(STATUSES, set_status),
    **dict.fromkeys(CLOSING, _close),
    Tag.START: start,
    Tag.STOP: stop,
    Tag.WORKED: log_work,
    Tag.BILLED: assess,
    Tag.REOPEN: reopen,
    Tag.INTERNAL: _internal,
    Tag.ASSIGN: assign,
    Tag.PRIORITY: set_priority,
    Tag.LABEL: set_labels,
    Tag.TITLE: set_title,
    Tag.EQUIPMENT: add_equipment,
    Tag.CUSTOMER: set_customer,
    Tag.FOR: set_contact,
    Tag.FOLLOWUP: set_follow_up,
    Tag.CC: add_participants,
    Tag.MERGE: merge,
    Tag.LINK: link,
    Tag.UNDO: _take_back,
    Tag.STATUS: tell_status,
    Tag.HELP: tell_help,
}

# What decides whose it is, and which one, comes first, then the hours; what ends it comes last, for
# it bills the hours of a job by its kind.
_RANKS = (
    *(Tag.MERGE, Tag.CUSTOMER, Tag.FOR, Tag.REOPEN),
    *(Tag.START, Tag.STOP, Tag.WORKED, Tag.BILLED),
)
_LAST = (Tag.STATUS, Tag.HELP)
LOOKING = frozenset(_LAST)
"""The tags that only ask."""

_MANY_TIMES = frozenset(
    {Tag.LABEL, Tag.EQUIPMENT, Tag.CC, Tag.LINK, Tag.HELP, Tag.STATUS, Tag.WORKED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """What all tags of a mail did together. Not `applied`: one was wrong, and nothing is done.

    `order` is the work order that the mail goes on with, after `events`.
    """

    applied: bool
    lines: tuple[TranscriptLine, ...]
    order: WorkOrder
    events: tuple[Event, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    new_contact: NewContact | None = None
    moves_from: int | None = None
    withdraws: tuple[int, ...] = ()

    @property
    def status_event(self) -> int | None:
        """Index of the last event that changes the status."""
        found = [i for i, event in enumerate(self.events) if isinstance(event, StatusChanged)]
        return found[-1] if found else None


def perform(reading: Reading, scene: Scene) -> Performance:
    """Carry out the tags of `reading` on the scene's work order."""
    scene = replace(scene, names_customer=reading.has(Tag.CUSTOMER), has_prose=bool(reading.prose))
    start = scene.order
    steps: dict[int, Step] = {}
    events: list[Event] = []
    for place, written in _in_order(reading):
        step = _wrongly_placed(place, reading) or _TABLE[written.tag](written, scene)
        steps[place] = step
        if step.goes_on is not None:
            scene = replace(scene, order=step.goes_on)
        events += step.events
        scene = replace(scene, order=fold(scene.order, step.events))
    for place, tag in enumerate(reading.tags):
        if isinstance(tag, Misread):
            steps[place] = _misread(tag)
    if any(step.is_wrong for step in steps.values()):
        return Performance(applied=False, lines=_lines(reading, steps, held=True), order=start)
    return _performed(scene.order, events, reading, steps)


def _performed(
    order: WorkOrder, events: Sequence[Event], reading: Reading, steps: Mapping[int, Step]
) -> Performance:
    every = list(steps.values())
    contacts = [step.new_contact for step in every if step.new_contact is not None]
    moved = [step.moves_from for step in every if step.moves_from is not None]
    return Performance(
        applied=True,
        lines=_lines(reading, steps, held=False),
        order=order,
        events=tuple(events),
        elsewhere=tuple(part for step in every for part in step.elsewhere),
        new_contact=contacts[0] if contacts else None,
        moves_from=moved[0] if moved else None,
        withdraws=tuple(row for step in every for row in step.withdraws),
    )


def _in_order(reading: Reading) -> list[tuple[int, Written]]:
    """The tags with their places, those first that others depend on, the same one once."""
    seen: set[tuple[Tag, str]] = set()
    placed: list[tuple[int, Written]] = []
    for place, tag in enumerate(reading.tags):
        if isinstance(tag, Misread):
            continue
        same = (tag.tag, "" if tag.tag in TAKES_PROSE else tag.argument.casefold())
        if same not in seen or tag.tag is Tag.WORKED:  # the same time again is more time
            placed.append((place, tag))
        seen.add(same)

    def rank(pair: tuple[int, Written]) -> int:
        tag = pair[1].tag
        if tag in _RANKS:
            return _RANKS.index(tag) - len(_RANKS)
        return 1 + (tag in CLOSING) + 2 * (tag in LOOKING)

    return sorted(placed, key=rank)


def _wrongly_placed(place: int, reading: Reading) -> Step | None:
    """Why a tag cannot stand beside the others of its mail."""
    written = reading.tags[place]
    assert isinstance(written, Written)  # misread ones have no order among the tags
    others = [
        tag
        for i, tag in enumerate(reading.tags)
        if i != place and isinstance(tag, Written) and tag.tag not in LOOKING
    ]
    if written.tag is Tag.UNDO and any(tag.tag is not Tag.UNDO for tag in others):
        return wrong(Effect.UNDO_ALONE)
    earlier = [tag for tag in reading.tags[:place] if isinstance(tag, Written)]
    if written.tag in STATUSES:
        first = next((t for t in earlier if t.tag in STATUSES and t.tag is not written.tag), None)
        return wrong(Effect.STATUS_SECOND, text("first", first.line)) if first else None
    again = written.tag not in _MANY_TIMES and any(t.tag is written.tag for t in earlier)
    return wrong(Effect.TWICE, text("word", written.line)) if again else None


def _misread(tag: Misread) -> Step:
    values = [text("word", tag.word)]
    if tag.near:
        values.append(text("near", tag.near))
    return wrong(tag.effect, *values)


def _lines(
    reading: Reading, steps: Mapping[int, Step], *, held: bool
) -> tuple[TranscriptLine, ...]:
    return tuple(
        line
        for place in sorted(steps)
        for line in _beside(reading.tags[place].line, steps[place].told, held=held)
    )


def _beside(written: str, told: Sequence[Told], *, held: bool) -> Iterator[TranscriptLine]:
    """The lines about one tag; where another is wrong, what it would have done was not done."""
    for index, each in enumerate(told):
        is_held = held and each.verdict is Verdict.DONE
        yield TranscriptLine(
            written=each.written or (written if index == 0 else ""),
            verdict=Verdict.HELD if is_held else each.verdict,
            effect=each.effect,
            values=each.values,
            explains=each.explains,
        )
