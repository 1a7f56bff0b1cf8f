import email
import json
from email.message import Message

import pytest

from workorder.core.message import DeliveryAction, DeliveryReport
from workorder.inbound.bounce import delivery_report

OURS = "<wo.1042.abc@northwind.example>"
DAEMON = "From: Mail Delivery System <MAILER-DAEMON@mx.acme.example>\nReturn-Path: <>\n"
PERSON = "From: Jane Roe <jane@acme.example>\n"


def message(head: str, body: str = "") -> Message:
    return email.message_from_string(
        f"{head}To: support@northwind.example\nMIME-Version: 1.0\n{body}"
    )


def plain(head: str, text: str) -> DeliveryReport | None:
    return delivery_report(message(head, f"Content-Type: text/plain\n\n{text}"), text)


def returned(kind: str = "message/rfc822") -> str:
    return (
        f"Content-Type: {kind}\n\nFrom: support@northwind.example\nTo: jane@acme.example\n"
        f"Message-ID: {OURS}\nReferences: <a1@acme.example>\nSubject: [WO-1042] Printer\n\n"
    )


def report(*parts: str, head: str = DAEMON, kind: str = "report-type=delivery-status") -> Message:
    body = "".join(
        f"--b\n{part}\n" for part in ("Content-Type: text/plain\n\nSee below.\n", *parts)
    )
    return message(
        head,
        f"Subject: Report\nContent-Type: multipart/report; {kind}; boundary=b\n\n{body}--b--\n",
    )


def status(*fields: str) -> str:
    block = "\n".join(fields)
    return f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n{block}\n"


FAILED = status(
    "Original-Recipient: rfc822;jane@acme.example",
    "Final-Recipient: rfc822; <jane.roe@mail.acme.example>",
    "Action: failed",
    "Status: 5.1.1",
    "Diagnostic-Code: smtp; 550 5.1.1 <jane@acme.example>:\n    Recipient address rejected",
)


def test_a_standard_report_names_recipient_status_diagnostic_and_the_original_id() -> None:
    found = delivery_report(report(FAILED, returned()), "See below.")
    assert found is not None
    (recipient,) = found.recipients
    assert recipient.email == "jane@acme.example"
    assert recipient.action is DeliveryAction.FAILED
    assert recipient.status == "5.1.1"
    assert recipient.diagnostic == "550 5.1.1 <jane@acme.example>: Recipient address rejected"
    assert found.original_ids == (OURS,)


@pytest.mark.parametrize(
    "kind", ["message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"]
)
def test_the_original_id_is_read_from_whatever_form_the_copy_has(kind: str) -> None:
    found = delivery_report(report(FAILED, returned(kind)), "")
    assert found is not None
    assert found.original_ids == (OURS,)


def test_the_original_id_is_read_from_headers_and_fields_where_no_copy_is_there() -> None:
    head = f"{DAEMON}In-Reply-To: {OURS}\n"
    found = delivery_report(report(FAILED, head=head), "")
    assert found is not None
    assert found.original_ids == (OURS,)
    field = status("Final-Recipient: rfc822; a@acme.example", f"X-Original-Message-ID: {OURS}")
    found = delivery_report(report(field), "")
    assert found is not None
    assert found.original_ids == (OURS,)


@pytest.mark.parametrize(
    ("fields", "action"),
    [
        (("Action: failed", "Status: 5.0.0"), DeliveryAction.FAILED),
        (("Action: Failed (unknown user)",), DeliveryAction.FAILED),
        (("Action: error",), DeliveryAction.FAILED),
        (("Action: failed", "Status: 4.4.7"), DeliveryAction.FAILED),
        (("Action: delayed", "Status: 4.4.1"), DeliveryAction.DELAYED),
        (("Action: delivered", "Status: 2.0.0"), DeliveryAction.DELIVERED),
        (("Action: relayed",), DeliveryAction.DELIVERED),
        (("Action: expanded",), DeliveryAction.DELIVERED),
        (("Status: 4.2.2",), DeliveryAction.DELAYED),
        (("Status: 5.2.2",), DeliveryAction.FAILED),
        (("Diagnostic-Code: smtp; 450 4.2.0 greylisted",), DeliveryAction.DELAYED),
        ((), DeliveryAction.FAILED),
    ],
)
def test_what_became_of_a_mail_is_the_action_or_else_the_status(
    fields: tuple[str, ...], action: DeliveryAction
) -> None:
    found = delivery_report(report(status("Final-Recipient: rfc822; a@acme.example", *fields)), "")
    assert found is not None
    assert [recipient.action for recipient in found.recipients] == [action]


