"""What templates may do with values: durations, names, and text that other people wrote."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import assert_never

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from workorder.core.effects import Effect
from workorder.core.subjects import title_of
from workorder.core.transcript import Transcript, TranscriptLine, Value, ValueKind, Verdict
from workorder.outbound.dates import DATE_FILTERS, day_in_words, moment_in_words
from workorder.outbound.phrases import Phrases

MAX_SHOWN = 20_000  # characters of a person's text in a notice: mail clients clip past 100 KB

# A URL ends at white space, quotes, angle brackets and anything that turns the reading direction.
_URL_CHARACTER = r"[^\s<>\"'`\\\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
_LINK = re.compile(
    rf"(?P<url>\bhttps?://{_URL_CHARACTER}{{1,2000}})"
    r"|(?P<mail>(?:\bmailto:)?(?<![\w.+-])[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})",
    re.IGNORECASE,
)
_BLANK_LINES = re.compile(r"\n[ \t]*\n[ \t\n]*")
_TRAILING = ".,;:!?*_~"
_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """The first part of a long text; `cut` says that something was left out."""

    text: str
    cut: bool


def excerpt(text: str, limit: int = MAX_SHOWN) -> Excerpt:
    """The text up to about `limit` characters, ended at a line or a word where one is near."""
    text = text.strip("\n")
    if len(text) <= limit:
        return Excerpt(text=text, cut=False)
    head = text[:limit]
    for mark in ("\n", " "):
        end = head.rfind(mark, limit - 400)
        if end > 0:
            return Excerpt(text=head[:end].rstrip(), cut=True)
    return Excerpt(text=head, cut=True)


def linkify(text: str, style: str = "") -> Markup:
    """Escaped text in which http, https and mail addresses are links to just what they show."""
    attribute = _style(style)
    pieces: list[str] = []
    done = 0
    for match in _LINK.finditer(text):
        shown = _trimmed(match.group())
        target = shown if match["url"] else "mailto:" + _without_scheme(shown)
        pieces.append(escape(text[done : match.start()]))
        pieces.append(f'<a href="{escape(target)}"{attribute}>{escape(shown)}</a>')
        done = match.start() + len(shown)
    pieces.append(escape(text[done:]))
    return Markup("".join(pieces))  # noqa: S704 # every piece is escaped above


def _style(style: str) -> str:
    return f' style="{escape(style)}"' if style else ""


def _without_scheme(address: str) -> str:
    return address[7:] if address[:7].lower() == "mailto:" else address


def _trimmed(link: str) -> str:
    """The link without the punctuation of the sentence around it."""
    while link:
        last = link[-1]
        opening = _PAIRS.get(last)
        unpaired = opening is not None and link.count(last) > link.count(opening)
        if last not in _TRAILING and not unpaired:
            break
        link = link[:-1]
    return link


def nl2br(text: str, link_style: str = "") -> Markup:
    """Escaped and linkified text that keeps its line ends and its runs of spaces."""
    html = linkify(text.expandtabs(4), link_style)
    return Markup(str(html).replace("  ", "&nbsp; ").replace("\n", "<br>\n"))  # noqa: S704 # html is Markup


def paragraphs(
    text: str, style: str = "", *, tag: str = "p", longest: int = 0, link_style: str = ""
) -> Markup:
    """The text as blocks of `tag`, each of which finds its own reading direction.

    With `longest`, no block holds more than that many characters: what lays out pages needs
    a place to break.
    """
    start, end = f'<{escape(tag)} dir="auto"{_style(style)}>', f"</{escape(tag)}>"
    blocks = (
        f"{start}{nl2br(piece, link_style)}{end}"
        for paragraph in _BLANK_LINES.split(text.strip("\n"))
        for piece in _pieces(paragraph, longest)
        if piece
    )
    return Markup("\n".join(blocks))  # noqa: S704 # tag and style are escaped, nl2br is Markup


def _pieces(paragraph: str, longest: int) -> list[str]:
    pieces: list[str] = []
    while longest and len(paragraph) > longest:
        end = max(paragraph.rfind(mark, longest // 2, longest) for mark in "\n ") + 1 or longest
        pieces.append(paragraph[:end].rstrip())
        paragraph = paragraph[end:]
    return [*pieces, paragraph]


def quoted(text: str, mark: str = "> ") -> str:
    """Every line of a text with `mark` before it, for plain-text mails."""
    return "\n".join((mark + line).rstrip() for line in text.split("\n"))


def duration(phrases: Phrases, length: timedelta | int) -> str:
    """A duration (or whole minutes) as '8 h 30 min'."""
    minutes = length if isinstance(length, int) else round(length / timedelta(minutes=1))
    hours, rest = divmod(abs(minutes), 60)
    parts = [phrases("time.hours", hours=hours)] if hours else []
    if rest or not hours:
        parts.append(phrases("time.minutes", minutes=rest))
    return ("-" if minutes < 0 else "") + " ".join(parts)


def signed(phrases: Phrases, minutes: int) -> str:
    """A change in minutes as '+8 h 30 min'; a minus is one, and not a hyphen."""
    sign = "+" if minutes > 0 else "\N{MINUS SIGN}" if minutes < 0 else ""
    return sign + duration(phrases, abs(minutes))


@pass_context
def duration_filter(context: Context, length: timedelta | int) -> str:
    """A timedelta, or whole minutes, as '8 h 30 min'."""
    return duration(context["t"], length)


@pass_context
def signed_filter(context: Context, minutes: int) -> str:
    """A change in minutes, with its sign."""
    return signed(context["t"], minutes)


@pass_context
def status_filter(context: Context, status: str) -> str:
    """A status by its name in the reader's language."""
    name: str = context["t"](f"status.{status}")
    return name


