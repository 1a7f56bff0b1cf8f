"""The tag card: the tags in force on one page, to be pinned up beside a technician's screen."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workorder.core.notice import SiteCard
from workorder.core.vocabulary import Tag, Vocabulary

if TYPE_CHECKING:
    from workorder.outbound.templates import Templates

PAGE = "pdf/tag-card.html"

_GROUPS: Mapping[str, tuple[Tag, ...]] = {
    "status": (
        *(Tag.IN_PROGRESS, Tag.WAITING_PARTS, Tag.WAITING_VENDOR, Tag.WAITING_CUSTOMER),
        *(Tag.FINISHED, Tag.CANCELLED, Tag.REOPEN),
    ),
    "hours": (Tag.START, Tag.STOP, Tag.WORKED, Tag.BILLED),
    "words": (Tag.INTERNAL, Tag.FOR, Tag.CC),
    "asking": (Tag.STATUS, Tag.UNDO, Tag.HELP),
    "work": (
        *(Tag.ASSIGN, Tag.FOLLOWUP, Tag.PRIORITY, Tag.CUSTOMER, Tag.EQUIPMENT),
        *(Tag.LABEL, Tag.TITLE, Tag.MERGE, Tag.LINK),
    ),
}
"""What stands together on the card, by the phrase (card.status ...) that heads it."""


MOST_ALSO = 2
"""How many more spellings of a tag there is room for on one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagLine:
    """A tag by the spelling to be shown, and `also` others; without their #."""

    tag: Tag
    spelling: str
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagGroup:
    """Tags that stand together under the phrase card.<name>."""

    name: str
    lines: tuple[TagLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagCard:
    """All that the card shows, in the words of one language."""

    site: SiteCard
    language: str
    groups: tuple[TagGroup, ...]


def tag_lines(vocabulary: Vocabulary, language: str) -> tuple[TagLine, ...]:
    """Every tag that can be written, with all its spellings, those of `language` first."""
    return tuple(line for group in tag_groups(vocabulary, language) for line in group.lines)


def tag_groups(vocabulary: Vocabulary, language: str) -> tuple[TagGroup, ...]:
    """The tags as they stand together on the card; one without a spelling is left out."""
    groups: list[TagGroup] = []
    for name, tags in _GROUPS.items():
        lines = (_line(tag, vocabulary, language) for tag in tags)
        groups.append(TagGroup(name=name, lines=tuple(filter(None, lines))))
    return tuple(groups)


def _line(tag: Tag, vocabulary: Vocabulary, language: str) -> TagLine | None:
    own = [spelling for spelling in vocabulary.spellings if spelling.tag is tag]
    own.sort(key=lambda spelling: spelling.language != language)
    if not own:
        return None
    return TagLine(tag=tag, spelling=own[0].text, also=tuple(each.text for each in own[1:]))


def tag_card(vocabulary: Vocabulary, site: SiteCard, language: str) -> TagCard:
    """The card of a site's vocabulary: of the other spellings a few, in the reader's language."""
    written = [each for each in vocabulary.spellings if each.language == language]
    own = {(each.tag, each.text) for each in written}
    groups = tuple(
        replace(group, lines=tuple(_shortened(line, own) for line in group.lines))
        for group in tag_groups(vocabulary, language)
    )
    return TagCard(site=site, language=language, groups=groups)


def _shortened(line: TagLine, own: AbstractSet[tuple[Tag, str]]) -> TagLine:
    also = [text for text in line.also if (line.tag, text) in own]
    return replace(line, also=tuple(sorted(also, key=len)[:MOST_ALSO]))


def render_tag_card(card: TagCard, templates: "Templates") -> bytes:
    """Return the card as a PDF.

    Raises:
        RenderError: the page's template is wrong, or the PDF cannot be laid out.
    """
    from workorder.outbound.pdf import print_page  # noqa: PLC0415 # the daemon never prints

    return print_page(templates.render_card(PAGE, card), templates, of="the tag card")
