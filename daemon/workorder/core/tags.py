r"""Reading the tags of a technician's mail: which there are, and what of the text is prose.

Tags stand on lines of their own that begin with #, above the first line of prose; or in square
brackets in the subject. Whatever looks like one and is none is a fault that the transcript names,
so that no tag is ever sent to a customer as text. `\#finished` is text.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from workorder.core.durations import leading_clock, leading_minutes, minutes_in
from workorder.core.effects import Effect
from workorder.core.vocabulary import Tag, Vocabulary, squeezed

_MAX_SUBJECT = 1_000
_MAX_TAGS = 40  # on top of one mail; more is a pasted list of something else
_HOW_NEAR = 0.6
_MUCH_LIKE = 0.8
_OWN_LANGUAGE = "en"  # that of the tags' own names
_SHOWN = 60  # characters of a word that is no tag

_HASH = "#\uff03"  # the full-width one is what an East Asian keyboard writes
_HASHES = frozenset(_HASH)
_UNSEEN = dict.fromkeys((0x00AD, 0xFEFF, *range(0x200B, 0x2010), *range(0x2060, 0x2065)))
_TAG_LINE = re.compile(rf"[{_HASH}]+\s*(?P<words>[^\s{_HASH}].*)")
# What list and quotation keys of mail clients put around a line, and what bold text leaves.
_LIST_MARK = re.compile(
    rf"(?:[-*+\u2022\u00b7\u25aa\u25e6\u2013\u2014|]|\d{{1,2}}[.)])\s+(?=[{_HASH}\[])"
)
_AROUND = "*_`'\"\u2018\u2019\u201c\u201d\u00ab\u00bb "
_ANOTHER = re.compile(rf"(?:^|[\s,;])[{_HASH}](?=\S)")
_ESCAPED = re.compile(rf"(?m)^(\s*)\\(?=[{_HASH}])")
_WORD = re.compile(r"[^\s\-_:.,;!]+[\s\-_]*|[:.,;!]+\s*")
# A dash between tag and words is punctuation; one that a word begins with is that word's own.
_STOP = re.compile(r"\s*[:.,;!]*\s*(?:[-_\u2013\u2014]+(?:\s+|$))?")
_JOINTS = " \t\u00a0-_"
_BRACKETED = re.compile(r"\[([^\[\]]{1,100})\]")
_LABEL = re.compile(r"[-+]?\w[\w.-]*", re.ASCII)

TAKES_PROSE = frozenset(
    {
        *(Tag.IN_PROGRESS, Tag.WAITING_PARTS, Tag.WAITING_VENDOR, Tag.WAITING_CUSTOMER),
        *(Tag.FINISHED, Tag.CANCELLED, Tag.REOPEN, Tag.INTERNAL),
    }
)
"""What stands behind these on their line begins the prose."""

_TAKES_NOTHING = frozenset({Tag.UNDO, Tag.HELP})
_MAY_STAND_ALONE = frozenset({Tag.FOR, Tag.STATUS, Tag.START, Tag.STOP})
_ONE_WORD = frozenset({Tag.PRIORITY, Tag.ASSIGN, Tag.EQUIPMENT, Tag.FOLLOWUP, Tag.MERGE, Tag.LINK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A tag as it was written: `line` as it stood, `argument` what followed it, one space each."""

    tag: Tag
    line: str
    argument: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Misread:
    """A line that had to be a tag and is none, or one in the wrong place; `near`: a known tag."""

    line: str
    effect: Effect
    word: str
    near: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The tags of a mail in their order, and the prose without them."""

    tags: tuple[Written | Misread, ...]
    prose: str

    @property
    def written(self) -> tuple[Written, ...]:
        """The tags that were read."""
        return tuple(each for each in self.tags if isinstance(each, Written))

    def has(self, *tags: Tag) -> bool:
        """Whether one of these was written."""
        return any(each.tag in tags for each in self.written)

    def argument(self, tag: Tag) -> str | None:
        """What was written behind the first `tag`; None where there is none."""
        return next((each.argument for each in self.written if each.tag is tag), None)


def read_tags(
    subject: str,
    own_text: str,
    vocabulary: Vocabulary,
    *,
    below: str = "",
    theirs: Iterable[str] = (),
) -> Reading:
    """Read a technician's mail.

    Args:
        subject: The subject, as it came.
        own_text: The new text, without quoted text, signature and what was forwarded.
        vocabulary: The words in force.
        below: What stands below and is prose whatever it says: a mail that was forwarded.
        theirs: Subjects that others wrote, and that the technician's may repeat: what stands in
            brackets there is no tag, for anybody can write it.
    """
    on_top, rest = _split(own_text)
    repeated = {_folded(words) for text in theirs for words in _BRACKETED.findall(text)}
    tags: list[Written | Misread] = [
        written
        for words, written in _in_subject(subject, vocabulary)
        if _folded(words) not in repeated
    ]
    begun: list[str] = []
    for line in on_top:
        read = _read_line(line, vocabulary)
        if isinstance(read, Written) and read.tag in TAKES_PROSE and read.argument:
            begun.append(read.argument)
        tags.append(read)
    tags += islice(_misplaced(rest, vocabulary), _MAX_TAGS)
    prose = "\n".join([*begun, *rest]).strip("\n")
    whole = "\n\n".join(part for part in (_unescaped(prose).strip(), below.strip()) if part)
    return Reading(tags=tuple(tags), prose=whole)


def without_tags(subject: str, vocabulary: Vocabulary) -> str:
    """A technician's subject as others may see it."""

    def kept(found: re.Match[str]) -> str:
        return found[0] if _bracketed(found[1], vocabulary) is None else " "

    return _BRACKETED.sub(kept, subject[:_MAX_SUBJECT])


