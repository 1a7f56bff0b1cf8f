"""How well parsing does on real mails: `PYTHONPATH=daemon:tests python -m inbound.corpora`."""

import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workorder.core.message import InboundMail
from workorder.errors import ParseError
from workorder.inbound.parse import parse

# Mails of which the source project states something that only its own ways make true.
DISPUTED = {
    "imap_tools/6ac7e990": "drops the 8-bit letters of a subject; we guess them",
    "imap_tools/9b792cd9": "ends the headers at a stray line; we read the subject below it",
    "imap_tools/19f3d265": "ends the headers at 'Subject :'; we read it (RFC 5322 4.5)",
    "imap_tools/ac259bdc": "drops the space before an encoded word (RFC 2047 6.2 keeps it)",
    "imap_tools/a6a08628": "takes 'Big Bug bb@bug.com' for an address",
    "imap_tools/ccb2ff04": "takes a non-ASCII address for one; we refuse them on purpose",
    "imap_tools/d256179e": "merges the files of an attached mail into the mail",
    "imap_tools/65f8978d": "a file name that is not of its declared charset",
    "zbateson_mail_mime_parser/97667613": "decodes a bare subject by the body's charset, utf-7",
    "zbateson_mail_mime_parser/c95b2f08": "counts a named inline text as text, not as a file",
    "zbateson_mail_mime_parser/fc5a30f6": "does not count a detached signature as a file",
    "zbateson_mail_mime_parser/89382673": "does not count a detached signature as a file",
}


@dataclass(slots=True)
class Tally:
    """How often something was right."""

    right: int = 0
    total: int = 0
    disputed: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, path: str, got: object, expected: object, *, is_right: bool) -> None:
        """Count one answer; a miss on a disputed mail is counted apart."""
        if not is_right and path.partition("-")[0] in DISPUTED:
            self.disputed += 1
            return
        self.total += 1
        self.right += is_right
        if not is_right:
            self.misses.append(f"{path}: got {got!r}, expected {expected!r}")

    @property
    def share(self) -> float:
        """The part that was right, of what is not disputed."""
        return self.right / self.total

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.right} of {self.total} ({self.share:.1%}), {self.disputed} disputed"


@dataclass(slots=True)
class Scores:
    """What parsing all mails gave. `refused` are ParseErrors; `slowest` in seconds of CPU."""

    files: int = 0
    refused: list[str] = field(default_factory=list)
    escaped: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    subjects: Tally = field(default_factory=Tally)
    senders: Tally = field(default_factory=Tally)
    sender_names: Tally = field(default_factory=Tally)
    attachment_names: Tally = field(default_factory=Tally)
    attachment_counts: Tally = field(default_factory=Tally)


def corpora_folder() -> Path | None:
    """The folder that $WORKORDER_CORPORA names, if it is there."""
    named = os.environ.get("WORKORDER_CORPORA")
    folder = Path(named) if named else None
    return folder if folder and (folder / "index.jsonl").is_file() else None


def mails(folder: Path) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Path, bytes and expectations of each whole mail."""
    for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["format"] in {"rfc822", "rfc822_cr"}:
            yield entry["path"], (folder / entry["path"]).read_bytes(), entry.get("expected") or {}


def score(folder: Path) -> Scores:
    """Parse every mail and compare with what its source expects."""
    scores = Scores()
    for path, raw, expected in mails(folder):
        scores.files += 1
        started = time.process_time()
        mail = _parsed(path, raw, scores)
        scores.slowest = max(scores.slowest, (time.process_time() - started, path))
        if mail is not None:
            _compare(scores, path, mail, expected)
    return scores


def _parsed(path: str, raw: bytes, scores: Scores) -> InboundMail | None:
    try:
        return parse(raw)
    except ParseError as error:
        scores.refused.append(f"{path}: {error}")
    except Exception as error:  # noqa: BLE001 - to be counted, whatever it is
        scores.escaped.append(f"{path}: {error!r}")
    return None


def _compare(scores: Scores, path: str, mail: InboundMail, expected: dict[str, Any]) -> None:
    author = mail.authors[0] if mail.authors else None
    if "subject" in expected:
        wanted = _folded(expected["subject"])
        scores.subjects.add(path, mail.subject, wanted, is_right=_folded(mail.subject) == wanted)
    if expected.get("from"):
        wanted = expected["from"].lower()
        got = author.email if author else ""
        scores.senders.add(path, got, wanted, is_right=got == wanted)
        _compare_name(scores, path, author.name if author else "", expected)
    _compare_files(scores, path, mail, expected.get("attachments"))


def _compare_name(scores: Scores, path: str, got: str, expected: dict[str, Any]) -> None:
    wanted = expected.get("from_name")
    if wanted is not None:
        # A project that shows the address where there is no name expects it as the name.
        accepted = {_folded(wanted)} | ({""} if wanted == expected["from"] else set())
        scores.sender_names.add(path, got, wanted, is_right=_folded(got) in accepted)


def _compare_files(scores: Scores, path: str, mail: InboundMail, wanted: Any) -> None:
    got = [file.name for file in mail.attachments]
    if isinstance(wanted, int):
        scores.attachment_counts.add(path, got, wanted, is_right=len(got) == wanted)
    elif wanted:
        # What has no name there is named by us; only names can be compared.
        names = [file["filename"] for file in wanted if file["filename"]]
        is_right = all(got.count(name) >= names.count(name) for name in names)
        scores.attachment_names.add(path, got, names, is_right=is_right)


def _folded(text: str | None) -> str:
    return " ".join((text or "").split())


def report(scores: Scores) -> str:
    """The figures, a line each, and every miss."""
    tallies = {
        "subjects": scores.subjects,
        "senders": scores.senders,
        "sender names": scores.sender_names,
        "attachment names": scores.attachment_names,
        "attachment counts": scores.attachment_counts,
    }
    seconds, slowest = scores.slowest
    lines = [
        f"{scores.files} mails, {len(scores.escaped)} uncaught errors",
        f"slowest: {seconds:.2f} s, {slowest}",
        f"refused as no mail: {len(scores.refused)}",
        *(f"  {line}" for line in scores.refused + scores.escaped),
    ]
    for name, tally in tallies.items():
        lines += [f"{name}: {tally}", *(f"  {miss}" for miss in tally.misses)]
    return "\n".join(lines)


if __name__ == "__main__":
    here = corpora_folder()
    if here is None:
        sys.exit("WORKORDER_CORPORA names no folder with an index.jsonl")
    sys.stdout.write(report(score(here)) + "\n")