def test_every_recipient_of_a_report_is_read_once() -> None:
    blocks = "\n\n".join(
        f"Final-Recipient: rfc822;{name}@acme.example\nAction: {action}"
        for name, action in (("a", "failed"), ("b", "delayed"), ("a", "failed"))
    )
    found = delivery_report(report(status(blocks)), "")
    assert found is not None
    assert [(r.email, r.action) for r in found.recipients] == [
        ("a@acme.example", DeliveryAction.FAILED),
        ("b@acme.example", DeliveryAction.DELAYED),
    ]


def test_an_encoded_status_part_is_read_all_the_same() -> None:
    part = (
        "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
        "RmluYWwtUmVjaXBpZW50OiByZmM4MjI7IGFAYWNtZS5leGFtcGxlCkFjdGlvbjogZmFpbGVkCg==\n"
    )
    found = delivery_report(report(part), "")
    assert found is not None
    assert [recipient.email for recipient in found.recipients] == ["a@acme.example"]


def test_a_report_whose_blocks_name_nobody_is_read_by_its_words() -> None:
    mail = report(status("Action: failed"), head="From: Postmaster <postmaster@acme.example>\n")
    found = delivery_report(mail, "These recipients did not get it:\n\n  <jane@acme.example>\n")
    assert found is not None
    assert [recipient.email for recipient in found.recipients] == ["jane@acme.example"]


@pytest.mark.parametrize("name", ["feedback-report", "disposition-notification"])
def test_a_report_of_another_kind_is_no_bounce(name: str) -> None:
    fields = f"Content-Type: message/{name}\n\nFinal-Recipient: rfc822; a@acme.example\n"
    mail = report(fields, returned(), head=PERSON, kind=f"report-type={name}")
    assert delivery_report(mail, "Your mail was read.") is None


def test_a_filters_refusal_in_the_shape_of_a_receipt_is_a_bounce() -> None:
    fields = (
        "Content-Type: message/disposition-notification\n\n"
        f"Final-Recipient: rfc822; jane@acme.example\nOriginal-Message-ID: {OURS}\n"
    )
    mail = report(fields, kind="report-type=disposition-notification")
    mail.replace_header("Subject", "Automatically rejected mail")
    found = delivery_report(mail, "Your message to <jane@acme.example> was rejected")
    assert found is not None
    assert [(r.email, r.action) for r in found.recipients] == [
        ("jane@acme.example", DeliveryAction.FAILED)
    ]
    assert found.original_ids == (OURS,)


QMAIL = f"""Hi. This is the qmail-send program at mx.acme.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<jane@acme.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <support@northwind.example>
Message-ID: {OURS}
To: jane@acme.example
Cc: other@acme.example
"""
POSTFIX = """This is the mail system at host mx.acme.example.

I'm sorry to have to inform you that your message could not be delivered.

<jane@acme.example>: host mx[192.0.2.1] said: 550 5.1.1 User unknown
"""
SENDMAIL = """   ----- The following addresses had permanent fatal errors -----
<jane@acme.example>

   ----- Transcript of session follows -----
... while talking to mx.acme.example.:
>>> RCPT To:<jane@acme.example>
<<< 550 5.1.1 <jane@acme.example>... User unknown
"""
EXCHANGE = """Your message

  To:      Jane Roe
  Subject: [WO-1042] Printer

did not reach the following recipient(s):

jane@acme.example on Mon, 23 Nov 2026 09:13:24 -0600
    The recipient name is not recognized
"""
UNHEARD_OF = """Die Nachricht konnte nicht zugestellt werden.

Empfänger: jane@acme.example
Grund: 550 5.1.1 unbekannt
"""


