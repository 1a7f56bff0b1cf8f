"""Rule files at work: what a mail becomes by them, through the whole of intake."""

from datetime import timedelta
from pathlib import Path

import pytest

from steps.desk import JANE, MARIA, PAT, TOM, Desk, by_maria, mail, of, told
from workorder import rulefiles
from workorder.core.rules import RuleSet
from workorder.store.unit import Store


def rules(**files: str) -> RuleSet:
    texts = {f"{name}.toml": text for name, text in files.items()}
    return rulefiles.load_texts(texts, Path("rules"))


def rule(body: str, name: str = "a rule") -> RuleSet:
    return rules(intake=f'[[rule]]\nname = "{name}"\n{body}\n')


@pytest.fixture
def desk(small_store: Store) -> Desk:
    with small_store.write() as unit:
        unit.people.add_technician(TOM, name="Tom Okafor")
        acme = unit.people.customer_by_name("Acme Ltd")
        assert acme is not None
        unit.people.add_equipment("SRV-01", customer_id=acme.id, name="File server")
        other = unit.people.add_customer("Other Inc", domains=["other.example"])
        unit.people.add_contact("ola@other.example", customer_id=other.id, primary=True)
        unit.people.add_equipment("SRV-02", customer_id=other.id)
    return Desk(small_store)


def test_a_rule_sets_what_a_work_order_opens_with(desk: Desk) -> None:
    desk.rules = rule(
        'when.text.contains = "server"\nset.priority = "urgent"\nset.labels = ["server"]\n'
        'set.technician = "Tom Okafor"\nset.equipment = ["SRV-01"]\nset.note = "Call back first."\n'
        'set.status = "waiting-parts"'
    )
    rows = desk.handles(mail("The server is slow."))
    order = desk.order()
    assert (order.priority, order.labels, order.technician) == ("urgent", ("server",), TOM)
    assert (order.equipment, order.status) == (("SRV-01",), "waiting-parts")
    assert told(rows) == [("opened", JANE), ("opened", PAT), ("opened", TOM)]
    note = next(event for event in desk.events() if event.kind == "note")
    assert (note.public, "Call back first." in note.text, "a rule" in note.text) == (
        False,
        True,
        True,
    )


def test_a_rule_finds_the_customer_of_a_stranger(desk: Desk) -> None:
    desk.rules = rule('when.sender = "jane.home@free.example"\nset.customer = "acme ltd"')
    rows = desk.handles(mail("Help!", sender="jane.home@free.example"))
    assert desk.order().customer == "Acme Ltd"
    assert ("opened", PAT) in told(rows)


def test_names_that_nobody_has_are_noted_and_hold_nothing_up(desk: Desk) -> None:
    desk.rules = rule(
        'when.known = true\nset.customer = "Acne"\nset.technician = "ton@x.example"\n'
        'set.equipment = ["SRV-99"]\nset.priority = "high"'
    )
    desk.handles(mail())
    assert desk.order().priority == "high"
    notes = " ".join(event.text for event in desk.events() if event.kind == "note")
    for name in ("Acne", "ton@x.example", "SRV-99"):
        assert name in notes


def test_what_a_rule_sets_is_not_set_again_by_an_answer(desk: Desk) -> None:
    desk.rules = rule('when.domain = "acme.example"\nset.technician = "Tom Okafor"')
    desk.handles(mail())
    desk.handles(by_maria("#assign me", subject="Re: [WO-1001] x"))
    desk.handles(mail("And the tray.", subject="Re: [WO-1001] Printer"))
    assert desk.order().technician == MARIA
    desk.rules = rule(
        'when.domain = "acme.example"\nwhen.reply = true\nset.priority = "high"', "answers"
    )
    desk.handles(mail("It is urgent now.", subject="Re: [WO-1001] Printer"))
    assert desk.order().priority == "high"


def test_refused_mail_is_on_record_and_opens_nothing(desk: Desk) -> None:
    desk.rules = rule('when.subject.contains = "lottery"\nrefuse = "nobody wins"')
    assert desk.handles(mail("Win!", sender="eve@evil.example", subject="Lottery")) == []
    assert desk.orders() == []
    (entry,) = desk.entries()
    assert (entry.state, "nobody wins" in entry.reason) == ("ignored", True)


