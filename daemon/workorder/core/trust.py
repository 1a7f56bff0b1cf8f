"""What proves who wrote a mail: the receiving server's DMARC result, or what only they could know.

behaviour "Proof": the topmost Authentication-Results of the configured authserv-id counts and no
other. That it is there always, and that forged ones are stripped, is the border server's part.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final, assert_never

from workorder.core.authres import MethodResult, read_authserv_id, read_results
from workorder.core.message import Address, InboundMail


class DmarcResult(StrEnum):
    """What the receiving server found out about From. NONE: it does not say so clearly."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcVerdict:
    """A result with the reason for it."""

    result: DmarcResult
    reason: str


class WayKind(StrEnum):
    """The ways to prove a technician's mail; the values are those of `[trust] commands`."""

    DMARC = "dmarc"
    REPLY = "reply"
    DMARC_AND_REPLY = "dmarc+reply"
    HEADER = "header"
    FROM = "from"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to prove a mail; `header_name` (lower case) and `header_value` are HEADER's alone."""

    kind: WayKind
    header_name: str = ""
    header_value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Whether a mail is proven; `way` is the one that did it, `reason` is for a person."""

    proven: bool
    way: Way | None
    reason: str


_SIMPLE: Final = {kind.value: kind for kind in WayKind if kind is not WayKind.HEADER}
_HEADER_FORM: Final = "header:NAME=VALUE"
_HEADER_WAY: Final = re.compile(r"header:\s*([!-9;-<>-~]+?)\s*=\s*(\S.*)", re.IGNORECASE)
_HOW_NEAR: Final = 0.5


def parse_way(text: str) -> Way:
    """Read one of the words of `[trust] commands`.

    Raises:
        ValueError: It is none; the message names the nearest right word.
    """
    word = text.strip()
    if (kind := _SIMPLE.get(word.lower())) is not None:
        return Way(kind=kind)
    if header := _HEADER_WAY.fullmatch(word):
        name, value = header[1].lower(), header[2].strip()
        return Way(kind=WayKind.HEADER, header_name=name, header_value=value)
    raise ValueError(f'"{word}" is no way of proof: {_suggestion(word)}')


def _suggestion(word: str) -> str:
    if word.lower().startswith("header"):
        return f"write it as {_HEADER_FORM}"
    if near := get_close_matches(word.lower(), _SIMPLE, n=1, cutoff=_HOW_NEAR):
        return f'did you mean "{near[0]}"?'
    return f"there are {', '.join((*_SIMPLE, _HEADER_FORM))}"


def dmarc(mail: InboundMail, authserv_id: str) -> DmarcVerdict:
    """Return what the server named `authserv_id` says of the mail's From (RFC 7489).

    Without a configured id nobody's word counts. Several results, or one that is not about the
    one mailbox in the one From, are no pass; a fail among them is a fail.
    """
    wanted = authserv_id.strip().lower().removesuffix(".")
    if not wanted:
        return _no("no authserv_id is configured")
    headers = mail.all_headers("authentication-results")
    topmost = next((text for text in headers if read_authserv_id(text) == wanted), None)
    if topmost is None:
        return _no(f"no Authentication-Results of {wanted}")
    results = read_results(topmost)
    if results is None:
        return _no(f"the Authentication-Results of {wanted} cannot be read")
    return _verdict(results, mail.author, wanted)


def _verdict(
    results: tuple[MethodResult, ...], author: Address | None, authserv_id: str
) -> DmarcVerdict:
    found = [result for result in results if result.method == "dmarc"]
    if any(result.result == "fail" for result in found):
        return DmarcVerdict(result=DmarcResult.FAIL, reason=f"{authserv_id} says dmarc=fail")
    if any(key.partition("/")[0] == "dmarc" for each in results for key, _ in each.properties):
        return _no(f"{authserv_id} names dmarc where no result can stand")
    if len(found) != 1:
        return _no(f"{authserv_id} gives {len(found) or 'no'} dmarc results")
    flaw = _flaw(found[0], author)
    if flaw is not None:
        return _no(f"{authserv_id} says dmarc={found[0].result}{flaw}")
    return DmarcVerdict(result=DmarcResult.PASS, reason=f"{authserv_id} says dmarc=pass")


def _flaw(result: MethodResult, author: Address | None) -> str | None:
    """Return why a dmarc result does not speak for the author, or None where it does."""
    if result.result != "pass":
        return ""
    if author is None:
        return ", but From does not name exactly one mailbox"
    domains = [_domain(value) for value in result.values("header.from")]
    if domains != [author.domain]:
        return f" for {' and '.join(domains) or 'no domain'}, not for {author.domain}"
    return None


def _no(reason: str) -> DmarcVerdict:
    return DmarcVerdict(result=DmarcResult.NONE, reason=reason)


def _domain(header_from: str) -> str:
    """The domain of a header.from property; some servers give the whole address."""
    bare = header_from.strip().removeprefix("<").removesuffix(">")
    return bare.rpartition("@")[2].lower().removesuffix(".")


def prove(
    mail: InboundMail, *, ways: tuple[Way, ...], authserv_id: str, replied_to_own_notice: bool
) -> Proof:
    """Judge a technician's mail by each way in turn; the first that proves it is enough.

    Args:
        mail: The mail; its From must be exactly one mailbox, whatever the way.
        ways: The ways that the site accepts.
        authserv_id: Whose Authentication-Results count.
        replied_to_own_notice: Whether it answers an unspent notice that was sent to this
            technician about this work order.
    """
    if mail.author is None:
        reason = "From does not name exactly one mailbox"
        return Proof(proven=False, way=None, reason=reason)
    if not ways:
        return Proof(proven=False, way=None, reason="no way of proof is configured")
    verdict = dmarc(mail, authserv_id)
    reasons: list[str] = []
    for way in ways:
        missing = _missing(way, mail, verdict, replied=replied_to_own_notice)
        if missing is None:
            return Proof(proven=True, way=way, reason=_how(way, verdict))
        reasons.append(missing)
    return Proof(proven=False, way=None, reason="; ".join(dict.fromkeys(reasons)))


def _missing(way: Way, mail: InboundMail, verdict: DmarcVerdict, *, replied: bool) -> str | None:
    """Return why the mail is not proven by `way`, or None where it is."""
    match way.kind:
        case WayKind.DMARC:
            return _no_dmarc(verdict)
        case WayKind.REPLY:
            return _no_reply(verdict, replied=replied)
        case WayKind.DMARC_AND_REPLY:
            return _no_dmarc(verdict) or _no_reply(verdict, replied=replied)
        case WayKind.HEADER:
            return _no_header(way, mail)
        case WayKind.FROM:
            return None
        case _:
            assert_never(way.kind)


def _no_dmarc(verdict: DmarcVerdict) -> str | None:
    return None if verdict.result is DmarcResult.PASS else verdict.reason


def _no_reply(verdict: DmarcVerdict, *, replied: bool) -> str | None:
    if verdict.result is DmarcResult.FAIL:
        return verdict.reason
    return None if replied else "it answers no notice that only you were sent"


def _no_header(way: Way, mail: InboundMail) -> str | None:
    values = [value.strip() for value in mail.all_headers(way.header_name)]
    # A second one is somebody's who hoped that either would do.
    if values == [way.header_value]:
        return None
    found = "missing" if not values else f"not {way.header_value}"
    return f"the header {way.header_name} is {found}"


def _how(way: Way, verdict: DmarcVerdict) -> str:
    match way.kind:
        case WayKind.DMARC:
            return verdict.reason
        case WayKind.REPLY:
            return "it answers a notice that only this technician was sent"
        case WayKind.DMARC_AND_REPLY:
            return f"{verdict.reason}, and it answers a notice that only this technician was sent"
        case WayKind.HEADER:
            return f"the receiving system set {way.header_name} to {way.header_value}"
        case WayKind.FROM:
            return "its From, which anybody can write"
        case _:
            assert_never(way.kind)
