"""Raw mail to the standard library's compat32 tree, with a bound on everything a sender chooses.

`email.feedparser` alone builds as many parts, headers and levels as a mail asks for: 30 MB of
empty parts are gigabytes of objects, and a header parameter may cost quadratic time. The
message class below is what the parser is given to fill, and simply stops filling.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from email.feedparser import BytesFeedParser
from email.message import Message
from email.policy import Policy, compat32
from functools import partial
from typing import Any, Final

from workorder.inbound.charsets import decode as decode_text
from workorder.inbound.mending import mended_head
from workorder.inbound.parameters import Structured, is_media_type, read_structured
from workorder.inbound.transfer import decode_transfer, octets_of

MAX_PARTS: Final = 100
MAX_DEPTH: Final = 20
MAX_HEADERS: Final = 1_000
MAX_HEADER: Final = 65_536
MAX_HEADER_BLOCK: Final = 1_048_576
# A parameter parser of the standard library is quadratic; bounce recognition may use it.
MAX_MIME_HEADER: Final = 8_192
# The blocks of a delivery report, one a recipient, are parts to the parser.
MAX_REPORT_BLOCKS: Final = 1_000
_MAX_DROPPED: Final = 1_000
_CHUNK: Final = 65_536


class _EnoughError(Exception):
    """So many parts were left out that the rest of the mail is not worth reading."""


class Bounds:
    """What a tree has used up so far; `exceeded` once anything was left out."""

    def __init__(self) -> None:
        """Start with nothing used."""
        self.root: Part | None = None
        self.parts = 0
        self.dropped = 0
        self.exceeded = False


class Part(Message):
    """A compat32 message, or part of one, that keeps to the bounds of its tree."""

    # The parser itself writes it; no public method gives a body without decoding it.
    _payload: object

    def __init__(
        self, bounds: Bounds, *, open_attached: bool, policy: "Policy[Any]" = compat32
    ) -> None:
        """Make an empty part; `open_attached`: whether attached mails are read as parts too."""
        super().__init__(policy)
        self._bounds = bounds
        self._open_attached = open_attached
        self._depth = 0
        self._dropped = False
        self._header_count = 0
        self._header_size = 0
        self._content_type: Structured | None = None

    @property
    def content_type(self) -> Structured:
        """Content-Type with its parameters decoded; `value` is always a type and a subtype."""
        if self._content_type is None:
            read = read_structured(self.raw_header("content-type"))
            known = is_media_type(read.value)
            self._content_type = read if known else replace(read, value=self.get_default_type())
        return self._content_type

    def raw_header(self, name: str) -> str:
        """Return the first header of a lower-case name as the wire has it, or ''.

        `get` would have replaced the octets above 127.
        """
        return next((value for key, value in self.raw_items() if key.lower() == name), "")

    @property
    def body(self) -> str:
        """The body of a leaf as the wire has it, octets above 127 as surrogate escapes.

        `get_payload` would decode it with whatever charset is declared, and lose the octets.
        """
        return self._payload if isinstance(self._payload, str) else ""

    @property
    def is_whole_mail(self) -> bool:
        """Whether this is the mail itself, not a part of one."""
        return self._depth == 0

    @property
    def children(self) -> tuple["Part", ...]:
        """The parts of a multipart."""
        parts = self.get_payload() if self.is_multipart() else ()
        return tuple(part for part in parts if isinstance(part, Part))

    def set_raw(self, name: str, value: str) -> None:
        """Keep a header, cut to its bound, as long as there is room (called by the parser)."""
        bound = MAX_MIME_HEADER if name[:8].lower() == "content-" else MAX_HEADER
        self._header_count += 1
        self._header_size += min(len(value), bound)
        room = self._header_count <= MAX_HEADERS and self._header_size <= MAX_HEADER_BLOCK
        if not room or len(value) > bound:
            self._bounds.exceeded = True
        if room and not self._dropped:
            super().set_raw(name, value[:bound])

    def attach(self, payload: Message | str) -> None:
        """Take a part in, as long as there is room (called by the parser)."""
        if not isinstance(payload, Part):
            raise TypeError(payload)
        self._bounds.root = self._bounds.root or self
        payload._depth = self._depth + 1  # noqa: SLF001 - the same class
        if not self._is_full(payload._depth):  # noqa: SLF001 - the same class
            super().attach(payload)
            return
        payload._dropped = self._bounds.exceeded = True  # noqa: SLF001 - the same class
        self._bounds.dropped += 1
        if self._bounds.dropped > _MAX_DROPPED:
            raise _EnoughError

    def _is_full(self, depth: int) -> bool:
        """Whether one more part at that depth is too many."""
        if self.content_type.value == "message/delivery-status":
            children = self.get_payload()
            return isinstance(children, list) and len(children) >= MAX_REPORT_BLOCKS
        self._bounds.parts += 1
        return self._dropped or self._bounds.parts > MAX_PARTS or depth > MAX_DEPTH

    def get_payload(self, i: int | None = None, decode: bool = False) -> Any:  # noqa: ANN401 - as the base class
        """Return the parts, or the body; never fail, as the base class does, at a bad charset."""
        if not isinstance(self._payload, str):
            parts = super().get_payload() if i is None else super().get_payload(i)
            return None if decode else parts
        if decode:
            return self.content()
        is_plain = self._payload.isascii()
        charset = self.content_type.parameters.get("charset")
        return self._payload if is_plain else decode_text(octets_of(self._payload), charset)

    def content(self) -> bytes:
        """Return the octets of a leaf, its transfer encoding undone."""
        return decode_transfer(self.body, self.raw_header("content-transfer-encoding"))

    def set_payload(self, payload: Any, charset: Any = None) -> None:  # noqa: ANN401 - as the base class
        """Keep the body, unless this part is beyond the bounds (called by the parser)."""
        if not self._dropped:
            super().set_payload(payload, charset)

    def get_content_type(self) -> str:
        """Return the type the parser shall go by; a part that is not to be opened is plain text."""
        value = self.content_type.value
        is_closed = value.startswith("message/") and not self._open_attached
        return "text/plain" if self._dropped or is_closed else value

    def get_content_maintype(self) -> str:
        """Return the first half of `get_content_type`."""
        return self.get_content_type().partition("/")[0]

    def get_boundary(self, failobj: Any = None) -> Any:  # noqa: ANN401 - as the base class
        """Return the boundary of a multipart; read in linear time, unlike the base class's."""
        return self.content_type.parameters.get("boundary", "").rstrip() or failobj


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A parsed mail. `truncated`: something beyond the bounds was left out."""

    root: Part
    truncated: bool


def read_tree(raw: bytes, *, open_attached: bool) -> Tree:
    """Parse a mail.

    Args:
        raw: The mail, with any line ends.
        open_attached: Whether message/* parts are parsed as well (as the standard library does)
            or kept as bodies, octet by octet.
    """
    bounds = Bounds()
    try:
        root = _parsed(raw, partial(Part, bounds, open_attached=open_attached))
    except _EnoughError:
        root = bounds.root
    if not isinstance(root, Part):
        raise TypeError(root)
    return Tree(root=root, truncated=bounds.exceeded)


def _parsed(raw: bytes, factory: Callable[..., Part]) -> Message | None:
    parser = BytesFeedParser(factory)
    head, start = mended_head(raw)
    parser.feed(head)
    # In pieces: fed at once, a 40 MB mail takes several times its size while it is split.
    for position in range(start, len(raw), _CHUNK):
        parser.feed(raw[position : position + _CHUNK])
    return parser.close()
