import sys
import unicodedata
from datetime import UTC, datetime, time
from typing import Any

import pytest

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
from workorder.core.rule_patterns import WHITE, pattern
from workorder.core.rule_texts import MAX_LOOKED_AT
from workorder.core.rule_words import failure, in_words, quoted
from workorder.core.sender import Sender
from workorder.core.trust import DmarcResult

MONDAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SUBJECT, TEXT = Field(name=FieldName.SUBJECT), Field(name=FieldName.TEXT)


def case(
    *,
    by: Sender | None = None,
    kind: MailKind = MailKind.PERSON,
    is_reply: bool = False,
    language: str = "en",
    local: datetime = MONDAY,
    **changes: Any,
) -> Case:
    return Case(
        mail=mail(**changes),
        sender=by or jane(),
        kind=kind,
        is_reply=is_reply,
        language=language,
        local=local,
    )


def is_so(condition: Condition, of: Case) -> bool:
    return holds(condition, View(of))


def field(name: str, detail: str = "") -> Field:
    return Field(name=FieldName(name), detail=detail)


RICH = case(
    by=sender(contact=JANE, customer=ACME, dmarc=DmarcResult.PASS),
    to=(Address(name="", email="support@northwind.example"),),
    cc=(Address(name="", email="boss@acme.example"),),
    headers=(("x-mailer", "Outlook 16"), ("received", "from a"), ("received", "from b")),
    attachments=(Attachment(name="Invoice.PDF", type="application/pdf", content=b"%"),),
    kind=MailKind.AUTOMATIC,
    language="de",
)


@pytest.mark.parametrize(
    ("of", "word"),
    [
        (field("sender"), "JANE@acme.example"),
        (field("domain"), "Acme.Example"),
        (field("recipient"), "support@northwind.example"),
        (field("recipient"), "boss@acme.example"),
        (field("subject"), "printer  does not\tPRINT"),
        (field("text"), "it says paper jam."),
        (field("header", "x-mailer"), "outlook 16"),
        (field("header", "received"), "from b"),
        (field("attachment"), "invoice.pdf"),
        (field("attachment-type"), "application/PDF"),
        (field("customer"), "ACME LTD"),
        (field("language"), "DE"),
        (field("kind"), "automatic"),
        (field("dmarc"), "pass"),
        (field("weekday"), "mon"),
    ],
)
def test_each_field_is_compared_whole_and_without_case(of: Field, word: str) -> None:
    assert is_so(one_of(of, [word]), RICH)
    assert is_so(one_of(of, ["something else", word]), RICH)
    assert not is_so(one_of(of, [f"{word}x"]), RICH)
    assert not is_so(one_of(of, [word[:-1]]), RICH)


@pytest.mark.parametrize(
    ("operator", "word", "wanted"),
    [
        (Operator.CONTAINS, "DOES not", True),
        (Operator.CONTAINS, "does  \n not", True),
        (Operator.CONTAINS, "doesnot", False),
        (Operator.CONTAINS, " does ", True),
        (Operator.CONTAINS, " rinter", False),
        (Operator.CONTAINS, ".", False),
        (Operator.STARTS, "printer", True),
        (Operator.STARTS, "  printer", True),
        (Operator.STARTS, "does", False),
        (Operator.ENDS, "print", True),
        (Operator.ENDS, "print  ", True),
        (Operator.ENDS, "does", False),
        (Operator.MATCHES, "^printer", True),
        (Operator.MATCHES, r"pr\w+t\z", True),
        (Operator.MATCHES, "(?-i)^printer", False),
        (Operator.MATCHES, r"\bnot\b", True),
        (Operator.MATCHES, "t p", True),
        (Operator.MATCHES, "tp", False),
        (Operator.MATCHES, "", True),
    ],
)
def test_parts_of_a_subject_are_found_as_the_operator_says(
    operator: Operator, word: str, wanted: bool
) -> None:
    assert is_so(says(SUBJECT, operator, [word]), case()) is wanted
    assert is_so(says(SUBJECT, operator, ["no such word", word]), case()) is wanted


