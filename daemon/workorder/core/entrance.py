"""Coming into the portal: how long a mailed login is good, and how often one may try."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LOGIN_LASTS = timedelta(minutes=15)
SESSION_IDLE = timedelta(hours=12)
SESSION_LASTS = timedelta(days=30)
"""However much it is used."""

SEEN_EVERY = timedelta(minutes=5)
"""How exactly it is noted that a session is in use."""

FRESH = timedelta(minutes=15)
"""So long after a login a person may set a first password."""

CODE_DIGITS = 6
MOST_WRONG_CODES = 5
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200


class Door(StrEnum):
    """The ways of trying that are counted."""

    MAIL = "mail"
    """Somebody asked for a mail that lets them in."""
    CODE = "code"
    """A code was typed that is wrong."""
    PASSWORD = "password"  # noqa: S105 - the name of a way
    """A password was typed that is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most so many tries within a time."""

    most: int
    within: timedelta

    def since(self, now: datetime) -> datetime:
        """From when on tries count."""
        return now - self.within


_MINUTE, _QUARTER = timedelta(minutes=1), timedelta(minutes=15)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
PER_PAIR = {
    # A second press in the same minute sends nothing: the first mail is on its way.
    Door.MAIL: (Limit(most=1, within=_MINUTE), Limit(most=5, within=_HOUR)),
    Door.CODE: (),
    Door.PASSWORD: (Limit(most=5, within=_QUARTER),),
}
"""Limits for one e-mail address tried from one network.

So a stranger elsewhere uses up nobody's own tries, and neither does one here those of a browser
that the person was logged in with before: it is a network by itself.
"""

PER_EMAIL = {
    Door.MAIL: (Limit(most=2, within=_MINUTE), Limit(most=20, within=_HOUR)),
    # A million codes, fifty guesses a day, for whichever mails are out.
    Door.CODE: (Limit(most=50, within=_DAY),),
    Door.PASSWORD: (Limit(most=50, within=_HOUR),),
}
"""Limits for one e-mail address, or person, from all networks together; not for known browsers."""

PER_NETWORK = {
    Door.MAIL: (Limit(most=20, within=_QUARTER),),
    Door.CODE: (Limit(most=30, within=_QUARTER),),
    Door.PASSWORD: (Limit(most=20, within=_QUARTER),),
}
"""Limits for one network, whoever is tried from it."""


class Refusal(StrEnum):
    """Why somebody is not let in; the values are keys of phrases."""

    WRONG_CODE = "wrong-code"
    WRONG_PASSWORD = "wrong-password"  # noqa: S105 - the name of a reason
    GONE = "gone"
    """The link or the code was used, or is too old; or there never was one."""
    TOO_OFTEN = "too-often"
    NOT_FRESH = "not-fresh"
    """What is asked for needs a login that was a moment ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """Somebody is let in: `secret` is what their browser keeps, `next` the page they wanted.

    `email`: their address, by which the browser is known again.
    """

    secret: str
    next: str
    email: str


def safe_next(target: str) -> str:
    """The page to go on to: a path of our own, or '' for whatever else somebody made it (T32)."""
    plain = all("!" <= c <= "~" for c in target)
    own = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if plain and own and len(target) <= _LONGEST_NEXT else ""


_LONGEST_NEXT = 300
