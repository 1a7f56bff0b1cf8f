import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorder.core.effects import Effect
from workorder.core.tags import Misread, Reading, Written, read_tags, without_tags
from workorder.core.vocabulary import BUILT_IN, Spelling, Tag, vocabulary_of

WORDS = vocabulary_of(
    [
        Spelling(tag=Tag.FINISHED, text="done", language="en"),
        Spelling(tag=Tag.FINISHED, text="terminado", language="es"),
        Spelling(tag=Tag.FINISHED, text="términe", language="fr"),
        Spelling(tag=Tag.WAITING_CUSTOMER, text="waiting on customer", language="en"),
        Spelling(tag=Tag.WAITING_PARTS, text="en espera de piezas", language="es"),
    ]
)
PLAIN = "Re: [WO-1042] Printer"


def read(text: str, subject: str = PLAIN) -> Reading:
    return read_tags(subject, text, WORDS)


def tags(reading: Reading) -> list[tuple[Tag, str]]:
    return [(written.tag, written.argument) for written in reading.written]


def faults(reading: Reading) -> list[tuple[Effect, str]]:
    return [(each.effect, each.word) for each in reading.tags if isinstance(each, Misread)]


@pytest.mark.parametrize(
    ("line", "tag", "argument"),
    [
        ("#waiting parts", Tag.WAITING_PARTS, ""),
        ("#Waiting-Parts", Tag.WAITING_PARTS, ""),
        ("#WAITING_PARTS", Tag.WAITING_PARTS, ""),
        ("#waitingparts", Tag.WAITING_PARTS, ""),
        ("# waiting  parts", Tag.WAITING_PARTS, ""),
        ("\uff03waiting parts", Tag.WAITING_PARTS, ""),
        ("#waiting\u00a0parts", Tag.WAITING_PARTS, ""),
        ("\u200b#waiting parts", Tag.WAITING_PARTS, ""),
        ("*#waiting parts*", Tag.WAITING_PARTS, ""),
        ("#waiting on customer", Tag.WAITING_CUSTOMER, ""),
        ("#en espera de piezas", Tag.WAITING_PARTS, ""),
        ("#Terminado", Tag.FINISHED, ""),
        ("#te\u0301rmine", Tag.FINISHED, ""),
        ("#finished.", Tag.FINISHED, ""),
        ("#done!", Tag.FINISHED, ""),
        ("#assign maria", Tag.ASSIGN, "maria"),
        ("#assign: maria", Tag.ASSIGN, "maria"),
        ("#label vpn, dns", Tag.LABEL, "vpn, dns"),
        ("#label -vpn", Tag.LABEL, "-vpn"),
        ("#finished - all is well", Tag.FINISHED, "all is well"),
        ("#waiting-parts \u2013 ordered", Tag.WAITING_PARTS, "ordered"),
        ("#title The  new title", Tag.TITLE, "The new title"),
        ("#for jane@acme.example", Tag.FOR, "jane@acme.example"),
        ("#for", Tag.FOR, ""),
        ("#follow-up 3d", Tag.FOLLOWUP, "3d"),
        ("#cc vendor@parts.example", Tag.CC, "vendor@parts.example"),
        ("#merge WO-1040", Tag.MERGE, "WO-1040"),
        ("#help", Tag.HELP, ""),
    ],
)
def test_a_tag_is_known_in_all_its_spellings(line: str, tag: Tag, argument: str) -> None:
    assert tags(read(line)) == [(tag, argument)]
    assert faults(read(line)) == []


def test_tags_stand_above_the_prose_with_blank_lines_between_them() -> None:
    reading = read("\n#assign me\n\n#waiting parts\n\nThe drum is ordered.\n\nMaria")
    assert tags(reading) == [(Tag.ASSIGN, "me"), (Tag.WAITING_PARTS, "")]
    assert reading.prose == "The drum is ordered.\n\nMaria"


def test_what_follows_a_status_on_its_line_begins_its_words() -> None:
    reading = read("#waiting parts: ordered at Dell\nIt comes on Friday.")
    assert tags(reading) == [(Tag.WAITING_PARTS, "ordered at Dell")]
    assert reading.prose == "ordered at Dell\nIt comes on Friday."


@pytest.mark.parametrize(
    ("line", "near"),
    [
        ("#finishd", "finished"),
        ("#wating parts", "waiting parts"),
        ("#waiting customr", "waiting customer"),
        ("#in", "in progress"),
        ("#asign maria", "assign"),
        ("#interal", "internal"),
    ],
)
def test_a_misspelt_tag_is_named_with_the_nearest_one(line: str, near: str) -> None:
    (fault,) = read(f"{line}\nHello Jane").tags
    assert isinstance(fault, Misread)
    assert (fault.effect, fault.near) == (Effect.UNKNOWN_NEAR, near)


@pytest.mark.parametrize(
    "line", ["#1 on my list", "#xyzzy", "#close", "#hours 1e9", "#hours \u0661"]
)
def test_a_tag_that_is_like_none_is_unknown(line: str) -> None:
    reading = read(line)
    assert reading.written == ()
    assert faults(reading)[0][0] in {Effect.UNKNOWN, Effect.UNKNOWN_NEAR}


