"""Sample transcripts: the usual ones first, then one that says everything there is to say."""

from collections.abc import Iterator

from workorder.core.effects import PLACES, Effect
from workorder.core.transcript import Transcript, TranscriptLine, Value, ValueKind, Verdict
from workorder.core.vocabulary import Tag

_STATUS_SET = TranscriptLine(
    written="#finished",
    verdict=Verdict.DONE,
    effect=Effect.STATUS_SET,
    values=(
        Value(name="status", text="status.finished", kind=ValueKind.PHRASE),
        Value(name="was", text="status.waiting-parts", kind=ValueKind.PHRASE),
    ),
)
_LABELS_SAME = TranscriptLine(
    written="#label printer",
    verdict=Verdict.NOTHING,
    effect=Effect.LABELS_SAME,
    values=(Value(name="labels", text="printer"),),
)
_REMINDER = TranscriptLine(
    written="#followup 2026-12-01",
    verdict=Verdict.HELD,
    effect=Effect.FOLLOWUP_SET,
    values=(Value(name="day", text="2026-12-01", kind=ValueKind.DAY),),
)
_MISSPELT = TranscriptLine(
    written="#waitng parts",
    verdict=Verdict.WRONG,
    effect=Effect.UNKNOWN_NEAR,
    values=(Value(name="word", text="waitng parts"), Value(name="near", text="waiting parts")),
)
_STATUS_IS = TranscriptLine(
    written="#status",
    verdict=Verdict.NOTHING,
    effect=Effect.STATUS_IS,
    values=(
        Value(name="number", text="WO-1042"),
        Value(name="title", text="Printer does not print"),
        Value(name="status", text="status.in-progress", kind=ValueKind.PHRASE),
        Value(name="technician", text=""),
        Value(name="customer", text="Acme Ltd"),
        Value(name="priority", text="priority.high", kind=ValueKind.PHRASE),
    ),
)
_SAID = "#waitng parts\n#followup 2026-12-01\n\nThe new drum unit is ordered.\n\nMaria"


def sample_transcripts() -> Iterator[Transcript]:
    """Transcripts that take every branch of their templates."""
    subject = "Re: [WO-1042] Printer does not print"
    done = Transcript(
        applied=True,
        lines=(_STATUS_SET, _LABELS_SAME),
        told=("jane@acme.example", "pat@acme.example"),
    )
    refused = Transcript(applied=False, lines=(_MISSPELT, _REMINDER), subject=subject, said=_SAID)
    yield done
    yield refused
    yield Transcript(applied=False, lines=(_MISSPELT, _in_subject()), subject=subject, said="")
    yield Transcript(applied=True, lines=(_LABELS_SAME,))
    yield Transcript(applied=True, lines=(_STATUS_IS,))
    yield Transcript(applied=True, lines=_help(), subject="Tags")
    yield Transcript(applied=False, lines=tuple(map(_every, Effect)), subject="", said=_SAID)


def _in_subject() -> TranscriptLine:
    return TranscriptLine(
        written="[assign bob]",
        verdict=Verdict.WRONG,
        effect=Effect.ASSIGN_UNKNOWN,
        values=(
            Value(name="name", text="bob"),
            Value(name="known", text="Maria <maria@northwind.example>"),
        ),
    )


def _help() -> tuple[TranscriptLine, ...]:
    return tuple(
        TranscriptLine(
            written=f"#{tag.value.replace('-', ' ')}",
            verdict=Verdict.NOTHING,
            effect=Effect.HELP,
            explains=tag,
        )
        for tag in Tag
    )


_PHRASES = {
    "what": "event.status",
    "status": "status.finished",
    "priority": "priority.high",
}


def _every(effect: Effect) -> TranscriptLine:
    values = tuple(_value(name) for name in PLACES.get(effect, ()))
    return TranscriptLine(written=f"#{effect}", verdict=Verdict.WRONG, effect=effect, values=values)


def _value(name: str) -> Value:
    if name in _PHRASES:
        return Value(name=name, text=_PHRASES[name], kind=ValueKind.PHRASE)
    if name in {"length", "worked", "most"}:
        return Value(name=name, text="95", kind=ValueKind.LENGTH)
    if name in {"since", "until"}:
        return Value(name=name, text="2026-11-23T09:05-05:00", kind=ValueKind.MOMENT)
    if name == "day":
        return Value(name=name, text="2026-12-01", kind=ValueKind.DAY)
    return Value(name=name, text="Maria Lopez")
