"""Which face draws which letters of a PDF, and words for what no face can draw.

The text face is embedded and covers Latin, Cyrillic, Greek, Arabic and Hebrew. Chinese, Japanese
and Korean are written with the CID fonts that every PDF reader brings along.
"""

import re
import unicodedata
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

BLANK = "\u3013"  # the geta mark: what East Asian printers set for a letter they do not have
REPLACEMENT = "\ufffd"


class Face(StrEnum):
    """A font by the name that a PDF knows it by."""

    TEXT = "DejaVuSans"
    BOLD = "DejaVuSans-Bold"
    CHINESE = "STSong-Light"
    JAPANESE = "HeiseiMin-W3"
    KOREAN = "HYSMyeongJo-Medium"


EMBEDDED = (Face.TEXT, Face.BOLD)
EAST_ASIAN = (Face.CHINESE, Face.JAPANESE, Face.KOREAN)

_HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF))
_KANA = ((0x3041, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9D))
# Ideographs, and the punctuation, forms and compatibility letters around them.
_HAN = ((0x2E80, 0x303F), (0x3100, 0x312F), (0x31A0, 0x31EF), (0x3200, 0x9FFF), (0xF900, 0xFAFF))
_WIDE = ((0xFE30, 0xFE4F), (0xFF00, 0xFFEF))
_RARE_HAN = ((0x20000, 0x3FFFD),)  # beyond what the Unicode CMaps of the CID fonts reach
_EMOJI = ((0x1F000, 0x1FBFF),)
_FLAG_LETTERS = (0x1F1E6, 0x1F1FF)
# What only changes an emoji: joiner, variation selectors, skin tones.
_ATTACHED = ((0x200D, 0x200D), (0xFE00, 0xFE0F), (0x1F3FB, 0x1F3FF))

_SAME_WORD_AGAIN = re.compile(r"(\[[A-Z][a-z]+ text\])(?:\s+\1)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Letters in the order they were written that one face draws."""

    text: str
    face: Face


def runs(text: str, drawable: Container[int]) -> tuple[Run, ...]:
    """Cut `text` into runs of one face each; `drawable` are the code points of the text face.

    Nothing is left that its face cannot draw: emoji become their names in brackets, letters of a
    script without a face become that script's name.
    """
    legible = spelled(text, drawable)
    east_asian = _face_chooser(legible)
    faces = ((east_asian(character), character) for character in legible)
    return tuple(
        Run(text="".join(character for _, character in group), face=face)
        for face, group in groupby(_spaces_joined(faces), key=lambda pair: pair[0])
    )


def spelled(text: str, drawable: Container[int]) -> str:
    """`text` composed (NFC), with words for what cannot be drawn and without what is invisible."""
    composed = unicodedata.normalize("NFC", text)
    kinds = [(_kind(character, drawable), character) for character in composed]
    visible = (pair for pair in kinds if pair[0] is not _Kind.INVISIBLE)
    words = "".join(
        _SPELLING[kind]("".join(character for _, character in group))
        for kind, group in groupby(visible, key=lambda pair: pair[0])
    )
    return _SAME_WORD_AGAIN.sub(r"\1", words)


def reads_from_right(text: str) -> bool:
    """Whether the first letter with a direction is Arabic or Hebrew (rules P2 and P3 of UAX 9)."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((d for d in directions if d in {"L", "R", "AL"}), "L") != "L"


class _Kind(StrEnum):
    DRAWN = "drawn"
    INVISIBLE = "invisible"
    BROKEN = "broken"
    EMOJI = "emoji"
    FLAG = "flag"
    RARE = "rare"
    FOREIGN = "foreign"


def _kind(character: str, drawable: Container[int]) -> _Kind:
    code = ord(character)
    for kind, applies in _KINDS:
        if applies(code, character, drawable):
            return kind
    return _Kind.FOREIGN


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)


def _is_east_asian(code: int) -> bool:
    return code >= _HANGUL[0][0] and _within(code, (*_HANGUL, *_KANA, *_HAN, *_WIDE))


def _is_invisible(code: int, character: str, drawable: Container[int]) -> bool:
    """Joiners, variation selectors, controls: drawn by nothing, or as a box."""
    if _within(code, _ATTACHED):
        return True
    invisible = unicodedata.category(character) in {"Cc", "Cf"} and not character.isspace()
    return invisible and code not in drawable


# Read from the top; the first that applies holds. What matches none is a letter without a face.
_KINDS: tuple[tuple[_Kind, Callable[[int, str, Container[int]], bool]], ...] = (
    (_Kind.DRAWN, lambda code, _c, _d: 0x20 <= code < 0x7F),  # noqa: PLR2004 # printable ASCII
    (_Kind.INVISIBLE, _is_invisible),
    (_Kind.FLAG, lambda code, _c, _d: _FLAG_LETTERS[0] <= code <= _FLAG_LETTERS[1]),
    (_Kind.EMOJI, lambda code, _c, _d: _within(code, _EMOJI)),
    (_Kind.DRAWN, lambda code, c, drawable: c.isspace() or code in drawable),
    (_Kind.DRAWN, lambda code, _c, _d: _is_east_asian(code)),
    (_Kind.RARE, lambda code, _c, _d: _within(code, _RARE_HAN)),
    (_Kind.BROKEN, lambda _n, c, _d: unicodedata.category(c) in {"Cs", "Co", "Cn"}),
    (_Kind.EMOJI, lambda _n, c, _d: unicodedata.category(c)[0] in "SP"),
)


def _script(characters: str) -> str:
    letters = [c for c in characters if unicodedata.category(c)[0] != "M"] or [*characters]
    scripts = dict.fromkeys(unicodedata.name(c, "UNKNOWN").split()[0] for c in letters)
    return " ".join(f"[{script.capitalize()} text]" for script in scripts)


def _emoji(characters: str) -> str:
    return " ".join(f"[{unicodedata.name(c, 'symbol').lower()}]" for c in characters)


def _flags(characters: str) -> str:
    letters = "".join(chr(ord(c) - _FLAG_LETTERS[0] + ord("A")) for c in characters)
    pairs = (letters[start : start + 2] for start in range(0, len(letters), 2))
    return " ".join(f"[flag {pair}]" for pair in pairs)


_SPELLING: dict[_Kind, Callable[[str], str]] = {
    _Kind.DRAWN: lambda characters: characters,
    _Kind.BROKEN: lambda characters: REPLACEMENT * len(characters),
    _Kind.EMOJI: _emoji,
    _Kind.FLAG: _flags,
    _Kind.RARE: lambda characters: BLANK * len(characters),
    _Kind.FOREIGN: _script,
}


def _face_chooser(text: str) -> Callable[[str], Face]:
    """How each letter of `text` gets its face; ideographs go with the language around them."""
    codes = {ord(character) for character in text if ord(character) >= _HANGUL[0][0]}
    ideographs = Face.CHINESE
    if any(_within(code, _KANA) for code in codes):
        ideographs = Face.JAPANESE
    elif any(_within(code, _HANGUL) for code in codes):
        ideographs = Face.KOREAN

    def face(character: str) -> Face:
        code = ord(character)
        if not _is_east_asian(code):
            return Face.TEXT
        if _within(code, _HANGUL):
            return Face.KOREAN
        return Face.JAPANESE if _within(code, _KANA) else ideographs

    return face


def _spaces_joined(faces: Iterator[tuple[Face, str]]) -> Iterator[tuple[Face, str]]:
    """A space stays with what stands before it: fewer and longer runs."""
    last = Face.TEXT
    for face, character in faces:
        if not character.isspace():
            last = face
        yield last, character
