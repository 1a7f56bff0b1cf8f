from pathlib import Path

import pytest

from inbound.corpora import Scores, Tally, corpora_folder, report, score

FOLDER = corpora_folder()
pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="real mails are read where $WORKORDER_CORPORA names their folder"
)


@pytest.fixture(scope="module")
def scores() -> Scores:
    result = score(FOLDER or Path())
    print(report(result))  # noqa: T201 - the figures, for whoever runs this with -s
    return result


def test_nothing_but_a_parse_error_escapes(scores: Scores) -> None:
    assert scores.escaped == []
    assert scores.files > 1_000


def test_only_what_has_no_header_is_refused(scores: Scores) -> None:
    assert all("begin with no header" in line for line in scores.refused)
    assert len(scores.refused) <= 3


def test_no_mail_takes_two_seconds(scores: Scores) -> None:
    assert scores.slowest[0] < 2


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("subjects", 174),
        ("senders", 171),
        ("sender_names", 170),
        ("attachment_names", 34),
        ("attachment_counts", 37),
    ],
)
def test_what_the_sources_state_is_right(scores: Scores, name: str, stated: int) -> None:
    tally: Tally = getattr(scores, name)

    assert tally.total + tally.disputed >= stated
    assert tally.share >= 0.98
    assert tally.disputed <= 5
