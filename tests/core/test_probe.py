"""What becomes of a probe's forgeries, and what that shows: the whole table, header by header."""

from itertools import permutations, product

import pytest

from builders import mail
from workorder.core.findings import Level
from workorder.core.message import Address
from workorder.core.probe import (
    PROBE_HEADER,
    Field,
    HeaderFate,
    Own,
    Route,
    StampFate,
    forged_header,
    forged_stamp,
    is_probe,
    read_header_fate,
    read_route,
    read_stamp_fate,
    watermarked,
)
from workorder.core.probe_verdict import judge_header_fate, judge_stamp_fate
from workorder.core.trust import DmarcResult, Way, WayKind, dmarc, parse_way, prove

MX = "mx.northwind.example"
TOKEN = "5f0c0ffee"
AR = "Authentication-Results"
FORGED = forged_stamp(MX, "northwind.example", TOKEN)
OWN = (AR, f"{MX}; dmarc=fail header.from=northwind.example")
BY_LOGIN = (AR, f"{MX}; auth=pass smtp.auth=support smtp.mailfrom=support@northwind.example")
OTHER = (AR, "mx.other.example; dmarc=pass header.from=northwind.example")
MARK = (watermarked(PROBE_HEADER), TOKEN)
WAY = parse_way("header:X-Internal=Yes")
SUPPORT = Address(name="", email="support@northwind.example")

BY_POSTFIX = (
    "from a.example (a.example [203.0.113.9]) (using TLSv1.3 with cipher X (256/256 bits)) "
    "(No client certificate requested) by mx.northwind.example (Postfix) with ESMTPS id 3 "
    "for <support@northwind.example>; Mon, 23 Nov 2026 12:00:00 +0000"
)
INSIDE = "from [127.0.0.1] (localhost [127.0.0.1]) by mx.northwind.example with ESMTPSA id 1; now"
OUTSIDE = "from relay.example (relay.example [203.0.113.9]) by mx.northwind.example with ESMTP id 2"

BOTH = (False, True)
OTHERS = ((), ("Yes",), ("No",), ("No", "Yes"))
ROUTES = [Route(hops=hops, crossed=crossed) for hops, crossed in product((0, 1, 3), BOTH)]


@pytest.mark.parametrize(
    ("forged", "own", "route", "alone", "on_record"),
    list(product(BOTH, Own, ROUTES, BOTH, BOTH)),
)
def test_every_fate_of_a_forged_stamp_has_its_level(
    *, forged: bool, own: Own, route: Route, alone: bool, on_record: bool
) -> None:
    fate = StampFate(forged=forged, own=own, route=route)
    level, text = judge_stamp_fate(fate, authserv_id=MX, alone=alone, on_record=on_record)
    seen_at_work = own in {Own.ABOVE, Own.BELOW}
    taken_from_outside = own is Own.NONE and route.crossed
    if forged:
        is_believed = own is Own.BELOW or taken_from_outside
        assert level is (Level.FAIL if is_believed else Level.WARN)
        assert ("the border server must strip it" in text) == is_believed
        assert ("anybody can be a technician here" in text) == (
            alone if is_believed else not seen_at_work
        )
    else:
        is_shown = seen_at_work or (on_record and not taken_from_outside)
        assert level is (Level.OK if is_shown else Level.WARN)
    could_not_be_seen = not (seen_at_work or taken_from_outside)
    advises = "from an account elsewhere" in text
    assert advises == (could_not_be_seen and level is Level.WARN)


@pytest.mark.parametrize(
    ("forged", "others", "tellable", "route", "on_record"),
    list(product(BOTH, OTHERS, BOTH, ROUTES, BOTH)),
)
def test_every_fate_of_a_forged_header_has_its_level(
    *, forged: bool, others: tuple[str, ...], tellable: bool, route: Route, on_record: bool
) -> None:
    fate = HeaderFate(forged=forged, others=others, tellable=tellable, route=route)
    level, text = judge_header_fate(fate, WAY, on_record=on_record)
    if forged:
        assert level is (Level.FAIL if not others and route.crossed else Level.WARN)
    elif "Yes" in others:
        assert level is (Level.OK if tellable else Level.WARN)
    else:
        assert level is (Level.OK if others or on_record else Level.WARN)
    assert "x-internal" in text


