"""Who is believed: forged technicians, borrowed ids, doubtful From lines, and what may leak."""

from collections.abc import Callable

import pytest

from steps.desk import (
    AUTHSERV,
    JANE,
    MARIA,
    PASSED,
    PAT,
    SUPPORT,
    TOM,
    Desk,
    by_maria,
    mail,
    of,
    told,
)
from workorder.store.outbox import OutboxRow
from workorder.store.unit import Store

COMMAND = "#finished\n\nAll done, please pay to our new account.\n"
SUBJECT = "Re: [WO-1001] Printer does not print"


class Site:
    """Two open work orders, two technicians, and the notices that everybody got."""

    def __init__(self, store: Store) -> None:
        with store.write() as unit:
            unit.people.add_technician(TOM, name="Tom")
        self.desk = Desk(store)
        self.first = self.desk.handles(mail())
        self.second = self.desk.handles(mail("Another thing.", subject="Second"))
        self.before = (self.desk.order(1001), self.desk.order(1002))

    def notice(self, recipient: str) -> OutboxRow:
        return of(self.first, recipient)

    def is_unmoved(self) -> bool:
        """Whether nothing but notes was added to either work order."""
        now = (self.desk.order(1001), self.desk.order(1002))
        return all(
            (a.status, a.title, a.technician, a.labels, a.participants, a.customer)
            == (b.status, b.title, b.technician, b.labels, b.participants, b.customer)
            for a, b in zip(self.before, now, strict=True)
        )


@pytest.fixture
def site(small_store: Store) -> Site:
    return Site(small_store)


def forged(_site: Site, **headers: str) -> bytes:
    headers.setdefault("subject", SUBJECT)
    return mail(COMMAND, sender=f"Maria <{MARIA}>", **headers)


def _spent(site: Site) -> bytes:
    notice = site.notice(MARIA)
    shown = by_maria("Look at this.", notice, To=f"{SUPPORT}, {JANE}")
    site.desk.handles(shown)
    return forged(site, In_Reply_To=notice.message_id)


FORGERIES: dict[str, Callable[[Site], bytes]] = {
    "no reference at all": forged,
    "the customer's notice": lambda s: forged(s, In_Reply_To=s.notice(JANE).message_id),
    "another technician's notice": lambda s: forged(s, In_Reply_To=s.notice(TOM).message_id),
    "a notice about another work order": lambda s: forged(
        s, In_Reply_To=of(s.second, MARIA).message_id
    ),
    "an id that others have seen": _spent,
    "an id with one character changed": lambda s: forged(
        s, In_Reply_To=s.notice(MARIA).message_id.replace("@", "0@")
    ),
    "an id that can be guessed": lambda s: forged(s, In_Reply_To="<wo-1001@northwind.example>"),
    "another letter case and no proof": lambda _: mail(
        COMMAND, sender=f"Maria <{MARIA.upper()}>", subject=SUBJECT
    ),
    "somebody else in Cc": lambda s: forged(
        s, In_Reply_To=s.notice(MARIA).message_id, Cc="eve@evil.example"
    ),
    "a DMARC fail beside the right id": lambda s: forged(
        s,
        In_Reply_To=s.notice(MARIA).message_id,
        Authentication_Results=f"{AUTHSERV}; dmarc=fail header.from=northwind.example",
    ),
}


@pytest.mark.parametrize("how", FORGERIES)
def test_a_forged_technician_changes_nothing_and_reaches_no_customer(site: Site, how: str) -> None:
    raw = FORGERIES[how](site)
    seen = site.desk.events()
    rows = site.desk.handles(raw)
    assert site.is_unmoved()
    assert told(rows) == [("unproven", MARIA)]
    number = rows[0].number
    assert number is not None
    added = [e for e in site.desk.events(number) if e not in {*seen, *site.first}]
    (unproven,) = [event for event in added if event.kind == "unproven"]
    assert (unproven.public, "pay to our new account" in unproven.text) == (False, True)


def test_who_was_removed_commands_nothing_however_well_proven(site: Site) -> None:
    with site.desk.store.write() as unit:
        maria = unit.people.technician_by_email(MARIA)
        assert maria is not None
        unit.people.remove_technician(maria.id, site.desk.clock.now)
    rows = site.desk.handles(by_maria(COMMAND, site.notice(MARIA)))
    assert site.is_unmoved()
    assert {row.recipient for row in rows} <= {TOM, MARIA}
    assert all(row.number not in {1001, 1002} for row in rows)


