import pytest

from builders import mail
from workorder.core.authres import read_authserv_id, read_results
from workorder.core.message import Address, InboundMail
from workorder.core.trust import (
    DmarcResult,
    DmarcVerdict,
    Proof,
    Way,
    WayKind,
    dmarc,
    parse_way,
    prove,
)

MX = "mx.northwind.example"
MARIA = Address(name="Maria", email="maria@northwind.example")
PASS = f"{MX}; dmarc=pass header.from=northwind.example"
FAIL = f"{MX}; dmarc=fail header.from=northwind.example"


def from_maria(
    *results: str, authors: tuple[Address, ...] = (MARIA,), froms: int = 1
) -> InboundMail:
    headers = tuple(("authentication-results", value) for value in results)
    return mail(headers=headers, authors=authors, from_header_count=froms)


def verdict(*results: str) -> DmarcVerdict:
    return dmarc(from_maria(*results), MX)


@pytest.mark.parametrize(
    "value",
    [
        PASS,
        "MX.Northwind.Example; DMARC=PASS header.From=Northwind.example",
        (
            f"{MX} 1; spf=pass smtp.mailfrom=maria@northwind.example;\tdmarc=pass "
            "(p=reject dis=none) header.from=northwind.example; dkim=none"
        ),
        (
            f"{MX}; dkim=pass (2048-bit key; unprotected) header.d=northwind.example"
            " header.b=Ab+/c==; dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=northwind.example"
        ),
        f'{MX}; dmarc = pass reason = "good; as gold" header . from = northwind.example',
        f"{MX} (border) ; (a (nested) comment) dmarc/1=pass header.from=northwind.example;",
        f'"{MX}"; dmarc=pass header.from=northwind.example.',
        f"{MX}; spf=none smtp.mailfrom=; dmarc=pass header.from=<maria@northwind.example>",
        f"{MX}; spf=none (sad :\\( ) ; dmarc=pass header.from=northwind.example",
        f"{MX}; dmarc=pass action=none header.from=northwind.example;compauth=pass reason=100",
    ],
)
def test_a_dmarc_pass_for_the_domain_of_from_counts(value: str) -> None:
    assert verdict(value).result is DmarcResult.PASS


@pytest.mark.parametrize(
    "value",
    [
        f"{MX}; dmarc=pass header.from=evil.example",
        f"{MX}; dmarc=pass header.from=sub.northwind.example",
        f"{MX}; dmarc=pass header.from=northwind.example header.from=evil.example",
        f"{MX}; dmarc=pass",
        f"{MX}; dmarc=pass smtp.mailfrom=northwind.example",
        f"{MX}; dmarc=pass header.from=northwind.example; dmarc=pass header.from=northwind.example",
        f"{MX}; dmarc=pass header.from=northwind.example; dmarc=none",
        f"{MX}; spf=pass dmarc=pass header.from=northwind.example",
        f'{MX}; spf=pass smtp.mailfrom="x; dmarc=pass header.from=northwind.example"@evil.example',
        f"{MX}; spf=pass (x; dmarc=pass header.from=northwind.example)",
        f"{MX}; spf=pass (a (b); dmarc=pass header.from=northwind.example; c)",
        f"{MX}; spf=pass (a \\) ; dmarc=pass header.from=northwind.example)",
        f'{MX}; spf=pass smtp.mailfrom="a\\"; dmarc=pass header.from=northwind.example; "',
        f"{MX}; spf=pass (a \\) ; dmarc=pass header.from=northwind.example; (b)",
        f"{MX}; spf=pass (never closed ; dmarc=pass header.from=northwind.example",
        f'{MX}; spf=pass smtp.mailfrom="never closed; dmarc=pass header.from=northwind.example',
        f"{MX}; spf=pass ) ; dmarc=pass header.from=northwind.example",
        f'{MX}; dmarc="pass" header.from=northwind.example',
        f'{MX}; "dmarc"=pass header.from=northwind.example',
        f"{MX}; dmarc=pass-ish header.from=northwind.example",
        f"{MX}; dmarc=bestguesspass header.from=northwind.example",
        f"{MX}; dmarc=none header.from=northwind.example",
        f"{MX}; dmarc=temperror header.from=northwind.example",
        f"{MX}; x-dmarc=pass header.from=northwind.example",
        f"{MX}; dkim=pass header.d=northwind.example; spf=pass smtp.mailfrom=northwind.example",
        f"{MX}; none",
        f"{MX};",
        MX,
        "",
        "=;",
        "mx.evil.example; dmarc=pass header.from=northwind.example",
        f"evil.example {MX}; dmarc=pass header.from=northwind.example",
        f"not{MX}; dmarc=pass header.from=northwind.example",
        f"({MX}) evil.example; dmarc=pass header.from=northwind.example",
        "dmarc=pass header.from=northwind.example",
        "spf=pass smtp.mailfrom=northwind.example; dmarc=pass header.from=northwind.example",
        f"i=1; {MX}; dmarc=pass header.from=northwind.example",
        f'"" ; {MX}; dmarc=pass header.from=northwind.example',
    ],
)
def test_whatever_is_not_exactly_one_aligned_pass_of_our_server_proves_nothing(value: str) -> None:
    assert verdict(value).result is DmarcResult.NONE


