"""What a command prints and writes: one JSON document, lines and tables for people, files."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from workorder.errors import RequestError

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")

row_id = click.IntRange(1, 2**63 - 1)
"""An id that a listing shows; more the databases do not have."""

# What a server or a stranger wrote must not drive the terminal, nor turn its reading direction.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def print_json(document: Any) -> None:  # noqa: ANN401 - any JSON value
    """Print `document` and nothing else on stdout."""
    unicode = "utf" in (sys.stdout.encoding or "").lower()
    click.echo(json.dumps(document, ensure_ascii=not unicode, indent=2))


def print_line(text: str) -> None:
    """Print a line for a person; what this terminal cannot show becomes a question mark."""
    encoding = sys.stdout.encoding or "utf-8"
    click.echo(_CONTROL.sub("\ufffd", text).encode(encoding, "replace").decode(encoding))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print aligned columns; nothing for no rows, so that output can be counted by line."""
    if not rows:
        return
    table = [headings, *rows]
    widths = [max(len(str(row[i])) for row in table) for i in range(len(headings))]
    for row in table:
        cells = (str(cell).ljust(width) for cell, width in zip(row, widths, strict=True))
        print_line("  ".join(cells).rstrip())


def print_fields(fields: Mapping[str, object]) -> None:
    """Print a name and a value a line; a value with several lines goes on below itself."""
    width = max(len(name) for name in fields)
    for name, value in fields.items():
        first, *more = _shown(value).split("\n")
        print_line(f"{name:<{width}}  {first}".rstrip())
        for line in more:
            print_line(f"{'':<{width}}  {line}".rstrip())


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_shown(one) for one in value)
    return str(value)


def print_raw(content: bytes) -> None:
    """Print bytes as they are."""
    click.echo(content, nl=False)


def iso(moment: datetime | None) -> str | None:
    """Write a moment as JSON has it."""
    return None if moment is None else moment.isoformat()


def say(text: str) -> None:
    """A message for the person at the terminal; stdout stays for data."""
    click.echo(text, err=True)


def write_file(file: Path, content: bytes) -> None:
    """Write a file that was asked for, and say so.

    Raises:
        RequestError: the disk refuses.
    """
    try:
        file.write_bytes(content)
    except OSError as error:
        raise RequestError(f"cannot write {file}: {error.strerror}") from error
    say(f"wrote {file}")
