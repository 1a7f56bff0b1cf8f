"""Column types: the few kinds of value that a column holds and a driver does not know.

Moments are aware UTC datetimes. SQLite keeps them as whole microseconds since 1970, which sort
and compare as numbers; PostgreSQL as timestamptz.
"""

import json
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine

from workorder.store.codec import pack, unpack

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# SQLite numbers its rows by itself only where the type is spelled INTEGER; it holds 64 bits.
Identity = BigInteger().with_variant(Integer(), "sqlite")

E = TypeVar("E", bound=StrEnum)
P = TypeVar("P")


class Moment(TypeDecorator[datetime]):
    """An aware datetime, given back in UTC. A naive one is refused."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Microseconds on SQLite, timestamptz elsewhere."""
        kind: TypeEngine[Any] = (
            BigInteger() if dialect.name == "sqlite" else TIMESTAMP(timezone=True)
        )
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401 - int or datetime, as the driver wants it
        """Turn a moment into what the driver stores."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value.isoformat()}")
        return (value - EPOCH) // _MICROSECOND if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401 - int or datetime, as the driver gives it
        """Turn what was stored into an aware UTC datetime."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return EPOCH + timedelta(microseconds=value)
        moment: datetime = value.astimezone(UTC)
        return moment


class Day(TypeDecorator[date]):
    """A calendar day, kept as its ISO 8601 text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        """Turn a day into its text."""
        del dialect
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        """Turn the text into the day."""
        del dialect
        return None if value is None else date.fromisoformat(value)


class Word(TypeDecorator[E], Generic[E]):
    """A value of a closed set, kept as its word."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[E]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        """Turn a value into its word; what is not of the set is refused."""
        del dialect
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        """Turn the word into the value."""
        del dialect
        return None if value is None else self.words(value)


class Listed(TypeDecorator[tuple[Any, ...]]):
    """A short tuple of strings or of numbers, kept as a JSON array."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[Any, ...] | None, dialect: Dialect) -> str | None:
        """Turn the tuple into JSON."""
        del dialect
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Any, ...] | None:
        """Turn the JSON into the tuple."""
        del dialect
        return None if value is None else tuple(json.loads(value))


class Packed(TypeDecorator[P], Generic[P]):
    """A frozen dataclass, or a tuple of them, kept as JSON (store.codec)."""

    impl = Text
    cache_ok = True

    def __init__(self, held: type[P]) -> None:
        super().__init__()
        self.held = held

    def process_bind_param(self, value: P | None, dialect: Dialect) -> str | None:
        """Turn the value into JSON."""
        del dialect
        return None if value is None else pack(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> P | None:
        """Turn the JSON into the value."""
        del dialect
        return None if value is None else unpack(self.held, value)
