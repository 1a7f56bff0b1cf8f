"""Caps on what automatic mail and unknown senders can make us say (behaviour: Caps)."""

from dataclasses import dataclass
from datetime import timedelta

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)

PER_ORDER = 1
PER_ADDRESS_AND_HOUR = 3
PER_ADDRESS_AND_DAY = 10
SITE_PER_MINUTE = 20

# More than this from one sender within a minute is parked, not lost.
INTAKE_PER_MINUTE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CapCounts:
    """How many capped notices went out already, by what the caps count."""

    to_order: int
    to_address_in_hour: int
    to_address_in_day: int
    site_in_minute: int


def over_cap(counts: CapCounts) -> str | None:
    """Why one more capped notice must not go out, or None."""
    rows = (
        (counts.to_order, PER_ORDER, "for this work order"),
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
