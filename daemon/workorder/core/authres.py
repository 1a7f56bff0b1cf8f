"""Authentication-Results (RFC 8601) read strictly: comments nest, quotes hide everything.

What cannot be read to its end is not read at all: a value that a sender chose stands in these
headers, and half a reading is how it would come to speak for the receiving server.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import takewhile


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodResult:
    """One `method=result` with the properties behind it; names and result are in lower case."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...]

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of the property of that (lower-case) name, such as `header.from`."""
        return tuple(value for key, value in self.properties if key == name)


class _Kind(Enum):
    WORD = auto()
    QUOTED = auto()
    EQUALS = auto()
    SEMICOLON = auto()
    BROKEN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    """`glued`: nothing, not even a comment, stands between it and the token before."""

    kind: _Kind
    text: str
    glued: bool


_PIECE = re.compile(r'\s+|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<mark>[;=])|(?P<word>[^\s;=()"]+)')
_MARKS = {";": _Kind.SEMICOLON, "=": _Kind.EQUALS}
_IN_COMMENT = re.compile(r"\\.|[()]")
_QUOTED_PAIR = re.compile(r"\\(.)")
# `header . from` and `dmarc / 1` are one name each (RFC 8601 2.2).
_AROUND_JOINT = re.compile(r" ?([./]) ?")


def read_authserv_id(value: str) -> str | None:
    """Return who wrote an Authentication-Results header, in lower case, or None for no id."""
    tokens = list(takewhile(lambda token: token.kind is not _Kind.SEMICOLON, _scan(value)))
    if not tokens or tokens[0].kind not in {_Kind.WORD, _Kind.QUOTED}:
        return None
    if any(token.kind is _Kind.EQUALS for token in tokens):
        return None
    return tokens[0].text.lower().removesuffix(".") or None


def read_results(value: str) -> tuple[MethodResult, ...] | None:
    """Return the results behind the id of an Authentication-Results header.

    None: the header is malformed somewhere, so that nothing in it can be relied on.
    """
    results: list[MethodResult] = []
    for statement in _statements(value)[1:]:
        if not statement or [token.text.lower() for token in statement] == ["none"]:
            continue
        result = _method_result(statement)
        if result is None:
            return None
        results.append(result)
    return tuple(results)


def _scan(value: str) -> Iterator[_Token]:
    """Yield the tokens; a last one of kind BROKEN where the header cannot be read on."""
    position, glued = 0, False
    while position < len(value):
        if value[position] == "(":
            end = _comment_end(value, position)
            if end is None:
                break
            position, glued = end, False
            continue
        piece = _PIECE.match(value, position)
        if piece is None:
            break
        position = piece.end()
        kind = _kind_of(piece)
        if kind is not None:
            text = piece[0] if kind is not _Kind.QUOTED else _QUOTED_PAIR.sub(r"\1", piece[0][1:-1])
            yield _Token(kind=kind, text=text, glued=glued)
        glued = kind is not None
    else:
        return
    yield _Token(kind=_Kind.BROKEN, text="", glued=False)


def _kind_of(piece: re.Match[str]) -> _Kind | None:
    """Return what was matched, None for white space."""
    if piece["word"] is not None:
        return _Kind.WORD
    if piece["quoted"] is not None:
        return _Kind.QUOTED
    return _MARKS.get(piece[0])


def _comment_end(value: str, start: int) -> int | None:
    """Return where the comment that opens at `start` has closed, or None where it never does."""
    depth = 0
    for match in _IN_COMMENT.finditer(value, start):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    return None


def _statements(value: str) -> list[list[_Token]]:
    """Return the tokens between semicolons."""
    statements: list[list[_Token]] = [[]]
    for token in _scan(value):
        if token.kind is _Kind.SEMICOLON:
            statements.append([])
        else:
            statements[-1].append(token)
    return statements


def _method_result(statement: Sequence[_Token]) -> MethodResult | None:
    """Return what a statement says, or None where it is not `name=value name=value ...`."""
    pairs: list[tuple[str, str]] = []
    position = 0
    while position < len(statement):
        read = _pair(statement, position)
        if read is None:
            return None
        name, value, position = read
        pairs.append((name, value))
    (method, result), *properties = pairs
    return MethodResult(
        method=method.partition("/")[0], result=result.lower(), properties=tuple(properties)
    )


def _pair(statement: Sequence[_Token], start: int) -> tuple[str, str, int] | None:
    """Return a name, its value and where the next pair begins."""
    position = start
    while position < len(statement) and statement[position].kind is _Kind.WORD:
        position += 1
    words = (word.text for word in statement[start:position])
    name = _AROUND_JOINT.sub(r"\1", " ".join(words)).lower()
    is_assigned = position < len(statement) and statement[position].kind is _Kind.EQUALS
    if not name or " " in name or not is_assigned:
        return None
    position += 1
    pieces: list[str] = []
    # `smtp.mailfrom=` of a null sender has no value at all.
    while position < len(statement) and (statement[position].glued or not pieces):
        if statement[position].kind is _Kind.BROKEN:
            return None
        pieces.append(statement[position].text)
        position += 1
    is_first = start == 0
    if is_first and statement[position - 1].kind is not _Kind.WORD:
        return None  # a result is a keyword: `dmarc="pass"` and `dmarc=` are none
    return name, "".join(pieces), position