@pytest.mark.parametrize("text", [QMAIL, POSTFIX, SENDMAIL, EXCHANGE, UNHEARD_OF])
def test_notices_in_a_mail_systems_own_words_are_read(text: str) -> None:
    found = plain(f"{DAEMON}Subject: failure notice\n", text)
    assert found is not None
    assert [(r.email, r.action) for r in found.recipients] == [
        ("jane@acme.example", DeliveryAction.FAILED)
    ]


def test_the_words_give_status_and_diagnostic_and_the_copy_below_gives_the_id() -> None:
    found = plain(f"{DAEMON}Subject: failure notice\n", QMAIL)
    assert found is not None
    assert found.original_ids == (OURS,)
    assert found.recipients[0].status == "5.1.1"
    assert "no mailbox here" in found.recipients[0].diagnostic


def test_the_header_of_exim_and_gmail_names_the_recipients() -> None:
    failed = "X-Failed-Recipients: a@acme.example, b@acme.example"
    head = f"{DAEMON}Subject: Mail delivery failed\n{failed}\n"
    found = plain(head, "A message that you sent could not be delivered.")
    assert found is not None
    assert [r.email for r in found.recipients] == ["a@acme.example", "b@acme.example"]


def test_a_notice_that_names_nobody_takes_the_recipient_of_the_returned_mail() -> None:
    body = f"--b\nContent-Type: text/plain\n\nIt failed.\n--b\n{returned()}\n--b--\n"
    mail = message(
        f"{DAEMON}Subject: Undeliverable\n", f"Content-Type: multipart/mixed; boundary=b\n\n{body}"
    )
    found = delivery_report(mail, "It failed.")
    assert found is not None
    assert [r.email for r in found.recipients] == ["jane@acme.example"]


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("Warning: message 1abc delayed 24 hours", "Delivery attempts will continue."),
        ("Delivery Status Notification (Delay)", "Delivery has been delayed."),
        ("Warning: could not send message for past 4 hours", "You do not need to resend it."),
    ],
)
def test_a_warning_of_delay_is_no_failure(subject: str, words: str) -> None:
    found = plain(f"{DAEMON}Subject: {subject}\n", f"{words}\n\n  <jane@acme.example>:\n")
    assert found is not None
    assert [r.action for r in found.recipients] == [DeliveryAction.DELAYED]


def test_a_failure_that_recalls_its_delays_is_a_failure() -> None:
    text = "<jane@acme.example>:\nwill be retried? No: I'm not going to try again.\n"
    found = plain(f"{DAEMON}Subject: failure notice\n", text)
    assert found is not None
    assert [r.action for r in found.recipients] == [DeliveryAction.FAILED]


@pytest.mark.parametrize("text", [QMAIL, POSTFIX, SENDMAIL, EXCHANGE, UNHEARD_OF])
@pytest.mark.parametrize(
    "head",
    [
        f"{PERSON}Subject: Undeliverable: what does this mean?\n",
        f"{PERSON}Subject: Fwd: failure notice\n",
        f"{PERSON}Subject: 550 user unknown\n",
        "From: postmaster@acme.example\nSubject: Re: failure notice\n",
        "From: Matt Daemon <matt@acme.example>\nSubject: failure notice\n",
    ],
)
def test_a_person_who_quotes_a_bounce_sends_none(text: str, head: str) -> None:
    assert plain(head, f"Hi, I got this, what shall I do?\n\n{text}") is None


def test_the_person_who_looks_after_a_mail_server_may_write_of_failures() -> None:
    head = "From: Postmaster <postmaster@acme.example>\nSubject: Mail delivery problem\n"
    assert plain(head, "We see 550 5.1.1 user unknown for bob@acme.example.\n") is None


def test_a_bounce_that_a_person_passes_on_as_a_file_is_none() -> None:
    inner = report(FAILED, returned()).as_string()
    attached = f"Content-Type: message/rfc822\n\n{inner}"
    body = f"--c\nContent-Type: text/plain\n\nSee?\n--c\n{attached}\n--c--\n"
    mail = message(
        f"{PERSON}Subject: Undelivered mail\n",
        f"Content-Type: multipart/mixed; boundary=c\n\n{body}",
    )
    assert delivery_report(mail, "See?") is None


