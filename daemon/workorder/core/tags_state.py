"""The tags that say how a work order stands: status, priority, labels, title, follow-up."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from workorder.core.effects import Effect
from workorder.core.events import (
    FollowUpSet,
    LabelsChanged,
    PriorityChanged,
    StatusChanged,
    TitleChanged,
)
from workorder.core.model import TRANSITIONS, Priority, Status
from workorder.core.scene import Scene, Step, day, done, nothing, text, wrong
from workorder.core.subjects import NO_SUBJECT, title_of
from workorder.core.tag_words import changed, priority_value, status_value
from workorder.core.tags import Written
from workorder.core.vocabulary import Tag

STATUSES: Mapping[Tag, Status] = {
    Tag.IN_PROGRESS: Status.IN_PROGRESS,
    Tag.WAITING_PARTS: Status.WAITING_PARTS,
    Tag.WAITING_VENDOR: Status.WAITING_VENDOR,
    Tag.WAITING_CUSTOMER: Status.WAITING_CUSTOMER,
    Tag.FINISHED: Status.FINISHED,
    Tag.CANCELLED: Status.CANCELLED,
}
"""The tags that are a status."""

MAX_LABELS = 20
_LABEL = re.compile(r"\w[\w.-]{0,39}")
_MOST_DAYS = 3660
_IN_TIME = re.compile(r"(?:in\s+)?([0-9]{1,4})\s*(d|w|days?|weeks?)", re.IGNORECASE)
_OFF = frozenset({"none", "off", "no", "never", "-"})


def set_status(written: Written, scene: Scene) -> Step:
    """`#finished`, `#waiting parts` and the other statuses."""
    status, was = STATUSES[written.tag], scene.order.status
    if status is was:
        return nothing(Effect.STATUS_SAME, status_value("status", was))
    if status not in TRANSITIONS[was]:
        return wrong(Effect.STATUS_CLOSED, status_value("status", was))
    event = StatusChanged(at=scene.at, actor=scene.actor, status=status, was=was)
    return changed(event, scene)


def reopen(_written: Written, scene: Scene) -> Step:
    """`#reopen`: a closed work order is In Progress again."""
    was = scene.order.status
    if was.is_open:
        return nothing(Effect.OPEN_ALREADY, status_value("status", was))
    event = StatusChanged(at=scene.at, actor=scene.actor, status=Status.IN_PROGRESS, was=was)
    return done(Effect.REOPENED, status_value("was", was), events=(event,))


def set_priority(written: Written, scene: Scene) -> Step:
    """`#priority high`."""
    known = [priority.value for priority in Priority]
    word = written.argument.casefold()
    if word not in known:
        return wrong(Effect.PRIORITY_UNKNOWN, text("word", written.argument), text("known", known))
    priority, was = Priority(word), scene.order.priority
    if priority is was:
        return nothing(Effect.PRIORITY_SAME, priority_value("priority", priority))
    event = PriorityChanged(at=scene.at, actor=scene.actor, priority=priority, was=was)
    return changed(event, scene)


def set_labels(written: Written, scene: Scene) -> Step:
    """`#label vpn, dns`, and `#label -vpn` to take one off."""
    added: list[str] = []
    removed: list[str] = []
    for word in filter(None, (piece.strip() for piece in written.argument.split(","))):
        name = word.removeprefix("-").removeprefix("+").casefold()
        if not _LABEL.fullmatch(name):
            return wrong(Effect.LABEL_WRONG, text("word", word))
        (removed if word.startswith("-") else added).append(name)
    held = scene.order.labels
    added = [name for name in dict.fromkeys(added) if name not in held]
    removed = [name for name in dict.fromkeys(removed) if name in held]
    if len(held) + len(added) > MAX_LABELS:
        return wrong(Effect.LABEL_WRONG, text("word", written.argument))
    if not added and not removed:
        return nothing(Effect.LABELS_SAME, text("labels", held or "-"))
    event = LabelsChanged(
        at=scene.at, actor=scene.actor, added=tuple(added), removed=tuple(removed)
    )
    return changed(event, scene)


def set_title(written: Written, scene: Scene) -> Step:
    """`#title New title`."""
    title = title_of(written.argument, scene.prefix)
    if title == NO_SUBJECT:
        return wrong(Effect.NEEDS_WORDS, text("word", "title"))
    if title == scene.order.title:
        return nothing(Effect.TITLE_SAME)
    event = TitleChanged(at=scene.at, actor=scene.actor, title=title, was=scene.order.title)
    return changed(event, scene)


def set_follow_up(written: Written, scene: Scene) -> Step:
    """`#followup 2026-12-01`, `#followup 3d`, `#followup off`."""
    word, was = written.argument, scene.order.follow_up_on
    if word.casefold() in _OFF:
        off = FollowUpSet(at=scene.at, actor=scene.actor, on=None, was=was)
        return changed(off, scene) if was else nothing(Effect.FOLLOWUP_OFF)
    on = _day_of(word, scene.today)
    if on is None or on > scene.today + timedelta(days=_MOST_DAYS):
        return wrong(Effect.FOLLOWUP_WRONG, text("word", word))
    if on <= scene.today:
        return wrong(Effect.FOLLOWUP_PAST, day("day", on))
    if on == was:
        return nothing(Effect.FOLLOWUP_SAME, day("day", on))
    event = FollowUpSet(at=scene.at, actor=scene.actor, on=on, was=was)
    return changed(event, scene)


def _day_of(word: str, today: date) -> date | None:
    if word.casefold() == "tomorrow":
        return today + timedelta(days=1)
    if match := _IN_TIME.fullmatch(word):
        days = int(match[1]) * (7 if match[2].casefold().startswith("w") else 1)
        return today + timedelta(days=days)
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None
