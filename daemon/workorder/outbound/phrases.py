"""The words of notices and PDFs, one catalogue a language, from templates/language/<lang>.toml.

A phrase is plain text with `{name}` places. Tables nest: `[opened] heading = "…"` is the phrase
`opened.heading`. An admin's file of the same name wins key by key; a key that a language lacks
is taken from English.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from jinja2 import UndefinedError
from markupsafe import Markup, escape

from workorder.errors import RenderError

FALLBACK = "en"
FOLDER = "language"

_PLACE = re.compile(r"\{(\w+)\}")
_TABLE = re.compile(r"\s*\[([^\[\]]+)\]")
_KEY = re.compile(r"""\s*["']?([\w.-]+)["']?\s*=""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """One language's phrases; templates call it as `t("opened.heading", number="WO-1042")`."""

    language: str
    texts: Mapping[str, str] = field(repr=False)

    def __call__(self, key: str, **values: object) -> str:
        """Return the phrase with its places filled; Markup when a value is Markup.

        Raises:
            UndefinedError: the phrase is not there, or a place has no value.
        """
        text = self.texts.get(key)
        if text is None:
            raise UndefinedError(f'no phrase "{key}"{_nearest(key, self.texts)}')
        if "{" not in text:
            return text
        marked = any(isinstance(value, Markup) for value in values.values())
        shown: dict[str, str] = {
            name: escape(value) if marked else str(value) for name, value in values.items()
        }

        def filled(match: re.Match[str]) -> str:
            name = match.group(1)
            if name not in shown:
                raise UndefinedError(
                    f'phrase "{key}" ({self.language}) has no value for {{{name}}}'
                )
            return shown[name]

        if marked:
            return Markup(_PLACE.sub(filled, str(escape(text))))  # noqa: S704 # both sides escaped
        return _PLACE.sub(filled, text)


class Catalogue:
    """The phrases of every language, read once each from `roots` (the first folder wins)."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = tuple(roots)
        self._read: dict[str, Phrases] = {}

    def languages(self) -> tuple[str, ...]:
        """Every language that has a file, sorted."""
        found = {path.stem for root in self._roots for path in (root / FOLDER).glob("*.toml")}
        return tuple(sorted(found | {FALLBACK}))

    def phrases(self, language: str) -> Phrases:
        """Return the phrases of `language` ('es-MX' falls back to 'es'), else English.

        Raises:
            RenderError: a catalogue cannot be read; the message names file and line.
        """
        known = self._read.get(language)
        if known is None:
            known = self._read[language] = self._load(self._resolve(language))
        return known

    def problems(self, sources: str) -> Iterator[str]:
        """One line for each phrase that nothing asks for, or that has a place too many.

        `sources` is the text of all templates: a site may have phrases of its own in its own.
        """
        known = _read_file(self._roots[-1] / FOLDER / f"{FALLBACK}.toml")
        for language in self.languages():
            for path in self._files(language):
                yield from _file_problems(path, known, sources)

    def _resolve(self, language: str) -> str:
        short = language.lower().replace("_", "-")
        available = self.languages()
        return next(
            (name for name in (short, short.partition("-")[0]) if name in available), FALLBACK
        )

    def _files(self, language: str) -> Iterator[Path]:
        for root in reversed(self._roots):
            path = root / FOLDER / f"{language}.toml"
            if path.is_file():
                yield path

    def _load(self, language: str) -> Phrases:
        texts: dict[str, str] = {}
        for name in dict.fromkeys((FALLBACK, language)):
            for path in self._files(name):
                texts.update(_read_file(path))
        return Phrases(language=language, texts=texts)


def _read_file(path: Path) -> dict[str, str]:
    """The phrases of one file, by dotted key; anything but tables of strings is refused."""
    try:
        source = path.read_text(encoding="utf-8")
        document = tomllib.loads(source)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RenderError(f"{path}: {error}") from error
    texts: dict[str, str] = {}
    for key, value in _flat(document, ""):
        if not isinstance(value, str):
            line = _line_of(source, key)
            raise RenderError(f'{path}:{line}: phrase "{key}" is no text in quotation marks')
        texts[key] = value
    return texts


def _flat(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _file_problems(path: Path, known: Mapping[str, str], sources: str) -> Iterator[str]:
    source = path.read_text(encoding="utf-8")
    for key, text in _read_file(path).items():
        if key not in known:
            if not _is_asked_for(key, known, sources):
                reason = f'unknown phrase "{key}"{_nearest(key, known)}'
                yield f"{path}:{_line_of(source, key)}: {reason}"
            continue
        for name in sorted(set(_PLACE.findall(text)) - set(_PLACE.findall(known[key]))):
            yield f'{path}:{_line_of(source, key)}: phrase "{key}" has no place {{{name}}}'


def _is_asked_for(key: str, known: Mapping[str, str], sources: str) -> bool:
    """Whether a template asks for a phrase of the site's own, or for its whole table by name."""
    table = key.rpartition(".")[0]
    is_new_table = bool(table) and not any(name.startswith(f"{table}.") for name in known)
    names = (key, table) if is_new_table else (key,)
    return any(f"{mark}{name}{mark}" in sources for name in names for mark in "\"'")


def _line_of(source: str, key: str) -> int:
    """The line (from 1) on which `key` stands in a TOML text; 1 where that cannot be told."""
    table = ""
    for number, line in enumerate(source.splitlines(), 1):
        if header := _TABLE.match(line):
            table = header.group(1).replace('"', "").strip() + "."
        elif (match := _KEY.match(line)) and table + match.group(1) == key:
            return number
    return 1


def _nearest(key: str, known: Mapping[str, str]) -> str:
    close = get_close_matches(key, known, n=1)
    return f' (did you mean "{close[0]}"?)' if close else ""