@pytest.mark.parametrize(
    "value",
    [
        FAIL,
        f"{MX}; dmarc=fail (x; dmarc=pass) header.from=northwind.example",
        f"{MX}; dmarc=fail header.from=northwind.example; dmarc=pass header.from=northwind.example",
        f"{MX}; dmarc=pass header.from=northwind.example; dmarc=fail",
        f"{MX}; dmarc=fail header.from=evil.example",
    ],
)
def test_a_fail_among_the_results_is_a_fail(value: str) -> None:
    assert verdict(value).result is DmarcResult.FAIL


def test_only_the_topmost_header_of_our_server_counts() -> None:
    assert verdict(FAIL, PASS).result is DmarcResult.FAIL
    assert verdict(f"{MX}; dmarc=none", PASS).result is DmarcResult.NONE
    assert verdict(f"{MX}; spf=pass (unreadable", PASS).result is DmarcResult.NONE
    assert verdict(f"{MX}; none", PASS).result is DmarcResult.NONE


def test_headers_of_other_servers_neither_count_nor_hinder() -> None:
    others = ("mx.evil.example; dmarc=pass header.from=northwind.example", "broken (", "=")
    assert verdict(*others).result is DmarcResult.NONE
    assert verdict(*others, PASS).result is DmarcResult.PASS


def test_arc_and_other_headers_that_look_alike_are_not_read() -> None:
    headers = tuple(
        (name, f"i=1; {PASS}" if name.startswith("arc") else PASS)
        for name in ("arc-authentication-results", "x-original-authentication-results", "received")
    )
    assert dmarc(mail(headers=headers, authors=(MARIA,)), MX).result is DmarcResult.NONE


@pytest.mark.parametrize("configured", ["", " ", "."])
def test_without_a_configured_server_nobodys_word_counts(configured: str) -> None:
    for value in (PASS, "; dmarc=pass header.from=northwind.example", '""; dmarc=pass'):
        assert dmarc(from_maria(value), configured).result is DmarcResult.NONE


def test_the_configured_name_is_compared_without_case_and_final_dot() -> None:
    assert dmarc(from_maria(PASS), "MX.Northwind.Example.").result is DmarcResult.PASS


EVIL = Address(name="maria@northwind.example", email="maria@evil.example")


@pytest.mark.parametrize(
    ("authors", "froms"),
    [((MARIA,), 2), ((MARIA, EVIL), 1), ((MARIA, MARIA), 1), ((), 1), ((), 0)],
)
def test_nothing_proves_a_mail_whose_from_is_not_exactly_one_mailbox(
    authors: tuple[Address, ...], froms: int
) -> None:
    forged = from_maria(PASS, authors=authors, froms=froms)
    assert dmarc(forged, MX).result is DmarcResult.NONE
    for way in ("dmarc", "reply", "dmarc+reply", "header:Authentication-Results=" + PASS, "from"):
        proof = prove(forged, ways=(parse_way(way),), authserv_id=MX, replied_to_own_notice=True)
        assert (proof.proven, proof.way) == (False, None)


def test_a_display_name_that_holds_our_address_is_not_our_address() -> None:
    assert dmarc(from_maria(PASS, authors=(EVIL,)), MX).result is DmarcResult.NONE


def test_a_fail_is_known_whatever_from_looks_like() -> None:
    assert dmarc(from_maria(FAIL, froms=2), MX).result is DmarcResult.FAIL