def _split(own_text: str) -> tuple[list[str], list[str]]:
    """The tag lines on top, and all lines from the first prose on."""
    lines = own_text.split("\n")
    tags: list[str] = []
    for index, line in enumerate(lines):
        bare = _bare(line)
        if not bare:
            continue
        if not _TAG_LINE.fullmatch(bare) or len(tags) == _MAX_TAGS:
            return tags, lines[index:]
        tags.append(bare)
    return tags, []


def _bare(line: str) -> str:
    """A line without what cannot be seen, and without what mail clients put around a tag."""
    seen = " ".join(line.translate(_UNSEEN).split())
    inner = _LIST_MARK.sub("", seen).strip(_AROUND)
    if inner[:1] == "[" and inner[-1:] == "]" and "[" not in inner[1:]:
        inner = inner[1:-1].strip()
    return inner if inner and inner[0] in _HASHES else seen


def _read_line(line: str, vocabulary: Vocabulary) -> Written | Misread:
    match = _TAG_LINE.fullmatch(line)
    assert match is not None  # the line was chosen for it
    words = match["words"].strip()
    found = _tag_at(words, vocabulary)
    if found is None:
        return _unknown(line, words, vocabulary)
    tag, argument = found
    if _holds_another(argument, vocabulary):
        return Misread(line=line, effect=Effect.ONE_A_LINE, word=_shown(line))
    if tag in _ONE_WORD:
        argument = argument.strip(".,;:!").removeprefix("@")
    if tag is Tag.STATUS and argument:
        return _status_meant(line, argument, vocabulary)
    if tag in _TAKES_NOTHING and argument:
        return Misread(line=line, effect=Effect.TAKES_NO_WORDS, word=_shown(line))
    if not argument and tag not in TAKES_PROSE | _TAKES_NOTHING | _MAY_STAND_ALONE:
        return Misread(line=line, effect=Effect.NEEDS_WORDS, word=_shown(line))
    return Written(tag=tag, line=line, argument=argument)


def _holds_another(argument: str, vocabulary: Vocabulary) -> bool:
    """Whether a second tag stands on a line: it would be read as words, and shown to others."""
    return any(
        _tag_at(argument[match.end() :], vocabulary) is not None
        for match in islice(_ANOTHER.finditer(argument), _MAX_TAGS)
    )


def _tag_at(words: str, vocabulary: Vocabulary) -> tuple[Tag, str] | None:
    """The tag that `words` begin with, the longest spelling of it, and what follows."""
    best: tuple[Tag, str] | None = None
    end = 0
    for count, match in enumerate(_WORD.finditer(words)):
        if count > vocabulary.longest or match.start() != end or match[0][0] in ":.,;!":
            break
        end = match.end()
        tag = vocabulary.by_word.get(squeezed(words[:end]))
        if tag is not None:
            behind = _STOP.match(words, len(words[:end].rstrip(_JOINTS)))
            assert behind is not None  # it may match nothing
            best = tag, " ".join(words[behind.end() :].split())
    return best


def _status_meant(line: str, argument: str, vocabulary: Vocabulary) -> Misread:
    """`#status finished` asks for nothing: it means the tag #finished."""
    meant = _tag_at(argument, vocabulary)
    if meant is None or meant[0] not in TAKES_PROSE:
        return Misread(line=line, effect=Effect.TAKES_NO_WORDS, word=_shown(line))
    near = meant[0].value.replace("-", " ")
    return Misread(line=line, effect=Effect.UNKNOWN_NEAR, word=_shown(line), near=near)


