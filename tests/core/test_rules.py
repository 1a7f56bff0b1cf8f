from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from builders import ACME, JANE, MARIA, jane, mail, sender
from workorder.core.classify import MailKind
from workorder.core.conditions import (
    Case,
    Condition,
    Conditions,
    During,
    Field,
    FieldName,
    Flag,
    FlagName,
    Operator,
    Size,
    View,
    holds,
    one_of,
    says,
)
from workorder.core.message import Address, Attachment
from workorder.core.model import Priority, Status
from workorder.core.rule_index import RuleIndex
from workorder.core.rule_texts import MAX_LOOKED_AT
from workorder.core.rules import BUILT_IN, NO_RULING, Hit, IntakeRule, IntakeRules, Sets
from workorder.core.sender import Sender
from workorder.core.trust import DmarcResult

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SUBJECT, TEXT = Field(name=FieldName.SUBJECT), Field(name=FieldName.TEXT)
IS_REPLY, OPENS = (Flag(name=FlagName.REPLY, wanted=wanted) for wanted in (True, False))


def case(
    *, by: Sender | None = None, is_reply: bool = False, local: datetime = MONDAY, **changes: Any
) -> Case:
    return Case(
        mail=mail(**changes),
        sender=by or jane(),
        kind=MailKind.PERSON,
        is_reply=is_reply,
        language="en",
        local=local,
    )


def contains(*words: str, of: Field = SUBJECT) -> Condition:
    return says(of, Operator.CONTAINS, words)


def matches(*sources: str, of: Field = TEXT) -> Condition:
    return says(of, Operator.MATCHES, sources)


def rules(*conditions_and_actions: dict[str, Any]) -> IntakeRules:
    """Rules named by their numbers from 1; `when` and `unless` are lists of conditions."""
    made = []
    for number, given_ in enumerate(conditions_and_actions, start=1):
        values = dict(given_)
        conditions = Conditions(
            when=tuple(values.pop("when", ())), unless=tuple(values.pop("unless", ()))
        )
        made.append(
            IntakeRule(
                name=str(number),
                file="intake.toml",
                line=10 * number,
                conditions=conditions,
                **values,
            )
        )
    return IntakeRules(rules=tuple(made))


def hit(of: IntakeRules, at: Case) -> list[str]:
    """The names of the rules that hit; the slow way says the same."""
    ruling = of.rule(at)
    told = of.explain(at)
    quick = [(each.rule, each.line, each.did) for each in ruling.hits]
    assert quick == [(each.rule, each.line, each.why) for each in told if each.hit]
    assert ruling.looked_at == sum(each.asked for each in told)
    assert len(told) == len(of.rules)
    return [each.rule for each in ruling.hits]


NOTE = Sets(notes=("seen",))


def test_without_rules_nothing_is_said() -> None:
    assert BUILT_IN.intake.rule(case()) is NO_RULING
    assert BUILT_IN.intake.explain(case()) == ()


def test_of_what_is_set_once_the_later_counts_and_lists_add_up() -> None:
    ruling = rules(
        {
            "sets": Sets(
                customer="Acme Ltd",
                priority=Priority.LOW,
                labels=("one", "two"),
                technician="Maria",
                equipment=("PRN-2",),
                status=Status.WAITING_PARTS,
                notes=("first",),
            )
        },
        {"sets": Sets(labels=("two", "three"), notes=("second", "first"))},
        {
            "sets": Sets(
                customer="Other Inc",
                priority=Priority.HIGH,
                technician="tom@northwind.example",
                equipment=("PRN-1", "PRN-2"),
                status=Status.WAITING_VENDOR,
            )
        },
        {"when": [contains("toner")], "sets": Sets(customer="Nobody")},
    ).rule(case())
    assert ruling.sets == Sets(
        customer="Other Inc",
        priority=Priority.HIGH,
        labels=("one", "two", "three"),
        technician="tom@northwind.example",
        equipment=("PRN-2", "PRN-1"),
        status=Status.WAITING_VENDOR,
        notes=("first", "second", "first"),
    )
    assert [each.rule for each in ruling.hits] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("turned", "refuse", "aside"),
    [
        ([{"refuse": "spam"}, {"aside": "odd"}], "spam", ""),
        ([{"aside": "odd"}, {"refuse": "spam"}], "", "odd"),
        ([{"refuse": "spam"}, {"refuse": "more spam"}], "spam", ""),
        ([{"when": [contains("toner")], "refuse": "spam"}, {"aside": "odd"}], "", "odd"),
    ],
)
def test_the_first_rule_that_turns_a_mail_down_counts(
    turned: list[dict[str, Any]], refuse: str, aside: str
) -> None:
    ruling = rules({"sets": NOTE}, *turned).rule(case())
    assert (ruling.refuse, ruling.aside) == (refuse, aside)


