"""A TOML file as values and as places: what stands in it, and on which line.

tomllib tells no positions, and an admin wants them. A file that tomllib has accepted is walked
once more, by a reader that only needs to know where keys and values begin and end.
"""

import difflib
import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workorder.errors import ConfigError

KeyPath = tuple[str | int, ...]
Finding = tuple[KeyPath, str]
"""Where something is wrong, and why."""

MAX_QUOTED = 80

_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*("(?:\\.|[^"\\])*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*""")
_STRING = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\])*"|'[^']*\'''', re.DOTALL
)
_SCALAR = re.compile(r"[^,\]}#\r\n]+")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_AT_LINE = re.compile(r"(?P<reason>.*?) \(at line (?P<line>\d+), column \d+\)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A TOML file that was read: `data` as tomllib gives it, `lines` where each key stands.

    `data` may hold passwords and is kept out of repr.
    """

    path: Path
    data: Mapping[str, Any] = field(repr=False)
    lines: Mapping[KeyPath, int] = field(repr=False)

    def line_of(self, key: KeyPath) -> int:
        """Return the line of `key`, of its nearest table if it is not there, else 1."""
        while key:
            if key in self.lines:
                return self.lines[key]
            key = key[:-1]
        return 1

    def problem(self, key: KeyPath, reason: str) -> str:
        """Return one line that names file, line, key and reason."""
        return f"{self.path}:{self.line_of(key)}: {key_text(key)}: {reason}"


def read_toml(path: Path) -> Document:
    """Read the TOML file at `path`.

    Raises:
        ConfigError: it cannot be read, is not UTF-8, or is not TOML.
    """
    return parse_toml(path, read_text(path))


def parse_toml(path: Path, text: str) -> Document:
    """Read `text` as the TOML file at `path`, which is only named.

    Raises:
        ConfigError: it is not TOML.
    """
    parsed = _parsed(text)
    if isinstance(parsed, str):
        raise ConfigError([f"{path}:{parsed}"])
    data, lines = parsed
    return Document(path=path, data=data, lines=lines)


def read_text(path: Path) -> str:
    """Return the text of the file at `path`.

    Raises:
        ConfigError: it cannot be read, or is not UTF-8.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
    raise ConfigError([f"{path}:{line}: is not UTF-8 text"])


def key_text(key: KeyPath) -> str:
    """Return `key` as an admin would name it: mailboxes[0].port."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            word = part if _BARE_KEY.fullmatch(part) else quoted(part)
            text += f".{word}" if text else word
    return text


def quoted(value: str) -> str:
    """Return `value` in quotes, on one line whatever it holds."""
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in value[:MAX_QUOTED])
    return f'"{shown}"' if len(value) <= MAX_QUOTED else f'"{shown}..."'


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ' (did you mean "..."?)' for the nearest of `known`, or '' if none is near."""
    by_folded = {_folded(candidate): candidate for candidate in known}
    near = difflib.get_close_matches(_folded(word), by_folded, n=1)
    return f" (did you mean {quoted(by_folded[near[0]])}?)" if near else ""


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the line of every key, table and list element of `text`, which must be valid TOML."""
    return _Walk(text).lines


def _folded(word: str) -> str:
    return word.lower().replace("-", "_")


def _parsed(text: str) -> tuple[dict[str, Any], dict[KeyPath, int]] | str:
    """Return what `text` holds and where, or 'LINE: reason'.

    The exception is not passed on: a traceback through tomllib could show the file's text.
    """
    try:
        return tomllib.loads(text), key_lines(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.match(str(error))
    except RecursionError:
        return "1: is not TOML: brackets are nested too deeply"
    if found is None:
        return f"{text.count(chr(10)) + 1}: is not TOML: it ends too early"
    return f"{found['line']}: is not TOML: {found['reason']}"


class _Walk:
    """One pass over a valid document, noting where each key stands."""

    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._text = text
        self._at = 0
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._last_index: dict[KeyPath, int] = {}
        self._document()

    def _document(self) -> None:
        base: KeyPath = ()
        self._skip(_GAP)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                base = self._header()
            else:
                self._pair(base)
            self._skip(_GAP)

    def _header(self) -> KeyPath:
        brackets = 2 if self._text.startswith("[[", self._at) else 1
        self._at += brackets
        parts = self._dotted()
        self._at += brackets
        key: KeyPath = ()
        for position, part in enumerate(parts, start=1):
            key = (*key, part)
            self._note(key)
            if brackets == 2 and position == len(parts):  # noqa: PLR2004 - two, as in "[["
                self._last_index[key] = self._last_index.get(key, -1) + 1
            if key in self._last_index:
                key = (*key, self._last_index[key])
                self._note(key)
        return key

    def _pair(self, base: KeyPath) -> None:
        key = base
        for part in self._dotted():
            key = (*key, part)
            self._note(key)
        self._at += 1
        self._skip(_GAP)
        self._value(key)

    def _dotted(self) -> list[str]:
        parts = []
        while match := _KEY.match(self._text, self._at):
            parts.append(_key_name(match[1]))
            self._at = match.end()
            if self._text[self._at] != ".":
                break
            self._at += 1
        return parts

    def _value(self, key: KeyPath) -> None:
        self._note(key)
        match self._text[self._at]:
            case "[":
                self._list(key)
            case "{":
                self._inline_table(key)
            case '"' | "'":
                self._skip(_STRING)
            case _:
                self._skip(_SCALAR)

    def _list(self, key: KeyPath) -> None:
        self._at += 1
        index = 0
        while self._next_item("]"):
            self._value((*key, index))
            index += 1

    def _inline_table(self, key: KeyPath) -> None:
        self._at += 1
        while self._next_item("}"):
            self._pair(key)

    def _next_item(self, end: str) -> bool:
        """Step over what stands between two items; False and behind `end` if none follows."""
        self._skip(_GAP)
        if self._text[self._at] == ",":
            self._at += 1
            self._skip(_GAP)
        if self._text[self._at] != end:
            return True
        self._at += 1
        return False

    def _note(self, key: KeyPath) -> None:
        self.lines.setdefault(key, bisect_right(self._starts, self._at))

    def _skip(self, pattern: re.Pattern[str]) -> None:
        if match := pattern.match(self._text, self._at):
            self._at = match.end()


def _key_name(token: str) -> str:
    """Return what a key's token names; tomllib knows the escapes."""
    return token if token[0] not in "\"'" else next(iter(tomllib.loads(f"{token} = 0")))