def judged(*ways: str, results: tuple[str, ...] = (), replied: bool = False) -> Proof:
    return prove(
        from_maria(*results),
        ways=tuple(map(parse_way, ways)),
        authserv_id=MX,
        replied_to_own_notice=replied,
    )


@pytest.mark.parametrize(
    ("ways", "results", "replied", "proven"),
    [
        (("dmarc",), (PASS,), False, True),
        (("dmarc",), (), True, False),
        (("reply",), (), True, True),
        (("reply",), (PASS,), False, False),
        (("reply",), (FAIL,), True, False),
        (("dmarc", "reply"), (PASS,), False, True),
        (("dmarc", "reply"), (), True, True),
        (("dmarc", "reply"), (FAIL,), True, False),
        (("dmarc+reply",), (PASS,), True, True),
        (("dmarc+reply",), (PASS,), False, False),
        (("dmarc+reply",), (), True, False),
        (("from",), (FAIL,), False, True),
        ((), (PASS,), True, False),
    ],
)
def test_any_configured_way_is_enough_and_no_other_is(
    ways: tuple[str, ...], results: tuple[str, ...], replied: bool, proven: bool
) -> None:
    assert judged(*ways, results=results, replied=replied).proven is proven


def test_a_proof_names_the_way_and_a_refusal_names_what_was_missing() -> None:
    assert judged("dmarc", "reply", replied=True).way == Way(kind=WayKind.REPLY)
    reason = judged("dmarc", "reply").reason
    assert "no Authentication-Results of mx.northwind.example" in reason
    assert "it answers no notice" in reason


INTERNAL = "X-MS-Exchange-Organization-AuthAs"


@pytest.mark.parametrize(
    ("headers", "proven"),
    [
        (((INTERNAL.lower(), "Internal"),), True),
        (((INTERNAL.lower(), " Internal "),), True),
        (((INTERNAL.lower(), "Anonymous"),), False),
        (((INTERNAL.lower(), "Internal"), (INTERNAL.lower(), "Anonymous")), False),
        (((INTERNAL.lower(), "Internal, really"),), False),
        ((), False),
    ],
)
def test_a_header_proves_when_it_is_there_once_with_the_very_value(
    headers: tuple[tuple[str, str], ...], proven: bool
) -> None:
    proof = prove(
        mail(headers=headers),
        ways=(parse_way(f"header:{INTERNAL}=Internal"),),
        authserv_id="",
        replied_to_own_notice=False,
    )
    assert proof.proven is proven


def test_ways_are_read_from_the_words_of_the_configuration() -> None:
    assert parse_way(" DMARC ").kind is WayKind.DMARC
    assert parse_way("dmarc+reply").kind is WayKind.DMARC_AND_REPLY
    header = parse_way("header:X-Auth=a=b")
    assert (header.header_name, header.header_value) == ("x-auth", "a=b")


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("dmrac", 'did you mean "dmarc"?'),
        ("replay", 'did you mean "reply"?'),
        ("dmarc-reply", 'did you mean "dmarc+reply"?'),
        ("form", 'did you mean "from"?'),
        ("header:X-Auth", "write it as header:NAME=VALUE"),
        ("header:=x", "write it as header:NAME=VALUE"),
        ("header:X Auth=x", "write it as header:NAME=VALUE"),
        ("", "there are dmarc, reply, dmarc+reply, from, header:NAME=VALUE"),
    ],
)
def test_a_word_that_is_no_way_is_refused_with_the_nearest_right_one(word: str, told: str) -> None:
    with pytest.raises(ValueError, match=r"is no way of proof") as caught:
        parse_way(word)
    assert told in str(caught.value)


def test_results_are_read_with_their_properties_in_order() -> None:
    value = 'mx.example; spf=pass (c) reason="a \\"b\\"" smtp.mailfrom="a b"@x.example'
    results = read_results(value)
    assert read_authserv_id(value) == "mx.example"
    assert results is not None
    assert results[0].values("smtp.mailfrom") == ("a b@x.example",)
    assert results[0].values("reason") == ('a "b"',)


@pytest.mark.parametrize(
    "value",
    ["(" * 60_000, '"' * 60_001, "=" * 60_000, "a=b " * 15_000, "a;" * 30_000, "(\\)" * 20_000],
)
def test_a_huge_header_is_read_or_refused_without_an_error(value: str) -> None:
    assert verdict(f"{MX}; {value}").result is DmarcResult.NONE