def test_words_of_an_operator_are_no_patterns() -> None:
    hostile = r"a.b*(c)[d]{2}^$\d|+?"
    for operator in (Operator.CONTAINS, Operator.STARTS, Operator.ENDS):
        assert is_so(says(TEXT, operator, [hostile]), case(new_text=hostile))
        assert not is_so(says(TEXT, operator, [hostile]), case(new_text="aXb (c)"))


@pytest.mark.parametrize(
    ("word", "text", "wanted"),
    [
        ("straße", "STRASSE", True),  # whole values: full case folding
        ("groß", "GROẞ", True),
        ("kiosk", "ſtraße", False),
        ("status", "ſtatuſ", True),
        ("ΣΊΣΥΦΟΣ", "σίσυφος", True),
        ("café", "cafe\u0301", True),  # as a Mac sends it
        ("cafe\u0301", "CAFÉ", True),
        ("istanbul", "İstanbul", False),
        ("K", "\u212a", True),  # the sign for kelvin
        ("ﬁle", "file", True),
    ],
)
def test_whole_values_are_compared_by_full_case_folding(word: str, text: str, wanted: bool) -> None:
    assert is_so(one_of(SUBJECT, [word]), case(subject=text)) is wanted


@pytest.mark.parametrize(
    ("word", "text", "wanted"),
    [
        ("status", "der ſtatuſ ist", True),
        ("ÄRGER", "viel ärger hier", True),
        ("ärger", "viel a\u0308rger hier", True),
        ("a\u0308rger", "viel ÄRGER hier", True),
        ("σίσυφος", "Ο ΣΊΣΥΦΟΣ ΕΔΩ", True),
        ("принтер", "НАШ ПРИНТЕР", True),
        ("プリンタ", "このプリンタです", True),
        ("kelvin", "\u212aelvin", True),
        ("straße", "STRASSE", False),  # parts: letter by letter
    ],
)
def test_parts_are_compared_letter_by_letter_in_any_script(
    word: str, text: str, wanted: bool
) -> None:
    assert is_so(says(TEXT, Operator.CONTAINS, [word]), case(new_text=text)) is wanted


def test_white_space_is_what_the_language_takes_for_it() -> None:
    engine = pattern(rf"\A{WHITE}\z")
    every = [chr(n) for n in range(sys.maxunicode + 1) if not 0xD800 <= n < 0xE000]
    suspects = [c for c in every if c.isspace() or unicodedata.category(c)[0] in "ZC"][:3000]
    differing = [c for c in suspects if engine.found_in(c.encode()) != c.isspace()]
    assert differing == []


@pytest.mark.parametrize("gap", [" ", "\n", "\t", "\u00a0", "\r\n", " \n\n ", "\u3000", "\x1f"])
def test_a_phrase_is_found_over_any_gap(gap: str) -> None:
    written = case(new_text=f"the server{gap}is{gap}down now")
    assert is_so(says(TEXT, Operator.CONTAINS, ["Server is down"]), written)
    assert is_so(one_of(TEXT, ["the server is down now"]), written)


def test_of_several_values_one_is_enough_and_none_is_not_found_across_two() -> None:
    twice = case(headers=(("received", "from alpha"), ("received", "beta by")))
    of = field("header", "received")
    assert is_so(says(of, Operator.STARTS, ["beta"]), twice)
    assert is_so(says(of, Operator.ENDS, ["alpha"]), twice)
    assert not is_so(says(of, Operator.CONTAINS, ["alpha beta"]), twice)


def test_what_is_not_there_is_never_found() -> None:
    nobody = Sender(address=None, technician=None, contact=None, customer=None, dmarc=jane().dmarc)
    bare = case(by=nobody, language="", to=(), headers=())
    for of in (
        *(field("sender"), field("domain"), field("recipient"), field("customer")),
        *(field("language"), field("attachment"), field("header", "x-mailer"), field("word", "x")),
    ):
        assert not is_so(says(of, Operator.MATCHES, [""]), bare)
        assert not is_so(one_of(of, [""]), bare)


