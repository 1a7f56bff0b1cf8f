"""What stands in rules/ is right, and says what the built-in values say."""

import itertools
import re
from dataclasses import replace
from typing import Any

import pytest

from builders import order
from workorder import shipped
from workorder.config_file import key_lines
from workorder.core.billing import suggest
from workorder.core.job import Job
from workorder.core.model import Hours
from workorder.core.plan import SHIPPED, Announcement
from workorder.core.rules import BUILT_IN, RuleSet
from workorder.core.tags import Written, read_tags
from workorder.core.vocabulary import Spelling, squeezed
from workorder.rulefiles import BILLING, CALENDAR, INTAKE, NOTICES, load, load_texts

FOLDER = shipped.rules_folder()
RULES: RuleSet = load(FOLDER)
SPELLINGS = RULES.vocabulary.spellings


def shipped_text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def with_examples(name: str) -> str:
    """A shipped file with the # before its examples taken away."""
    example = r"^# ?(?=\[\[rule\]\]|[a-z.-]+ = )"
    return re.sub(example, "", shipped_text(name), flags=re.MULTILINE)


def first_tag(line: str) -> Written:
    (found,) = read_tags("Re: [WO-1042] x", f"{line}\n\nSome words.", RULES.vocabulary).tags
    assert isinstance(found, Written), found
    return found


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda each: f"{each.language}:{each.text}")
def test_every_spelling_is_read_as_its_tag_however_it_is_written(spelling: Spelling) -> None:
    words = spelling.text.split()
    cases = (str.lower, str.upper, str.title, str.casefold)
    for between, case in itertools.product((" ", "-", "_", "", "  ", " - ", "\u00a0"), cases):
        written = case(between.join(words))
        # What needs a word behind it gets one.
        for line in (f"#{written} x", f"# {written}: x", f"\uff03{written} x"):
            found = read_tags("", f"{line}\n\nSome words.", RULES.vocabulary).tags[0]
            if isinstance(found, Written):
                assert (found.tag, found.argument) == (spelling.tag, "x"), line
            else:
                assert first_tag(line.removesuffix(" x").rstrip(":")).tag is spelling.tag, line


def test_no_spelling_hides_the_beginning_of_an_argument() -> None:
    """`#assign to Tom`: of two spellings of which one begins the other the longer is meant."""
    for one, other in itertools.permutations(SPELLINGS, 2):
        begins = squeezed(other.text).startswith(squeezed(one.text))
        if begins and other.text.lower().startswith(f"{one.text.lower()} "):
            assert one.tag is other.tag, (one, other)


def test_no_spelling_means_two_tags() -> None:
    assert len({squeezed(each.text) for each in SPELLINGS}) == len(SPELLINGS)
    for each in SPELLINGS:
        assert RULES.vocabulary.by_word[squeezed(each.text)] is each.tag


def test_the_notices_are_those_that_are_built_in() -> None:
    text = (FOLDER / NOTICES).read_text(encoding="utf-8")
    assert load_texts({NOTICES: text}, FOLDER).notices == SHIPPED
    assert set(re.findall(r"^\[([\w-]+)\]", text, re.MULTILINE)) == {
        each.value for each in Announcement
    }


def test_no_rule_is_in_force_as_shipped() -> None:
    assert RULES.intake.rules == ()


def test_the_examples_in_the_shipped_file_are_right() -> None:
    rules = load_texts({INTAKE: with_examples(INTAKE)}, FOLDER).intake.rules
    assert len(rules) == shipped_text(INTAKE).count("# [[rule]]") >= 4


def test_the_examples_in_the_readme_are_right() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    read = set()
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        file = section.split()[0]
        for example in re.findall(r"^```toml\n(.*?)^```", section, re.DOTALL | re.MULTILINE):
            rules = load_texts({file: example}, FOLDER)
            # It says something, and not what is built in.
            assert replace(rules, fingerprint="") != replace(BUILT_IN, fingerprint="")
            read.add(file)
    assert read == {"alerts.toml", BILLING, CALENDAR}


def test_the_readme_names_every_rule_file() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+\.toml)` \|", text, re.MULTILINE)) == {
        path.name for path in FOLDER.glob("*.toml")
    }


def keys_of(text: str) -> set[tuple[str, ...]]:
    return {
        tuple(part for part in key if isinstance(part, str))
        for key in key_lines(text)
        if key[0] != "rule"
    }


def test_billing_as_shipped_is_what_is_built_in_but_for_its_rules() -> None:
    billing = RULES.billing
    assert billing == replace(BUILT_IN.billing, rules=billing.rules)
    assert {"aprobar", "apruebo", "aprobado"} < billing.approving
    assert "saldo" in billing.asking_balance


def test_every_word_of_a_contact_is_shipped_with_its_own_meaning() -> None:
    assert not RULES.billing.approving & RULES.billing.asking_balance
    assert not {*RULES.billing.approving, *RULES.billing.asking_balance} & {
        " ".join(phrase) for phrase in RULES.thanks.phrases
    }


@pytest.mark.parametrize(
    "changes", [{"title": "Manual  BACKUP of SRV-01"}, {"labels": ("x", "Manual-Backup")}]
)
def test_a_manual_backup_bills_one_hour_however_long_it_ran(changes: dict[str, Any]) -> None:
    job = Job(order=order(hours=Hours(worked=360), **changes))
    suggestion = suggest(job, RULES.billing)
    assert suggestion.minutes == 60
    assert suggestion.rule.startswith("Manual backup")


def test_any_other_job_is_billed_by_the_time_that_was_worked() -> None:
    job = Job(order=order(title="Backup of a manual", hours=Hours(worked=61, after_hours=61)))
    assert (suggest(job, RULES.billing).minutes, suggest(job, RULES.billing).rule) == (
        75,
        "default",
    )


def test_the_calendar_as_shipped_is_what_is_built_in() -> None:
    assert RULES.calendar == BUILT_IN.calendar


def test_every_key_stands_in_the_shipped_billing_and_calendar() -> None:
    assert keys_of(shipped_text(BILLING)) == {
        *(("default",), ("bank",), ("words",), ("bank", "low"), ("bank", "approval")),
        *(("words", "approve"), ("words", "balance")),
        *(("default", key) for key in ("bill", "minimum", "increment", "rounding")),
        *(("default", key) for key in ("after-hours", "free")),
    }
    assert keys_of(shipped_text(CALENDAR)) == {
        *((table,) for table in ("reminder", "open-long", "follow-up", "digest", "statement")),
        *(("timer",), ("hours",), ("timer", "longest"), ("follow-up", "at")),
        *(("reminder", key) for key in ("first", "again", "most", "off")),
        *(("open-long", key) for key in ("first", "again", "off")),
        *(("digest", key) for key in ("at", "days", "off")),
        *(("statement", key) for key in ("day", "at", "off")),
        *(("hours", key) for key in ("holidays", "clocks", "customer-mail")),
    }


def test_the_examples_in_billing_and_calendar_are_right() -> None:
    texts = {name: with_examples(name) for name in (BILLING, CALENDAR)}
    rules = load_texts(texts, FOLDER)
    assert len(rules.billing.rules) == shipped_text(BILLING).count("[[rule]]") == 4
    assert [len(spans) for spans in rules.calendar.week] == [1, 1, 2, 1, 1, 0, 0]


def test_every_language_has_thanks_and_what_may_stand_around_them() -> None:
    assert len(RULES.thanks.phrases) > 50
    assert len(RULES.thanks.around) > 50
    assert not RULES.thanks.phrases & RULES.thanks.around
