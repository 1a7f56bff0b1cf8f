import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from workorder.inbound.parse import parse

LEAST_SHARE = 0.85
HTML_HEADER = b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
TEXT_HEADER = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
HEADERS = {"rfc822": b"", "body_text": TEXT_HEADER, "body_html": HTML_HEADER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    path: str
    raw: bytes
    expected: str


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    place = os.environ.get("WORKORDER_CORPORA")
    if not place:
        pytest.skip("WORKORDER_CORPORA names no folder of real mails")
    folder = Path(place)
    lines = (folder / "index.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    return [
        Row(
            path=entry["path"],
            raw=HEADERS[entry["format"]] + (folder / entry["path"]).read_bytes(),
            expected=entry["expected"]["reply_text"],
        )
        for entry in entries
        if "reply_text" in entry.get("expected", {})
    ]


def folded(text: str) -> str:
    return " ".join(text.split())


def test_replies_of_real_clients_are_read_as_their_projects_expect(rows: list[Row]) -> None:
    others = [row for row in rows if folded(parse(row.raw).new_text) != folded(row.expected)]
    share = 1 - len(others) / len(rows)
    # the figure is what one runs this with -s for
    print(f"\nreply texts as expected: {len(rows) - len(others)} of {len(rows)} ({share:.1%})")  # noqa: T201
    for row in others:
        print("  otherwise:", row.path)  # noqa: T201 - as above
    assert len(rows) > 0
    assert share >= LEAST_SHARE


def test_a_reply_with_words_of_its_own_never_becomes_empty(rows: list[Row]) -> None:
    swallowed = [row.path for row in rows if row.expected and not parse(row.raw).new_text]
    assert swallowed == []