def test_mail_set_aside_by_a_rule_comes_in_when_a_person_says_so(desk: Desk) -> None:
    desk.rules = rule('when.attachments = false\naside = "look at it first"')
    assert desk.handles(mail()) == []
    with desk.store.read() as unit:
        (entry,) = unit.inbound.aside()
    assert "look at it first" in entry.reason
    assert entry.trace
    with desk.store.write() as unit:
        unit.inbound.retry(entry.id, desk.clock.now)
    assert desk.intake()
    assert desk.order().contact.email == JANE


def test_mail_that_a_rule_calls_automatic_is_never_answered(desk: Desk) -> None:
    desk.rules = rule('when.sender.starts = "scanner@"\nautomatic = true')
    assert desk.handles(mail("Page 1", sender="scanner@acme.example")) == []
    assert desk.orders() == []


def test_a_report_about_a_notice_of_ours_is_no_rules_business(desk: Desk) -> None:
    opened = desk.handles(mail())
    desk.rules = rule('when.subject.contains = "undelivered"\nrefuse = "no bounces"')
    failed = of(opened, PAT)
    report = (
        f"From: mailer-daemon@mx.example\r\nTo: support@northwind.example\r\n"
        f"Subject: Undelivered mail\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain\r\n\r\nIt failed.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {PAT}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {failed.message_id}\r\n\r\nx\r\n"
        f"--b--\r\n"
    )
    desk.handles(report.encode())
    assert desk.events()[-1].kind == "mail-failed"


def test_notices_go_to_whom_the_plan_says(desk: Desk) -> None:
    desk.rules = rules(
        notices='[opened]\nto = ["requester"]\npdf = false\n\n[waiting-parts]\nto = ["requester"]\n'
    )
    rows = desk.handles(mail())
    assert [(row.recipient, row.with_pdf) for row in rows] == [(JANE, False)]
    rows = desk.handles(by_maria("#waiting parts", subject="Re: [WO-1001] x"))
    assert told(rows) == [("transcript", MARIA), ("waiting-parts", JANE)]


def test_the_sites_own_words_are_tags(desk: Desk) -> None:
    desk.handles(mail())
    desk.rules = rules(tags='[de]\nfinished = ["fertig", "alles gut"]\n')
    desk.handles(by_maria("#Alles-Gut\n\nLäuft wieder.", subject="Re: [WO-1001] x"))
    assert desk.order().status == "finished"


# -- thanks -----------------------------------------------------------------------------------

SHIPPED = rulefiles.load(Path(__file__).parents[2] / "rules")


@pytest.mark.parametrize(
    ("words", "is_answer"),
    [
        ("Thanks!", False),
        ("Thank you so much, Maria", False),
        ("Vielen Dank", False),
        ("Muchas gracias", False),
        ("Hi Maria,\n\nmany thanks.\n\nBest regards\nJane", False),
        ("Muchísimas gracias por su ayuda", False),
        ("Ok, thanks", True),
        ("Great, thanks!", True),
        ("Yes, thank you", True),
        ("Thanks, it works now", True),
        ("Thanks. When do you come?", True),
    ],
)
def test_bare_thanks_are_no_answer_and_reopen_nothing(
    desk: Desk, words: str, is_answer: bool
) -> None:
    desk.rules = SHIPPED
    desk.handles(mail())
    desk.handles(by_maria("#waiting customer\nMay I come?", subject="Re: [WO-1001] x"))
    rows = desk.handles(mail(words, subject="Re: [WO-1001] Printer"))
    expected = "in-progress" if is_answer else "waiting-customer"
    assert desk.order().status == expected
    assert ("reply", MARIA) in told(rows)
    desk.handles(by_maria("#finished\nDone.", subject="Re: [WO-1001] x"))
    desk.clock.advance(timedelta(days=1))
    desk.handles(mail(words, subject="RE: [WO-1001] Printer"))
    assert desk.order().status == ("in-progress" if is_answer else "finished")
    assert len(desk.orders()) == 1


# -- alerts -----------------------------------------------------------------------------------


def nagios(state: str, host: str = "SRV-01", service: str = "Disk space") -> bytes:
    word = "CRITICAL" if state == "PROBLEM" else "OK"
    return mail(
        f"***** Nagios *****\n\nNotification Type: {state}\n\nService: {service}\nHost: {host}\n"
        f"Address: 192.0.2.10\nState: {word}\n\nDate/Time: now\n\n"
        f"Additional Info:\n\nDISK {word}\n",
        sender="Nagios <nagios@monitor.example>",
        subject=f"** {state} Service Alert: {host}/{service} is {word} **",
        Auto_Submitted="auto-generated",
    )


