from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorder.core.conditions import (
    During,
    Field,
    FieldName,
    Flag,
    FlagName,
    Operator,
    Size,
    one_of,
    says,
)
from workorder.core.model import Priority, Status
from workorder.core.plan import SHIPPED, Announcement, PlanLine, Role
from workorder.core.rules import BUILT_IN, RuleSet, Sets
from workorder.core.vocabulary import Tag
from workorder.errors import ConfigError
from workorder.rulefiles import (
    ALERTS,
    BILLING,
    CALENDAR,
    INTAKE,
    NOTICES,
    TAGS,
    load,
    load_texts,
    read_texts,
)

FOLDER = Path("rules")
FILES = [INTAKE, TAGS, NOTICES, ALERTS, BILLING, CALENDAR]
RULE = '[[rule]]\nname = "r"\nstop = true\n'


def loaded(text: str, file: str = INTAKE) -> RuleSet:
    return load_texts({file: text}, FOLDER)


def test_an_empty_folder_says_what_is_built_in(tmp_path: Path) -> None:
    rules = load(tmp_path)
    assert (rules.intake, rules.alerts, rules.thanks) == (
        BUILT_IN.intake,
        BUILT_IN.alerts,
        BUILT_IN.thanks,
    )
    assert (rules.vocabulary, rules.notices) == (BUILT_IN.vocabulary, SHIPPED)
    assert (rules.billing, rules.calendar) == (BUILT_IN.billing, BUILT_IN.calendar)
    assert rules.fingerprint != BUILT_IN.fingerprint


def test_what_was_loaded_can_be_loaded_from_its_texts(tmp_path: Path) -> None:
    (tmp_path / INTAKE).write_text(f"\ufeff{RULE}when.subject.matches = 'ä+$'\n", encoding="utf-8")
    (tmp_path / TAGS).write_bytes(b"[de]\r\nfinished = ['fertig']\r\n")
    for ignored in ("README.md", "intake.toml.bak", ".intake.toml.swp", ".hidden.toml"):
        (tmp_path / ignored).write_text("[[[")
    (tmp_path / BILLING).write_text("[default]\nminimum = '1h'\n")
    (tmp_path / CALENDAR).write_text("[timer]\nlongest = '4h'\n")
    texts = read_texts(tmp_path)
    assert [*texts] == [INTAKE, TAGS, BILLING, CALENDAR]
    assert load_texts(texts, tmp_path) == load(tmp_path)


@given(
    st.dictionaries(st.sampled_from(FILES), st.sampled_from(["", "#", "# ", "# '\n"])),
    st.dictionaries(st.sampled_from(FILES), st.sampled_from(["", "#", "# ", "# '\n"])),
)
def test_the_fingerprint_is_another_for_every_other_text_and_only_then(
    one: dict[str, str], other: dict[str, str]
) -> None:
    first, second = load_texts(one, FOLDER), load_texts(other, Path("elsewhere"))
    assert (first.fingerprint == second.fingerprint) is (one == other)


def test_files_that_are_not_read_do_not_change_the_fingerprint(tmp_path: Path) -> None:
    (tmp_path / INTAKE).write_text(RULE)
    before = load(tmp_path).fingerprint
    (tmp_path / "README.md").write_text("x")
    (tmp_path / INTAKE).touch()
    assert load(tmp_path).fingerprint == before


def test_one_wrong_file_leaves_nothing_of_the_others(tmp_path: Path) -> None:
    (tmp_path / INTAKE).write_text(RULE)
    (tmp_path / TAGS).write_text("[en]\nfinishd = ['x']\n")
    with pytest.raises(ConfigError):
        load(tmp_path)


def test_a_rule_says_what_it_does() -> None:
    (rule,) = loaded(
        """
[[rule]]
name = " all of it "
aside = "odd"
automatic = true
stop = true
[rule.set]
customer = "Acme Ltd"
priority = "high"
labels = "one"
technician = "Maria"
equipment = ["PRN-2"]
status = "waiting-parts"
note = "look at it"
"""
    ).intake.rules
    assert (rule.name, rule.file, rule.line) == ("all of it", INTAKE, 2)
    assert (rule.refuse, rule.aside, rule.automatic, rule.stop) == ("", "odd", True, True)
    assert rule.sets == Sets(
        customer="Acme Ltd",
        priority=Priority.HIGH,
        labels=("one",),
        technician="Maria",
        equipment=("PRN-2",),
        status=Status.WAITING_PARTS,
        notes=("look at it",),
    )


def field(name: str, detail: str = "") -> Field:
    return Field(name=FieldName(name), detail=detail)


