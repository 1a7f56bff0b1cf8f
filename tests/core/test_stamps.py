"""What the mails that came last show of the receiving server."""

from builders import mail
from workorder.core.findings import Level
from workorder.core.message import Address, InboundMail
from workorder.core.stamps import (
    Specimen,
    count_bearers,
    count_stamps,
    judge_bearers,
    judge_stamps,
)
from workorder.core.trust import parse_way

MX = "mx.northwind.example"
MARIA = Address(name="", email="maria@northwind.example")
PASS = f"{MX}; dmarc=pass header.from=northwind.example"
WAY = parse_way("header:X-Internal=Yes")


def stamped(*stamps: str, author: Address | None = None) -> InboundMail:
    headers = tuple(("authentication-results", stamp) for stamp in stamps)
    return mail(headers=headers, **({"authors": (author,)} if author else {}))


def bearing(*values: str) -> InboundMail:
    return mail(headers=tuple(("x-internal", value) for value in values))


def specimens(*mails: InboundMail) -> list[Specimen]:
    """The newest first: the first has the highest id."""
    return [Specimen(id=100 - place, mail=one) for place, one in enumerate(mails)]


def judged(*mails: InboundMail) -> tuple[Level, str]:
    return judge_stamps(count_stamps(specimens(*mails), MX, frozenset({MARIA.email})), MX)


def test_mail_that_bears_the_stamp_throughout_is_well() -> None:
    level, text = judged(*[stamped(PASS)] * 7)
    assert level is Level.OK
    assert text == (
        f"7 of the last 7 mails bear an Authentication-Results of {MX}, "
        "7 with exactly one dmarc result"
    )


def test_too_few_mails_show_nothing() -> None:
    assert judged() == (
        Level.OK,
        f"what {MX} says counts; no mail is recorded yet that shows it",
    )
    for mails in ([stamped()], [stamped("mx2.example; dmarc=pass")] * 4):
        level, text = judged(*mails)
        assert level is Level.OK
        assert "too few" in text
        assert "is authserv_id right" not in text


def test_ids_that_came_instead_are_named_nearest_first() -> None:
    mails = [
        *[stamped("mx.google.example; dmarc=pass header.from=a.example")] * 3,
        *[stamped("MX2.northwind.example; spf=pass", "inner.example; spf=pass")] * 2,
        stamped(),
    ]
    level, text = judged(*mails)
    assert level is Level.WARN
    assert text == (
        f"none of the last 6 mails bears an Authentication-Results of {MX}; those that came bear "
        "mx2.northwind.example (2), mx.google.example (3): is authserv_id right?"
    )


def test_only_three_ids_are_named_and_none_of_monstrous_length() -> None:
    strangers = [stamped(f"mx{number}.example; spf=pass") for number in range(9)]
    _, text = judged(*strangers, stamped(f"{'m' * 5000}.example; spf=pass"))
    assert text.count("(1)") == 3
    assert len(text) < 300


def test_stamps_without_a_name_lead_to_the_way_by_header() -> None:
    level, text = judged(*[stamped("spf=pass smtp.mailfrom=a.example; dmarc=pass")] * 5)
    assert level is Level.WARN
    assert "Exchange Online" in text
    assert "header:NAME=VALUE" in text


def test_no_stamp_of_anybody_is_told_as_that() -> None:
    level, text = judged(*[stamped()] * 5)
    assert level is Level.WARN
    assert "nor one of any other server" in text


def test_a_server_that_says_nothing_of_dmarc_proves_nobody() -> None:
    twice = f"{PASS}; dmarc=pass header.from=northwind.example"
    for stamp in (f"{MX}; dkim=pass header.d=a.example", twice, f"{MX}; dmarc=pass ( broken"):
        level, text = judged(*[stamped(stamp)] * 5)
        assert level is Level.WARN
        assert "0 with exactly one dmarc result: does it look at DMARC?" in text


def test_only_the_topmost_stamp_of_the_id_is_looked_at() -> None:
    _, text = judged(*[stamped(f"{MX}; none", PASS)] * 5)
    assert "5 of the last 5 mails bear" in text
    assert "0 with exactly one" in text


def test_a_mail_without_a_stamp_is_named_so_that_a_person_can_look() -> None:
    level, text = judged(*[stamped(PASS)] * 2, stamped(), *[stamped(PASS)] * 2, stamped())
    assert level is Level.OK
    assert text.startswith("4 of the last 6 mails bear")
    assert "mail 98 bears none" in text


def test_stamps_on_the_lesser_part_of_the_mail_are_a_warning() -> None:
    level, text = judged(*[stamped(PASS)] * 2, *[stamped()] * 3)
    assert level is Level.WARN
    assert text.startswith("2 of the last 5 mails bear")


def test_what_technicians_own_mail_shows_counts_most() -> None:
    theirs = stamped(PASS, author=MARIA)
    failing = stamped(f"{MX}; dmarc=fail header.from=northwind.example", author=MARIA)
    level, text = judged(theirs, failing, *[stamped(PASS)] * 5)
    assert level is Level.OK
    assert "; of 2 mails from technicians 1 pass" in text
    level, text = judged(*[failing] * 5, *[stamped(PASS)] * 9)
    assert level is Level.WARN
    assert "; of 5 mails from technicians 0 pass: it proves none of them" in text


def test_a_header_way_is_judged_by_who_bears_it() -> None:
    def of(*mails: InboundMail) -> tuple[Level, str]:
        return judge_bearers(count_bearers(specimens(*mails), WAY), WAY)

    assert of()[0] is Level.OK
    level, text = of(bearing())
    assert level is Level.OK
    assert text.endswith("0 of them once and with the value Yes: too few to tell more")
    assert of(*[bearing()] * 5) == (
        Level.WARN,
        "none of the last 5 mails bears the header: is the name right?",
    )
    level, text = of(*[bearing("yes")] * 3, bearing("Yes", "Yes"), bearing())
    assert level is Level.WARN
    assert text.startswith("of the last 5 mails 4 bear the header, 0 of them")
    assert of(bearing("Yes"), *[bearing("No")] * 4)[0] is Level.OK
