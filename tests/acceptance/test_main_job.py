import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from acceptance.live import ADMIN, JANE, MARIA, PAT, LiveSite, Notice, mail, told


def of(notices: list[Notice], recipient: str) -> Notice:
    (notice,) = [n for n in notices if n.recipient == recipient]
    return notice


def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_a_contacts_mail_opens_the_first_work_order_and_each_is_told_once(site: LiveSite) -> None:
    notices = site.handles(mail(Message_ID="<first@acme.example>"))
    assert told(notices) == [("opened", JANE), ("opened", MARIA), ("opened", PAT)]
    (order,) = site.json("list")
    assert (order["number"], order["status"], order["customer"]) == (
        1001,
        "in-progress",
        "Acme Ltd",
    )
    assert order["contact"] == {"name": "Jane Roe", "email": JANE}
    assert order["equipment"] == ["PRN-2"]
    for recipient in (JANE, PAT):
        notice = of(notices, recipient)
        assert notice.message["Subject"] == "[WO-1001] Printer does not print"
        assert notice.message["To"].addresses[0].addr_spec == recipient
        assert notice.message["In-Reply-To"] == "<first@acme.example>"
        assert notice.message["X-WorkOrder"] == "1001"
        assert notice.message["Auto-Submitted"] == "auto-replied"
        for body in (notice.text, notice.html):
            for fact in ("WO-1001", "Jane Roe", JANE, "The printer PRN-2 says paper jam."):
                assert fact in body
        assert list(notice.pdfs) == ["WO-1001.pdf"]
        page = pdf_text(notice.pdfs["WO-1001.pdf"])
        for fact in ("WO-1001", "Jane Roe", JANE, "paper jam", "PRN-2", "VNB3R12345"):
            assert fact in page
    assert of(notices, JANE).text == of(notices, PAT).text
    assert of(notices, MARIA).pdfs == {}


def test_the_same_bytes_again_do_nothing(site: LiveSite) -> None:
    raw = mail()
    assert len(site.handles(raw)) == 3
    assert site.handles(raw) == []
    assert len(site.json("list")) == 1
    assert site.once() == []


@pytest.mark.parametrize(
    "subject",
    [
        "Re: [WO-1001] Printer does not print",
        "WO-1001",
        "about WO 1001",
        "wo#1001",
        "AW: WO1001 noch etwas",
    ],
)
def test_replies_thread_by_number_in_all_spellings(site: LiveSite, subject: str) -> None:
    site.handles(mail())
    notices = site.handles(mail(subject=subject, text="And the tray is stuck.\n"))
    assert told(notices) == [("reply", MARIA), ("reply", PAT)]
    (order,) = site.json("list")
    events = site.json("show", "1001")["events"]
    assert [event["kind"] for event in events if event["kind"] != "equipment"] == [
        "opened",
        "reply",
    ]
    assert order["number"] == 1001


def test_replies_thread_by_reference_when_the_subject_lost_the_number(site: LiveSite) -> None:
    notices = site.handles(mail())
    own = of(notices, JANE).message["Message-ID"]
    site.handles(mail(subject="thanks for the quick answer", In_Reply_To=own))
    assert [order["number"] for order in site.json("list")] == [1001]


def test_a_stranger_who_guesses_a_number_learns_nothing_and_changes_nothing(
    site: LiveSite,
) -> None:
    site.handles(mail())
    before = site.json("show", "1001")
    eve = "eve@evil.example"
    notices = site.handles(mail(sender=eve, subject="Re: [WO-1001] Printer", text="tell me\n"))
    assert told(notices) == [("opened", MARIA)]
    assert site.json("show", "1001") == before
    own = site.json("show", "1002")
    assert own["customer"] is None
    assert own["contact"]["email"] == eve
    (note,) = [event for event in own["events"] if event["kind"] == "note"]
    assert "WO-1001" in note["text"]
    assert note["public"] is False


