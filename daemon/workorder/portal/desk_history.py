"""A work order's history for technicians: every event a line, in the words of the transcript."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from workorder.core.events import (
    AutoMailReceived,
    Billed,
    Event,
    FollowUpSet,
    Linked,
    MailFailed,
    Merged,
    Noted,
    Opened,
    Reminded,
    Replied,
    StatusChanged,
    StoodLong,
    TimeChange,
    TimeLogged,
    Undone,
    Unproven,
)
from workorder.core.model import SYSTEM, BilledBy, OpenedBy
from workorder.core.scene import Names, PastEvent
from workorder.core.subjects import label
from workorder.core.tag_words import words_of
from workorder.core.transcript import TranscriptLine, Value, ValueKind, Verdict
from workorder.outbound.dates import day_in_words, moment_in_words
from workorder.outbound.filters import duration, effect_words
from workorder.outbound.phrases import Phrases
from workorder.store.views import FileView

CUSTOMER, OURS, INSIDE = "customer", "ours", "inside"
"""How words look: a customer's, ours to them, and what stays among technicians."""

_WORDS = (Opened, Replied, Noted, AutoMailReceived, MailFailed, Unproven)
_NOTES = (StatusChanged, TimeLogged, Billed)  # their text is a person's words, or says why


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An event as it is read: who, when, what, and the words that came with it.

    `look` is '' where nobody wrote anything. `unsaid`: it was taken back before anybody read it.
    """

    id: int
    at: datetime
    actor: str
    words: str
    text: str = ""
    look: str = ""
    unsaid: bool = False
    files: tuple[FileView, ...] = ()


class Teller:
    """Says what happened, in the reader's language and by the clock of a zone."""

    def __init__(
        self,
        t: Phrases,
        *,
        names: Names,
        name_of: Callable[[str], str],
        zone: tzinfo,
        prefix: str,
    ) -> None:
        self._t = t
        self._names = names
        self._name_of = name_of
        self._zone = zone
        self._prefix = prefix

    def lines(self, history: Sequence[PastEvent], files: Sequence[FileView]) -> tuple[Line, ...]:
        """Every event, oldest first, with the files that came along."""
        events = [past.event for past in history]
        unsaid = {i for event in events if isinstance(event, Undone) for i in event.unsaid}
        return tuple(
            Line(
                id=past.event_id,
                at=past.event.at,
                actor=self._who(past.event.actor),
                words=self.words(past.event),
                text=past.event.text if isinstance(past.event, _WORDS + _NOTES) else "",
                look=_look(past.event),
                unsaid=past.event_id in unsaid,
                files=tuple(file for file in files if file.event_id == past.event_id),
            )
            for past in history
        )

    def _who(self, actor: str) -> str:
        return self._t("desk-order.system") if actor == SYSTEM else self._name_of(actor)

    def words(self, event: Event) -> str:
        """What an event is, in a sentence."""
        said = _SAID.get(type(event))
        words = said(self, event) if said is not None else None
        if words is not None:
            return str(words)
        effect, *values = words_of(event, self._names)
        shown = tuple(self._here(value) for value in values)
        line = TranscriptLine(written="", verdict=Verdict.DONE, effect=effect, values=shown)
        return effect_words(self._t, line)

    def _here(self, value: Value) -> Value:
        if value.kind is not ValueKind.MOMENT:
            return value
        local = datetime.fromisoformat(value.text).astimezone(self._zone)
        return replace(value, text=local.isoformat(timespec="minutes"))

    def _say(self, phrase: str, **values: object) -> str:
        return self._t(f"desk-history.{phrase}", **values)

    def _label(self, number: int) -> str:
        return label(number, self._prefix)

    def _moment(self, at: datetime) -> str:
        return moment_in_words(at.astimezone(self._zone), self._t("language.locale"))

    # -- a kind each ----------------------------------------------------------------------------

    def opened(self, event: Opened) -> str:
        """By which door, and what it follows."""
        words = self._say("opened", door=self._t(f"door.{event.opened_by}"))
        if event.opened_by is OpenedBy.TECHNICIAN:
            requester = event.requester.name or event.requester.email
            words = self._say("opened-for", contact=requester)
        if event.follows is None:
            return words
        return f"{words} {self._say('follows', number=self._label(event.follows))}"

    def replied(self, event: Replied) -> str:
        """What a reply has led to."""
        found = ("approves", "solved", "reopened", "answered")
        led_to = next((name for name in found if getattr(event, name)), None)
        plain = "reply-ours" if event.by_technician else "reply"
        return self._say(f"reply-{led_to}" if led_to else plain)

    def followed_up(self, event: FollowUpSet) -> str | None:
        """The day that has come; one that is set has the words of its tag."""
        if not event.reached or event.was is None:
            return None
        return self._say("follow-up", day=day_in_words(event.was, self._t("language.locale")))

    def timed(self, event: TimeLogged) -> str:
        """What became of a timer, and whose."""
        until = event.stopped_at or event.started_at
        words = self._say(
            f"time-{event.change}",
            since=self._moment(event.started_at),
            until=self._moment(until),
            length=duration(self._t, abs(event.minutes)),
        )
        if event.technician == event.actor or event.change is TimeChange.LONG:
            return words
        return f"{words} ({self._name_of(event.technician)})"

    def billed(self, event: Billed) -> str:
        """How much, and by whose word."""
        phrase = {BilledBy.TECHNICIAN: "billed", BilledBy.RULE: "billed-rule"}
        return self._say(
            phrase[event.by] if event.by else "billed-not",
            length=duration(self._t, event.minutes),
            worked=duration(self._t, event.worked),
            rule=event.rule or "-",
        )

    def reminded(self, event: Reminded) -> str:
        """The reminder, or that there will be no more."""
        return self._say("reminder-last" if event.gave_up else "reminder", count=event.count)

    def stood_long(self, event: StoodLong) -> str:
        """How often everybody was told."""
        return self._say("open-long", count=event.count)

    def linked(self, event: Linked) -> str:
        """With which."""
        return self._say("linked", number=self._label(event.other))

    def merged(self, event: Merged) -> str:
        """Which came here, or where it went."""
        away = event.other == event.into
        return self._say("merged-away" if away else "merged", number=self._label(event.other))

    def failed(self, event: MailFailed) -> str:
        """Whom a notice did not reach."""
        return self._say("mail-failed", recipient=event.recipient)

    def noted(self, _event: Noted) -> str:
        """That it stays inside."""
        return self._say("note")

    def automatic(self, _event: AutoMailReceived) -> str:
        """That no person wrote it."""
        return self._say("mail-in-auto")

    def unproven(self, _event: Unproven) -> str:
        """That nothing in it was done."""
        return self._say("unproven")

    def undone(self, _event: Undone) -> str:
        """That the last was taken back."""
        return self._say("undone")


# Each method takes the events of its own key only, which the type of a table cannot say.
_SAID: dict[type[Any], Callable[[Teller, Any], str | None]] = {
    Opened: Teller.opened,
    Replied: Teller.replied,
    Noted: Teller.noted,
    FollowUpSet: Teller.followed_up,
    TimeLogged: Teller.timed,
    Billed: Teller.billed,
    Reminded: Teller.reminded,
    StoodLong: Teller.stood_long,
    Linked: Teller.linked,
    Merged: Teller.merged,
    AutoMailReceived: Teller.automatic,
    MailFailed: Teller.failed,
    Unproven: Teller.unproven,
    Undone: Teller.undone,
}


def _look(event: Event) -> str:
    if isinstance(event, StatusChanged) and not event.text:
        return ""
    if not isinstance(event, (*_WORDS, StatusChanged)):
        return ""
    if not event.public:
        return INSIDE
    return OURS if _is_ours(event) else CUSTOMER


def _is_ours(event: Event) -> bool:
    match event:
        case Opened():
            return event.opened_by is OpenedBy.TECHNICIAN
        case Replied():
            return event.by_technician
        case _:
            return True
