"""IDLE (RFC 2177): waiting for the server to tell of new mail.

The dialogue is held on the wire itself: IMAPClient's idle_check() answers an empty list for a
closed connection as for silence, and takes an untagged answer before the `+` for an error.
"""

import re
import time
from collections.abc import Callable
from enum import Enum, auto

from workorder.wire import Wire

SLICE = 0.5
"""Seconds after which it is asked again whether to stop."""

LINE_SECONDS = 10.0
"""How long a line may take once its first byte is there, and how long DONE may take."""

LONGEST_LINE = 65_536
TAG = b"IDLE1"  # imaplib's own tags are four letters and digits: these cannot meet


class Ended(Enum):
    """Why an IDLE ended."""

    NEWS = auto()
    QUIET = auto()
    REFUSED = auto()


def idle(wire: Wire, seconds: float, stop: Callable[[], bool]) -> Ended:
    """Wait in IDLE until there is news, `seconds` are over, or `stop()`; then leave IDLE.

    Args:
        wire: a connection with a folder selected and no command under way.
        seconds: how long to wait at most.
        stop: asked at least once a second.

    Raises:
        OSError: the connection is dead, or the server does not answer.
        ValueError: the server's lines make no sense.
    """
    until = time.monotonic() + seconds
    wire.limit(LINE_SECONDS)
    wire.send(TAG + b" IDLE\r\n")
    ended = _invited(wire)
    if ended is Ended.REFUSED:
        return ended
    while ended is Ended.QUIET and not stop() and (left := until - time.monotonic()) > 0:
        if wire.readable(min(left, SLICE)) and _is_news(_line(wire)):
            ended = Ended.NEWS
    wire.limit(LINE_SECONDS)
    wire.send(b"DONE\r\n")
    while not (line := _line(wire, tagged=True)).startswith(TAG):
        if _is_news(line):
            ended = Ended.NEWS
    return ended


def _invited(wire: Wire) -> Ended:
    """Whether the server went into IDLE; news may come before its `+`, and is not said again."""
    ended = Ended.QUIET
    while not (line := _line(wire, tagged=True)).startswith(b"+"):
        if line.startswith(TAG):
            return Ended.REFUSED
        if _is_news(line):
            ended = Ended.NEWS
    return ended


def _is_news(line: bytes) -> bool:
    return re.match(rb"\* \d+ EXISTS\b", line, re.IGNORECASE) is not None


def _line(wire: Wire, *, tagged: bool = False) -> bytes:
    wire.limit(LINE_SECONDS)
    line = wire.readline(LONGEST_LINE)
    if not line.endswith(b"\n") or line[:5].upper() == b"* BYE":
        raise ConnectionResetError(0, "the server closed the connection")
    if not line.startswith((b"* ", b"+")) and not (tagged and line.startswith(TAG + b" ")):
        raise ValueError("no answer of IDLE")
    return line