def test_a_rule_that_stops_lets_no_later_one_be_looked_at() -> None:
    some = rules(
        {"when": [contains("toner")], "stop": True},
        {"automatic": True},
        {"when": [contains("printer")], "sets": NOTE, "stop": True},
        {"refuse": "never reached"},
    )
    ruling = some.rule(case())
    assert hit(some, case()) == ["2", "3"]
    assert ruling.automatic
    assert ruling.refuse == ""
    assert ruling.looked_at == 3
    last = some.explain(case())[-1]
    assert (last.hit, last.asked, last.why) == (False, False, 'not looked at: "3" was the last')


@pytest.mark.parametrize(
    "sets",
    [
        Sets(customer="Acme Ltd"),
        Sets(priority=Priority.LOW),
        Sets(labels=("a",)),
        Sets(technician="Maria"),
        Sets(equipment=("PRN-2",)),
        Sets(status=Status.FINISHED),
    ],
)
def test_what_a_rule_sets_is_for_openings_unless_it_asks_about_replies(sets: Sets) -> None:
    some = rules(
        {"sets": sets},
        {"sets": sets, "when": [IS_REPLY]},
        {"sets": sets, "unless": [OPENS]},
        {"sets": sets, "when": [OPENS]},
        {"sets": sets, "unless": [IS_REPLY]},
    )
    assert hit(some, case()) == ["1", "4", "5"]
    assert hit(some, case(is_reply=True)) == ["2", "3"]
    why = some.explain(case(is_reply=True))[0].why
    assert why == "it sets what only a mail that opens a work order gets, and this one is a reply"


@pytest.mark.parametrize(
    "action",
    [
        {"refuse": "spam"},
        {"aside": "odd"},
        {"automatic": True},
        {"stop": True},
        {"sets": Sets(notes=("seen",))},
    ],
)
def test_what_is_not_of_openings_holds_for_every_mail(action: dict[str, Any]) -> None:
    assert hit(rules(action), case(is_reply=True)) == ["1"]


def test_a_rule_that_sets_and_stops_lets_a_reply_through_to_the_next() -> None:
    some = rules({"sets": Sets(labels=("a",)), "stop": True}, {"sets": NOTE})
    assert hit(some, case()) == ["1"]
    assert hit(some, case(is_reply=True)) == ["2"]


def test_what_a_rule_did_is_told_in_words() -> None:
    (told,) = (
        rules(
            {
                "sets": Sets(
                    customer="Acme Ltd",
                    priority=Priority.HIGH,
                    labels=("a", "b"),
                    technician="Maria",
                    equipment=("PRN-2",),
                    status=Status.WAITING_PARTS,
                    notes=("line one\nline two",),
                ),
                "refuse": "spam",
                "automatic": True,
                "stop": True,
            }
        )
        .rule(case())
        .hits
    )
    assert told == Hit(
        file="intake.toml",
        line=10,
        rule="1",
        did="customer Acme Ltd; priority high; label a; label b; technician Maria; "
        'equipment PRN-2; status waiting-parts; note "line one\\nline two"; refused: spam; '
        "counts as automatic; no later rule is looked at",
    )


