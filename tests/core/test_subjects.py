import pytest

from workorder.core.subjects import NO_SUBJECT, Mention, label, mentions, title_of


def numbers(subject: str) -> list[int]:
    return [mention.number for mention in mentions(subject, "WO")]


@pytest.mark.parametrize(
    "subject",
    [
        "[WO-1042]",
        "Re: [WO-1042] Printer",
        "WO-1042",
        "about WO 1042 please",
        "wo#1042",
        "WO1042",
        "Wo #1042:",
        "(WO-1042)",
        "WO\u20111042",
        "WO\u00a01042",
        "[ WO-1042 ] x",
        "AW: WO-1042.",
    ],
)
def test_a_number_is_found_in_all_the_ways_people_leave_it(subject: str) -> None:
    assert numbers(subject) == [1042]


@pytest.mark.parametrize(
    "subject",
    [
        "TWO 1042 units",
        "WO-10423x",
        "WO-1042.50 EUR",
        "WO-1042-7",
        "xWO-1042",
        "WO",
        "WO-0",
        "1042",
        "WO-12345678901",
        "WO-\u0661\u0660\u0664\u0662",
    ],
)
def test_digits_inside_other_words_or_numbers_are_none(subject: str) -> None:
    assert numbers(subject) == []


def test_the_bracketed_form_wins_over_an_earlier_bare_one() -> None:
    assert mentions("WO-7 and [WO-8], WO-7 again", "WO") == (
        Mention(number=8, bracketed=True),
        Mention(number=7, bracketed=False),
    )


def test_a_site_may_have_another_prefix_even_one_with_special_characters() -> None:
    assert [m.number for m in mentions("[A+B-12] x", "A+B")] == [12]


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("Printer does not print", "Printer does not print"),
        ("Re: AW: Fwd: [WO-1042] Printer  does\tnot print", "Printer does not print"),
        ("Re[2]: RV: TR: Printer", "Printer"),
        ("回复：Printer", "Printer"),
        ("WO-1042: again broken", "again broken"),
        ("[EXTERNAL] Printer", "[EXTERNAL] Printer"),
        ("R: drive is full", "R: drive is full"),
        ("Recovery: disk", "Recovery: disk"),
        ("", NO_SUBJECT),
        ("Re: [WO-1042]", NO_SUBJECT),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_title_is_the_subject_without_prefixes_and_numbers(subject: str, title: str) -> None:
    assert title_of(subject, "WO") == title


def test_hostile_subjects_take_no_time_worth_counting() -> None:
    assert title_of("Re: " * 50_000 + "x", "WO") == "x"
    assert numbers("WO " * 50_000) == []


def test_a_label_names_a_work_order_to_people() -> None:
    assert label(1042, "WO") == "WO-1042"
