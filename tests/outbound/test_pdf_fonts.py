from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorder.outbound.fonts import BLANK, EAST_ASIAN, Face, reads_from_right, runs, spelled

LATIN = frozenset(range(0x20, 0x250)) | {0x2713, 0x200D}


def faces(text: str) -> list[tuple[str, Face]]:
    return [(run.text, run.face) for run in runs(text, LATIN)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("cafe\u0301", "café"),
        ("fire 🔥!", "fire [fire]!"),
        ("👍🏽", "[thumbs up sign]"),
        ("👨\u200d👩\u200d👧", "[man] [woman] [girl]"),
        ("❤\ufe0f", "[heavy black heart]"),
        ("🇩🇪🇫🇷", "[flag DE] [flag FR]"),
        ("🇩", "[flag D]"),
        ("✓ ok", "✓ ok"),
        ("ไทย ไทย ok", "[Thai text] ok"),
        ("नमस्ते", "[Devanagari text]"),
        ("a\x00b\x07c\u200bd", "abcd"),
        ("\ud800x", "\ufffdx"),
        ("\ue000\U000e0fff", "\ufffd\ufffd"),
        ("\U00020000", BLANK),
        ("line\nend\tthere\u00a0", "line\nend\tthere\u00a0"),
    ],
)
def test_what_cannot_be_drawn_becomes_words(text: str, shown: str) -> None:
    assert spelled(text, LATIN) == shown


def test_ideographs_alone_are_chinese() -> None:
    assert faces("Hi 您好 you") == [
        ("Hi ", Face.TEXT),
        ("您好 ", Face.CHINESE),
        ("you", Face.TEXT),
    ]


def test_ideographs_beside_kana_are_japanese() -> None:
    assert faces("東京タワー") == [("東京タワー", Face.JAPANESE)]


def test_ideographs_beside_hangul_are_korean() -> None:
    assert faces("韓國 프린터") == [("韓國 프린터", Face.KOREAN)]


@given(st.text())
def test_every_letter_gets_a_face_that_draws_it(text: str) -> None:
    for run in runs(text, LATIN):
        for character in run.text:
            drawn = character.isspace() or ord(character) in LATIN or character == "\ufffd"
            assert drawn or run.face in EAST_ASIAN


@given(st.text())
def test_runs_of_one_face_are_not_cut(text: str) -> None:
    found = [run.face for run in runs(text, LATIN)]
    assert all(one != other for one, other in pairwise(found))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("שלום Office", True),
        ("Office שלום", False),
        ("123, مرحبا", True),
        ("123", False),
        ("", False),
    ],
)
def test_the_first_letter_with_a_direction_decides(text: str, answer: bool) -> None:
    assert reads_from_right(text) is answer