@pytest.mark.parametrize(
    ("stamps", "forged", "own"),
    [
        ([], False, Own.NONE),
        ([OTHER], False, Own.NONE),
        ([OWN], False, Own.ABOVE),
        ([OTHER, OWN], False, Own.ABOVE),
        ([FORGED], True, Own.NONE),
        ([OTHER, FORGED], True, Own.NONE),
        ([OWN, FORGED], True, Own.ABOVE),
        ([FORGED, OWN], True, Own.BELOW),
        ([OWN, FORGED, OWN], True, Own.ABOVE),
        ([BY_LOGIN], False, Own.BY_LOGIN),
        ([BY_LOGIN, FORGED], True, Own.BY_LOGIN),
        ([FORGED, BY_LOGIN], True, Own.BY_LOGIN),
        ([OWN, BY_LOGIN], False, Own.ABOVE),
        ([("authentication-results", FORGED[1])], True, Own.NONE),
        ([(watermarked(AR), OWN[1])], True, Own.NONE),
        ([("X-Original-Authentication-Results", FORGED[1])], False, Own.NONE),
    ],
)
def test_the_servers_own_is_told_from_the_forged(
    stamps: list[Field], *, forged: bool, own: Own
) -> None:
    fate = read_stamp_fate([*stamps, MARK], MX, TOKEN)
    assert (fate.forged, fate.own) == (forged, own)


def test_a_forgery_fails_just_where_trust_would_believe_it() -> None:
    arrivals = [
        [*order, ("Received", trace)]
        for trace in (INSIDE, OUTSIDE)
        for count in range(4)
        for order in permutations([FORGED, OWN, OTHER], count)
    ]
    for fields in arrivals:
        fate = read_stamp_fate(fields, MX, TOKEN)
        level, _ = judge_stamp_fate(fate, authserv_id=MX, alone=True, on_record=True)
        headers = tuple((name.lower(), value) for name, value in fields)
        believed = dmarc(mail(headers=headers, authors=(SUPPORT,)), MX).result is DmarcResult.PASS
        assert believed == (fate.forged and fate.own is not Own.ABOVE)
        if believed:
            assert level is not Level.OK
        if level is Level.FAIL:
            assert believed


def test_a_forged_stamp_is_one_that_trust_believes() -> None:
    headers = tuple((name.lower(), value) for name, value in [FORGED])
    assert dmarc(mail(headers=headers, authors=(SUPPORT,)), MX).result is DmarcResult.PASS


def test_a_forged_header_is_one_that_trust_believes() -> None:
    field = forged_header(WAY)
    assert field is not None
    headers = ((field[0].lower(), field[1]),)
    proof = prove(
        mail(headers=headers, authors=(SUPPORT,)),
        ways=(WAY,),
        authserv_id="",
        replied_to_own_notice=False,
    )
    assert proof.proven


@pytest.mark.parametrize("value", ["Ja, natürlich", "a\rb", "a\tb", "x" * 1000])
def test_no_mail_can_bear_what_is_no_header(value: str) -> None:
    way = Way(kind=WayKind.HEADER, header_name="x-internal", header_value=value)
    assert forged_header(way) is None


