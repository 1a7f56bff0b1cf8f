from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOON, jane, mail, verdict
from workorder.core.alerts import (
    NO_ALERTS,
    Alert,
    AlertRule,
    AlertRules,
    Capture,
    Template,
    template,
)
from workorder.core.classify import MailKind
from workorder.core.conditions import (
    Case,
    Condition,
    Conditions,
    Field,
    FieldName,
    Operator,
    one_of,
    says,
)
from workorder.core.model import Priority
from workorder.core.rule_patterns import pattern
from workorder.core.sender import Sender

SUBJECT, TEXT = Field(name=FieldName.SUBJECT), Field(name=FieldName.TEXT)
NOBODY = Sender(address=None, technician=None, contact=None, customer=None, dmarc=verdict())


def case(subject: str, text: str = "", **changes: Any) -> Case:
    by = changes.pop("by", jane())
    return Case(
        mail=mail(subject=subject, new_text=text, **changes),
        sender=by,
        kind=MailKind.AUTOMATIC,
        is_reply=False,
        language="en",
        local=NOON,
    )


def capture(*sources: str, of: Field = SUBJECT) -> Capture:
    return Capture(field=of, patterns=tuple(pattern(each, captures=True) for each in sources))


def word(name: str, *words: str) -> Condition:
    return one_of(Field(name=FieldName.WORD, detail=name), words)


def rule(**changes: Any) -> AlertRule:
    values: dict[str, Any] = {
        "name": "disks",
        "file": "alerts.toml",
        "line": 3,
        "conditions": Conditions(when=(says(SUBJECT, Operator.STARTS, ["DISK "]),)),
        "captures": (capture(r"^DISK (?P<state>\w+) on (?P<host>\S+)"),),
        "key": template("{host}"),
        "recovery": (word("state", "OK", "CLEARED"),),
    }
    return AlertRule(**(values | changes))


def match(at: Case, *of: AlertRule) -> Alert | None:
    """What the rules make of a mail; the slow way says the same."""
    rules = AlertRules(rules=of)
    found = rules.match(at)
    hits = [(each.rule, each.why) for each in rules.explain(at) if each.hit]
    assert hits == ([(found.rule, found.in_words())] if found else [])
    return found


def an_alert(at: Case, *of: AlertRule) -> Alert:
    found = match(at, *of)
    assert found is not None
    return found


def test_without_rules_no_mail_is_an_alert() -> None:
    assert NO_ALERTS.match(case("DISK full on srv-01")) is None
    assert NO_ALERTS.explain(case("DISK full on srv-01")) == ()


def test_an_alert_carries_what_the_rule_says_of_it() -> None:
    found = an_alert(
        case("DISK full on srv-01"),
        rule(
            title=template("Disk of {host}: {state} ({domain})"),
            equipment=template("{host}"),
            customer="Acme Ltd",
            priority=Priority.HIGH,
            labels=("disk",),
            technician="Maria",
            finish=True,
        ),
    )
    assert found == Alert(
        rule="disks",
        key="disks|srv-01",
        title="Disk of srv-01: full (acme.example)",
        equipment="srv-01",
        customer="Acme Ltd",
        priority=Priority.HIGH,
        labels=("disk",),
        technician="Maria",
        is_recovery=False,
        finish=True,
        ignore=False,
        words=found.words,
    )
    assert dict(found.words) == {
        "subject": "DISK full on srv-01",
        "sender": "jane@acme.example",
        "domain": "acme.example",
        "state": "full",
        "host": "srv-01",
    }


@pytest.mark.parametrize(
    ("subject", "is_recovery"),
    [("DISK ok on a", True), ("DISK Cleared on a", True), ("DISK okay on a", False)],
)
def test_a_recovery_is_told_by_what_was_captured(subject: str, *, is_recovery: bool) -> None:
    assert an_alert(case(subject), rule()).is_recovery is is_recovery


def test_all_of_a_recovery_must_hold_and_without_any_none_does() -> None:
    both = (word("state", "OK"), says(TEXT, Operator.CONTAINS, ["all is well"]))
    assert not an_alert(case("DISK ok on a"), rule(recovery=both)).is_recovery
    assert an_alert(case("DISK ok on a", "All is well."), rule(recovery=both)).is_recovery
    assert not an_alert(case("DISK ok on a"), rule(recovery=())).is_recovery


def test_one_cause_has_one_key_however_it_is_written() -> None:
    one, other = (an_alert(case(s), rule()) for s in ("DISK full on SRV-01", "disk ok on srv-01"))
    assert one.key == other.key


def test_keys_of_two_rules_are_never_the_same() -> None:
    one = an_alert(case("DISK full on a"), rule(name="x"))
    other = an_alert(case("DISK full on x|a"), rule(name="X Y", key=template("{host}")))
    assert one.key == "x|a"
    assert other.key == "x y|x|a"