# -- the index finds what looking at each rule finds -------------------------------------------


def numbers(of: Sequence[Conditions], at: Case, *, memory: int | None = None) -> list[int]:
    return [*RuleIndex(of, memory=memory).hits(View(at))]


def slowly(of: Sequence[Conditions], at: Case) -> list[int]:
    view = View(at)
    return [
        number
        for number, each in enumerate(of)
        if all(holds(one, view) for one in each.when)
        and not any(holds(one, view) for one in each.unless)
    ]


def test_a_long_text_is_found_in_up_to_its_64_kib_and_no_further() -> None:
    some = [Conditions(when=(contains("needle", of=TEXT),))]
    for gap, wanted in ((MAX_LOOKED_AT - 6, [0]), (MAX_LOOKED_AT - 5, []), (200_000, [])):
        long = case(new_text="x" * gap + "needle")
        assert numbers(some, long) == slowly(some, long) == wanted


@pytest.mark.parametrize("memory", [None, 1, 1 << 10, 1 << 14, 1 << 16])
def test_an_automaton_without_memory_holds_nothing_back(memory: int | None) -> None:
    words = [f"word{n} and (?:more|less)" for n in range(300)]
    some = [Conditions(when=(matches(word),)) for word in words]
    said = case(new_text="nothing " * 2000 + "word7 and more, word299 and LESS")
    assert numbers(some, said, memory=memory) == [7, 299]
    assert numbers(some, case(new_text="nothing"), memory=memory) == []


@pytest.mark.parametrize(
    "text", ["", "\U0010fffd\U0010fffc\U0010fffd", "a\U0010fffd", "\U0010fffd"]
)
def test_the_mark_behind_a_text_is_no_part_of_it(text: str) -> None:
    some = [
        Conditions(when=(contains(word, of=TEXT),))
        for word in ("\U0010fffd", "\U0010fffd\U0010fffc\U0010fffd", "\U0010fffc", "a")
    ] + [Conditions(when=(matches(source),)) for source in ("\n", r"\s", "[^a]", r"\PL", "a.")]
    assert numbers(some, case(new_text=text)) == slowly(some, case(new_text=text))


@pytest.mark.parametrize(
    ("source", "text", "wanted"),
    [
        ("^disk.*failed$", "Disk 3 has FAILED", True),
        ("^disk.*failed$", "the disk failed", False),
        ("^disk.*failed$", "disk\nfailed", False),
        (r"a\.*failed", "a...failed", True),
        (r"cost.*\$", "cost 5$", True),
        (r"^.*\bone\b.+two", "say one or two", True),
        ("[.*]x", "*x", True),
        ("[.*]x", "ax", False),
        (".*", "", True),
        ("^.+$", "", False),
    ],
)
def test_a_pattern_of_pieces_is_found_as_a_whole(source: str, text: str, *, wanted: bool) -> None:
    some = [Conditions(when=(matches(each),)) for each in (source, "zzz", ".*qqq")]
    assert numbers(some, case(new_text=text)) == slowly(some, case(new_text=text))
    assert (0 in numbers(some, case(new_text=text))) is wanted


def test_what_spans_two_values_is_not_found() -> None:
    received = Field(name=FieldName.HEADER, detail="received")
    some = [
        Conditions(when=(each,))
        for each in (
            contains("alpha beta", of=received),
            matches(r"alpha\sbeta", of=received),
            matches("alpha.*beta", of=received),
            matches("^beta", of=received),
            matches("alpha$", of=received),
            contains("beta", of=received),
        )
    ]
    twice = case(headers=(("received", "from alpha"), ("received", "beta by")))
    assert numbers(some, twice) == slowly(some, twice) == [3, 4, 5]


