"""How bounces and autoreplies of real mail systems are told from people's mails."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from inbound.corpora import corpora_folder
from workorder.core.classify import MailKind, classify
from workorder.core.message import InboundMail
from workorder.errors import ParseError
from workorder.inbound.parse import parse

FOLDER = corpora_folder()
pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="real mails are read where $WORKORDER_CORPORA names their folder"
)
NO_BOUNCES = {"ordinary", "reply", "reply_with_expected_text", "auto_reply", "other", "calendar"}
BY_ITSELF = {MailKind.OUT_OF_OFFICE, MailKind.AUTOMATIC}


@dataclass(slots=True)
class Scores:
    """What was recognised; each list holds the paths of what was not."""

    bounces: int = 0
    missed: list[str] = field(default_factory=list)
    named: int = 0
    misnamed: list[str] = field(default_factory=list)
    identified: int = 0
    unidentified: list[str] = field(default_factory=list)
    others: int = 0
    mistaken: list[str] = field(default_factory=list)
    autoreplies: list[tuple[str, MailKind]] = field(default_factory=list)
    feedback: list[tuple[str, MailKind]] = field(default_factory=list)
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)


def test_bounces_are_recognised(scores: Scores) -> None:
    assert scores.bounces > 400
    assert len(scores.missed) <= 0.04 * scores.bounces


def test_the_recipients_of_recognised_bounces_are_named(scores: Scores) -> None:
    assert scores.named > 400
    assert len(scores.misnamed) <= 0.05 * scores.named


def test_the_original_mail_of_recognised_bounces_is_identified(scores: Scores) -> None:
    assert scores.identified > 200
    assert len(scores.unidentified) <= 0.05 * scores.identified


def test_what_is_no_bounce_is_not_taken_for_one(scores: Scores) -> None:
    assert scores.others > 300
    assert len(scores.mistaken) <= 0.01 * scores.others


def test_every_autoreply_is_automatic(scores: Scores) -> None:
    assert len(scores.autoreplies) >= 3
    assert all(kind in BY_ITSELF for _, kind in scores.autoreplies)


def test_reports_of_abuse_are_never_a_persons_unless_nothing_marks_them(scores: Scores) -> None:
    by_itself = [path for path, kind in scores.feedback if kind in BY_ITSELF]
    assert len(by_itself) >= 0.7 * len(scores.feedback)


@pytest.fixture(scope="module")
def scores() -> Scores:
    folder = FOLDER or Path()
    result = Scores()
    for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        mail = _parsed((folder / row["path"]).read_bytes(), row["format"])
        if mail is not None:
            _count(result, row, mail)
    print(_report(result))  # noqa: T201 - the figures, for whoever runs this with -s
    return result


def _parsed(raw: bytes, format_: str) -> InboundMail | None:
    if format_.startswith("body_"):
        kind = b"html" if format_ == "body_html" else b"plain"
        raw = b"From: jane@acme.example\nContent-Type: text/" + kind + b"\n\n" + raw
    try:
        return parse(raw)
    except ParseError:
        return None


def _count(scores: Scores, row: dict[str, Any], mail: InboundMail) -> None:
    path, expected = row["path"], row["expected"]
    kind = classify(mail, own_addresses=frozenset(), known_sender=True).kind
    scores.kinds[row["kind"], kind.value] += 1
    if expected.get("is_bounce"):
        _count_bounce(scores, path, expected, mail)
    elif row["kind"] in NO_BOUNCES:
        scores.others += 1
        scores.mistaken += [path] if mail.report is not None else []
    if expected.get("is_auto_reply"):
        scores.autoreplies.append((path, kind))
    if expected.get("is_feedback_report"):
        scores.feedback.append((path, kind))


def _count_bounce(scores: Scores, path: str, expected: dict[str, Any], mail: InboundMail) -> None:
    scores.bounces += 1
    if mail.report is None:
        scores.missed.append(path)
        return
    if wanted := {address.lower() for address in expected.get("bounce_recipients", ())}:
        scores.named += 1
        got = {recipient.email for recipient in mail.report.recipients}
        scores.misnamed += [] if got == wanted else [f"{path}: {sorted(got)}, not {sorted(wanted)}"]
    if ids := {b["messageid"] for b in expected.get("bounces", ()) if b.get("messageid")}:
        scores.identified += 1
        found = all(f"<{id_}>" in mail.report.original_ids for id_ in ids)
        scores.unidentified += [] if found else [path]


def _report(scores: Scores) -> str:
    def share(misses: list[str], total: int) -> str:
        return f"{total - len(misses)} of {total} ({1 - len(misses) / total:.1%})"

    lines = [
        f"bounces recognised: {share(scores.missed, scores.bounces)}",
        *(f"  missed {path}" for path in scores.missed),
        f"their recipients: {share(scores.misnamed, scores.named)}",
        *(f"  {line}" for line in scores.misnamed),
        f"their original ids: {share(scores.unidentified, scores.identified)}",
        *(f"  {path}" for path in scores.unidentified),
        f"others not taken for bounces: {share(scores.mistaken, scores.others)}",
        *(f"  mistaken {path}" for path in scores.mistaken),
        f"autoreplies: {scores.autoreplies}",
        f"feedback reports: {Counter(kind.value for _, kind in scores.feedback)}",
        *(f"  {kind} -> {got}: {count}" for (kind, got), count in sorted(scores.kinds.items())),
    ]
    return "\n".join(lines)