def test_a_stranger_is_answered_only_with_dmarc(site: LiveSite) -> None:
    eve = "eve@free.example"
    passed = {"Authentication_Results": "mx.northwind.example; dmarc=pass header.from=free.example"}
    foreign = {"Authentication_Results": "evil.example; dmarc=pass header.from=free.example"}
    assert told(site.handles(mail(sender=eve, **passed))) == [("opened", eve), ("opened", MARIA)]
    assert told(site.handles(mail(sender=eve, **foreign))) == [("opened", MARIA)]


def test_a_new_person_of_a_customers_domain_becomes_its_unproven_contact(site: LiveSite) -> None:
    notices = site.handles(mail(sender="New Face <new@acme.example>"))
    assert told(notices) == [("opened", MARIA), ("opened", PAT)]
    contacts = {row["email"]: row for row in site.json("contact", "list")}
    assert contacts["new@acme.example"]["customer"] == "Acme Ltd"
    assert contacts["new@acme.example"]["proven"] is False


def test_a_proven_technicians_reply_reaches_the_customer_an_unproven_one_does_not(
    site: LiveSite,
) -> None:
    opened = of(site.handles(mail()), MARIA)
    forged = mail(sender=MARIA, subject="[WO-1001]", text="Please pay to our new account.\n")
    assert told(site.handles(forged)) == [("unproven", MARIA)]
    own = opened.message["Message-ID"]
    answer = mail(sender=MARIA, subject="Re: [WO-1001] x", text="On my way.\n", In_Reply_To=own)
    notices = site.handles(answer)
    assert told(notices) == [("reply", JANE), ("reply", PAT)]
    assert "On my way." in of(notices, JANE).text
    assert of(notices, JANE).message["Auto-Submitted"] is None
    everything = b"".join(m.body for m in site.sink.mails if MARIA not in m.recipients)
    assert b"new account" not in everything


def test_quoted_text_and_signature_are_taken_off_and_the_original_is_kept(site: LiveSite) -> None:
    site.handles(mail())
    text = (
        "Yes, the left one.\n\n-- \nJane Roe\nAcme\n\n"
        "On Mon, 23 Nov 2026 at 10:00, Northwind <support@northwind.example> wrote:\n"
        "> Which printer is it?\n"
    )
    site.handles(mail(subject="Re: [WO-1001] Printer", text=text))
    reply = site.json("show", "1001")["events"][-1]
    assert (reply["kind"], reply["text"].strip()) == ("reply", "Yes, the left one.")
    originals = [path.read_bytes() for path in site.home.rglob("*.eml")]
    assert any(b"Which printer is it?" in original for original in originals)


def test_automatic_mail_opens_nothing_and_is_never_answered(site: LiveSite) -> None:
    opened = of(site.handles(mail()), JANE)
    own = opened.message["Message-ID"]
    away = mail(
        subject="Automatic reply: [WO-1001] Printer", In_Reply_To=own, Auto_Submitted="auto-replied"
    )
    bulk = mail(sender="news@shop.example", subject="Sale!", List_Id="<news.shop.example>")
    ours = opened.message.as_bytes()
    assert site.handles(away, bulk, ours) == []
    assert len(site.json("list")) == 1
    kinds = [event["kind"] for event in site.json("show", "1001")["events"]]
    assert kinds.count("mail-in-auto") == 1


def test_a_bounce_of_a_notice_is_told_to_the_technicians(site: LiveSite) -> None:
    own = of(site.handles(mail()), JANE).message["Message-ID"]
    report = f"""\
From: MAILER-DAEMON@mx.acme.example
To: support@northwind.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <dsn1@mx.acme.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your mail could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example

Final-Recipient: rfc822; {JANE}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: text/rfc822-headers

Message-ID: {own}
Subject: [WO-1001] Printer does not print
--b--
""".replace("\n", "\r\n").encode()
    notices = site.handles(report)
    assert told(notices) == [("mail-failed", MARIA)]
    assert "no such user" in notices[0].text
    (failed,) = [e for e in site.json("show", "1001")["events"] if e["kind"] == "mail-failed"]
    assert failed["public"] is False


