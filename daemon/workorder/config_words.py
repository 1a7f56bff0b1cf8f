"""pydantic's findings in an admin's words."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import ErrorDetails

from workorder.config_file import did_you_mean, quoted

KnownKeys = Mapping[str, tuple[str, ...]]
"""The keys of each section, and the sections under ''."""

_PLAIN: Mapping[str, str] = {
    "missing": "missing",
    "string_type": 'must be text in quotes: "..."',
    "path_type": 'must be text in quotes: "..."',
    "int_type": "must be a whole number without quotes",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false, without quotes",
    "tuple_type": 'must be a list: ["...", "..."]',
}

_WITH_CONTEXT: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than_equal": lambda ctx: f"must be {ctx['ge']} or more",
    "less_than_equal": lambda ctx: f"must be {ctx['le']} or less",
    "value_error": lambda ctx: str(ctx["error"]),
}

NO_FINDINGS = frozenset({"default_factory_not_called"})
"""What pydantic adds about a key that was left out, when its neighbours are wrong."""

_TABLES = frozenset({"model_type", "model_attributes_type", "dict_type"})


def reason_for(detail: ErrorDetails, data: Mapping[str, Any], known: KnownKeys) -> str:
    """Return what is wrong at `detail`'s place in `data`, in plain words."""
    kind, context = detail["type"], detail.get("ctx", {})
    path = detail["loc"]
    section = str(path[0]) if len(path) > 1 else ""
    if kind == "extra_forbidden":
        return _unknown_key(str(path[-1]), section, known)
    if kind == "enum":
        return _wrong_word(_value(data, path), context["expected"])
    if kind in _TABLES or path == ("mailboxes",):
        return _wrong_table(kind, str(path[0]))
    if kind in _WITH_CONTEXT:
        return _WITH_CONTEXT[kind](context)
    return _PLAIN.get(kind, detail["msg"])


def _unknown_key(key: str, section: str, known: KnownKeys) -> str:
    kind = "key" if section else "section"
    homes = [home for home, keys in known.items() if home and home != section and key in keys]
    near = did_you_mean(key, known.get(section, ()))
    if homes and not near:
        near = f" (it belongs in {' or '.join(_bracketed(home) for home in homes)})"
    return f"unknown {kind} {quoted(key)}{near}"


def _wrong_word(value: object, expected: str) -> str:
    """Name the words of an enum; `expected` is pydantic's list of them, each in quotes."""
    words = expected.replace("'", "").replace(" or ", ", ")
    if not isinstance(value, str):
        return f"must be one of {words}, in quotes"
    return f"{quoted(value)} is none of {words}{did_you_mean(value, words.split(', '))}"


def _wrong_table(kind: str, section: str) -> str:
    if kind == "missing":
        return f"missing: a section {_bracketed(section)} is needed"
    return f"must be a section: write {_bracketed(section)}"


def _bracketed(section: str) -> str:
    return f"[[{section}]]" if section == "mailboxes" else f"[{section}]"


def _value(data: object, path: tuple[int | str, ...]) -> object:
    for part in path:
        data = data[part]  # type: ignore[index]  # pydantic found a value at this very path
    return data
