"""Caps on what automatic mail and unknown senders can make us say (behaviour: Caps)."""

from dataclasses import dataclass
from datetime import timedelta

from workorder.core.notice import NoticeKind

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)

PER_ORDER = 1
PER_ADDRESS_AND_HOUR = 3
PER_ADDRESS_AND_DAY = 10
SITE_PER_MINUTE = 20

# Told for each mail, though the opening was told before; the other caps hold all the same.
_FOR_EACH_MAIL = frozenset({NoticeKind.UNPROVEN, NoticeKind.FINISHED, NoticeKind.APPROVAL})

# More than this from one sender within a minute is parked, not lost.
INTAKE_PER_MINUTE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CapCounts:
    """How many capped notices went out already, by what the caps count."""

    to_order: int
    to_address_in_hour: int
    to_address_in_day: int
    site_in_minute: int


def over_cap(kind: NoticeKind, counts: CapCounts) -> str | None:
    """Why one more capped notice of this kind must not go out, or None."""
    to_order = 0 if kind in _FOR_EACH_MAIL else counts.to_order
    rows = (
        (to_order, PER_ORDER, "for this work order"),
        (counts.to_address_in_hour, PER_ADDRESS_AND_HOUR, "to this address within an hour"),
        (counts.to_address_in_day, PER_ADDRESS_AND_DAY, "to this address within a day"),
        (counts.site_in_minute, SITE_PER_MINUTE, "from this site within a minute"),
    )
    for count, limit, words in rows:
        if count >= limit:
            return f"the cap of {limit} automatic answers {words} is reached"
    return None


def is_flood(mails_in_minute: int) -> bool:
    """Whether a sender's mails of one minute are more than intake takes at once."""
    return mails_in_minute > INTAKE_PER_MINUTE