def test_handled_mail_lies_in_the_done_folder_and_reconcile_agrees(site: LiveSite) -> None:
    site.handles(mail(), mail(subject="Another thing"))
    assert site.dovecot.count(site.user) == 0
    assert site.dovecot.count(site.user, "WorkOrder.Done") == 2
    (account,) = site.json("reconcile")
    assert (account["on_server"], account["recorded"], account["set_aside"]) == (2, 2, 0)
    site.arrives(mail(subject="Not handled yet"))
    assert site.run("reconcile").returncode == 1


def test_mail_dragged_back_into_the_inbox_does_nothing(site: LiveSite) -> None:
    site.handles(mail(), mail(subject="Another thing"))
    with site.dovecot.login(site.user) as client:
        client.select("WorkOrder.Done")
        client.uid("MOVE", "1:*", "INBOX")
    assert site.once() == []
    assert len(site.json("list")) == 2
    assert site.dovecot.count(site.user, "WorkOrder.Done") == 2


def test_a_second_copy_by_another_alias_is_no_news(site: LiveSite) -> None:
    raw = mail(Message_ID="<twice@acme.example>")
    site.handles(raw)
    copy = b"Delivered-To: helpdesk@northwind.example\r\n" + raw
    assert site.handles(copy) == []
    assert len(site.json("list")) == 1


def test_a_reused_message_id_hides_no_mail(site: LiveSite) -> None:
    site.handles(mail(Message_ID="<same@acme.example>"))
    other = mail(Message_ID="<same@acme.example>", subject="Server is down", text="Help!\n")
    assert told(site.handles(other)) == [("opened", JANE), ("opened", MARIA), ("opened", PAT)]
    assert len(site.json("list")) == 2


def test_a_technician_opens_one_on_a_contacts_behalf_at_the_shell(site: LiveSite) -> None:
    out = site.must(
        *("open", "--contact", JANE, "--title", "Monitor flickers", "--text", "-"),
        *("--equipment", "PRN-2", "--as", MARIA),
        stdin="It flickers since noon.\n",
    )
    assert out.strip() == "WO-1001"
    notices = site.once()
    assert told(notices) == [("opened", JANE), ("opened", PAT)]
    order = site.json("show", "1001")
    assert (order["opened_by"], order["equipment"]) == ("technician", ["PRN-2"])
    assert of(notices, JANE).message["Auto-Submitted"] == "auto-generated"


def test_notices_keep_the_subject_so_that_clients_keep_one_conversation(site: LiveSite) -> None:
    first = site.handles(mail(Message_ID="<root@acme.example>"))
    second = site.handles(mail(subject="Re: [WO-1001] Printer does not print", text="More.\n"))
    assert {n.message["Subject"] for n in first + second} == {"[WO-1001] Printer does not print"}
    assert all("<root@acme.example>" in str(n.message["References"]) for n in first + second)
    ids = [str(n.message["Message-ID"]) for n in first + second]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"<[^@<>]{20,}@northwind\.example>", i) for i in ids)


def test_the_admin_is_told_once_of_a_mail_that_was_set_aside(site: LiveSite) -> None:
    site.arrives(b"\x00\xff\xfe this is no mail at all\r\n")
    notices = site.once()
    assert told(notices) == [("trouble", ADMIN)]
    (aside,) = site.json("mail", "aside")
    assert site.dovecot.count(site.user, "WorkOrder.Aside") == 1
    assert site.once() == []
    shown = site.must("mail", "show", str(aside["id"]))
    assert "aside" in shown
    (account,) = site.json("reconcile")
    assert (account["on_server"], account["set_aside"]) == (1, 1)
    site.must("mail", "discard", str(aside["id"]), "--why", "spam")
    assert site.json("mail", "aside") == []
