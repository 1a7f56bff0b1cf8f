"""Events as rows: what every fact has stands in columns, the rest in one JSON object.

The fields of the dataclasses drive it: a new kind of event needs no line here, and a new field
with a default reads old rows.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from workorder.core.events import Event, Fact

_COLUMNS = frozenset(field.name for field in fields(Fact))
P = TypeVar("P")
_PLAIN = (str, int, bool, float, NoneType)

KINDS: Mapping[str, type[Event]] = {kind.kind: kind for kind in get_args(Event)}
"""Every kind of event that there is a class for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """The columns of an event; `data` is a JSON object."""

    kind: str
    at: datetime
    actor: str
    public: bool
    text: str
    data: str


def to_row(event: Event) -> EventRow:
    """Write an event down."""
    return EventRow(
        kind=event.kind,
        at=event.at,
        actor=event.actor,
        public=event.public,
        text=event.text,
        data=json.dumps(
            {name: encode(getattr(event, name)) for name, _ in _OWN_FIELDS[event.kind]},
            separators=(",", ":"),
        ),
    )


def from_row(row: EventRow) -> Event:
    """Read an event.

    Raises:
        ValueError: the kind is not known, or the data does not fit it.
    """
    kind = KINDS.get(row.kind)
    if kind is None:
        raise ValueError(f"unknown kind of event: {row.kind}")
    data = json.loads(row.data)
    own = {name: decode(data[name]) for name, decode in _OWN_FIELDS[row.kind] if name in data}
    return kind(at=row.at, actor=row.actor, text=row.text, public=row.public, **own)


def pack(value: object) -> str:
    """Write a dataclass down as one JSON object.

    Raises:
        TypeError: it holds a value of a type that is not kept.
    """
    return json.dumps(encode(value), separators=(",", ":"), ensure_ascii=False)


def unpack(kind: type[P], text: str) -> P:
    """Read what `pack` wrote of a dataclass of that kind.

    Raises:
        ValueError: it is not the JSON of one.
    """
    value: P = _decoder(cast("Any", kind))(json.loads(text))
    return value


def encode(value: object) -> object:
    """Turn a value into what JSON has: enums to their values, dataclasses to objects.

    Raises:
        TypeError: the value is of a type that events do not hold.
    """
    if isinstance(value, Enum):
        return encode(value.value)
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if is_dataclass(value):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"an event cannot hold a {type(value).__name__}")


@lru_cache(maxsize=256)
def _decoder(hint: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - a type, of whatever kind
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _optional(get_args(hint))
    if origin is tuple:
        item = _decoder(get_args(hint)[0])
        return lambda value: tuple(item(one) for one in value)
    if hint in _PLAIN:
        return lambda value: value
    if is_dataclass(hint):
        return _object(hint)
    return _scalar(hint)


def _scalar(hint: type) -> Callable[[Any], Any]:
    if issubclass(hint, Enum):
        return hint
    if issubclass(hint, date):
        return hint.fromisoformat
    raise TypeError(f"an event cannot hold a {hint.__name__}")


def _optional(options: Iterable[Any]) -> Callable[[Any], Any]:
    inner, *others = [option for option in options if option is not NoneType]
    if others:
        raise TypeError("an event's field is of one type, or of one type or None")
    decode = _decoder(inner)
    return lambda value: None if value is None else decode(value)


def _object(hint: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - a dataclass, of whatever kind
    hints = get_type_hints(hint)
    decoders = {field.name: _decoder(hints[field.name]) for field in fields(hint)}
    return lambda value: hint(**{name: decoders[name](value[name]) for name in value})


_OWN_FIELDS: Mapping[str, tuple[tuple[str, Callable[[Any], Any]], ...]] = {
    name: tuple(
        (field.name, _decoder(get_type_hints(kind)[field.name]))
        for field in fields(kind)
        if field.name not in _COLUMNS
    )
    for name, kind in KINDS.items()
}
"""The fields that have no column, by kind, each with what turns JSON back into its type."""