@pytest.mark.parametrize("line", ["#assign", "#title", "#merge", "#cc", "#label", "#priority:"])
def test_a_tag_that_needs_words_says_so(line: str) -> None:
    assert [effect for effect, _ in faults(read(line))] == [Effect.NEEDS_WORDS]


def test_a_tag_that_takes_no_words_says_so() -> None:
    assert faults(read("#undo that")) == [(Effect.TAKES_NO_WORDS, "undo that")]


@pytest.mark.parametrize(
    "line",
    [
        "#finished",
        "  #Finished.",
        "#waiting on customer",
        "#assign maria",
        "#label vpn",
        "#cc vendor@parts.example",
        "#for",
        "#help",
        "#internal",
        "#internal margin is 40 %",
        "*#finished*",
    ],
)
def test_a_known_tag_alone_below_prose_is_asked_about(line: str) -> None:
    reading = read(f"Hi Jane,\nit works again.\n\n{line}\n")
    assert reading.written == ()
    assert [effect for effect, _ in faults(reading)] == [Effect.BELOW_PROSE]


@pytest.mark.parametrize(
    "line",
    [
        "#1 is the printer on the left",
        "#finished the other one as well",
        "#status of the server: fine",
        "#label printers are bad",
        "see #finished above",
        "#xyzzy",
        "> #finished",
    ],
)
def test_any_other_hash_below_prose_is_prose(line: str) -> None:
    reading = read(f"Hi Jane,\n{line}")
    assert reading.tags == ()
    assert reading.prose == f"Hi Jane,\n{line}"


def test_a_backslash_makes_text_of_a_tag_wherever_it_stands() -> None:
    assert read("\\#finished is what I write").prose == "#finished is what I write"
    reading = read("Write this:\n  \\#finished\nand send it.")
    assert reading.tags == ()
    assert reading.prose == "Write this:\n  #finished\nand send it."


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ("Re: [WO-1042] Printer [finished]", [(Tag.FINISHED, "")]),
        ("[#waiting parts] Re: [WO-1042] Printer", [(Tag.WAITING_PARTS, "")]),
        (
            "Re: [WO-1042] x [priority high][assign me]",
            [(Tag.PRIORITY, "high"), (Tag.ASSIGN, "me")],
        ),
        ("Re: [WO-1042] [EXTERNAL] Printer", []),
        ("[support] [WO-1042] [finish line] Printer", []),
        ("Re: [WO-1042] Printer finished", []),
        ("Re: [WO-1042] #finished", []),
        ("Re: [WO-1042] [status update]", []),
        ("Re: [WO-1042] [title of the book]", []),
        ("Re: [WO-1042] [help desk]", []),
    ],
)
def test_in_a_subject_only_an_exact_tag_in_brackets_is_one(
    subject: str, found: list[tuple[Tag, str]]
) -> None:
    reading = read("Hello", subject)
    assert tags(reading) == found
    assert faults(reading) == []


def test_tags_are_taken_off_a_subject_and_nothing_else_is() -> None:
    shown = without_tags("[finished] [WO-1042] [EXTERNAL] Printer [#assign me]", WORDS)
    assert shown.split() == ["[WO-1042]", "[EXTERNAL]", "Printer"]


def test_a_forwarded_mail_is_prose_whatever_it_says() -> None:
    below = "---------- Forwarded message ---------\nFrom: Jane\n\n#finished\n"
    reading = read_tags("Fwd: Printer", "#for\n\nplease", WORDS, below=below)
    assert tags(reading) == [(Tag.FOR, "")]
    assert faults(reading) == []
    assert reading.prose == f"please\n\n{below.strip()}"


def test_a_list_of_hashes_that_was_pasted_does_not_become_a_hundred_tags() -> None:
    reading = read("\n".join(["#help"] * 5_000))
    assert len(reading.written) == 40


def test_every_tag_may_be_written_by_its_own_name() -> None:
    for tag in Tag:
        assert BUILT_IN.by_word[tag.value.replace("-", "")] is tag


@given(st.text(max_size=400))
def test_reading_never_fails_and_never_swallows_words(text: str) -> None:
    reading = read_tags(text, text, WORDS)
    kept = reading.prose + "".join(tag.line for tag in reading.tags)
    for word in text.replace("\\", " ").replace("\n", " ").split(" "):
        bare = word.strip("*_ \t\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029#\uff03")
        if bare.isalnum() and bare.isascii():
            assert bare in kept


@given(st.sampled_from(sorted(Tag)), st.booleans())
def test_a_known_tag_never_stays_in_the_prose(tag: Tag, above: bool) -> None:
    argument = {Tag.TITLE: "x", Tag.CUSTOMER: "x", Tag.CC: "a@b.example"}.get(tag, "")
    line = f"#{tag.value} {argument}".strip()
    text = f"{line}\nHello" if above else f"Hello\n{line}"
    reading = read(text)
    assert reading.tags
    if above and isinstance(reading.tags[0], Written):
        assert line not in reading.prose