@pass_context
def priority_filter(context: Context, priority: str) -> str:
    """A priority by its name in the reader's language."""
    name: str = context["t"](f"priority.{priority}")
    return name


_ASKED = frozenset(
    {Effect.HELP, Effect.STATUS_IS, Effect.STATUS_NONE, Effect.HOURS_ARE, Effect.TIMER_RUNS}
)
# What stands for a value that is empty, by its place; "none" for all others.
_NOBODY = {"technician": "mail.nobody", "customer": "mail.unknown"}
_NO_PREFIX = "\0"  # no subject has it: what looks like a bare number stays
_BRACKETED = re.compile(r"\[[^\[\]]*\]")


def outcome(transcript: Transcript) -> str:
    """In a word what became of a mail: done, nothing, told, wrong (one tag) or wrongs (several)."""
    if not transcript.applied:
        return "wrongs" if wrong_tags(transcript) > 1 else "wrong"
    if all(line.effect in _ASKED for line in transcript.lines):
        return "told"
    done = any(line.verdict is Verdict.DONE for line in transcript.lines)
    return "done" if done else "nothing"


def wrong_tags(transcript: Transcript) -> int:
    """How many tags are wrong; a second line on the same tag does not count."""
    return sum(line.verdict is Verdict.WRONG and bool(line.written) for line in transcript.lines)


@pass_context
def effect_filter(context: Context, line: TranscriptLine) -> str:
    """A line of a transcript in words, in the reader's language."""
    return effect_words(context["t"], line)


def effect_words(phrases: Phrases, line: TranscriptLine) -> str:
    """A line of a transcript in words: what the tag did, or what is wrong with it."""
    if line.verdict is Verdict.HELD:  # its effect is what it would have done
        return phrases("transcript.held-because")
    if line.explains is not None:
        return phrases(f"help.{line.explains}")
    values = {value.name: _value(phrases, value) for value in line.values}
    return phrases(f"tag.{line.effect}", **values)


def _value(phrases: Phrases, value: Value) -> str:
    match value.kind:
        case ValueKind.TEXT:
            return value.text or phrases(_NOBODY.get(value.name, "mail.none"))
        case ValueKind.PHRASE:
            return phrases(value.text)
        case ValueKind.DAY:
            return day_in_words(date.fromisoformat(value.text), phrases("language.locale"))
        case ValueKind.LENGTH:
            return duration(phrases, int(value.text))
        case ValueKind.MOMENT:
            return moment_in_words(datetime.fromisoformat(value.text), phrases("language.locale"))
        case _:
            assert_never(value.kind)


def unbracketed(subject: str) -> str:
    """A subject without its `Re:`, and without what stands in square brackets.

    Those are labels of other work orders, and tags, which would apply again with the next reply.
    """
    return title_of(_BRACKETED.sub(" ", subject), _NO_PREFIX)


FILTERS: Mapping[str, Callable[..., object]] = {
    **DATE_FILTERS,
    "duration": duration_filter,
    "effect": effect_filter,
    "status": status_filter,
    "priority": priority_filter,
    "excerpt": excerpt,
    "linkify": linkify,
    "nl2br": nl2br,
    "outcome": outcome,
    "paragraphs": paragraphs,
    "quoted": quoted,
    "signed": signed_filter,
    "unbracketed": unbracketed,
    "wrong_tags": wrong_tags,
}
