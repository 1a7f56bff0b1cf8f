"""What stands in rules/ is right, and says what the built-in values say."""

import itertools
import re

import pytest

from workorder import shipped
from workorder.core.plan import SHIPPED, Announcement
from workorder.core.rules import RuleSet
from workorder.core.tags import Written, read_tags
from workorder.core.vocabulary import Spelling, squeezed
from workorder.rulefiles import INTAKE, NOTICES, load, load_texts

FOLDER = shipped.rules_folder()
RULES: RuleSet = load(FOLDER)
SPELLINGS = RULES.vocabulary.spellings


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
    text = (FOLDER / INTAKE).read_text(encoding="utf-8")
    examples = re.sub(r"^# ?(?=\[\[rule\]\]|[a-z.]+ = )", "", text, flags=re.MULTILINE)
    rules = load_texts({INTAKE: examples}, FOLDER).intake.rules
    assert len(rules) == text.count("# [[rule]]") >= 4


def test_the_examples_in_the_readme_are_right() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```toml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    for example in examples:
        assert load_texts({"alerts.toml": example}, FOLDER).alerts.rules
    assert examples


def test_every_language_has_thanks_and_what_may_stand_around_them() -> None:
    assert len(RULES.thanks.phrases) > 50
    assert len(RULES.thanks.around) > 50
    assert not RULES.thanks.phrases & RULES.thanks.around
