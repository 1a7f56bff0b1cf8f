"""What the fate of a probe's forgeries shows, and what it does not.

Its way may have been one from inside, past the border. So only what the counted server did, or let
through although it took the probe from outside, is a verdict on it; all else is a warning that
says how to look.
"""

from typing import Final, assert_never

from workorder.core.findings import Level, Remark
from workorder.core.probe import HeaderFate, Own, Route, StampFate
from workorder.core.stamps import STAMP, short
from workorder.core.trust import Way

_GONE: Final = "was gone when the probe arrived"
_OPENLY: Final = "without a login from a public address"
_BARE: Final = "a mail on which it writes none would be believed"
_ADVICE: Final = (
    "send one with such a header from an account elsewhere and look at its source as it arrives "
    "(workorder mail show ID --raw): if the header is in it, anybody can be a technician here"
)


def judge_stamp_fate(fate: StampFate, *, authserv_id: str, alone: bool, on_record: bool) -> Remark:
    """Say what the fate of a forged Authentication-Results shows.

    Args:
        fate: What became of it.
        authserv_id: Whose it claimed to be.
        alone: Whether a DMARC pass alone proves a technician's mail here.
        on_record: Whether mail that came before usually bears the server's own.
    """
    what = f"a forged {STAMP} of {authserv_id}"
    if not fate.forged:
        return _stamp_stripped(fate, f"{what} {_GONE}", authserv_id, on_record=on_record)
    match fate.own:
        case Own.ABOVE:
            return Level.WARN, (
                f"{what} passes, though {authserv_id} writes its own above it, and that one "
                f"counts: have it strip forged ones; {_BARE}"
            )
        case Own.BELOW:
            return Level.FAIL, f"{what} passes, above its own: {_danger(alone=alone)}"
        case Own.NONE if fate.route.crossed:
            return Level.FAIL, (
                f"{what} passes: {authserv_id} took it {_OPENLY} and wrote none of its own: "
                f"{_danger(alone=alone)}"
            )
        case Own.NONE | Own.BY_LOGIN:
            return Level.WARN, f"{what} came through, and {_unseen(fate.route)}"
        case _:
            assert_never(fate.own)


def _stamp_stripped(fate: StampFate, gone: str, authserv_id: str, *, on_record: bool) -> Remark:
    match fate.own:
        case Own.ABOVE | Own.BELOW:
            return Level.OK, f"{gone}, and {authserv_id} wrote its own"
        case Own.NONE if fate.route.crossed:
            return Level.WARN, (
                f"{gone}, but {authserv_id}, which took it {_OPENLY}, wrote none of its own: "
                "dmarc proves nobody whose mail comes this way"
            )
        case Own.NONE | Own.BY_LOGIN if on_record:
            return Level.OK, f"{gone}; most mail bears its own, though not this one from inside"
        case Own.NONE:
            return Level.WARN, f"{gone}, but none took its place, and {_unseen(fate.route)}"
        case Own.BY_LOGIN:
            return Level.WARN, f"{gone}, but it came by login, and {_unseen(fate.route)}"
        case _:
            assert_never(fate.own)


def judge_header_fate(fate: HeaderFate, way: Way, *, on_record: bool) -> Remark:
    """Say what the fate of the forged header of `way` shows.

    Args:
        fate: What became of it.
        way: The way of proof, one of the kind HEADER.
        on_record: Whether mail that came before bears the header as the way wants it.
    """
    what = f"a forged {way.header_name}"
    if fate.forged:
        return _header_passed(fate, what)
    own = [value for value in fate.others if value == way.header_value]
    gone = f"{what} {_GONE}"
    if own and not fate.tellable:
        return Level.WARN, (
            f"whether {way.header_name} on the probe is forged or the receiving system's own "
            f"cannot be told: {_ADVICE}"
        )
    if own:
        return Level.OK, f"{gone}, and the receiving system wrote its own"
    if fate.others:
        return Level.OK, f"{gone}; the receiving system wrote {short(fate.others[0])} instead"
    if on_record:
        return Level.OK, f"{gone}; other mail bears the system's own, this one from inside none"
    return Level.WARN, f"{gone}, but none took its place, and {_unseen(fate.route)}"


def _header_passed(fate: HeaderFate, what: str) -> Remark:
    if fate.others:
        return Level.WARN, (
            f"{what} passes beside the one that the receiving system writes: a mail with both "
            f"proves nobody, but have it strip forged ones; {_BARE}"
        )
    if fate.route.crossed:
        return Level.FAIL, f"{what} passes, taken {_OPENLY}: {_danger(alone=True)}"
    return Level.WARN, f"{what} came through, and {_unseen(fate.route)}"


def _danger(*, alone: bool) -> str:
    told = "anybody can be a technician here" if alone else "dmarc+reply proves no more than reply"
    return f"the border server must strip it; {told}"


def _unseen(route: Route) -> str:
    match route.hops:
        case 0:
            trace = "no server left its trace on the probe"
        case 1:
            trace = "one server alone had the probe in hand"
        case hops:
            trace = f"{hops} servers had the probe in hand, all of them perhaps inside"
    return f"what the border does with mail from outside was not to be seen ({trace}): {_ADVICE}"