@pytest.mark.parametrize(
    ("named", "forged", "others", "tellable"),
    [
        ([MARK], False, (), True),
        ([MARK, ("x-iNtErNaL", "Yes")], True, (), True),
        ([MARK, ("X-Internal", "Yes")], False, ("Yes",), True),
        ([MARK, ("X-Internal", "No")], False, ("No",), True),
        ([MARK, ("X-Internal", "No"), ("x-iNtErNaL", "Yes")], True, ("No",), True),
        ([MARK, ("X-Internal", "Yes"), ("x-iNtErNaL", "Yes")], True, ("Yes",), True),
        # A server on the way wrote all names in its own letters: ours cannot be known by them.
        ([(PROBE_HEADER, TOKEN)], False, (), False),
        ([(PROBE_HEADER, TOKEN), ("X-Internal", "Yes")], False, ("Yes",), False),
        ([(PROBE_HEADER, TOKEN), ("X-Internal", "No")], False, ("No",), False),
        ([(PROBE_HEADER, TOKEN), *[("X-Internal", "Yes")] * 2], True, ("Yes",), False),
        (
            [(PROBE_HEADER, TOKEN), ("X-Internal", "Yes"), ("X-Internal", "No")],
            True,
            ("No",),
            False,
        ),
    ],
)
def test_a_forged_header_is_known_by_its_letters_where_servers_keep_them(
    named: list[Field], *, forged: bool, others: tuple[str, ...], tellable: bool
) -> None:
    fate = read_header_fate(named, WAY, MX, TOKEN)
    assert (fate.forged, fate.others, fate.tellable) == (forged, others, tellable)


def test_a_name_without_letters_to_vary_is_never_told_apart() -> None:
    way = parse_way("header:X-1=Yes")
    fate = read_header_fate([MARK, ("X-1", "Yes")], way, MX, TOKEN)
    assert not fate.tellable
    assert judge_header_fate(fate, way, on_record=True)[0] is Level.WARN


@pytest.mark.parametrize(
    ("trace", "crossed"),
    [
        (OUTSIDE, True),
        (
            "from a.example (a.example. [2001:db8::7]) by MX.Northwind.Example. with esmtps (x)",
            True,
        ),
        ("from a.example (a.example [IPv6:2001:db8::7]) by mx.northwind.example with SMTP", True),
        (BY_POSTFIX, True),
        (INSIDE, False),
        (
            "from a.example (a.example [203.0.113.9]) by mx.northwind.example with ESMTPSA id 3",
            False,
        ),
        ("from a.example (a.example [203.0.113.9]) by mx.northwind.example with ESMTPA", False),
        ("from a.example (a.example [203.0.113.9]) by mx.northwind.example with LMTP id 3", False),
        ("from a.example (a.example [203.0.113.9]) by mx.northwind.example; now", False),
        ("from a.example (a.example [203.0.113.9]) by mx.evil.example with ESMTP", False),
        ("from a.example (a.example [203.0.113.9]) by notmx.northwind.example with ESMTP", False),
        ("from smtp (smtp.northwind.example [10.1.2.3]) by mx.northwind.example with ESMTP", False),
        ("from smtp (smtp [fd00::1]) by mx.northwind.example with ESMTP", False),
        ("from smtp ([203.0.113.9] helo=[10.0.0.1]) by mx.northwind.example with esmtp", False),
        ("from smtp ([999.1.1.1]) by mx.northwind.example with ESMTP", False),
        ("from smtp by mx.northwind.example with ESMTP", False),
        ("by mx.northwind.example (Postfix, from userid 0) id 4", False),
        ("", False),
    ],
)
def test_only_mail_taken_without_login_from_a_public_host_crossed_the_border(
    trace: str, *, crossed: bool
) -> None:
    route = read_route([("Received", "by mail.example with LMTP"), ("received", trace)], MX)
    assert (route.hops, route.crossed) == (2, crossed)


def test_a_probe_is_known_by_its_token_and_by_nothing_that_quotes_it() -> None:
    assert is_probe([MARK], TOKEN)
    assert is_probe([("x-workorder-probe", f" {TOKEN} ")], TOKEN)
    bounce = [("Subject", f"Undeliverable: A probe {TOKEN}"), ("References", f"<{TOKEN}@x>")]
    assert not is_probe(bounce, TOKEN)
    assert not is_probe([(MARK[0], "another")], TOKEN)
