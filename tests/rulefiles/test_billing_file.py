"""billing.toml: what it says, and every mistake in it on its line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workorder.core.billing import SHIPPED, Basis, Billing, Charge, Rounding, Threshold
from workorder.core.conditions import Field, FieldName, Operator, one_of, says
from workorder.core.job import JobConditions
from workorder.errors import ConfigError
from workorder.rulefiles import BILLING, load_texts

FOLDER = Path("rules")
RULE = '[[rule]]\nname = "r"\nwhen.label = "x"\n'


def read(text: str) -> Billing:
    return load_texts({BILLING: text}, FOLDER).billing


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        read(text)
    return [each.removeprefix(f"rules/{BILLING}:") for each in refused.value.problems]


def field(name: str) -> Field:
    return Field(name=FieldName(name))


# -- what is right ----------------------------------------------------------------------------


def test_an_empty_file_says_what_is_built_in() -> None:
    assert read("") == SHIPPED
    assert read("[default]\n[bank]\n[words]\n") == SHIPPED


def test_every_key_is_read() -> None:
    billing = read(
        """
[default]
bill = "minimum"
minimum = "1:30"
increment = "6m"
rounding = "nearest"
after-hours = 1.25
free = false

[bank]
low = ["50 %", "2.5h", "0"]
approval = true

[words]
approve = [" Go  ahead ", "JA"]
balance = "Saldo"
"""
    )
    assert billing == Billing(
        default=Charge(
            bill=Basis.MINIMUM,
            minimum=90,
            increment=6,
            rounding=Rounding.NEAREST,
            after_hours=125,
        ),
        thresholds=(
            Threshold(value=50, is_percent=True),
            Threshold(value=150),
            Threshold(value=0),
        ),
        asks_approval=True,
        approving=frozenset({"go ahead", "ja"}),
        asking_balance=frozenset({"saldo"}),
    )


def test_a_rule_takes_from_the_default_what_it_leaves_out() -> None:
    (one, other, fixed) = read(
        f"""
{RULE}
{RULE.replace('"r"', '"s"')}bill = "minimum"
minimum = "2h"
after-hours = 0
{RULE.replace('"r"', '"t"')}bill = "2h"
rounding = "up"
[default]
minimum = "30m"
increment = "30m"
rounding = "down"
after-hours = 2
"""
    ).rules
    default = Charge(minimum=30, increment=30, rounding=Rounding.DOWN, after_hours=200)
    assert one.charge == default
    assert other.charge == Charge(
        bill=Basis.MINIMUM, minimum=120, increment=30, rounding=Rounding.DOWN, after_hours=0
    )
    assert fixed.charge == Charge(
        bill=Basis.FIXED, fixed=120, minimum=30, increment=30, after_hours=200
    )


def test_a_fixed_default_is_taken_over_and_can_be_left() -> None:
    second = RULE.replace('"r"', '"s"')
    one, other = read(f'[default]\nbill = "1h"\n{RULE}{second}bill = "worked"\n').rules
    assert (one.charge.bill, one.charge.fixed) == (Basis.FIXED, 60)
    assert (other.charge.bill, other.charge.fixed) == (Basis.WORKED, 0)


def test_a_rule_that_is_free_needs_nothing_else() -> None:
    (rule,) = read(f"{RULE}free = true\n").rules
    assert rule.charge == Charge(minimum=15, increment=15, free=True)


def test_under_a_free_default_a_rule_can_cost() -> None:
    (rule,) = read(f'[default]\nfree = true\n{RULE}free = false\nbill = "1h"\n').rules
    assert (rule.charge.free, rule.charge.fixed) == (False, 60)


def test_a_minimum_of_nothing_is_one_for_worked_time() -> None:
    assert read('[default]\nminimum = "0"\n').default.minimum == 0
    assert read('[default]\nminimum = "0m"\nbill = "worked"\n').default.minimum == 0


def test_a_rule_asks_about_the_job() -> None:
    (rule,) = read(
        """