def test_an_empty_subject_is_a_value() -> None:
    assert is_so(says(SUBJECT, Operator.MATCHES, [r"\A\z"]), case(subject=""))


def test_a_display_name_does_not_make_a_sender() -> None:
    named = Sender(
        address=Address(name="boss@acme.example", email="evil@other.example"),
        technician=None,
        contact=None,
        customer=None,
        dmarc=jane().dmarc,
    )
    assert not is_so(says(field("sender"), Operator.CONTAINS, ["acme"]), case(by=named))


def test_only_the_first_64_kib_characters_are_looked_at() -> None:
    padded = case(new_text="x" * (MAX_LOOKED_AT - 3) + "end and more")
    assert is_so(says(TEXT, Operator.ENDS, ["end"]), padded)
    assert not is_so(says(TEXT, Operator.CONTAINS, ["and"]), padded)


@pytest.mark.parametrize(
    ("now", "day", "night"),
    [
        (time(7, 59, 59, 999_999), False, True),
        (time(8, 0), True, False),
        (time(17, 59, 59), True, False),
        (time(18, 0), False, True),
        (time(23, 59, 59), False, True),
        (time(0, 0), False, True),
    ],
)
def test_a_span_holds_from_its_start_to_before_its_end(now: time, day: bool, night: bool) -> None:
    at = case(local=MONDAY.replace(hour=now.hour, minute=now.minute, second=now.second))
    assert is_so(During(start=time(8), end=time(18)), at) is day
    assert is_so(During(start=time(18), end=time(8)), at) is night


def test_a_span_to_midnight_ends_with_the_day() -> None:
    evening = During(start=time(18), end=time())
    assert is_so(evening, case(local=MONDAY.replace(hour=23, minute=59)))
    assert not is_so(evening, case(local=MONDAY.replace(hour=0)))


def test_the_weekday_is_that_of_the_sites_clock() -> None:
    sunday = case(local=MONDAY.replace(day=22, hour=23, minute=59))
    assert is_so(one_of(field("weekday"), ["sun"]), sunday)
    assert not is_so(one_of(field("weekday"), ["mon"]), sunday)


def test_a_size_is_over_or_under_and_never_both_at_the_limit() -> None:
    over, under = (Size(operator=of, limit=2000) for of in (Operator.OVER, Operator.UNDER))
    assert [is_so(over, case(size=n)) for n in (1999, 2000, 2001)] == [False, False, True]
    assert [is_so(under, case(size=n)) for n in (1999, 2000, 2001)] == [True, False, False]


INLINE = Attachment(name="logo.png", type="image/png", content=b"p", inline=True)


@pytest.mark.parametrize(
    ("name", "of", "wanted"),
    [
        (FlagName.KNOWN, case(), True),
        (FlagName.KNOWN, case(by=sender(customer=ACME)), False),
        (FlagName.TECHNICIAN, case(by=sender(technician=MARIA)), True),
        (FlagName.TECHNICIAN, case(), False),
        (FlagName.REPLY, case(is_reply=True), True),
        (FlagName.REPLY, case(), False),
        (FlagName.ATTACHMENTS, RICH, True),
        (FlagName.ATTACHMENTS, case(attachments=(INLINE,)), False),
    ],
)
def test_flags_are_so_or_not(name: FlagName, of: Case, wanted: bool) -> None:
    assert is_so(Flag(name=name, wanted=True), of) is wanted
    assert is_so(Flag(name=name, wanted=False), of) is not wanted


