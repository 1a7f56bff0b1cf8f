"""A mail's text as lines, each beside its cleaned form, and which of them are quoted."""

import unicodedata
from dataclasses import dataclass

_INVISIBLE = dict.fromkeys(
    (
        *(0x00AD, 0x061C, 0x180E, 0xFEFF),  # soft hyphen, Arabic letter mark, BOM
        *range(0x200B, 0x2010),  # zero-width characters, left-to-right and right-to-left marks
        *range(0x202A, 0x202F),  # bidirectional embeddings
        *range(0x2060, 0x2065),
        *range(0x2066, 0x206A),
    )
)
_LOOKALIKES = dict.fromkeys((0x00A0, 0x2007, 0x202F, 0x3000), " ") | {
    0xFF1A: ":",
    0x2010: "-",  # Proton frames its separators with these
    0x2011: "-",
    0xFF1E: ">",
}
_SHORT = 30
_CLEAN = {**_INVISIBLE, **_LOOKALIKES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The lines of a text.

    `raw` are the lines as they came, `clean` the same stripped, without invisible characters.
    `quoted` says which begin with a quote mark. `following[i]` is the first line at or behind i
    that is not blank, or the number of lines.
    """

    raw: tuple[str, ...]
    clean: tuple[str, ...]
    quoted: tuple[bool, ...]
    following: tuple[int, ...]

    def mark_below(self, index: int) -> str:
        """The quote mark (`>` or `|`) of the first line with words at or behind `index`, or ''."""
        place = self.following[index] if index < len(self.following) else len(self.clean)
        if place == len(self.clean):
            return ""
        if self.quoted[place]:
            return ">"
        return "|" if self.clean[place][0] == "|" else ""


def page_of(text: str) -> Page:
    """Split a text with LF line ends into its lines."""
    clean = tuple(line.strip() for line in cleaned(text).split("\n"))
    following = [len(clean)] * len(clean)
    place = len(clean)
    for index in range(len(clean) - 1, -1, -1):
        place = index if clean[index] else place
        following[index] = place
    return Page(
        raw=tuple(text.split("\n")),
        clean=clean,
        quoted=tuple(_quoted(clean)),
        following=tuple(following),
    )


def cleaned(text: str) -> str:
    """Drop what cannot be seen and bring look-alikes of spaces and marks to the plain ones."""
    return text if text.isascii() else text.translate(_CLEAN)


def fold(line: str) -> str:
    """Bring the first 600 characters of a cleaned line to the form in which words are compared.

    The limit is for the sake of time: composing accents is quadratic in a run of them.
    """
    line = line[:600]
    if line.isascii():
        return line.lower()
    return unicodedata.normalize("NFC", line).replace("İ", "i").casefold()


def unquoted(line: str) -> str:
    """Take the outermost quote mark off a cleaned, quoted line."""
    return line[1:].lstrip()


def _quoted(clean: tuple[str, ...]) -> list[bool]:
    quoted: list[bool] = []
    above = ""
    above_quoted = False
    for line in clean:
        # ">>> link <<<" is an ornament
        is_quote = line[:1] == ">" and not line.endswith("<<")
        if is_quote and not above_quoted and _closes_address(above, line):
            is_quote = False
        quoted.append(is_quote)
        if line:
            above, above_quoted = line, is_quote
    return quoted


def _closes_address(above: str, line: str) -> bool:
    """Whether `> wrote:` ends an attribution that was wrapped inside its address."""
    return (
        len(line) <= _SHORT
        and line.endswith(":")
        and above[-1:] != ":"
        and (above.count("<") > above.count(">") or "@" in above[-_SHORT:])
    )