def test_the_same_mail_with_proof_does_run(site: Site) -> None:
    by_reply = mail(
        "#waiting parts",
        sender=MARIA,
        subject=SUBJECT,
        In_Reply_To=site.notice(MARIA).message_id,
    )
    site.desk.handles(by_reply)
    assert site.desk.order().status == "waiting-parts"
    site.desk.handles(by_maria("#waiting vendor", subject=SUBJECT))
    assert site.desk.order().status == "waiting-vendor"


AUTHENTICATION: dict[str, list[str]] = {
    "none": [],
    "another server's": ["mx.evil.example; dmarc=pass header.from=northwind.example"],
    "without an id": ["dmarc=pass header.from=northwind.example"],
    "ours below one of ours that says nothing": [f"{AUTHSERV}; spf=pass", PASSED],
    "two results": [
        (
            f"{AUTHSERV}; dmarc=pass header.from=northwind.example;"
            " dmarc=pass header.from=northwind.example"
        )
    ],
    "pass and fail": [
        (
            f"{AUTHSERV}; dmarc=pass header.from=northwind.example;"
            " dmarc=fail header.from=northwind.example"
        )
    ],
    "a comment": [f"{AUTHSERV}; dmarc=none (dmarc=pass) header.from=northwind.example"],
    "a quoted value": [f'{AUTHSERV}; spf=pass smtp.mailfrom="x; dmarc=pass"'],
    "for another domain": [f"{AUTHSERV}; dmarc=pass header.from=evil.example"],
    "for a domain that ends like ours": [f"{AUTHSERV}; dmarc=pass header.from=xnorthwind.example"],
    "SPF alone": [f"{AUTHSERV}; spf=pass smtp.mailfrom=northwind.example"],
    "DKIM alone": [f"{AUTHSERV}; dkim=pass header.d=northwind.example"],
    "ARC": [f"i=1; {AUTHSERV}; dmarc=pass header.from=northwind.example"],
}


@pytest.mark.parametrize("case", AUTHENTICATION)
def test_only_one_clear_result_of_the_border_server_proves(site: Site, case: str) -> None:
    stamps = "".join(f"Authentication-Results: {value}\r\n" for value in AUTHENTICATION[case])
    raw = stamps.encode() + forged(site)
    assert told(site.desk.handles(raw)) == [("unproven", MARIA)]
    assert site.is_unmoved()


FROMS = {
    "two From headers": f"From: {MARIA}\r\nFrom: eve@evil.example",
    "two From headers, the technician last": f"From: eve@evil.example\r\nFrom: {MARIA}",
    "a list": f"From: {MARIA}, eve@evil.example",
    "angle after angle": f"From: <{MARIA}><eve@evil.example>",
    "an address that holds an address": f"From: {MARIA}(<eve@evil.example>",
    "a display name that is an address": f'From: "{MARIA}" <eve@evil.example>',
    "an address inside an encoded word": "From: =?utf-8?q?maria=40northwind=2Eexample?=",
    "an encoded word with the address before the real one": (
        "From: =?utf-8?q?maria=40northwind=2Eexample_=3Cx=3E?= <eve@evil.example>"
    ),
    "a full-width dot": "From: maria@northwind\uff0eexample",
    "a Cyrillic letter": "From: maria@northw\u0456nd.example",
    "a NUL": "From: maria\0@northwind.example",
    "a group": f"From: Us: {MARIA};",
    "no From": "X-From: nobody",
    "Sender alone": f"Sender: {MARIA}",
}


@pytest.mark.parametrize("how", FROMS)
def test_nobody_is_taken_for_the_technician_by_a_doubtful_from(site: Site, how: str) -> None:
    head = (
        f"Authentication-Results: {PASSED}\r\n{FROMS[how]}\r\nTo: {SUPPORT}\r\n"
        f"Subject: {SUBJECT}\r\nMessage-ID: <forged@evil.example>\r\n"
        f"In-Reply-To: {site.notice(MARIA).message_id}\r\n\r\n"
    )
    rows = site.desk.handles(head.encode() + COMMAND.encode())
    assert site.is_unmoved()
    assert {row.recipient for row in rows}.isdisjoint({JANE, PAT})
    assert site.desk.entries()[-1].state == "done"
    opened = [order for order in site.desk.orders() if order.number > 1002]
    assert all(order.contact.email != MARIA for order in opened)


