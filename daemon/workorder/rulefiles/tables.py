"""Reading a rule file table by table: what is right comes back, what is wrong is noted.

Nothing is raised on the way: an admin is told of everything at once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from workorder.config_file import Document, KeyPath, did_you_mean, key_text, quoted
from workorder.core.rule_texts import folded
from workorder.rulefiles.times import minutes_of

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class Page:
    """One rule file, and what is wrong in it."""

    def __init__(self, document: Document) -> None:
        """Read `document`; `top` is what stands in it outside of every table."""
        self.document = document
        self._found: list[tuple[int, str]] = []
        self.top = Table(self, (), document.data)

    @property
    def file(self) -> str:
        """The file's name without its folder."""
        return self.document.path.name

    def note(self, key: KeyPath, whose: str, reason: str) -> None:
        """Note what is wrong at `key`; `whose` is the rule it belongs to, in words, or ''."""
        line = self.document.line_of(key)
        told = f"{whose}: {reason}" if whose else reason
        found = (line, f"{self.document.path}:{line}: {told}")
        if found not in self._found:  # what is read twice is wrong once
            self._found.append(found)

    @property
    def problems(self) -> tuple[str, ...]:
        """All that was noted, in the order of the lines."""
        return tuple(text for _, text in sorted(self._found, key=lambda found: found[0]))


class Table:
    """A table of a rule file. Of what is missing, or noted as wrong, an empty value comes back."""

    def __init__(
        self, page: Page, key: KeyPath, values: Mapping[str, Any], rule: "Table | None" = None
    ) -> None:
        """Read the table at `key`; `rule` is the rule that it belongs to."""
        self.page = page
        self.key = key
        self.values = values
        self.whose = ""
        self._rule = rule

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.page.document.line_of(self.key)

    def wrong(self, name: str, reason: str, *, item: int | None = None) -> None:
        """Note what is wrong with the value of `name`, or with that item of a list."""
        rest: KeyPath = (name,) if item is None else (name, item)
        self._note(rest, f"{self._named(name)}: {reason}")

    def wrong_here(self, reason: str, name: str = "") -> None:
        """Note what is wrong with the table, at the line of `name` where that is given."""
        self._note((name,) if name else (), reason)

    def _note(self, rest: KeyPath, reason: str) -> None:
        rule = self._rule or self
        self.page.note((*self.key, *rest), rule.whose, reason)

    def _named(self, name: str) -> str:
        """A key as the admin wrote it, within its rule."""
        above = len(self._rule.key) if self._rule else len(self.key) if self.whose else 0
        return key_text((*self.key[above:], name))

    def only(self, known: Iterable[str], what: str = "key") -> None:
        """Note every key that is none of `known`."""
        names = tuple(known)
        for name in self.values:
            if name not in names:
                self.unknown(name, names, what)

    def unknown(self, name: str, known: Iterable[str], what: str = "key") -> None:
        """Note that `name` is none of `known`."""
        self.wrong_here(f"unknown {what} {quoted(name)}{did_you_mean(name, known)}", name)

    def has(self, name: str) -> bool:
        """Whether the key is there, whatever its value."""
        return name in self.values

    def text(self, name: str) -> str:
        """A text that is not empty."""
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.wrong(name, 'must be text in quotes: "..."')
            return ""
        if not value.strip():
            self.wrong(name, "is empty")
        return value.strip()

    def texts(self, name: str) -> tuple[str, ...]:
        """One text, or a list of them; none of them is empty."""
        value = self.values.get(name)
        if value is None:
            return ()
        many = [value] if isinstance(value, str) else value
        if not isinstance(many, list) or not all(isinstance(each, str) for each in many):
            self.wrong(name, 'must be text or a list of texts: ["...", "..."]')
            return ()
        if not many or not all(each.strip() for each in many):
            self.wrong(name, "holds an empty text" if many else "is an empty list")
            return ()
        return tuple(many)

    def texts_or_none(self, name: str) -> tuple[str, ...]:
        """As `texts`, where an empty list says that there are none."""
        return () if self.values.get(name) == [] else self.texts(name)

    def whole(self, name: str, least: int, most: int) -> int | None:
        """A whole number within bounds."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.wrong(name, f"must be a whole number from {least} to {most}, without quotes")
            return None
        return value

    def minutes(self, name: str, least: int, most: int) -> int | None:
        """A duration in minutes, within bounds."""
        text = self.text(name)
        return self.made(name, text, lambda words: minutes_of(words, least, most)) if text else None

    def flag(self, name: str) -> bool | None:
        """True or false; None where it is missing."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            self.wrong(name, "must be true or false, without quotes")
            return None
        return value

    def word(self, name: str, words: type[E]) -> E | None:
        """One of a closed set of words."""
        text = self.text(name)
        if not text:
            return None
        if text not in list(words):
            self.wrong(name, none_of(text, words))
            return None
        return words(text)

    def made(self, name: str, value: str, make: Callable[[str], T]) -> T | None:
        """What `make` makes of a value; the ValueError it raises is a reason."""
        try:
            return make(value)
        except ValueError as error:
            self.wrong(name, str(error))
            return None

    def table(self, name: str) -> "Table | None":
        """A table within this one; None where it is missing."""
        value = self.values.get(name)
        if value is None:
            return None
        rule = self._rule or (self if self.whose else None)
        if not isinstance(value, Mapping):
            self.wrong(name, f"must be a table: [{key_text_of_table((*self.key, name))}]")
            return None
        return Table(self.page, (*self.key, name), value, rule)

    def section(self, name: str) -> "Table":
        """A table within this one, an empty one where it is missing."""
        found = self.table(name)
        return found if found is not None else Table(self.page, (*self.key, name), {})

    def rules(self) -> Iterator["Table"]:
        """The [[rule]] tables, each with a name of its own."""
        value = self.values.get("rule", [])
        if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
            self.wrong_here("rules are written as [[rule]], with two brackets", "rule")
            return
        seen: dict[str, Table] = {}
        for number, values in enumerate(value):
            rule = Table(self.page, ("rule", number), values)
            rule.whose = f"rule {number + 1}"
            name = rule.text("name")
            if name:
                rule.whose = f"rule {quoted(name)}"
                first = seen.setdefault(folded(name), rule)
                if first is not rule:
                    rule.wrong_here(f"its name is taken: see line {first.line}", "name")
            elif not rule.has("name"):
                rule.wrong_here("has no name: every account of what it does needs one")
            yield rule


def key_text_of_table(key: KeyPath) -> str:
    """The header of a table, as it is written below the last [[rule]]."""
    return key_text(tuple(part for part in key if isinstance(part, str)))


def none_of(word: str, words: Iterable[str]) -> str:
    """That a word is none of a closed set, with the set and the nearest."""
    known = tuple(words)
    return f"{quoted(word)} is none of {', '.join(known)}{did_you_mean(word, known)}"