def test_the_first_rule_that_can_make_a_key_counts() -> None:
    strict = rule(name="strict", captures=(capture(r"in rack (?P<host>\w+)"),))
    assert an_alert(case("DISK full on a"), strict, rule(), rule(name="late")).rule == "disks"
    assert an_alert(case("DISK full in rack r9"), strict, rule()).rule == "strict"
    told = AlertRules(rules=(strict, rule(), rule(name="late"))).explain(case("DISK full on a"))
    assert [(each.hit, each.why) for each in told] == [
        (False, "nothing was captured for host"),
        (True, "trouble, key disks|a"),
        (False, 'not looked at: "disks" was the last'),
    ]


def test_a_mail_that_is_ignored_has_no_key_and_ends_the_search() -> None:
    ignoring = rule(name="noise", ignore=True, key=None, captures=())
    found = an_alert(case("DISK full on a"), ignoring, rule())
    assert (found.rule, found.key, found.ignore) == ("noise", "", True)


def test_the_first_pattern_that_matches_and_the_first_field_with_the_word_count() -> None:
    captures = (
        capture(r"over (?P<host>\w+)", r"on (?P<host>\w+)"),
        capture(r"Host: (?P<host>\w*)", r"State: (?P<state>\w+)", of=TEXT),
        capture(r"State: (?P<state>\w+)", of=TEXT),
    )
    found = an_alert(case("DISK full on a", "Host: b\nState: bad"), rule(captures=captures))
    assert dict(found.words)["host"] == "a"
    assert dict(found.words)["state"] == "bad"
    found = an_alert(case("DISK full", "Host: b\nState: bad"), rule(captures=captures))
    assert found.key == "disks|b"


def test_a_group_without_text_captures_nothing() -> None:
    either = rule(captures=(capture(r"^DISK (?:on (?P<host>\S+)|at (?P<place>\S+))"),))
    assert match(case("DISK at rack"), either) is None
    assert an_alert(case("DISK on rack"), either).key == "disks|rack"
    blank = rule(captures=(capture(r"on(?P<host>\s*)$"),))
    assert match(case("DISK on  "), blank) is None


def test_a_word_is_one_short_line() -> None:
    wide = rule(captures=(capture(r"(?s)on (?P<host>.+)"),))
    found = an_alert(case("DISK full on a\n\t b" + "x" * 1000), wide)
    host = dict(found.words)["host"]
    assert host.startswith("a bxxx")
    assert len(host) == 200


def test_words_of_a_header_and_of_the_sender_are_captured() -> None:
    host = Field(name=FieldName.HEADER, detail="x-host")
    by = Field(name=FieldName.SENDER)
    both = rule(
        captures=(capture("(?P<host>.+)", of=host), capture("(?P<who>[^@]+)@", of=by)),
        key=template("{who}/{host}"),
    )
    found = an_alert(case("DISK full", headers=(("x-host", "Größe-1"),)), both)
    assert found.key == "disks|jane/grösse-1"


def test_a_mail_from_nobody_has_no_word_for_the_sender() -> None:
    by = rule(key=template("{sender}/{host}"))
    assert match(case("DISK full on a", by=NOBODY), by) is None
    assert an_alert(case("DISK full on a", by=NOBODY), rule()).key == "disks|a"


def test_a_title_or_equipment_without_its_words_is_left_out() -> None:
    of = rule(title=template("{rack}: {host}"), equipment=template("{rack}"))
    found = an_alert(case("DISK full on a"), of)
    assert (found.title, found.equipment) == ("", "")


def test_what_was_captured_is_no_template() -> None:
    found = an_alert(case("DISK full on {state}{{x}}"), rule(title=template("{{{host}}}")))
    assert found.title == "{{state}{{x}}}"
    assert found.key == "disks|{state}{{x}}"


@pytest.mark.parametrize(
    ("source", "filled"),
    [
        ("{host}", "a"),
        (" {host} ", "a"),
        ("{{host}}", "{host}"),
        ("{host}{host}-{_x1}", "aa-b"),
        ("}}{{", "}{"),
        ("ä{host}\U0001f600", "äa\U0001f600"),
        ("{rack}", None),
        ("{empty}", None),
        ("no word", "no word"),
    ],
)
def test_a_template_is_filled(source: str, filled: str | None) -> None:
    words = {"host": "a", "_x1": "b", "empty": ""}
    assert template(source).filled(words) == filled


@pytest.mark.parametrize(
    "source", ["{", "}", "{host", "host}", "{}", "{a b}", "{1a}", "{a-b}", "{ä}", "{{a}", "{a.b}"]
)
def test_a_wrong_template_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"stands alone|is no place for a word"):
        template(source)


@settings(deadline=None)
@given(st.text(alphabet="{}ab _ä\n", max_size=12))
def test_a_template_is_read_whole_or_refused(source: str) -> None:
    try:
        made: Template = template(source)
    except ValueError:
        return
    kept = "".join(text for text, _ in made.pieces)
    rest = source.replace("{{", "").replace("}}", "")
    assert len(made.names) <= rest.count("{") == rest.count("}")
    assert all(char in source for char in kept)
