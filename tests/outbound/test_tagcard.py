"""The printable card of the tags."""

from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from outbound.letters import SHIPPED, overriding
from workorder import rulefiles
from workorder.core.vocabulary import BUILT_IN, Spelling, Tag, Vocabulary, vocabulary_of
from workorder.errors import RenderError
from workorder.outbound.pool import RenderPool
from workorder.outbound.samples import SAMPLE_SITE
from workorder.outbound.tagcard import render_tag_card, tag_card, tag_lines
from workorder.outbound.templates import Templates

TEMPLATES = Templates(SHIPPED, None)


def pages(
    vocabulary: Vocabulary = BUILT_IN, language: str = "en", templates: Templates = TEMPLATES
) -> list[str]:
    """The text of each page, white space folded."""
    pdf = render_tag_card(tag_card(vocabulary, SAMPLE_SITE, language), templates)
    return [
        " ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf), strict=True).pages
    ]


def german(**words: str) -> Vocabulary:
    """The built-in tags, and others by the names of Tag."""
    return vocabulary_of(
        Spelling(tag=Tag[name], text=text, language="de") for name, text in words.items()
    )


def test_every_tag_stands_on_the_card_once() -> None:
    assert Counter(line.tag for line in tag_lines(BUILT_IN, "en")) == Counter(Tag)


@pytest.mark.parametrize("language", TEMPLATES.languages())
def test_it_is_one_page_with_every_tag_and_what_it_does(language: str) -> None:
    (text,) = pages(language=language)
    words = TEMPLATES.phrases(language)
    for tag in Tag:
        assert f"#{tag.value.replace('-', ' ')}" in text
        assert words(f"help.{tag}") in text
    assert words("card.title") in text
    assert "Northwind IT Services" in text


def test_the_spelling_of_the_cards_language_comes_first_and_all_others_beside_it() -> None:
    vocabulary = german(FINISHED="fertig", WAITING_PARTS="wartet auf teile")
    in_german = {line.tag: line for line in tag_lines(vocabulary, "de")}
    in_english = {line.tag: line for line in tag_lines(vocabulary, "en")}
    assert in_german[Tag.FINISHED].spelling == "fertig"
    assert in_german[Tag.FINISHED].also == ("finished",)
    assert in_english[Tag.FINISHED].spelling == "finished"
    assert in_english[Tag.WAITING_PARTS].also == ("wartet auf teile",)
    assert "#wartet auf teile" not in pages(vocabulary)[0]


def test_the_card_shows_the_shortest_of_many_spellings() -> None:
    many = [
        Spelling(tag=Tag.FINISHED, text=text, language="en")
        for text in ("done", "all done at last", "fixed", "resolved")
    ]
    (text,) = pages(vocabulary_of(many))
    assert "#finished #done, #fixed" in text
    assert "resolved" not in text


def test_the_card_of_the_shipped_words_is_one_page_in_every_language() -> None:
    words = rulefiles.load(Path(__file__).parents[2] / "rules").vocabulary
    for language in ("en", "es"):
        assert len(pages(words, language)) == 1


def test_a_spelling_for_every_tag_still_leaves_one_page() -> None:
    vocabulary = vocabulary_of(
        Spelling(tag=tag, text=f"{tag.value.replace('-', ' ')} {word}", language="de")
        for tag in Tag
        for word in ("bitte", "jetzt")
    )
    assert len(pages(vocabulary)) == 1


def test_two_columns_stand_beside_each_other() -> None:
    pdf = render_tag_card(tag_card(BUILT_IN, SAMPLE_SITE, "en"), TEMPLATES)
    page = PdfReader(BytesIO(pdf)).pages[0]
    edges: dict[str, float] = {}

    def seen(text: str, cm: list[float], tm: list[float], _font: object, _size: object) -> None:
        if text.startswith("#"):
            edges.setdefault(text.strip(), cm[4] + tm[4])

    page.extract_text(visitor_text=seen)
    width = float(page.mediabox.width)
    assert edges["#finished"] < width / 2 < edges["#link"]


def test_its_paper_is_that_of_every_pdf(tmp_path: Path) -> None:
    css = (SHIPPED / "pdf" / "page.css").read_text(encoding="utf-8")
    own = overriding(tmp_path, "pdf/page.css", css.replace("a4 portrait;", "letter portrait;"))
    card = tag_card(BUILT_IN, SAMPLE_SITE, "en")
    (page,) = PdfReader(BytesIO(render_tag_card(card, Templates(SHIPPED, own)))).pages
    assert [round(float(side)) for side in page.mediabox] == [0, 0, 612, 792]


def test_it_is_printed_by_a_worker() -> None:
    pool = RenderPool(1, SHIPPED, None, 120.0)
    try:
        assert pool.tag_card(tag_card(BUILT_IN, SAMPLE_SITE, "es")).startswith(b"%PDF-")
    finally:
        pool.close()


def test_a_wrong_page_is_named_with_file_and_line_here_and_by_the_check(
    tmp_path: Path, few: Path
) -> None:
    own = Templates(few, overriding(tmp_path, "pdf/tag-card.html", "<p>\n{{ grups }}</p>"))
    with pytest.raises(RenderError, match=r"tag-card\.html:2: .*grups"):
        pages(templates=own)
    assert len([p for p in own.problems() if "tag-card.html:2:" in p and "grups" in p]) == 1
