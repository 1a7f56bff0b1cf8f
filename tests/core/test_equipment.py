import pytest

from builders import PRINTER
from workorder.core.equipment import mentioned
from workorder.core.model import Equipment


def found(text: str, *more: Equipment) -> list[str]:
    return [piece.tag for piece in mentioned(text, (PRINTER, *more))]


@pytest.mark.parametrize(
    "text",
    [
        "PRN-2 is stuck",
        "our prn-2.",
        "(PRN-2)",
        "serial sn12345!",
        "The front desk  printer is stuck",
        "PRN-2",
        "it is PRN-2- the old one",
    ],
)
def test_equipment_is_recognised_by_tag_serial_or_full_name(text: str) -> None:
    assert found(text) == ["PRN-2"]


@pytest.mark.parametrize(
    "text", ["XPRN-2", "PRN-22", "PRN-2-B", "A-PRN-2", "the printer", "SN123456", "PRN_2", ""]
)
def test_parts_of_other_words_are_no_equipment(text: str) -> None:
    assert found(text) == []


def test_a_name_that_two_pieces_bear_names_neither() -> None:
    twin = Equipment(id=2, customer_id=1, tag="PRN-3", name="front desk printer")
    assert found("the front desk printer", twin) == []


def test_a_name_of_one_word_is_no_name() -> None:
    assert (
        found("the server is down", Equipment(id=3, customer_id=1, tag="S1", name="Server")) == []
    )


def test_an_empty_tag_or_serial_is_in_no_text() -> None:
    assert found("anything", Equipment(id=4, customer_id=1, tag="", serial="")) == []
