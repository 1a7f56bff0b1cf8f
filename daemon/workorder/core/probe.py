"""The probe that `check` sends itself: the forgeries it carries, and what became of them."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from workorder.core.authres import read_authserv_id, read_results
from workorder.core.stamps import STAMP
from workorder.core.trust import Way

Field = tuple[str, str]
"""A header as it is written: its name in the letters of its writer, and its value."""

PROBE_HEADER: Final = "X-WorkOrder-Probe"
"""Holds the token, by which a probe is known when it arrives."""

COMMON_HEADERS: Final = frozenset(
    {
        *("from", "sender", "reply-to", "to", "cc", "bcc", "subject", "date", "message-id"),
        *("in-reply-to", "references", "comments", "keywords", "received", "return-path"),
        *("delivered-to", "envelope-to", "x-original-to", "mime-version", "content-type"),
        *("content-transfer-encoding", "content-disposition", "auto-submitted", "precedence"),
        *("user-agent", "x-mailer", "dkim-signature", "x-auto-response-suppress"),
        PROBE_HEADER.lower(),
    }
)
"""What mail from anybody bears, in the sender's words or for the sender's asking."""

_LONGEST: Final = 900
_INSIDE: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8"),
        *("169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10", "0.0.0.0/32", "::/128"),
    )
)
_BY: Final = re.compile(r"\bby\s+([\w.-]+)", re.IGNORECASE | re.ASCII)
# RFC 3848 and RFC 6531; a name that ends in A would tell of a login.
_WITHOUT_LOGIN: Final = re.compile(r"\bwith\s+(?:utf8smtps?|e?smtps?)(?![\w-])", re.IGNORECASE)
_LITERAL: Final = re.compile(r"\[(?:IPv6:)?([0-9a-f.:]+)\]", re.IGNORECASE)


class Own(Enum):
    """The stamp that the counted server itself wrote on a probe."""

    NONE = auto()
    BY_LOGIN = auto()
    """It says that the probe was handed in by login, as nobody from outside can."""
    ABOVE = auto()
    """It stands above the forged one, or there is no forged one."""
    BELOW = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Which way a probe came. `hops`: how many servers wrote that they had it in hand.

    `crossed`: one of them bears the name that is counted on, and took it without a login from a
    host that is not of a private network, as it takes mail from outside.
    """

    hops: int
    crossed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StampFate:
    """What became of a forged Authentication-Results."""

    forged: bool
    own: Own
    route: Route


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderFate:
    """What became of the forged header of a way of proof.

    `forged`: it is there. `others`: values under that name that are not known to be forged.
    `tellable`: whether a forged one would be known among them.
    """

    forged: bool
    others: tuple[str, ...]
    tellable: bool
    route: Route


def forged_stamp(authserv_id: str, domain: str, token: str) -> Field:
    """Return an Authentication-Results as a forger would write it; the token is a comment."""
    return STAMP, f"{authserv_id}; dmarc=pass ({token}) header.from={domain}"


def forged_header(way: Way) -> Field | None:
    """Return the header of `way` as a forger would write it, or None where no mail can bear it.

    Its name is in letters that no server uses, by which the forged one is known.
    """
    value = way.header_value
    is_plain = value.isascii() and value.isprintable()
    fits = len(way.header_name) + len(value) <= _LONGEST
    return (watermarked(way.header_name), value) if is_plain and fits else None


def watermarked(name: str) -> str:
    """Write a header's name in capital and small letters by turns; to servers it is the same."""
    return "".join(
        letter.upper() if place % 2 else letter.lower() for place, letter in enumerate(name)
    )


def is_probe(fields: Sequence[Field], token: str) -> bool:
    """Whether these are the headers of the probe with that token."""
    return any(
        name.lower() == PROBE_HEADER.lower() and value.strip() == token for name, value in fields
    )


def read_route(fields: Sequence[Field], authserv_id: str) -> Route:
    """Read the trace that the servers left (RFC 5321 4.4); a probe has none when it is sent."""
    traces = [value for name, value in fields if name.lower() == "received"]
    return Route(hops=len(traces), crossed=any(_crossed(trace, authserv_id) for trace in traces))


def read_stamp_fate(fields: Sequence[Field], authserv_id: str, token: str) -> StampFate:
    """Find the forged Authentication-Results and the counted server's own on an arrived probe."""
    stamps = [
        # A way may want this very header: the one forged for it bears no token.
        (value, token in value or name == watermarked(STAMP))
        for name, value in fields
        if name.lower() == STAMP.lower() and read_authserv_id(value) == authserv_id
    ]
    forged = any(is_forged for _, is_forged in stamps)
    return StampFate(forged=forged, own=_own(stamps), route=read_route(fields, authserv_id))


def _own(stamps: Sequence[tuple[str, bool]]) -> Own:
    """Where the server's own stand among stamps, the topmost first, of which some are forged."""
    foreign = [is_forged for value, is_forged in stamps if is_forged or not _tells_login(value)]
    if not all(foreign):
        return Own.BELOW if foreign[0] else Own.ABOVE
    return Own.NONE if len(foreign) == len(stamps) else Own.BY_LOGIN


def _tells_login(stamp: str) -> bool:
    """Whether a stamp holds auth=pass (RFC 8601 2.7.4)."""
    results = read_results(stamp) or ()
    return any((result.method, result.result) == ("auth", "pass") for result in results)


def read_header_fate(fields: Sequence[Field], way: Way, authserv_id: str, token: str) -> HeaderFate:
    """Find the forged header of `way` and others of its name on an arrived probe."""
    written = watermarked(way.header_name)
    named = [field for field in fields if field[0].lower() == way.header_name]
    others = [value.strip() for name, value in named if name != written and token not in value]
    is_kept = watermarked(PROBE_HEADER) in {name for name, _ in fields}
    is_odd = written not in {written.lower(), written.upper(), written.title()}
    wanted = way.header_value
    forged = is_odd and any((name, value.strip()) == (written, wanted) for name, value in named)
    if not (is_kept and is_odd):
        others = [value.strip() for _, value in named if token not in value]
        if len(others) > 1 and wanted in others:
            forged = True  # whichever of them it is
            others.remove(wanted)
    return HeaderFate(
        forged=forged,
        others=tuple(others),
        tellable=is_kept and is_odd,
        route=read_route(fields, authserv_id),
    )


def _crossed(trace: str, authserv_id: str) -> bool:
    by = _BY.search(trace)
    if by is None or by[1].lower().removesuffix(".") != authserv_id:
        return False
    hosts = _LITERAL.findall(trace[: by.start()])
    is_open = _WITHOUT_LOGIN.search(trace, by.end()) is not None
    return is_open and bool(hosts) and all(map(_is_outside, hosts))


def _is_outside(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return not any(address in network for network in _INSIDE)
