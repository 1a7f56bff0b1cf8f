"""All rule files of a folder as one value; refused whole when one of them is wrong."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar

from workorder.config_file import did_you_mean, parse_toml, read_text
from workorder.core.rules import BUILT_IN, RuleSet
from workorder.errors import ConfigError
from workorder.rulefiles.alerts_file import read_alerts
from workorder.rulefiles.billing_file import read_billing
from workorder.rulefiles.calendar_file import read_calendar
from workorder.rulefiles.intake_file import read_intake
from workorder.rulefiles.notices_file import read_notices
from workorder.rulefiles.tables import Page
from workorder.rulefiles.tags_file import read_tags

T = TypeVar("T")

INTAKE: Final = "intake.toml"
TAGS: Final = "tags.toml"
NOTICES: Final = "notices.toml"
ALERTS: Final = "alerts.toml"
BILLING: Final = "billing.toml"
CALENDAR: Final = "calendar.toml"
_READ: Final = (INTAKE, TAGS, NOTICES, ALERTS, BILLING, CALENDAR)


def load(folder: Path) -> RuleSet:
    """Read and check the rule files of a folder; a file that is missing says what is built in.

    Raises:
        ConfigError: Something in them is wrong; `problems` has all of it, a line each.
    """
    texts, problems = _texts_in(folder)
    return _rule_set(texts, folder, problems)


def load_texts(texts: Mapping[str, str], folder: Path) -> RuleSet:
    """As `load`, of files whose texts are given by their names; `folder` only names them.

    Raises:
        ConfigError: As `load`.
    """
    return _rule_set(texts, folder, [])


def read_texts(folder: Path) -> dict[str, str]:
    """The text of each rule file that is there, by its name; not checked.

    Raises:
        ConfigError: The folder or a file cannot be read, or a file has the name of no rule file.
    """
    texts, problems = _texts_in(folder)
    if problems:
        raise ConfigError(problems)
    return texts


def _texts_in(folder: Path) -> tuple[dict[str, str], list[str]]:
    try:
        # Hidden files are an editor's.
        found = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise ConfigError([f"{folder}: cannot be read: {error.strerror}"]) from None
    problems = [
        f"{folder / name}: is no rule file{did_you_mean(name, _READ)}"
        for name in found
        if name.endswith(".toml") and name not in _READ
    ]
    texts: dict[str, str] = {}
    for name in _READ:
        if name in found:
            try:
                texts[name] = read_text(folder / name)
            except ConfigError as error:
                problems += error.problems
    return texts, problems


def _rule_set(texts: Mapping[str, str], folder: Path, problems: list[str]) -> RuleSet:
    def read(name: str, by: Callable[[Page], T], otherwise: T) -> T:
        if name not in texts:
            return otherwise
        try:
            page = Page(parse_toml(folder / name, texts[name]))
        except ConfigError as error:
            problems.extend(error.problems)
            return otherwise
        made = by(page)
        problems.extend(page.problems)
        return made

    intake, thanks = read(INTAKE, read_intake, (BUILT_IN.intake, BUILT_IN.thanks))
    rule_set = RuleSet(
        intake=intake,
        thanks=thanks,
        vocabulary=read(TAGS, read_tags, BUILT_IN.vocabulary),
        notices=read(NOTICES, read_notices, BUILT_IN.notices),
        alerts=read(ALERTS, read_alerts, BUILT_IN.alerts),
        billing=read(BILLING, read_billing, BUILT_IN.billing),
        calendar=read(CALENDAR, read_calendar, BUILT_IN.calendar),
        fingerprint=_fingerprint(texts),
    )
    if problems:
        raise ConfigError(problems)
    return rule_set


def _fingerprint(texts: Mapping[str, str]) -> str:
    kept = [(name, texts[name]) for name in _READ if name in texts]
    return hashlib.sha256(repr(kept).encode()).hexdigest()
