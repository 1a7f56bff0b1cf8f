"""A technician's day in the demo: everything by mail, with tags on top."""

from email.message import Message

from workorder.core.model import Status
from workorder.demo.company import (
    JANE,
    MARIA,
    PAT,
    alert,
    answer_of,
    forwarded_call,
    technicians_words,
)
from workorder.demo.play import Play
from workorder.demo.stage import DemoError

_CUSTOMER = (JANE, PAT)


def _writes(play: Play, to: Message, text: str, expected: set[tuple[str, str]]) -> None:
    """Maria answers a notice; what comes of it becomes what she and Jane answer next."""
    since = play.stage.mails_so_far()
    play.stage.send(technicians_words(to, text), envelope_sender=MARIA)
    for mail in play.stage.expect_mails(since, expected):
        if mail.recipient == MARIA:
            play.notice_to_maria = mail
            play.show_transcript(mail.message)
        elif mail.recipient == JANE:
            play.notice_to_jane = mail


def _told(event: str) -> set[tuple[str, str]]:
    return {(event, email) for email in _CUSTOMER} | {("transcript", MARIA)}


def takes_it(play: Play) -> None:
    """Maria takes it and waits for parts; the transcript says what each tag did."""
    assert play.notice_to_maria is not None
    words = "#assign me\n#waiting parts\n\nThe paper sensor is ordered and comes on Friday.\n"
    _writes(play, play.notice_to_maria.message, words, _told("waiting-parts"))
    play.must_be(Status.WAITING_PARTS)


def misspells(play: Play) -> None:
    """She misspells a tag: nothing is done, nobody else is told, and she is asked."""
    assert play.notice_to_maria is not None
    words = "#wating customer\n\nMay I come on Friday at eleven?\n"
    _writes(play, play.notice_to_maria.message, words, {("transcript", MARIA)})
    play.must_be(Status.WAITING_PARTS)


def asks(play: Play) -> None:
    """She writes it right, with a note for herself before."""
    assert play.notice_to_maria is not None
    to = play.notice_to_maria.message
    _writes(play, to, "#internal\nShe is in the office until noon.\n", {("transcript", MARIA)})
    words = "#waiting customer\n\nMay I come on Friday at eleven?\n"
    _writes(play, to, words, _told("waiting-customer"))
    play.must_be(Status.WAITING_CUSTOMER)


def jane_thanks(play: Play) -> None:
    """Jane only says thanks: that is no answer, and the work order still waits for one."""
    assert play.notice_to_jane is not None
    since = play.stage.mails_so_far()
    thanks = answer_of(JANE, play.notice_to_jane.message, "Thank you, Maria!\n")
    play.stage.send(thanks, envelope_sender=JANE)
    play.stage.expect_mails(since, {("reply", MARIA), ("reply", PAT)})
    play.must_be(Status.WAITING_CUSTOMER)


def jane_answers(play: Play) -> None:
    """Then she answers: it is In Progress again, and Maria is told."""
    assert play.notice_to_jane is not None
    since = play.stage.mails_so_far()
    yes = answer_of(JANE, play.notice_to_jane.message, "Yes, eleven is fine.\n")
    play.stage.send(yes, envelope_sender=JANE)
    came = play.stage.expect_mails(since, {("reply", MARIA), ("reply", PAT)})
    play.notice_to_maria = next(mail for mail in came if mail.recipient == MARIA)
    play.must_be(Status.IN_PROGRESS)


def finishes(play: Play) -> None:
    """Maria finishes it: the customer gets the PDF with everything that was written."""
    assert play.notice_to_maria is not None
    words = "#finished\n\nThe sensor is replaced; ten test pages came out clean.\n"
    _writes(play, play.notice_to_maria.message, words, _told("finished"))
    play.must_be(Status.FINISHED)
    if play.notice_to_jane is None or not play.notice_to_jane.files:
        raise DemoError("the finished notice lacks its PDF")


def opens_for_jane(play: Play) -> None:
    """Jane wrote to Maria herself; Maria forwards it with #for, and it is Jane's work order."""
    since = play.stage.mails_so_far()
    play.stage.send(forwarded_call(), envelope_sender=MARIA)
    came = play.stage.expect_mails(since, _told("opened"))
    number = int(str(came[0].message["X-WorkOrder"]))
    if play.order(number).contact.email != JANE:
        raise DemoError("the forwarded mail's author is not the contact")
    play.say(f"   The contact is {JANE}, who wrote the forwarded mail.")


def monitoring_alerts(play: Play) -> None:
    """Monitoring reports a host that is Acme's; a second alert joins the first, quietly."""
    since = play.stage.mails_so_far()
    play.stage.send(alert("PROBLEM"), envelope_sender="nagios@monitor.example")
    came = play.stage.expect_mails(since, {("opened", PAT), ("opened", MARIA)})
    number = int(str(came[0].message["X-WorkOrder"]))
    since = play.stage.mails_so_far()
    play.stage.send(alert("PROBLEM", again=True), envelope_sender="nagios@monitor.example")
    play.stage.wait_until(
        lambda: any(event.kind == "mail-in-auto" for event in play.history_of(number)),
        "the second alert on record",
    )
    play.stage.expect_mails(since, set())
    play.say(f"   On record with the equipment {', '.join(play.order(number).equipment)}.")


DAY = (
    takes_it,
    misspells,
    asks,
    jane_thanks,
    jane_answers,
    finishes,
    opens_for_jane,
    monitoring_alerts,
)