def test_a_status_part_in_a_persons_mail_is_no_report() -> None:
    body = f"--c\nContent-Type: text/plain\n\nSee?\n--c\n{FAILED}\n--c--\n"
    mail = message(
        f"{PERSON}Subject: Fwd: Report\n", f"Content-Type: multipart/mixed; boundary=c\n\n{body}"
    )
    assert delivery_report(mail, "See?") is None


@pytest.mark.parametrize(
    "head",
    [
        f"{PERSON}Return-Path: <>\nSubject: Automatic reply: Printer\n",
        f"{PERSON}Return-Path: <>\nAuto-Submitted: auto-replied\nSubject: Out of office\n",
    ],
)
def test_an_autoreply_is_no_bounce(head: str) -> None:
    assert plain(head, "I have left. bob@acme.example reads my mail now.\n") is None


def ses(event: object, *, is_wrapped: bool) -> DeliveryReport | None:
    inner = json.dumps(event)
    text = json.dumps({"Type": "Notification", "Message": inner}) if is_wrapped else inner
    head = (
        "From: no-reply@sns.example\nX-Amz-Sns-Message-Id: 1\nSubject: AWS Notification Message\n"
    )
    return plain(head, f"{text}\n--\nTo unsubscribe ...\n")


SES_BOUNCE = {
    "notificationType": "Bounce",
    "bounce": {
        "bouncedRecipients": [
            {"emailAddress": "jane@acme.example", "diagnosticCode": "smtp; 550 5.1.1 unknown"},
            {"emailAddress": 7},
            "nonsense",
        ]
    },
    "mail": {"commonHeaders": {"messageId": OURS}, "headers": [{"name": "Message-ID"}, 1]},
}


@pytest.mark.parametrize("is_wrapped", [True, False])
def test_a_notification_of_amazon_ses_is_read(is_wrapped: bool) -> None:
    found = ses(SES_BOUNCE, is_wrapped=is_wrapped)
    assert found is not None
    assert [(r.email, r.status) for r in found.recipients] == [("jane@acme.example", "5.1.1")]
    assert OURS in found.original_ids


@pytest.mark.parametrize("event", [{}, [], {"notificationType": "Complaint"}, {"Message": "["}, 7])
def test_other_notifications_are_no_bounce(event: object) -> None:
    assert ses(event, is_wrapped=False) is None


@pytest.mark.parametrize(
    "head",
    [
        "From: =?utf-8?q?MAILER-DAEMON\n",
        "Content-Type: multipart/report; charset*=x'y'z; report-type=\"\n",
        "Content-Type: text/plain; charset*=utf-8''x\nFrom: MAILER-DAEMON\nSubject: \udcff\n",
        "From: (((((((((((((((((\nReturn-Path: <>\nSubject: failure notice\n",
        "X-Failed-Recipients: \x00, @, <<>>, \udc80\nFrom: <>\n",
        "Content-Type: message/delivery-status\n",
        "Content-Type: message/rfc822\nFrom: MAILER-DAEMON@x\n",
        "",
    ],
)
@pytest.mark.parametrize("body", ["", "\udcff\udcfe", "\x00" * 1000, "Final-Recipient: ;\n\n:\n"])
def test_nothing_in_a_mail_makes_it_fail(head: str, body: str) -> None:
    raw = f"{head}\n{body}".encode("utf-8", "surrogateescape")
    delivery_report(email.message_from_bytes(raw), body)


@pytest.mark.parametrize(
    "line", ["," * 240, "x@y." * 60, "-" * 240, "<" * 240, "a@b , " * 40, "message-id: <" * 18, ""]
)
def test_only_so_much_of_a_megabyte_is_looked_at(line: str) -> None:
    text = "Your message could not be delivered to:\n" + f"{line}\n" * (
        1_000_000 // (len(line) + 1)
    )
    found = plain(f"{DAEMON}Subject: failure notice\n", f"{text}<jane@acme.example>: unknown\n")
    assert found is not None
    assert "jane@acme.example" not in {r.email for r in found.recipients}
