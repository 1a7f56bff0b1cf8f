"""Patterns of an admin's, by an engine (RE2) that takes linear time whatever the pattern says.

They look at UTF-8: RE2 works on it, and a text is turned into it once, not once a pattern.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import re2

WHITE: Final = (
    r"[\t-\r\x{1c}-\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}"
    r"\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
)
"""The white space of str.split(), as RE2 writes it: a text may be wrapped anywhere."""

_REASONS: Final[tuple[tuple[str, str], ...]] = (
    (r"invalid perl operator: \(\?<?[=!]", "no lookaround: it cannot be decided in linear time"),
    (r"invalid perl operator: \(\?>", "no atomic groups: they have no use in linear time"),
    (r"invalid perl operator: \(\?#", "no comments in patterns"),
    (r"invalid perl operator: \(\?\(", "no conditional groups"),
    (r"invalid escape sequence: \\[1-9]", "no backreferences: not possible in linear time"),
    (r"invalid escape sequence: \\Z", r"write \z for the end of the text"),
    (r"bad repetition operator: [*+?}]\+", "no possessive quantifiers: leave the second + out"),
    (r"missing \)", "a ( is not closed"),
    (r"unexpected \)", "a ) closes nothing"),
    (r"missing \]", "a [ is not closed"),
    (r"no argument for repetition", "a quantifier (* + ? {n}) has nothing before it"),
    (r"pattern too large", "too large: it repeats too much"),
    (r"invalid repetition size", "a repetition may count to 1000, nested ones too"),
    (r"invalid named capture", "a group's name has letters, digits and _ only"),
    (r"trailing \\", "it ends with a lone backslash"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A pattern that was accepted. Case does not count, unless it says (?-i) itself."""

    source: str
    engine: Any = field(compare=False, repr=False)

    def found_in(self, text: bytes) -> bool:
        """Whether it matches anywhere in `text`."""
        return self.engine.search(text) is not None

    def words_in(self, text: bytes) -> Mapping[str, str] | None:
        """What its named groups hold at its first match, those without text left out.

        None where it does not match.
        """
        match = self.engine.search(text)
        if match is None:
            return None
        found: Mapping[str, bytes | None] = match.groupdict()
        return {name: raw.decode("utf-8", "replace") for name, raw in found.items() if raw}

    @property
    def names(self) -> frozenset[str]:
        """The names of its groups."""
        return frozenset(self.engine.groupindex)


def pattern(source: str, *, captures: bool = False) -> Pattern:
    """Accept a pattern; one that only has to be found (not `captures`) is searched faster.

    Raises:
        ValueError: It is none, or not one for linear time; the message is for an admin.
    """
    options = _options()
    options.never_capture = not captures
    try:
        engine = re2.compile(source, options)
    except re2.error as error:
        said = error.args[0]
        raise ValueError(_reason(said.decode("utf-8", "replace"))) from None
    return Pattern(source=source, engine=engine)


def phrase_source(words: str) -> str:
    """What finds `words` as they stand; any run of white space is like any other."""
    pieces = re.split(r"(\s+)", words)
    return "".join(f"{WHITE}+" if n % 2 else re2.escape(piece) for n, piece in enumerate(pieces))


def _options(memory: int | None = None) -> Any:  # noqa: ANN401 - the library ships no types
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False  # it would write to stderr by itself
    if memory is not None:
        options.max_mem = memory
    return options


def _reason(said: str) -> str:
    for sign, words in _REASONS:
        if re.search(sign, said):
            return f"{words} ({said})"
    return said


_END: Final = "\U0010fffd\U0010fffc\U0010fffd"  # of no text: characters that mean nothing
_END_RAW: Final = f"\n{_END}".encode()

# What may stand in a pattern that hundreds of others are sought together with: a text that has the
# beginnings of many patterns with .* in it would make an automaton of them all explode. One that
# is found in the mark of the end says nothing of the text.
_PLAIN: Final = (
    rf"(?:[A-Za-z0-9_ ,;:=@#/%&<>!'\"~`-]|[^\x00-\x7f{_END}]|\\[sd]|\\[^A-Za-z0-9]"
    rf"|{re.escape(WHITE)})"
)
_STEADY: Final = re.compile(
    rf"(?:{_PLAIN}(?:\{{\d{{1,2}}(?:,\d{{0,2}})?\}}|[+*])?\??|\\b|\((?:\?:)?|\)\??|\|)*"
)

