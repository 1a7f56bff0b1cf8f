"""The answer to a technician's tags: what it says of each, and that it can be sent again."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from workorder.core.effects import PLACES, Effect
from workorder.core.events import Event
from workorder.core.notice import Letter, NoticeKind
from workorder.core.transcript import Transcript, TranscriptLine, Value, ValueKind, Verdict
from workorder.core.vocabulary import Tag
from workorder.outbound.phrases import Catalogue
from workorder.outbound.samples import SAMPLE_ORDER, sample_letter
from workorder.outbound.templates import Templates

SHIPPED = Path(__file__).parents[2] / "templates"
TEMPLATES = Templates(SHIPPED, None)
LANGUAGES = TEMPLATES.languages()
BODIES = ("body.txt", "body.html")
SAID = "#finnished\n#assign bob\n\nAll done, Jane.\n\n  Maria"


def words_of(language: str) -> dict[str, str]:
    return dict(Catalogue([SHIPPED]).phrases(language).texts)


def line(
    written: str = "#finished",
    verdict: Verdict = Verdict.DONE,
    effect: Effect = Effect.REOPENED,
    *values: Value,
    explains: Tag | None = None,
) -> TranscriptLine:
    if effect is Effect.REOPENED and not values:
        values = (Value(name="was", text="status.finished", kind=ValueKind.PHRASE),)
    return TranscriptLine(
        written=written, verdict=verdict, effect=effect, values=values, explains=explains
    )


def misspelt(word: str = "finnished", near: str = "finished") -> TranscriptLine:
    return line(
        f"#{word}",
        Verdict.WRONG,
        Effect.UNKNOWN_NEAR,
        Value(name="word", text=word),
        Value(name="near", text=near),
    )


def letter(
    *lines: TranscriptLine,
    applied: bool = True,
    order: bool = True,
    language: str = "en",
    **transcript: Any,  # its other fields
) -> Letter:
    own = {"subject": "Re: [WO-1042] Printer", "said": SAID, **transcript}
    return replace(
        sample_letter(NoticeKind.TRANSCRIPT, language),
        order=SAMPLE_ORDER if order else None,
        transcript=Transcript(applied=applied, lines=lines, **own),
    )


def text(shown: Letter) -> str:
    return TEMPLATES.render("mail/transcript/body.txt", shown)


def html(shown: Letter) -> str:
    return TEMPLATES.render("mail/transcript/body.html", shown)


def first(shown: Letter) -> str:
    return text(shown).splitlines()[0]


# -- the words --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_effect_has_its_phrase_with_just_the_places_that_it_has_values_for(
    language: str,
) -> None:
    words = words_of(language)
    assert {key.removeprefix("tag.") for key in words if key.startswith("tag.")} == set(Effect)
    for effect in Effect:
        places = set(re.findall(r"\{(\w+)\}", words[f"tag.{effect}"]))
        assert places == set(PLACES.get(effect, ())), effect


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tag_has_one_line_of_help_short_enough_for_a_card(language: str) -> None:
    words = words_of(language)
    assert {key.removeprefix("help.") for key in words if key.startswith("help.")} == set(Tag)
    for tag in Tag:
        assert 0 < len(words[f"help.{tag}"]) <= 120
        assert "\n" not in words[f"help.{tag}"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_event_has_a_name(language: str) -> None:
    kinds = {kind.kind for kind in Event.__args__}
    assert kinds <= {key.removeprefix("event.") for key in words_of(language)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_other_language_has_the_places_of_the_english_phrases(language: str) -> None:
    english, own = words_of("en"), words_of(language)
    for key, phrase in english.items():
        places = re.compile(r"\{(\w+)\}")
        assert set(places.findall(own[key])) == set(places.findall(phrase)), key


# -- the first line ---------------------------------------------------------------------------


def test_the_first_line_says_that_it_was_done() -> None:
    assert first(letter(line())) == "Done: your e-mail about work order WO-1042."
    assert first(letter(line(), order=False)) == "Done: your e-mail."


def test_the_first_line_says_that_nothing_was_done_and_how_many_tags_are_wrong() -> None:
    held = line("#label vpn", Verdict.HELD)
    one, two = (
        letter(misspelt(), held, applied=False),
        letter(misspelt(), misspelt(), applied=False),
    )
    assert first(one) == "Nothing was done on work order WO-1042: one tag is wrong."
    assert first(two) == "Nothing was done on work order WO-1042: 2 tags are wrong."
    assert first(replace(one, order=None)) == "Nothing was done: one tag is wrong."


def test_a_second_line_on_one_wrong_tag_is_no_second_wrong_tag() -> None:
    wrong = [
        line(written, Verdict.WRONG, Effect.CC_WRONG, Value(name="word", text=word))
        for written, word in (("#cc bo, jo", "bo"), ("", "jo"))
    ]
    shown = letter(*wrong, applied=False)
    assert "one tag is wrong" in first(shown)
    assert "“bo” is no e-mail address" in text(shown)
    assert "“jo” is no e-mail address" in html(shown)


def test_tags_that_changed_nothing_are_not_said_to_be_done() -> None:
    same = line("#reopen", Verdict.NOTHING)
    assert first(letter(same)).startswith("Work order WO-1042 is unchanged")
    assert first(letter(same, line())).startswith("Done")


# -- line by line -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", BODIES)
def test_each_tag_stands_as_it_was_written_with_its_verdict_in_a_word(
    part: str, language: str
) -> None:
    words = words_of(language)
    for verdict in Verdict:
        shown = letter(line("#Waiting-Parts", verdict), applied=False, language=language, said="")
        page = TEMPLATES.render(f"mail/transcript/{part}", shown)
        assert page.count("#Waiting-Parts") == 1
        assert words[f"transcript.{verdict}"] in page


def test_the_mark_beside_the_word_needs_no_colour() -> None:
    marks = {"done": "✓", "nothing": "–", "wrong": "✗", "held": "·"}
    for verdict, mark in marks.items():
        page = html(letter(line(verdict=Verdict(verdict)), applied=False))
        assert f"{mark}&nbsp;" in page


@pytest.mark.parametrize("part", BODIES)
def test_what_was_held_back_is_not_said_to_have_happened(part: str) -> None:
    held = line("#reopen", Verdict.HELD)
    page = TEMPLATES.render(f"mail/transcript/{part}", letter(misspelt(), held, applied=False))
    assert "is open again" not in page
    assert "Nothing is wrong with this one" in page


def test_a_value_is_a_phrase_a_day_or_text_in_the_readers_language() -> None:
    lines = (
        line(
            "#finished",
            Verdict.DONE,
            Effect.STATUS_SET,
            Value(name="status", text="status.finished", kind=ValueKind.PHRASE),
            Value(name="was", text="status.waiting-vendor", kind=ValueKind.PHRASE),
        ),
        line(
            "#followup 3d",
            Verdict.DONE,
            Effect.FOLLOWUP_SET,
            Value(name="day", text="2026-12-04", kind=ValueKind.DAY),
        ),
    )
    english, spanish = text(letter(*lines)), text(letter(*lines, language="es"))
    assert "The status is Finished; it was Waiting on Vendor." in english
    assert "a reminder on Friday, December 4, 2026." in english
    assert "El estado es Terminada; antes era En espera del proveedor." in spanish
    assert "un recordatorio el viernes, 4 de diciembre de 2026." in spanish


def test_an_empty_value_leaves_no_hole() -> None:
    lines = (
        line("#label x", Verdict.NOTHING, Effect.LABELS_SAME, Value(name="labels", text="")),
        line(
            "#assign bo",
            Verdict.WRONG,
            Effect.ASSIGN_UNKNOWN,
            Value(name="name", text="bo"),
            Value(name="known", text=""),
        ),
    )
    shown = text(letter(*lines, applied=False))
    assert "so already: none." in shown
    assert "There are: none." in shown


def test_a_value_with_braces_or_markup_is_what_it_says() -> None:
    evil = "{near} <script>{{ 7*7 }}"
    shown = letter(
        line(
            f"#{evil}",
            Verdict.WRONG,
            Effect.UNKNOWN_NEAR,
            Value(name="word", text=evil),
            Value(name="near", text="finished"),
        ),
        applied=False,
        subject=evil,
        said=evil,
    )
    assert f"There is no tag #{evil}. Did you mean #finished?" in text(shown)
    assert "<script" not in html(shown)
    assert html(shown).count("&lt;script&gt;{{ 7*7 }}") == 5  # the preview is one


# -- what only asked --------------------------------------------------------------------------


@pytest.mark.parametrize("part", BODIES)
def test_help_lists_every_tag_with_what_it_does_and_judges_none(part: str) -> None:
    lines = [line(f"#{tag}", Verdict.NOTHING, Effect.HELP, explains=tag) for tag in Tag]
    page = TEMPLATES.render(f"mail/transcript/{part}", letter(*lines))
    words = words_of("en")
    assert "what you asked for" in page
    assert words["tag.help"] in page
    for tag in Tag:
        assert f"#{tag}" in page
        assert words[f"help.{tag}"] in page
    assert words["transcript.nothing"] not in page


def test_a_question_for_the_status_is_answered_without_a_verdict() -> None:
    values = [Value(name=name, text=f"<{name}>") for name in PLACES[Effect.STATUS_IS]]
    shown = letter(line("#status", Verdict.NOTHING, Effect.STATUS_IS, *values), order=False)
    assert first(shown) == "What you asked for."
    assert "<number>, <title>: <status>." in text(shown)
    assert "Unchanged" not in html(shown)


# -- the state, and who was told --------------------------------------------------------------


@pytest.mark.parametrize("part", BODIES)
def test_it_says_how_the_work_order_stands_and_who_was_told(part: str) -> None:
    shown = letter(line(), told=("jane@acme.example", "pat@acme.example"))
    page = TEMPLATES.render(f"mail/transcript/{part}", shown)
    for fact in ("In Progress", "Maria Lopez", "Normal", "jane@acme.example, pat@acme.example"):
        assert fact in page
    alone = TEMPLATES.render(f"mail/transcript/{part}", replace(letter(line()), order=None))
    assert "nobody" in alone
    assert "Priority" not in alone


@pytest.mark.parametrize("part", BODIES)
def test_where_nothing_was_done_it_says_that_nobody_else_was_told(part: str) -> None:
    page = TEMPLATES.render(f"mail/transcript/{part}", letter(misspelt(), applied=False))
    assert "nobody else was told" in page


def test_what_a_reply_would_do_is_said_beside_what_was_done() -> None:
    assert "unless #internal stands on top" in text(letter(line()))
    assert "unless #internal" not in text(letter(misspelt(), applied=False))


# -- to be sent again -------------------------------------------------------------------------


@pytest.mark.parametrize("part", BODIES)
def test_a_refused_mail_is_quoted_whole_with_its_subject_and_how_to_send_it_again(
    part: str,
) -> None:
    said = "\n".join([SAID, *(f"Line {n} of a long report." for n in range(3000))])
    shown = letter(misspelt(), applied=False, said=said)
    page = TEMPLATES.render(f"mail/transcript/{part}", shown)
    for own in ("#finnished", "#assign bob", "All done, Jane.", "Line 2999 of a long report."):
        assert own in page
    assert "Subject: Re: [WO-1042] Printer" in page
    assert "as a reply to this e-mail" in page


def test_a_mail_that_was_done_is_not_quoted() -> None:
    assert "All done, Jane." not in text(letter(line()))
    assert "All done, Jane." not in html(letter(line()))


@pytest.mark.parametrize("part", BODIES)
def test_tags_of_the_subject_are_asked_for_again_where_there_were_some(part: str) -> None:
    in_subject = replace(misspelt(), written="[finnished]")
    again = "Tags that stood in the subject have to be written again"
    name = f"mail/transcript/{part}"
    assert again in TEMPLATES.render(name, letter(in_subject, applied=False))
    assert again not in TEMPLATES.render(name, letter(misspelt(), applied=False))


@pytest.mark.parametrize("part", BODIES)
def test_a_mail_without_text_is_quoted_as_such(part: str) -> None:
    page = TEMPLATES.render(f"mail/transcript/{part}", letter(misspelt(), applied=False, said=""))
    assert "(no text)" in page


# -- the subject ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Printer at Acme", "Re: Printer at Acme"),
        ("Re: AW: Printer", "Re: Printer"),
        ("Re: [WO-9999] Printer [finished]", "Re: Printer"),
        ("[#finished] Printer [ WO-9999 ] of Jane", "Re: Printer of Jane"),
        ("[WO-1042]", "Re: (no subject)"),
        ("", "Re: (no subject)"),
        ("line\nbreak", "Re: line break"),
    ],
)
def test_without_a_work_order_the_subject_is_theirs_without_labels_and_tags(
    theirs: str, ours: str
) -> None:
    shown = letter(misspelt(), applied=False, order=False, subject=theirs)
    assert TEMPLATES.render("mail/transcript/subject.txt", shown) == ours


def test_with_a_work_order_the_subject_is_that_of_all_its_mails() -> None:
    shown = letter(line(), subject="something else [finished]")
    assert TEMPLATES.render("mail/transcript/subject.txt", shown) == (
        "[WO-1042] Printer does not print"
    )
