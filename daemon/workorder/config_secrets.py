"""Passwords of config.toml: by value, file or environment, and never quoted."""

import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from workorder.config_file import Document, Finding, KeyPath

PASSWORD_KEYS = ("password", "password_file", "password_env")
MAX_PASSWORD_BYTES = 4096

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """The file's data with each password under `password`, and what was found on the way."""

    data: dict[str, Any] = field(repr=False)
    problems: tuple[Finding, ...]
    warnings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """One password, or why there is none."""

    password: str = field(default="", repr=False)
    problem: str = ""
    warning: str = ""


def take_passwords(document: Document, folder: Path, environ: Mapping[str, str]) -> Secrets:
    """Return the data of `document` with password_file and password_env resolved.

    Relative files are relative to `folder`; `environ` is where password_env is looked up.
    """
    data = dict(document.data)
    problems: list[Finding] = []
    warnings: list[Finding] = []

    def resolved(place: KeyPath, table: Mapping[str, Any]) -> dict[str, Any]:
        told = [key for key in PASSWORD_KEYS if key in table]
        key = (*place, told[0] if told else "password")
        taken = _take(told, table, document.path, folder, environ)
        if taken.problem:
            problems.append((key, taken.problem))
        if taken.warning:
            warnings.append((key, taken.warning))
        rest = {name: value for name, value in table.items() if name not in PASSWORD_KEYS}
        return rest | {"password": SecretStr(taken.password)}

    mailboxes, smtp = data.get("mailboxes"), data.get("smtp")
    if isinstance(mailboxes, list):
        data["mailboxes"] = [
            resolved(("mailboxes", index), table) if isinstance(table, dict) else table
            for index, table in enumerate(mailboxes)
        ]
    if isinstance(smtp, dict) and any(key in smtp for key in ("user", *PASSWORD_KEYS)):
        data["smtp"] = resolved(("smtp",), smtp)
        if "user" not in smtp:
            problems.append((("smtp", "user"), "missing, though a password is given"))
    return Secrets(data=data, problems=tuple(problems), warnings=tuple(warnings))


def _take(
    told: list[str], table: Mapping[str, Any], file: Path, folder: Path, environ: Mapping[str, str]
) -> _Taken:
    if not told:
        return _Taken(problem="missing: give password, password_file or password_env")
    if len(told) > 1:
        return _Taken(problem=f"told twice: {' and '.join(told)}")
    value = table[told[0]]
    if not isinstance(value, str):
        return _Taken(problem='must be text in quotes: "..."')
    match told[0]:
        case "password_file":
            return _from_file(folder / Path(value).expanduser())
        case "password_env":
            return _from_environment(value, environ)
        case _:
            return _checked(value, _mode_warning(file))


def _from_file(path: Path) -> _Taken:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_PASSWORD_BYTES + 1)
        text = raw.decode().removesuffix("\n").removesuffix("\r")
    except OSError as error:
        return _Taken(problem=f"cannot read {path}: {error.strerror}")
    except UnicodeDecodeError:
        return _Taken(problem=f"{path} is not UTF-8 text")
    if len(raw) > MAX_PASSWORD_BYTES:
        return _Taken(problem=f"{path} is too long for a password")
    return _checked(text, _mode_warning(path), f"{path} ")


def _from_environment(name: str, environ: Mapping[str, str]) -> _Taken:
    if name not in environ:
        return _Taken(problem="names an environment variable that is not set")
    return _checked(environ[name], "", "the environment variable ")


def _checked(password: str, warning: str, source: str = "") -> _Taken:
    if not password:
        return _Taken(problem=f"{source}is empty")
    # A line break would end the login command and begin another (RFC 3501 section 9, CHAR).
    if _CONTROL.search(password):
        return _Taken(problem=f"{source}holds a line break or another control character")
    return _Taken(password=password, warning=warning)


def _mode_warning(path: Path) -> str:
    try:
        mode = path.stat().st_mode
    except OSError:
        return ""
    return f"every user can read {path} (chmod o-r)" if mode & stat.S_IROTH else ""