def test_all_of_when_must_hold_and_nothing_of_unless_may() -> None:
    printer, paper = (
        says(SUBJECT, Operator.CONTAINS, ["printer"]),
        says(TEXT, Operator.CONTAINS, ["paper jam"]),
    )
    other = says(TEXT, Operator.CONTAINS, ["toner"])
    view = View(case())
    assert failure(Conditions(), view) is None
    assert failure(Conditions(when=(printer, paper), unless=(other,)), view) is None
    assert failure(Conditions(when=(printer, other)), view) is not None
    assert failure(Conditions(when=(printer,), unless=(other, paper)), view) is not None


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (one_of(field("sender"), ["a@b.example"]), 'sender is not "a@b.example" (it is "jane@'),
        (
            one_of(field("customer"), ["A", "B", "C", "D"]),
            'customer is not "A" or "B" or "C" or 1 more (it is "Acme Ltd")',
        ),
        (
            says(field("header", "x-spam"), Operator.CONTAINS, ["yes"]),
            'header.x-spam does not contain "yes" (there is none)',
        ),
        (says(TEXT, Operator.STARTS, ["a\nb"]), r'text does not start with "a\nb"'),
        (Flag(name=FlagName.KNOWN, wanted=False), "the sender is known"),
        (Size(operator=Operator.OVER, limit=5000), "size is 2000 bytes, not over 5000"),
        (During(start=time(18), end=time(8)), "time is not between 18:00 and 08:00 (it is 12:00)"),
    ],
)
def test_what_does_not_hold_is_told_in_words(condition: Condition, words: str) -> None:
    told = failure(Conditions(when=(condition,)), View(case()))
    assert told is not None
    assert told.startswith(words)
    assert "\n" not in told


def test_an_exception_that_holds_is_told() -> None:
    of = Flag(name=FlagName.KNOWN, wanted=True)
    told = failure(Conditions(unless=(of,)), View(case()))
    assert told == "unless: the sender is known"
    assert in_words(of, negated=True) == "the sender is not known"


def test_a_text_is_never_shown_in_an_account() -> None:
    told = failure(
        Conditions(when=(says(TEXT, Operator.CONTAINS, ["x"]),)),
        View(case(new_text="the password is hunter2")),
    )
    assert told == 'text does not contain "x"'


def test_quoted_words_stay_on_one_short_line() -> None:
    assert quoted("a\r\n\x1b[31m\u202eb") == r'"a\r\n\x1b[31m\u202eb"'
    assert quoted("x" * 500) == f'"{"x" * 80}..."'


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("a(?=b)", "no lookaround"),
        ("a(?!b)", "no lookaround"),
        ("(?<=a)b", "no lookaround"),
        ("(?<!a)b", "no lookaround"),
        (r"(a)\1", "no backreferences"),
        ("(?>a)", "no atomic groups"),
        ("(?#a)", "no comments"),
        ("(a)(?(1)b)", "no conditional groups"),
        (r"a\Z", r"write \z"),
        ("a*+", "no possessive"),
        ("(a", "a ( is not closed"),
        ("a)", "a ) closes nothing"),
        ("[a", "a [ is not closed"),
        ("*a", "nothing before it"),
        ("a{1001}", "may count to 1000"),
        ("((a{100}){100}){100}", "repet"),
        ("(?P<a-b>x)", "a group's name"),
        ("a\\", "lone backslash"),
        (r"\q", "invalid escape sequence"),
    ],
)
def test_a_wrong_pattern_is_refused_in_the_words_of_an_admin(source: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        says(TEXT, Operator.MATCHES, [source])
    assert reason in str(refused.value)


@pytest.mark.parametrize("end", ["", "!", "b", "\n", "ä"])
def test_a_pattern_made_to_explode_decides(end: str) -> None:
    evil = case(new_text="a" * (MAX_LOOKED_AT - 1) + end)
    for source in ("(a+)+$", "(a|aa)+$", "(.*a){20}$", "(a*)*b"):
        said = is_so(says(TEXT, Operator.MATCHES, [source]), evil)
        assert said is (end == "b" if source.endswith("b") else end == "")
