"""What the receiving server writes on mail, counted over the mails that came last.

A way of proof that rests on the receiving server works only as long as it writes on every mail:
on one that it leaves bare, what a sender forged would stand alone.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from workorder.core.authres import read_authserv_id, read_results
from workorder.core.findings import Level, Remark
from workorder.core.message import InboundMail
from workorder.core.trust import DmarcResult, Way, dmarc

ENOUGH: Final = 5
"""Fewer mails than this show nothing."""

STAMP: Final = "Authentication-Results"
_STAMP_KEY: Final = STAMP.lower()
_IDS_SHOWN: Final = 3
_LONGEST_ID: Final = 80
_SHOWN_VALUE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """A mail that came in, as evidence; `id` is its number in the ledger."""

    id: int
    mail: InboundMail


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """What the mails bear of one authserv-id. Every number counts mails.

    `plain`: whose topmost stamp of that id holds exactly one dmarc result. `bare` is the newest
    mail without a stamp of it. `others` are the ids on the topmost stamps of such mails, the one
    nearest in spelling first; `nameless` counts those stamps that name nobody. `technicians` are
    mails whose From is a technician's, `passed` those of them with a DMARC pass.
    """

    mails: int
    stamped: int
    plain: int
    bare: int | None
    others: tuple[tuple[str, int], ...]
    nameless: int
    technicians: int
    passed: int

    @property
    def usual(self) -> bool:
        """Whether most mails, and enough of them, bear a stamp with one dmarc result."""
        return self.mails >= ENOUGH and self.plain * 2 >= self.mails


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearers:
    """How many mails bear a header, and how many of them exactly once with the value asked for."""

    mails: int
    bearing: int
    proving: int

    @property
    def usual(self) -> bool:
        """Whether some mail, of enough, was given the value."""
        return self.mails >= ENOUGH and self.proving > 0


def count_stamps(
    specimens: Sequence[Specimen], authserv_id: str, technicians: frozenset[str]
) -> Stamps:
    """Count what `specimens`, the newest first, bear of `authserv_id`."""
    tops = [_topmost(one.mail, authserv_id) for one in specimens]
    bare = [one for one, top in zip(specimens, tops, strict=True) if top is None]
    foreign = [stamps[0] for one in bare if (stamps := one.mail.all_headers(_STAMP_KEY))]
    ids = Counter(read_authserv_id(stamp) for stamp in foreign)
    nameless = ids.pop(None, 0)
    theirs = [one.mail for one in specimens if _writer(one.mail) in technicians]
    passes = [mail for mail in theirs if dmarc(mail, authserv_id).result is DmarcResult.PASS]
    return Stamps(
        mails=len(specimens),
        stamped=len(specimens) - len(bare),
        plain=sum(1 for top in tops if top is not None and _has_one_dmarc(top)),
        bare=bare[0].id if bare else None,
        others=_nearest_first(ids, authserv_id),
        nameless=nameless,
        technicians=len(theirs),
        passed=len(passes),
    )


def count_bearers(specimens: Sequence[Specimen], way: Way) -> Bearers:
    """Count the mails that bear the header of `way`, which is one of the kind HEADER."""
    values = [one.mail.all_headers(way.header_name) for one in specimens]
    return Bearers(
        mails=len(specimens),
        bearing=sum(1 for found in values if found),
        proving=sum(1 for found in values if [v.strip() for v in found] == [way.header_value]),
    )


def judge_stamps(stamps: Stamps, authserv_id: str) -> Remark:
    """Say whether `authserv_id` writes on mail as the way `dmarc` needs it."""
    if not stamps.mails:
        return Level.OK, f"what {authserv_id} says counts; no mail is recorded yet that shows it"
    if stamps.mails < ENOUGH:
        figures = f"{_mails(stamps.mails)} recorded, {stamps.stamped} with an {STAMP} of it"
        return Level.OK, f"what {authserv_id} says counts; {figures}: too few to tell more"
    if not stamps.stamped:
        return Level.WARN, (
            f"none of the last {stamps.mails} mails bears an {STAMP} of {authserv_id}; "
            f"{_what_came(stamps)}"
        )
    figures = (
        f"{stamps.stamped} of the last {stamps.mails} mails bear an {STAMP} of {authserv_id}, "
        f"{stamps.plain} with exactly one dmarc result{_of_technicians(stamps)}"
    )
    if not stamps.plain:
        return Level.WARN, f"{figures}: does it look at DMARC?"
    if stamps.technicians >= ENOUGH and not stamps.passed:
        return Level.WARN, f"{figures}: it proves none of them"
    if stamps.bare is not None:
        figures += f"; mail {stamps.bare} bears none: on such a one a forged one would count"
    return (Level.OK if stamps.usual else Level.WARN), figures


def judge_bearers(bearers: Bearers, way: Way) -> Remark:
    """Say whether the receiving system writes the header of `way`."""
    if not bearers.mails:
        return Level.OK, "no mail is recorded yet that would show it"
    text = (
        f"of the last {_mails(bearers.mails)} {bearers.bearing} bear the header, "
        f"{bearers.proving} of them once and with the value {short(way.header_value)}"
    )
    if bearers.mails < ENOUGH:
        return Level.OK, f"{text}: too few to tell more"
    if not bearers.bearing:
        return Level.WARN, (
            f"none of the last {bearers.mails} mails bears the header: is the name right?"
        )
    if not bearers.proving:
        return Level.WARN, f"{text}: is the value right?"
    return Level.OK, text


def short(text: str) -> str:
    """Show no more of a value than fits into a line with others."""
    return text if len(text) <= _SHOWN_VALUE else f"{text[: _SHOWN_VALUE - 1]}…"


def _topmost(mail: InboundMail, authserv_id: str) -> str | None:
    stamps = mail.all_headers(_STAMP_KEY)
    return next((stamp for stamp in stamps if read_authserv_id(stamp) == authserv_id), None)


def _has_one_dmarc(stamp: str) -> bool:
    results = read_results(stamp) or ()
    return sum(1 for result in results if result.method == "dmarc") == 1


def _writer(mail: InboundMail) -> str:
    return mail.author.email if mail.author else ""


def _nearest_first(ids: Counter[str | None], wanted: str) -> tuple[tuple[str, int], ...]:
    def farness(found: tuple[str, int]) -> tuple[float, int, str]:
        name, count = found
        return -SequenceMatcher(None, name, wanted).ratio(), -count, name

    known = ((name, count) for name, count in ids.items() if name and len(name) <= _LONGEST_ID)
    return tuple(sorted(known, key=farness))


def _what_came(stamps: Stamps) -> str:
    """What mails bear that bear no stamp of the id; anybody may have written it."""
    if stamps.others:
        named = ", ".join(f"{name} ({count})" for name, count in stamps.others[:_IDS_SHOWN])
        return f"those that came bear {named}: is authserv_id right?"
    if stamps.nameless:
        return (
            f"on {stamps.nameless} stands one that names no server, as Exchange Online writes it: "
            "such never count, use header:NAME=VALUE"
        )
    return "nor one of any other server: does the border server look at DMARC?"


def _of_technicians(stamps: Stamps) -> str:
    if not stamps.technicians:
        return ""
    return f"; of {_mails(stamps.technicians)} from technicians {stamps.passed} pass"


def _mails(count: int) -> str:
    return "1 mail" if count == 1 else f"{count} mails"
