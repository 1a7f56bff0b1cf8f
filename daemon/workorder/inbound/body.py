"""Which parts of a mail are its text and which are files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from workorder.core.message import Attachment
from workorder.inbound.attachments import (
    File,
    disposition_of,
    file_of,
    named,
    tnef_files,
    unpacked,
    wanted_name,
)
from workorder.inbound.parameters import Structured
from workorder.inbound.readable import HTML, MAX_TEXT, PLAIN, READ_TYPES, is_bogus, readable
from workorder.inbound.transfer import split_uuencoded
from workorder.inbound.tree import Part

_UNKNOWN: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The text of a mail, and its files under their final names.

    `truncated`: a text was longer than anybody reads.
    """

    text: str
    attachments: tuple[Attachment, ...]
    truncated: bool


class _Text:
    """A text that may be shown; read only when it is asked for."""

    def __init__(self, octets: bytes, content_type: Structured) -> None:
        self._octets = octets
        self._content_type = content_type
        self.is_too_long = len(octets) > MAX_TEXT
        self.is_html = content_type.value == HTML

    @cached_property
    def value(self) -> str:
        return readable(self._octets, self._content_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What a part, with all below it, shows and keeps; `spare` is shown where no text is."""

    texts: tuple[_Text, ...] = ()
    spare: tuple[_Text, ...] = ()
    files: tuple[File, ...] = ()


def read_body(root: Part, *, is_cut: bool) -> Body:
    """Read the text and the files of a mail.

    Args:
        root: The mail, its attached mails closed.
        is_cut: Whether the mail breaks off: its last leaf is then no whole file and is left out.
    """
    leaves = [part for part in root.walk() if isinstance(part, Part) and not part.children]
    found = _Reader(broken=leaves[-1] if is_cut else None).read(root)
    text = _joined(found.texts)
    if not text.strip():
        text = _joined(found.spare)
    return Body(
        text=text,
        attachments=named(found.files),
        truncated=any(each.is_too_long for each in found.texts + found.spare),
    )


class _Reader:
    """Goes through the tree; its depth is bounded by whoever built it."""

    def __init__(self, *, broken: Part | None) -> None:
        self._broken = broken

    def read(self, part: Part) -> _Found:
        """Read a part and all below it."""
        if not part.children:
            return self._leaf(part)
        found = [self.read(child) for child in part.children]
        if part.content_type.value == "multipart/alternative":
            texts = _best(found)
        else:
            texts = tuple(text for one in found for text in one.texts)
        return _Found(
            texts=texts,
            spare=tuple(text for one in found for text in one.spare),
            files=tuple(file for one in found for file in one.files),
        )

    def _leaf(self, part: Part) -> _Found:
        content_type = part.content_type
        if content_type.value.startswith("multipart/"):
            # Nothing in it is set off as a part: what there is, is text.
            content_type = Structured(value=PLAIN)
        is_attached = disposition_of(part).value == "attachment"
        is_readable = content_type.value in READ_TYPES and not is_attached
        # A name makes a file of a text, but not of the one body that a mail has.
        if is_readable and (part.is_whole_mail or not wanted_name(part)):
            return _text_leaf(part.content(), content_type)
        if part is self._broken:
            return _Found()
        file = file_of(part)
        if tnef := unpacked(file):
            spare = _own_text(tnef.text, PLAIN) or _own_text(tnef.html, HTML)
            return _Found(spare=spare, files=tuple(tnef_files(tnef)))
        spare = (_Text(file.content, content_type),) if is_readable else ()
        return _Found(spare=spare, files=(file,))


def _text_leaf(octets: bytes, content_type: Structured) -> _Found:
    """Return a text, and the files that were uuencoded into it."""
    files: list[tuple[str, bytes]] = []
    if content_type.value == PLAIN and (octets.startswith(b"begin ") or b"\nbegin " in octets):
        left, files = split_uuencoded(octets.decode("ascii", "surrogateescape"))
        octets = left.encode("ascii", "surrogateescape")
    return _Found(
        texts=(_Text(octets, content_type),),
        files=tuple(File(wanted=name, type=_UNKNOWN, content=held) for name, held in files),
    )


def _own_text(text: str, kind: str) -> tuple[_Text, ...]:
    """Return a text that is decoded already."""
    content_type = Structured(value=kind, parameters={"charset": "utf-8"})
    return (_Text(text.encode("utf-8", "replace"), content_type),) if text.strip() else ()


def _best(found: Sequence[_Found]) -> tuple[_Text, ...]:
    """Return the texts of the alternative to show: plain, unless it says nothing; else HTML."""
    candidates = [one.texts for one in found if one.texts]
    plain = [texts for texts in candidates if not any(text.is_html for text in texts)]
    for texts in plain:
        if not is_bogus(_joined(texts)):
            return texts
    for texts in reversed(candidates):
        if any(text.is_html for text in texts) and _joined(texts).strip():
            return texts
    return plain[0] if plain else ()


def _joined(texts: Iterable[_Text]) -> str:
    """Return texts one below the other; one that says again what stands there is left out."""
    kept: list[str] = []
    seen: set[str] = set()
    for text in texts:
        value = text.value.strip("\n")
        folded = " ".join(value.split())
        if folded and folded not in seen:
            kept.append(value)
            seen.add(folded)
    return "\n\n".join(kept)
