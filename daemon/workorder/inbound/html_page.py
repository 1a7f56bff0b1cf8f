"""The page that an HTML mail is written out on: lines of text, quoted ones behind `> `."""

import re
from typing import Final

RULE: Final = "_" * 32
_MAX_SHOWN_DEPTH: Final = 10
_SPACES: Final = re.compile(r"[ \t\n\r\f]+")
_RUNS: Final = re.compile(r" {2,}")
_NBSP: Final = "\u00a0"
_CELL_GAP: Final = "\t"


class Page:
    """Lines of text in the making. Breaks are owed until text comes: an empty block is no line."""

    def __init__(self) -> None:
        """Start an empty page."""
        self._lines: list[str] = []
        self._line: list[str] = []
        self._depth = 0
        self._break_owed = False
        self._blank_owed = False
        self._bullet = ""
        self._is_short_cell = False

    def text(self) -> str:
        """Return what was written, without blank lines at its ends."""
        self._finish()
        return "\n".join(self._lines).strip("\n")

    def write(self, text: str) -> None:
        """Write text, its white space folded."""
        text = _SPACES.sub(" ", text)
        if text == " " and (self._break_owed or not self._line):
            return
        if self._break_owed:
            self._finish()
        if not self._line:
            text = text.removeprefix(" ")
            if self._blank_owed and self._lines and self._lines[-1].strip("> "):
                self._lines.append(self._prefix().rstrip())
            self._blank_owed = False
            self._line.append(self._bullet)
            self._bullet = ""
        self._line.append(text)

    def write_verbatim(self, text: str) -> None:
        """Write preformatted text, its spaces and line ends kept."""
        first, *others = text.replace("\r\n", "\n").expandtabs().replace(" ", _NBSP).split("\n")
        if first:
            self.write(first)
        for line in others:
            self.break_line()
            if line:
                self.write(line)

    def break_line(self) -> None:
        """End the line; at the start of a line, leave it blank."""
        if self._line and not self._break_owed:
            self._finish()
            return
        self._finish()
        self._is_short_cell = False
        self._lines.append(self._prefix().rstrip())

    def break_block(self, *, margin: bool = False) -> None:
        """Let what comes next begin on a line of its own, behind a blank one with `margin`."""
        is_at_cell_start = bool(self._line) and self._line[-1] == _CELL_GAP
        self._break_owed = self._break_owed or bool(self._line and not is_at_cell_start)
        # The bullet has its place already; a paragraph in the item does not move it down.
        self._blank_owed = self._blank_owed or (
            margin and not self._bullet and not is_at_cell_start
        )

    def rule(self) -> None:
        """Draw a line across, unless the last one is such a line."""
        self._finish()
        if not self._lines or self._lines[-1] != self._prefix() + RULE:
            self._lines.append(self._prefix() + RULE)

    def begin_item(self, bullet: str) -> None:
        """Let the next text be an item of a list."""
        self.break_block()
        self._bullet = bullet

    def begin_row(self) -> None:
        """Let the next cell be the first of a row."""
        self.break_block()
        self._is_short_cell = False

    def begin_cell(self) -> None:
        """Let the next text be a table cell, on the line of the one before it if that is short."""
        if self._line and self._is_short_cell:
            self._break_owed = self._blank_owed = False
            self._line.append(_CELL_GAP)
        else:
            self.break_block()
            self._finish()
        self._is_short_cell = True

    def change_depth(self, by: int) -> None:
        """Quote what comes next deeper, or less deep."""
        self._finish()
        self._depth = max(self._depth + by, 0)

    def _prefix(self) -> str:
        # Thousands of levels of quotes would make thousands of columns of them.
        return "> " * min(self._depth, _MAX_SHOWN_DEPTH)

    def _finish(self) -> None:
        """Put the line that is in the making below the others."""
        self._break_owed = False
        if not self._line:
            return
        text = _RUNS.sub(" ", "".join(self._line)).replace(_NBSP, " ")
        text = text.strip(_CELL_GAP).replace(_CELL_GAP, "  ")
        self._lines.append((self._prefix() + text).rstrip())
        self._line = []
        self._is_short_cell = False