_LEAST_MEMORY: Final = 8 << 20  # bytes
_MEMORY_EACH: Final = 16 << 10  # bytes a pattern: five thousand have room for their automaton
_AT_ONCE: Final = 500  # patterns in one filter, whose memory cannot be set


def is_steady(source: str) -> bool:
    """Whether a pattern looks at no more than it matches: no .*, no anchor at the text's ends."""
    return _STEADY.fullmatch(source) is not None


_ANYTHING: Final = re.compile(r"(?<!\\)\.[*+]\??")


def _telling_piece(source: str) -> str | None:
    """The longest part of a pattern that is steady and in all that it matches; None without one.

    Of `^disk.*failed$` it is `failed`. What has groups or alternatives is not taken apart.
    """
    if any(mark in source for mark in "(|)"):
        return None
    bare = source.removeprefix("^").removeprefix(r"\A").removesuffix("$").removesuffix(r"\z")
    pieces = _ANYTHING.split(bare)
    return max(pieces, key=len) or None if all(map(is_steady, pieces)) else None


class Sieve:
    """Which of many patterns may be in a text, in about the time that one of them takes.

    What it finds is to be looked at: it may find too much, and never holds anything back. The end
    of every text is marked with words that have to be found: where they are not, the engine ran out
    of memory.
    """

    __slots__ = ("_sought",)

    def __init__(self, sources: Iterable[tuple[str, int]], *, memory: int | None = None) -> None:
        """Take patterns that were accepted.

        Args:
            sources: Each pattern, and the number that stands for it.
            memory: Bytes for the automaton; by default enough for these patterns.
        """
        steady: list[tuple[str, int]] = []
        others: list[tuple[str, int]] = []
        for source, number in sources:
            piece = source if is_steady(source) else _telling_piece(source)
            (others if piece is None else steady).append((piece or source, number))
        self._sought: list[tuple[Any, tuple[int, ...]]] = []
        if steady:
            room = max(_LEAST_MEMORY, _MEMORY_EACH * len(steady)) if memory is None else memory
            self._sought.append((_set_of(steady, room), _numbers(steady)))
        for start in range(0, len(others), _AT_ONCE):
            some = others[start : start + _AT_ONCE]
            self._sought.append((_filter_of(some), _numbers(some)))

    def found_in(self, text: bytes) -> set[int] | None:
        """The numbers of the patterns that may match in `text`; None where it could not tell."""
        marked = text + _END_RAW
        found: set[int] = set()
        for find, numbers in self._sought:
            places = find(marked)  # in no order
            end = len(numbers)
            if not places or end not in places:
                return None
            found.update(numbers[place] for place in places if place != end)
        return found


def _numbers(patterns: Iterable[tuple[str, int]]) -> tuple[int, ...]:
    return tuple(number for _, number in patterns)


def _set_of(patterns: Iterable[tuple[str, int]], memory: int) -> Any:  # noqa: ANN401 - as above
    every = re2.Set.SearchSet(_options(memory))
    for source in _with_end(patterns):
        every.Add(source)
    try:
        every.Compile()
    except re2.error:
        return _nothing
    return every.Match


def _filter_of(patterns: Iterable[tuple[str, int]]) -> Any:  # noqa: ANN401 - as above
    """What asks first for the plain words that a pattern cannot match without."""
    every = re2.Filter()
    for source in _with_end(patterns):
        every.Add(source, _options())
    try:
        every.Compile()
    except re2.error:
        return _nothing
    return lambda text: every.Match(text, potential=True)


def _with_end(patterns: Iterable[tuple[str, int]]) -> Iterator[str]:
    yield from (source for source, _ in patterns)
    yield _END


def _nothing(_text: bytes) -> list[int]:
    return []