def test_a_rule_of_many_words_hits_once() -> None:
    some = rules({"when": [contains("printer", "print", "p"), one_of(SUBJECT, ["x"])]})
    assert hit(some, case()) == []
    some = rules({"when": [contains("printer", "print", "p")], "sets": NOTE})
    assert hit(some, case()) == ["1"]


def test_several_conditions_on_one_field_must_all_hold() -> None:
    some = rules(
        {"when": [contains("printer"), contains("print"), matches("not", of=SUBJECT)]},
        {"when": [contains("printer"), contains("toner")]},
        {"when": [one_of(SUBJECT, ["printer does not print"]), contains("toner")]},
        {"when": [one_of(SUBJECT, ["printer does not print"]), contains("DOES")]},
    )
    assert hit(some, case()) == ["1", "4"]


ODD = [
    *("", "a", "ab", "abc", "A", "b", "ss", "ß", "ẞ", "ſ", "s", "S", "i", "I", "İ", "ı", "i\u0307"),
    *("k", "K", "\u212a", "å", "\u212b", "a\u030a", "é", "e\u0301", "µ", "μ", "Σ", "ς", "σ"),
    *(" ", "\n", "\t", "\r\n", "\x00", "\x1f", "\x85", "\u00a0", "\u2028", "\u3000", "\u200b"),
    *(".", "*", "-", "_", "\\", "|", "(", "[", "^", "$", "'", '"', "%", "1", "23", "ﬁ", "fi"),
    *("printer", "Print", "日本", "プ", "\U0001f600", "\ud7ff", "\ufffd", "\U0010fffd", "\ufeff"),
]
WORDS = st.lists(st.sampled_from(ODD), min_size=1, max_size=4).map("".join)
SPOKEN = WORDS.filter(lambda word: bool(word.strip()))
PATTERNS = st.sampled_from(
    [
        *("^a.*b$", r"\Aa.+?b\z", r"a\.*b", r"a\\.*b", r"a.*\$", "^.*a", "a*.*b", r"\ba\b.*s\b"),
        *("^a?.*", "$.*^", "^^a", "a$$", "a.*é{1}", "[.*]a", "[a.*]", r"ab.*\\z", "ſ.*ß", "^k.+i$"),
        *("", "a*", "a?", "a+", "^", "$", "^$", r"\A", r"\z", r"\A\z", "(?m)^", "(?m)b$", "(?m)^a"),
        *("^a", "a$", r"\Aab", r"b\z", "a|b", "ab|", "|ab", "(a|b)c", "(?:a|ß)+", "(ss)?ß"),
        *(r"\ba", r"a\b", r"\bab\b", r"\B", r"\Ba", r"\b", r"\s", r"\S+", r"\d", r"\d{1,2}", r"\w"),
        *(
            "a.b",
            "a.*b",
            "(?s)a.*b",
            ".",
            ".*",
            ".+",
            "(?s).",
            "a{2}",
            "a{0}",
            "a{1,2}?",
            "a{0,1}b",
        ),
        *(
            "[a-c]",
            "[^a]",
            "[ſk]",
            "(?i:a)b",
            "(?-i)a",
            "(?-i)S",
            "(?-i)ß",
            "(?-i:ſ)",
            r"\pL",
            r"\PL",
        ),
        *(
            r"\x{212a}",
            r"\x00",
            r"\n",
            r"\t",
            r"a\nb",
            r"\.",
            r"\\",
            r"\|",
            r"\(",
            r"\*",
            r"\Qa.b\E",
        ),
        *("å", "\u212b", "a\u030a", "İ", "ı", "i", "σ", "µ", "ﬁ", "fi", "日", "プ+", "\U0001f600?"),
        *("(a+)+$", "(?P<x>a)b?", "()", "(|a)", "(a|b|)", "x*y*", "(?U)a+", "[[:space:]]", r"\C"),
        *(
            "print.?r",
            "printer|^$",
            "(^a|b$)",
            "(^|x)a",
            "a($|b)",
            r"(\ba|b)",
            " a",
            "a ",
            "\u00a0",
        ),
    ]
).filter(lambda source: source != r"\C")
FIELDS = st.sampled_from(
    [
        *(SUBJECT, TEXT, TEXT, Field(name=FieldName.SENDER), Field(name=FieldName.DOMAIN)),
        *(Field(name=FieldName.HEADER, detail="x-a"), Field(name=FieldName.ATTACHMENT)),
        *(Field(name=FieldName.RECIPIENT), Field(name=FieldName.CUSTOMER)),
    ]
)
PARTS = st.sampled_from([Operator.CONTAINS, Operator.STARTS, Operator.ENDS])
CONDITIONS = st.one_of(
    st.builds(one_of, FIELDS, st.lists(SPOKEN, min_size=1, max_size=3)),
    st.builds(says, FIELDS, PARTS, st.lists(SPOKEN, min_size=1, max_size=3)),
    st.builds(says, FIELDS, st.just(Operator.MATCHES), st.lists(PATTERNS, min_size=1, max_size=3)),
    st.builds(
        lambda name, wanted: Flag(name=name, wanted=wanted),
        st.sampled_from(FlagName),
        st.booleans(),
    ),
    st.just(Size(operator=Operator.OVER, limit=2000)),
    st.just(During(start=time(18), end=time(8))),
)
RULES = st.lists(
    st.fixed_dictionaries(
        {
            "when": st.lists(CONDITIONS, max_size=3),
            "unless": st.one_of(st.just([]), st.lists(CONDITIONS, max_size=1)),
            "sets": st.sampled_from([NOTE, Sets(labels=("a",))]),
            "stop": st.sampled_from([False] * 9 + [True]),
        }
    ),
    min_size=1,
    max_size=12,
)
TEXTS = st.one_of(
    WORDS,
    st.lists(WORDS, max_size=5).map("\n".join),
    st.text(max_size=20),
    WORDS.map(lambda word: "x" * (MAX_LOOKED_AT - 2) + word),
)
CASES = st.builds(
    case,
    subject=TEXTS,
    new_text=TEXTS,
    headers=st.lists(TEXTS.map(lambda text: ("x-a", text)), max_size=3).map(tuple),
    attachments=st.lists(
        WORDS.map(lambda name: Attachment(name=name, type="a/b", content=b"")), max_size=2
    ).map(tuple),
    to=st.sampled_from([(), (Address(name="", email="printer@a.example"),)]),
    by=st.sampled_from(
        [
            sender("ab@s.example", customer=ACME),
            sender(contact=JANE, customer=ACME, dmarc=DmarcResult.PASS),
            sender("maria@northwind.example", technician=MARIA),
            Sender(address=None, technician=None, contact=None, customer=None, dmarc=jane().dmarc),
        ]
    ),
    is_reply=st.booleans(),
    size=st.sampled_from([0, 2001]),
    local=st.sampled_from([MONDAY, MONDAY + timedelta(hours=8)]),
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(some=RULES, cases=st.lists(CASES, min_size=1, max_size=4))
@example(some=[{"when": [contains("ſ", of=TEXT)], "sets": NOTE}], cases=[case(new_text="S")])
def test_the_index_finds_what_looking_at_each_rule_finds(
    some: list[dict[str, Any]], cases: list[Case]
) -> None:
    made = rules(*some)
    for each in cases:
        hit(made, each)


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(
    some=st.lists(st.builds(lambda one: Conditions(when=(one,)), CONDITIONS), max_size=12),
    at=CASES,
    memory=st.sampled_from([1, 1 << 8, 1 << 12, 1 << 14]),
)
def test_the_index_holds_nothing_back_for_want_of_memory(
    some: list[Conditions], at: Case, memory: int
) -> None:
    assert numbers(some, at, memory=memory) == slowly(some, at)