[[rule]]
name = "all of it"
when.words.contains = ["manual backup", "backup by hand"]
when.label = "backup"
when.equipment.starts = "SRV-"
when.priority = ["high", "urgent"]
unless.customer = "Acme Ltd"
unless.door.is = "alert"
"""
    ).rules
    assert (rule.name, rule.line) == ("all of it", 2)
    assert rule.asked == JobConditions(
        when=(
            says(field("words"), Operator.CONTAINS, ["manual backup", "backup by hand"]),
            one_of(field("label"), ["backup"]),
            says(field("equipment"), Operator.STARTS, ["SRV-"]),
            one_of(field("priority"), ["high", "urgent"]),
        ),
        unless=(one_of(field("customer"), ["Acme Ltd"]), one_of(field("door"), ["alert"])),
    )


def test_nobody_is_told_of_a_bank_where_the_list_is_empty() -> None:
    assert read("[bank]\nlow = []\n").thresholds == ()


def test_the_same_balance_twice_is_one() -> None:
    assert read('[bank]\nlow = ["0h", "0m", "5%", "5 %"]\n').thresholds == (
        Threshold(value=0),
        Threshold(value=5, is_percent=True),
    )


def test_a_word_can_be_done_without() -> None:
    billing = read("[words]\napprove = []\nbalance = []\n")
    assert (billing.approving, billing.asking_balance) == (frozenset(), frozenset())


@given(st.integers(0, 1000))
def test_every_factor_of_two_decimals_is_read_exactly(percent: int) -> None:
    written = f"{percent // 100}.{percent % 100:02}"
    assert read(f"[default]\nafter-hours = {written}\n").default.after_hours == percent


# -- what is wrong ----------------------------------------------------------------------------

FACTOR = "default.after-hours: must be a number from 0 to 10, at most two decimals (1.5)"
NO_TEXT = 'must be text in quotes: "..."'
WRONG = [
    # sections and keys
    ("[defaults]\n", ['1: unknown section "defaults" (did you mean "default"?)']),
    ("minimum = '1h'\n", ['1: unknown section "minimum"']),
    ("default = '1h'\n", ["1: default: must be a table: [default]"]),
    ("[[rules]]\nname = 'r'\n", ['1: unknown section "rules" (did you mean "rule"?)']),
    ("[rule]\nname = 'r'\n", ["1: rules are written as [[rule]], with two brackets"]),
    (
        "[default]\nminimun = '1h'\nname = 'x'\n",
        ['2: unknown key "minimun" (did you mean "minimum"?)', '3: unknown key "name"'],
    ),
    (
        f"{RULE}incremnt = '5m'\n",
        ['4: rule "r": unknown key "incremnt" (did you mean "increment"?)'],
    ),
    ("[bank]\nlows = []\n", ['2: unknown key "lows" (did you mean "low"?)']),
    ("[words]\napproved = []\n", ['2: unknown key "approved" (did you mean "approve"?)']),
    # durations
    ("[default]\nminimum = 15\n", [f"2: default.minimum: {NO_TEXT}"]),
    (
        "[default]\nminimum = '15'\n",
        ['2: default.minimum: "15" is no duration ("90m", "1.5h", "1:30", "1h30m")'],
    ),
    ("[default]\nminimum = ''\n", ["2: default.minimum: is empty"]),
    ("[default]\nminimum = '25h'\n", ['2: default.minimum: "25h" is not from 0m to 24h']),
    ("[default]\nincrement = '0'\n", ['2: default.increment: "0" is not from 1m to 24h']),
    (f"{RULE}increment = '1441m'\n", ['4: rule "r": increment: "1441m" is not from 1m to 24h']),
    # rounding, factor
    (
        "[default]\nrounding = 'upp'\n",
        ['2: default.rounding: "upp" is none of up, nearest, down (did you mean "up"?)'],
    ),
    *(
        (f"[default]\nafter-hours = {value}\n", [f"2: {FACTOR}"])
        for value in ("10.01", "-0.5", "1.505", "'1.5'", "true", "nan", "inf", "[1]", "11")
    ),
    (f"{RULE}free = 'yes'\n", ['4: rule "r": free: must be true or false, without quotes']),
    # bill
    (
        "[default]\nbill = 'workd'\n",
        [
            (
                '2: default.bill: "workd" is none of worked, minimum, and no duration ("1h30m") '
                '(did you mean "worked"?)'
            )
        ],
    ),
    (
        "[default]\nbill = 'fixed'\n",
        ['2: default.bill: "fixed" is none of worked, minimum, and no duration ("1h30m")'],
    ),
    (f"{RULE}bill = 1\n", [f'4: rule "r": bill: {NO_TEXT}']),
    (f"{RULE}bill = '0'\n", ['4: rule "r": bill: "0": what costs nothing is written free = true']),
    (
        f"{RULE}bill = '0h'\n",
        ['4: rule "r": bill: "0h": what costs nothing is written free = true'],
    ),
    (f"{RULE}bill = '1000.5h'\n", ['4: rule "r": bill: "1000.5h" is not from 1m to 999h']),
    (
        "[default]\nminimum = '0m'\nbill = 'minimum'\n",
        ['3: default.bill: "minimum" bills nothing where the minimum is 0 (free = true says so)'],
    ),
    (
        f"[default]\nminimum = '0'\n{RULE}bill = 'minimum'\n",
        ['6: rule "r": bill: "minimum" bills nothing where the minimum is 0 (free = true says so)'],
    ),
    (
        f"[default]\nbill = 'minimum'\n{RULE}minimum = '0m'\n",
        [
            '6: rule "r": minimum: is 0, and [default] has bill = "minimum" (free = true says so)',
        ],
    ),
    (
        f"[default]\nminimum = '0'\n{RULE}bill = 'minimum'\nminimum = 'x'\n",
        ['7: rule "r": minimum: "x" is no duration ("90m", "1.5h", "1:30", "1h30m")'],
    ),
    # free, and something else
    (
        f"{RULE}free = true\nbill = '1h'\nminimum = '1h'\n",
        [
            '5: rule "r": bill has no effect with free = true',
            '6: rule "r": minimum has no effect with free = true',
        ],
    ),
    (
        f"[default]\nfree = true\n{RULE}rounding = 'up'\n",
        ['6: rule "r": rounding has no effect while [default] is free (free = false)'],
    ),
    # rules
    (
        "[[rule]]\nname = 'r'\nbill = '1h'\n",
        ['1: rule "r": has no [rule.when]: what holds for all other jobs stands in [default]'],
    ),
    (
        "[[rule]]\nname = 'r'\nunless.label = 'x'\nwhen = {}\n",
        ['1: rule "r": has no [rule.when]: what holds for all other jobs stands in [default]'],
    ),
    (
        "[[rule]]\nwhen.label = 'x'\n",
        ["1: rule 1: has no name: every account of what it does needs one"],
    ),
    (RULE + RULE, ['5: rule "r": its name is taken: see line 1']),
    (
        RULE.replace('"r"', '"Default"'),
        ['2: rule "Default": name: "Default" is what accounts call [default]: give it another'],
    ),
    # conditions
    (
        f"{RULE}when.lable = 'x'\n",
        ['4: rule "r": unknown condition "lable" (did you mean "label"?)'],
    ),
    (
        f"{RULE}when.subject.contains = 'x'\n",
        ['4: rule "r": unknown condition "subject" (did you mean "words"?)'],
    ),
    (
        f"{RULE}unless.dmarc = 'pass'\n",
        [
            (
                '4: rule "r": unknown condition "dmarc" (a billing rule asks about '
                "customer, words, label, equipment, priority, door)"
            )
        ],
    ),
    (f"{RULE}when.label = 'a'\n", ["4: is not TOML: Cannot overwrite a value"]),
    (
        f"{RULE}unless.label = 'manual backup'\n",
        ['4: rule "r": unless.label: "manual backup": a label has letters, digits, _ . - only'],
    ),
    (
        f"{RULE}when.priority = 'hihg'\n",
        [
            (
                '4: rule "r": when.priority: "hihg" is none of low, normal, high, urgent '
                '(did you mean "high"?)'
            )
        ],
    ),
    (
        f"{RULE}when.door = ['mail', 'portl']\n",
        [
            (
                '4: rule "r": when.door: "portl" is none of mail, portal, technician, alert '
                '(did you mean "portal"?)'
            )
        ],
    ),
    (
        f"{RULE}when.door.contains = 'ma'\n",
        ['4: rule "r": door is not compared with "contains", only with is, in'],
    ),
    (
        f"{RULE}when.words.contians = 'x'\n",
        ['4: rule "r": unknown operator "contians" (did you mean "contains"?)'],
    ),
    (f"{RULE}when.words = {{}}\n", ['4: rule "r": words asks for nothing']),
    (
        f"{RULE}when.words.matches = '(a'\n",
        ['4: rule "r": when.words.matches: a ( is not closed (missing ): (a)'],
    ),
    (
        f"{RULE}when.customer = true\n",
        ['4: rule "r": when.customer: must be text, or say how to compare: contains = "..."'],
    ),
    # bank
    ("[bank]\nlow = [20]\n", ['2: bank.low: must be text or a list of texts: ["...", "..."]']),
    (
        "[bank]\nlow = ['20', '-1h']\n",
        [
            '2: bank.low: "20" is neither per cent ("20%") nor a duration ("2h")',
            '2: bank.low: "-1h" is neither per cent ("20%") nor a duration ("2h")',
        ],
    ),
    ("[bank]\nlow = '101%'\n", ['2: bank.low: "101%" is more than was bought']),
    ("[bank]\nlow = ['']\n", ["2: bank.low: holds an empty text"]),
    ("[bank]\napproval = 1\n", ["2: bank.approval: must be true or false, without quotes"]),
    (
        "[bank]\napproval = true\n[words]\napprove = []\n",
        ["2: bank.approval: nobody could agree: words.approve is an empty list"],
    ),
    # words
    (
        "[words]\napprove = ['Yes', 'OK']\nbalance = ['ok ', 'yes']\n",
        [
            '3: words.balance: "ok" would mean approve and balance',
            '3: words.balance: "yes" would mean approve and balance',
        ],
    ),
    (
        "[words]\napprove = ['Balance']\n",
        ['2: words.approve: "balance" would mean approve and balance'],
    ),
    (
        "[words]\napprove = [1]\n",
        ['2: words.approve: must be text or a list of texts: ["...", "..."]'],
    ),
]


@pytest.mark.parametrize(("text", "told"), WRONG)
def test_a_mistake_is_told_whole_on_its_line(text: str, told: list[str]) -> None:
    found = problems(text)
    if "is not TOML" in told[0]:
        assert found[0].startswith(told[0])
    else:
        assert found == told


def test_everything_is_told_at_once_in_the_order_of_the_lines() -> None:
    text = f"[words]\nbalance = 5\n[default]\nrounding = 'x'\n{RULE}bill = 'x'\n[bank]\nlow = 'x'\n"
    assert [each.partition(":")[0] for each in problems(text)] == ["2", "4", "8", "10"]