def test_an_alert_opens_a_work_order_of_whose_the_host_is_and_later_ones_join_it_quietly(
    desk: Desk,
) -> None:
    desk.rules = SHIPPED
    rows = desk.handles(nagios("PROBLEM"))
    assert told(rows) == [("opened", MARIA), ("opened", PAT), ("opened", TOM)]
    order = desk.order()
    assert (order.opened_by, order.customer, order.equipment) == ("alert", "Acme Ltd", ("SRV-01",))
    assert order.contact.email == PAT
    assert all(row.auto_submitted == "auto-generated" for row in rows)
    assert desk.handles(nagios("PROBLEM")) == []
    assert desk.events()[-1].kind == "mail-in-auto"
    assert len(desk.orders()) == 1
    desk.handles(nagios("PROBLEM", service="Load"))
    assert len(desk.orders()) == 2


def test_a_recovery_is_noted_and_finishes_only_where_the_rule_says_so(desk: Desk) -> None:
    desk.rules = SHIPPED
    assert desk.handles(nagios("RECOVERY")) == []
    assert desk.orders() == []
    desk.handles(nagios("PROBLEM"))
    desk.handles(by_maria("#assign me", subject="Re: [WO-1001] x"))
    rows = desk.handles(nagios("RECOVERY"))
    assert told(rows) == [("note", MARIA)]
    assert desk.order().status == "in-progress"
    desk.rules = rules(
        alerts='[[rule]]\nname = "disks"\nwhen.subject.contains = "Service Alert"\n'
        "capture.subject = '(?P<state>PROBLEM|RECOVERY) Service Alert: (?P<host>[^/]+)/'\n"
        'key = "{host}"\nequipment = "{host}"\nrecovery.word.state = "RECOVERY"\n'
        'on-recovery = "finish"\n'
    )
    desk.handles(nagios("PROBLEM", host="SRV-02"))
    assert desk.order(1002).customer == "Other Inc"
    rows = desk.handles(nagios("RECOVERY", host="SRV-02"))
    assert desk.order(1002).status == "finished"
    assert ("finished", "ola@other.example") in told(rows)
    desk.handles(nagios("PROBLEM", host="SRV-02"))
    assert len(desk.orders()) == 3


def test_an_alert_about_a_host_that_is_nobodys_is_unsorted_and_told_to_technicians(
    desk: Desk,
) -> None:
    desk.rules = SHIPPED
    rows = desk.handles(nagios("PROBLEM", host="db-7"))
    assert told(rows) == [("opened", MARIA), ("opened", TOM)]
    assert desk.order().customer is None
    assert any("db-7" in event.text for event in desk.events() if event.kind == "note")


def test_a_full_host_name_is_the_equipment_of_its_first_word(desk: Desk) -> None:
    desk.rules = SHIPPED
    desk.handles(nagios("PROBLEM", host="srv-01.acme.example"))
    assert desk.order().equipment == ("SRV-01",)


def test_a_storm_of_alerts_is_told_to_the_technicians_and_not_all_to_the_customer(
    desk: Desk,
) -> None:
    desk.rules = SHIPPED
    rows = desk.handles(*[nagios("PROBLEM", service=f"Disk {n}") for n in range(15)])
    assert len([row for row in rows if row.recipient == MARIA]) == 15
    assert len([row for row in rows if row.recipient == PAT]) == 3


def test_what_anybody_can_write_is_no_text_for_the_customer(desk: Desk) -> None:
    desk.rules = SHIPPED
    desk.handles(nagios("PROBLEM"))
    opening = desk.events()[0]
    assert (opening.public, opening.text) == (True, "Disk space on SRV-01: CRITICAL")
    note = next(event for event in desk.events() if event.kind == "note")
    assert "Notification Type" in note.text
    named = rulefiles.load_texts(
        {
            "alerts.toml": '[[rule]]\nname = "ours"\nwhen.sender = "nagios@monitor.example"\n'
            'capture.subject = \'Alert: (?P<host>[^/]+)/\'\nkey = "{host}"\nequipment = "{host}"\n'
        },
        Path("rules"),
    )
    desk.rules = named
    desk.handles(nagios("PROBLEM", host="SRV-02"))
    assert "Notification Type" in desk.events(1002)[0].text


def test_another_senders_recovery_ends_and_joins_nothing(desk: Desk) -> None:
    desk.rules = SHIPPED
    desk.handles(nagios("PROBLEM"))
    before = desk.events()
    desk.handles(nagios("RECOVERY").replace(b"nagios@monitor.example", b"eve@evil.example"))
    assert desk.events() == before