def test_reply_to_identifies_nobody_and_gets_nothing(site: Site) -> None:
    evil = "evil@evil.example"
    rows = site.desk.handles(mail("And the tray is stuck.", subject=SUBJECT, Reply_To=evil))
    rows += site.desk.handles(
        mail(COMMAND, sender="eve@evil.example", subject=SUBJECT, Reply_To=MARIA)
    )
    rows += site.desk.handles(by_maria("I come at 11.", site.notice(MARIA), Reply_To=evil))
    assert site.is_unmoved()
    assert evil not in {row.recipient for row in rows}


def test_cc_gives_nobody_a_part_in_a_work_order(site: Site) -> None:
    evil = "evil@evil.example"
    rows = site.desk.handles(mail("Please send all to my colleague.", subject=SUBJECT, Cc=evil))
    rows += site.desk.handles(by_maria("I come at 11.", site.notice(MARIA)))
    rows += site.desk.handles(mail("What is it about?", sender=evil, subject=SUBJECT))
    assert site.is_unmoved()
    assert evil not in {row.recipient for row in rows}


def test_internal_words_reach_no_customer_whichever_mail_is_answered(site: Site) -> None:
    rows = site.desk.handles(by_maria("#assign tom\n#internal\nmargin 40 %", site.notice(MARIA)))
    note = of(rows, TOM)
    transcript = of(rows, MARIA)
    quoted = "\n\nOn Monday Northwind wrote:\n> margin 40 %\n"
    for to in (note, transcript):
        sender = to.recipient
        answer = mail(
            f"I come at 11.{quoted}",
            sender=sender,
            subject=SUBJECT,
            In_Reply_To=to.message_id,
            Authentication_Results=PASSED,
        )
        rows += site.desk.handles(answer)
    outside = [row for row in rows if row.recipient in {JANE, PAT}]
    assert outside
    with site.desk.store.read() as unit:
        for row in outside:
            cards = unit.queries.card(row.number or 0, row.event_id, prefix="WO", notes=True)
            assert "margin" not in repr(cards)


def test_no_header_of_a_mail_sets_anything(site: Site) -> None:
    forged_headers = {
        "X_WO_Status": "closed",
        "X_WorkOrder": "1001",
        "X_WorkOrder_Event": "finished",
        "X_WO_Order": "1",
        "X_Zammad_Ticket_state": "closed",
    }
    rows = site.desk.handles(mail("Hello", sender="eve@evil.example", **forged_headers))
    rows += site.desk.handles(mail("Thanks a lot for that", subject=SUBJECT, **forged_headers))
    assert site.is_unmoved()


@pytest.mark.parametrize(
    "text",
    [
        "> #finished\n",
        "Hello\n\n> #finished\n",
        "Hello\n\n-- \nMaria\n#finished\n",
        "I looked at it.\n\nOn Mon, Jane Roe <jane@acme.example> wrote:\n> #finished\n> Jane\n",
        (
            "Seen.\n\n________________________________\nFrom: Jane Roe <jane@acme.example>\n"
            "Sent: Monday, November 23, 2026 9:20 AM\nTo: Support <support@northwind.example>\n"
            "Subject: Printer\n\n#finished\n"
        ),
    ],
)
def test_a_quoted_or_signed_tag_is_none(site: Site, text: str) -> None:
    site.desk.handles(by_maria(text, site.notice(MARIA)))
    assert site.is_unmoved()


def test_a_customers_tag_is_prose(site: Site) -> None:
    rows = site.desk.handles(mail("#finished\n#assign me\n\nIs that right?", subject=SUBJECT))
    assert site.is_unmoved()
    assert told(rows) == [("reply", MARIA), ("reply", PAT), ("reply", TOM)]
    assert "#finished" in site.desk.events()[-1].text


@pytest.mark.parametrize(
    "line",
    [
        "#hours 1e9",
        "#followup 1e9d",
        "#followup \u0663d",
        "#priority 99",
        "#merge WO-99999999999999999999",
        "#equipment ../../etc/passwd",
        "#cc evil@evil\uff0eexample",
        "#label " + "x" * 5000,
        "#assign " + "{{7*7}}",
    ],
)
def test_nonsense_behind_a_tag_does_nothing_and_is_answered(site: Site, line: str) -> None:
    rows = site.desk.handles(by_maria(f"{line}\nHello", site.notice(MARIA)))
    assert told(rows) == [("transcript", MARIA)]
    assert site.is_unmoved()