def _unknown(line: str, words: str, vocabulary: Vocabulary) -> Misread:
    pieces = words.split()
    own = [each for each in vocabulary.spellings if each.language == _OWN_LANGUAGE]
    # Two words may be one tag misspelt: #wating customer. The longer reading is tried first; of
    # another language's words only what is much like one.
    for spellings, cutoff in ((own, _HOW_NEAR), (vocabulary.spellings, _MUCH_LIKE)):
        known = {squeezed(spelling.text): spelling.text for spelling in spellings}
        for count in range(min(len(pieces), vocabulary.longest), 0, -1):
            shown = " ".join(pieces[:count])
            near = _nearest(shown, known, _MUCH_LIKE if count > 1 else cutoff)
            if near is not None:
                return Misread(line=line, effect=Effect.UNKNOWN_NEAR, word=_shown(shown), near=near)
    return Misread(line=line, effect=Effect.UNKNOWN, word=_shown(pieces[0]))


def _nearest(shown: str, known: Mapping[str, str], cutoff: float) -> str | None:
    word = squeezed(shown.rstrip(":.,;!"))
    begun = [each for each in known if len(word) > 1 and each.startswith(word)]
    near = begun or get_close_matches(word, known, n=1, cutoff=cutoff)
    return known[near[0]] if near else None


def _misplaced(rest: list[str], vocabulary: Vocabulary) -> Iterator[Misread]:
    """Known tags that stand alone on their line below prose; any other # there is prose."""
    for line in rest:
        bare = _bare(line)
        match = _TAG_LINE.fullmatch(bare)
        if match is None:
            continue
        words = match["words"].strip()
        found = _tag_at(words, vocabulary)
        is_tag = _is_meant(*found) if found is not None else _is_like_internal(words, vocabulary)
        if is_tag:
            yield Misread(line=bare, effect=Effect.BELOW_PROSE, word=_shown(bare))


def _is_like_internal(words: str, vocabulary: Vocabulary) -> bool:
    """Whether a note was meant and misspelt: sent to the customer, it could not be called back."""
    names = [squeezed(s.text) for s in vocabulary.spellings if s.tag is Tag.INTERNAL]
    word = squeezed(words.split(maxsplit=1)[0].rstrip(":.,;!"))
    return bool(get_close_matches(word, names, n=1, cutoff=_MUCH_LIKE))


def _is_meant(tag: Tag, argument: str) -> bool:
    """Whether a line below prose is surely a tag, and not a sentence that begins with a #."""
    return not argument or _FITS[tag](argument)


def _never(_argument: str) -> bool:
    return False


def _always(_argument: str) -> bool:
    return True


def _is_one_word(argument: str) -> bool:
    return len(argument.split()) == 1


def _are_labels(argument: str) -> bool:
    return all(_LABEL.fullmatch(word.strip()) for word in argument.split(","))


def _is_duration(argument: str) -> bool:
    return leading_minutes(argument) is not None


def _is_clock(argument: str) -> bool:
    return leading_clock(argument) is not None or argument == "0"


def _has_address(argument: str) -> bool:
    return "@" in argument


_FITS: Mapping[Tag, Callable[[str], bool]] = {
    **dict.fromkeys(TAKES_PROSE | _TAKES_NOTHING, _never),
    **dict.fromkeys(_ONE_WORD, _is_one_word),
    Tag.INTERNAL: _always,  # a note that went to the customer could not be called back
    Tag.TITLE: _always,
    Tag.CUSTOMER: _always,
    Tag.STATUS: _is_one_word,
    Tag.LABEL: _are_labels,
    Tag.CC: _has_address,
    Tag.START: _is_clock,
    Tag.STOP: _is_clock,
    Tag.WORKED: _is_duration,
    Tag.BILLED: _is_duration,
    Tag.FOR: _has_address,
}
"""What behind a tag below prose fits it so well that no sentence can be meant."""


def _in_subject(subject: str, vocabulary: Vocabulary) -> Iterator[tuple[str, Written]]:
    for match in _BRACKETED.finditer(subject[:_MAX_SUBJECT]):
        found = _bracketed(match[1], vocabulary)
        if found is not None:
            yield match[1], Written(tag=found[0], line=match[0], argument=found[1])


def _folded(words: str) -> str:
    return " ".join(words.casefold().split())


def _bracketed(words: str, vocabulary: Vocabulary) -> tuple[Tag, str] | None:
    """A tag in a subject: exactly a known one, with no words that could be somebody's prose."""
    found = _tag_at(words.strip().lstrip(_HASH).strip(), vocabulary)
    if found is None:
        return None
    tag, argument = found
    if tag in TAKES_PROSE | _TAKES_NOTHING | _MAY_STAND_ALONE:
        return found if not argument else None
    is_time = tag in {Tag.WORKED, Tag.BILLED} and minutes_in(argument) is not None
    fits = is_time or (tag in _ONE_WORD | {Tag.LABEL} and len(argument.split()) == 1)
    return found if fits else None


def _unescaped(prose: str) -> str:
    return _ESCAPED.sub(r"\1", prose)


def _shown(line: str) -> str:
    return line.lstrip(_HASH).strip()[:_SHOWN]
