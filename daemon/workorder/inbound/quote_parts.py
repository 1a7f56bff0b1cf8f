"""New and quoted lines in turn: which of them the writer meant to send."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from workorder.inbound.attributions import attribution_start
from workorder.inbound.quote_headers import header_block_end, separator
from workorder.inbound.quote_lines import Page, page_of, unquoted
from workorder.inbound.signatures import end_of_words, is_closing_only

_MAX_CONTEXT = 15  # quoted lines kept between what was written above and below them
_MAX_ROUNDS = 200  # of taking a signature or a quote off the end
_PEEK = 8  # quoted lines looked at for what introduces them
_INITIALS = re.compile(r"(?!PS>|SQL>)[A-Z]{1,3}>")  # the quote marks of Emacs; no prompts


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was found of the older mail: new text is in the lines before `end`, less `dropped`.

    `introduced` are the first lines of quotes that stood below an attribution; from `kept_from`
    on everything stays as it is.
    """

    end: int
    kept_from: int
    dropped: frozenset[int]
    introduced: frozenset[int]


class Part(NamedTuple):
    """Neighbouring lines [start, end), all quoted or all not; a tuple, for there may be many."""

    quoted: bool
    start: int
    end: int


def own_lines(page: Page, reading: Reading) -> list[int]:
    """Return the numbers of the lines before `reading.end` that the writer meant to send."""
    desk = _Desk(page=page, reading=reading)
    parts = desk.without_end(desk.parts())
    quotes = [place for place, part in enumerate(parts) if part.quoted]
    if len(quotes) == 1 and not desk.is_context(parts, quotes[0]):
        del parts[quotes[0]]
    dropped = reading.dropped
    return [i for part in parts for i in range(part.start, part.end) if i not in dropped]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """A page and what was read of it, for the questions asked about its parts."""

    page: Page
    reading: Reading

    def numbers(self, part: Part) -> list[int]:
        dropped = self.reading.dropped
        return [index for index in range(part.start, part.end) if index not in dropped]

    def words(self, part: Part) -> list[str]:
        return [self.page.clean[index] for index in self.numbers(part)]

    def parts(self) -> list[Part]:
        parts: list[Part] = []
        dropped, introduced = self.reading.dropped, self.reading.introduced
        start, was_quoted = -1, False
        for index, line in enumerate(self.page.clean[: self.reading.end]):
            if not line or index in dropped:
                continue
            quoted = self.page.quoted[index] or bool(introduced and _INITIALS.match(line))
            if quoted == was_quoted and start >= 0 and index not in introduced:
                continue
            if start >= 0:
                parts.append(Part(was_quoted, start, index))
            start, was_quoted = index, quoted
        if start >= 0:
            parts.append(Part(was_quoted, start, self.reading.end))
        return parts

    def without_end(self, parts: list[Part]) -> list[Part]:
        """Take signatures and quotes off the end until the writer's words stand there."""
        for _ in range(_MAX_ROUNDS):
            if not parts:
                break
            last = parts.pop()
            if last.quoted:
                if self._stays_last(parts, last):
                    return [*parts, last]
            elif end := end_of_words(self.words(last), after_quote=len(parts) > 1):
                return [*parts, last._replace(end=self.numbers(last)[end - 1] + 1)]
        return parts

    def _stays_last(self, above: list[Part], quote: Part) -> bool:
        """Whether a quote at the end is the writer's doing: alone, or announced; no source."""
        return (not above or self._is_announced(above[-1], quote)) and not self.has_source(quote)

    def _is_announced(self, above: Part, quote: Part) -> bool:
        """Whether new text leads to a quote: `The screen says:`, `What does this mean?`."""
        last = next(i for i in reversed(self.numbers(above)) if self.page.clean[i])
        line = self.page.clean[last]
        # "it fails with more than\n> 5 users" is prose that was wrapped there
        adjacent = last + 1 == quote.start and line[-1] not in ".!?,;"
        return line[-1] in ":?" or (adjacent and sum(map(bool, self.words(quote))) == 1)

    def is_context(self, parts: list[Part], place: int) -> bool:
        """Whether the only quote, with new text below it, is needed to understand that text."""
        quote = parts[place]
        if place in {0, len(parts) - 1}:
            return not self.has_source(quote)
        if is_closing_only(self.words(parts[-1])):
            return False
        return quote.end - quote.start <= _MAX_CONTEXT or not self.has_source(quote)

    def has_source(self, quote: Part) -> bool:
        """Whether an attribution or a header block stands above a quote or on its first lines."""
        if quote.start in self.reading.introduced:
            return True
        first = self.words(quote)[:_PEEK]
        inner = page_of("\n".join(unquoted(line)[:600] for line in first))
        return any(
            attribution_start(inner, i) is not None
            or header_block_end(inner, i) is not None
            or separator(inner.clean[i]) is not None
            for i in range(len(inner.clean))
            if inner.clean[i]
        )
