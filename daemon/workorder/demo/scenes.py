"""The scenes of the demo: what somebody writes, and what must come of it."""

from workorder.demo.browser import Browser
from workorder.demo.company import (
    EVE,
    JANE,
    MARIA,
    PAT,
    customers_answer,
    first_mail,
    forged_command,
    out_of_office,
    strangers_guess,
    technicians_answer,
)
from workorder.demo.day import DAY
from workorder.demo.month import MONTH
from workorder.demo.play import Play
from workorder.demo.stage import DemoError

ADMIN = "admin@northwind.example"

# What a script leaves that was told to append a mail and was given something else.
NO_MAIL = b"\x00\xff\xfe%PDF-1.4 this is no mail at all\r\n"


def customer_writes(play: Play) -> None:
    """Jane of Acme writes that the printer does not print, with a photo."""
    since = play.stage.mails_so_far()
    play.stage.send(first_mail(), envelope_sender=JANE)
    came = play.stage.expect_mails(since, {("opened", JANE), ("opened", PAT), ("opened", MARIA)})
    by_recipient = {mail.recipient: mail for mail in came}
    play.notice_to_maria, play.notice_to_jane = by_recipient[MARIA], by_recipient[JANE]
    play.number = int(str(play.notice_to_jane.message["X-WorkOrder"]))
    if not all(by_recipient[email].files for email in (JANE, PAT)):
        raise DemoError("the customer's notices lack their PDF")
    equipment = play.order(play.number).equipment
    play.say(f"   {play.label} is open, In Progress, with the equipment {', '.join(equipment)}.")


def technician_answers(play: Play) -> None:
    """Maria, the technician, answers her notice."""
    assert play.notice_to_maria is not None
    since = play.stage.mails_so_far()
    play.stage.send(technicians_answer(play.notice_to_maria.message), envelope_sender=MARIA)
    came = play.stage.expect_mails(since, {("reply", JANE), ("reply", PAT)})
    play.notice_to_jane = next(mail for mail in came if mail.recipient == JANE)


def customer_answers(play: Play) -> None:
    """Jane answers from Outlook; what it quotes below her words is taken off."""
    assert play.notice_to_jane is not None
    since = play.stage.mails_so_far()
    play.stage.send(customers_answer(play.notice_to_jane.message), envelope_sender=JANE)
    play.stage.expect_mails(since, {("reply", MARIA), ("reply", PAT)})
    words = play.history()[-1].text
    play.say(f"   On record: {words!r}")
    if "Sent:" in words:
        raise DemoError("quoted text is on record as new")


def stranger_guesses(play: Play) -> None:
    """A stranger guesses the number; she learns nothing and changes nothing."""
    before = len(play.history())
    since = play.stage.mails_so_far()
    play.stage.send(strangers_guess(play.label), envelope_sender="bounce@relay.example")
    came = play.stage.expect_mails(since, {("opened", MARIA)})
    own = int(str(came[0].message["X-WorkOrder"]))
    if own == play.number or len(play.history()) != before:
        raise DemoError("the stranger reached the work order")
    play.say(f"   {EVE} has an unsorted work order of her own; nothing was sent to her.")


def forger_commands(play: Play) -> None:
    """The stranger writes under Maria's address; the server found no proof that it is hers."""
    since = play.stage.mails_so_far()
    play.stage.send(forged_command(play.label), envelope_sender=EVE)
    play.stage.expect_mails(since, {("unproven", MARIA)})
    play.say("   Kept as an internal note; the customer was told nothing.")


def out_of_office_comes(play: Play) -> None:
    """Pat is away, and the server says so: recorded, answered by nobody."""
    assert play.notice_to_jane is not None
    since = play.stage.mails_so_far()
    before = play.events("mail-in-auto")
    play.stage.send(out_of_office(play.notice_to_jane.message), envelope_sender=PAT)
    play.stage.wait_until(
        lambda: play.events("mail-in-auto") == before + 1, "the out-of-office on record"
    )
    play.stage.expect_mails(since, set())
    play.say("   On record, and nobody was told.")


def broken_mail(play: Play) -> None:
    """A mail that nobody can read is set aside, whole, and the admin is told once."""
    since = play.stage.mails_so_far()
    play.stage.host.put_into_inbox(NO_MAIL)
    play.stage.expect_mails(since, {("trouble", ADMIN)})
    with play.stage.site.store.read() as unit:
        aside = unit.inbound.aside()
    if len(aside) != 1:
        raise DemoError(f"{len(aside)} mails are aside, not one")
    play.say(f"   Mail {aside[0].id} is aside: {aside[0].reason}")


def customer_uses_the_portal(play: Play) -> None:
    """Jane opens another work order in the portal; everyone is told as by mail."""
    since = play.stage.mails_so_far()
    browser = Browser(play.stage.site.config.site.portal_url)
    browser.send("/login", "/login/as", email=JANE)
    address = browser.send(
        "/orders/new",
        "/orders/new",
        title="A key of the keyboard sticks",
        text="It is the Q.",
        priority="low",
    )
    came = play.stage.expect_mails(since, {("opened", JANE), ("opened", PAT), ("opened", MARIA)})
    if not address.endswith(f"/orders/{came[0].message['X-WorkOrder']}"):
        raise DemoError(f"the portal leads to {address}")
    play.say(f"   She sees it at {address}.")


SCENES = (
    customer_writes,
    technician_answers,
    customer_answers,
    *DAY,
    *MONTH,
    customer_uses_the_portal,
    stranger_guesses,
    forger_commands,
    out_of_office_comes,
    broken_mail,
)