@pytest.mark.parametrize(
    ("written", "condition"),
    [
        ("sender = 'Jane@acme.example'", one_of(field("sender"), ["Jane@acme.example"])),
        (
            "domain = ['a.example', 'b.example']",
            one_of(field("domain"), ["a.example", "b.example"]),
        ),
        ("customer.is = 'Acme'", one_of(field("customer"), ["Acme"])),
        ("weekday.in = ['sat', 'sun']", one_of(field("weekday"), ["sat", "sun"])),
        ("language = 'pt-BR'", one_of(field("language"), ["pt-BR"])),
        ("header.X-Mailer.starts = 'a'", says(field("header", "x-mailer"), Operator.STARTS, ["a"])),
        ("header.subject = 'a'", one_of(field("header", "subject"), ["a"])),
        ("text.matches = ['a', 'b']", says(field("text"), Operator.MATCHES, ["a", "b"])),
        ("attachment-type.ends = 'pdf'", says(field("attachment-type"), Operator.ENDS, ["pdf"])),
        ("size.over = 5", Size(operator=Operator.OVER, limit=5)),
        ("size.under = '10 MB'", Size(operator=Operator.UNDER, limit=10 * 2**20)),
        ("size.over = ' 1.5kb '", Size(operator=Operator.OVER, limit=1536)),
        ("size.over = '7'", Size(operator=Operator.OVER, limit=7)),
        ("time.between = '18:00-08:00'", During(start=time(18), end=time(8))),
        ("time.between = '8:05 – 24:00'", During(start=time(8, 5), end=time())),
        ("time.between = '00:00-24:00'", During(start=time(), end=time())),
        ("known = false", Flag(name=FlagName.KNOWN, wanted=False)),
        ("reply = true", Flag(name=FlagName.REPLY, wanted=True)),
    ],
)
def test_a_condition_is_read(written: str, condition: object) -> None:
    for where in ("when", "unless"):
        (rule,) = loaded(f"{RULE}[rule.{where}]\n{written}\n").intake.rules
        assert getattr(rule.conditions, where) == (condition,)
        (rule,) = loaded(f"{RULE}{where}.{written}\n").intake.rules
        assert getattr(rule.conditions, where) == (condition,)


def test_several_operators_of_one_field_are_several_conditions() -> None:
    (rule,) = loaded(f"{RULE}when.size = {{ over = 1, under = 9 }}\n").intake.rules
    assert len(rule.conditions.when) == 2


def test_thanks_of_all_languages_are_one_list() -> None:
    thanks = loaded("[thanks]\nen = 'Thank you!'\nde = ['Danke']\naround.de = 'Grüße'").thanks
    assert thanks.phrases == {("thank", "you"), ("danke",)}
    assert thanks.around == {("grusse",)}


def test_tags_are_spelt_in_every_language() -> None:
    words = loaded("[de]\nfinished = ['Ist-fertig']\n[es]\nfinished = 'hecho'\n", TAGS).vocabulary
    assert words.by_word["istfertig"] is words.by_word["hecho"] is Tag.FINISHED
    assert words.by_word["finished"] is Tag.FINISHED
    assert ("Ist fertig", "de") in {(each.text, each.language) for each in words.spellings}


def test_a_spelling_in_two_languages_is_no_clash() -> None:
    words = loaded("[de]\nfinished = 'final'\n[es]\nfinished = 'Final'\n", TAGS).vocabulary
    assert words.by_word["final"] is Tag.FINISHED


def test_notices_change_only_what_is_written() -> None:
    plan = loaded(
        "[opened]\nto = []\n[finished]\npdf = false\n[note]\ntemplate = 'x'", NOTICES
    ).notices
    assert plan[Announcement.OPENED] == PlanLine(to=(), template="opened", pdf=True)
    assert plan[Announcement.FINISHED].pdf is False
    assert plan[Announcement.FINISHED].to == SHIPPED[Announcement.FINISHED].to
    assert plan[Announcement.NOTE] == PlanLine(to=(Role.ASSIGNED,), template="x")
    assert plan[Announcement.CANCELLED] == SHIPPED[Announcement.CANCELLED]


def test_a_notice_of_no_work_order_goes_to_those_it_can_go_to() -> None:
    plan = loaded(
        """
[bank-low]
to = ["admin"]
[balance]
to = ["writer", "primary-contacts", "writer"]
[statement]
to = []
pdf = false
[follow-up]
to = "writer"
pdf = true
""",
        NOTICES,
    ).notices
    assert plan[Announcement.BANK_LOW].to == (Role.ADMIN,)
    assert plan[Announcement.BALANCE].to == (Role.WRITER, Role.PRIMARY_CONTACTS)
    assert plan[Announcement.STATEMENT] == PlanLine(to=(), template="statement", pdf=False)
    assert plan[Announcement.FOLLOW_UP] == PlanLine(
        to=(Role.WRITER,), template="follow-up", pdf=True
    )


def test_an_alert_rule_is_read_whole() -> None:
    (rule,) = loaded(
        """
[[rule]]
name = "disks"
when.subject.starts = "DISK"
capture.subject = '(?P<host>\\S+)'
capture.header.X-State = ['(?P<state>OK)', '(?P<state>\\w+)']
key = "{host}"
recovery.word.state = "ok"
on-recovery = "finish"
title = "{host} {{}}"
labels = ["disk"]
""",
        ALERTS,
    ).alerts.rules
    assert [str(capture.field) for capture in rule.captures] == ["subject", "header.x-state"]
    assert len(rule.captures[1].patterns) == 2
    assert rule.recovery == (one_of(field("word", "state"), ["ok"]),)
    assert (rule.finish, rule.ignore, rule.labels) == (True, False, ("disk",))
    assert rule.title is not None
    assert rule.title.filled({"host": "a"}) == "a {}"


def test_a_rule_that_ignores_needs_no_key() -> None:
    text = '[[rule]]\nname = "noise"\nwhen.subject = "x"\nignore = true\n'
    (rule,) = loaded(text, ALERTS).alerts.rules
    assert (rule.ignore, rule.key) == (True, None)
