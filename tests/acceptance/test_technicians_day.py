"""A technician's whole day in the mail client, on real servers."""

import email.policy
from email.message import EmailMessage
from io import BytesIO

from pypdf import PdfReader

from acceptance.live import JANE, MARIA, PAT, SUPPORT, LiveSite, Notice, mail, told

DRUM = "The drum is ordered, it comes on Friday."
MARGIN = "She pays late: margin 40 %."
QUESTION = "May I replace the drum on Friday at eleven?"
DONE = "The drum is replaced, and ten test pages came out clean."


def of(notices: list[Notice], recipient: str) -> Notice:
    (notice,) = [n for n in notices if n.recipient == recipient]
    return notice


def reply(to: Notice, text: str, *, subject: str = "", html: str = "") -> bytes:
    """A technician's answer to a notice, as mail clients write it: quoted text below."""
    message = EmailMessage()
    message["From"] = f"Maria Santos <{MARIA}>"
    message["To"] = SUPPORT
    message["Subject"] = subject or f"Re: {to.message['Subject']}"
    message["Message-ID"] = email.utils.make_msgid(domain="northwind.example")
    message["Date"] = email.utils.formatdate()
    message["In-Reply-To"] = str(to.message["Message-ID"])
    quoted = "\n".join(f"> {line}" for line in to.text.splitlines())
    if html:
        message.set_content(html, subtype="html")
    else:
        attribution = "On Mon, 23 Nov 2026 at 09:12, Northwind <support@northwind.example> wrote:"
        message.set_content(
            f"{text}\n-- \nMaria Santos\nNorthwind IT\n\n{attribution}\n> #finished\n{quoted}\n"
        )
    return message.as_bytes(policy=email.policy.SMTP)


def shown(notice: Notice) -> str:
    """Everything that a reader of a notice may see, in mail and PDF."""
    pages = [
        page.extract_text()
        for content in notice.pdfs.values()
        for page in PdfReader(BytesIO(content)).pages
    ]
    return "\n".join([notice.message.as_string(), notice.text, notice.html, *pages])


def state(site: LiveSite) -> tuple[str, str | None]:
    order = site.json("show", "1001")
    return order["status"], order["technician"]


def test_a_technician_runs_a_work_order_from_opening_to_the_end_by_mail_alone(
    site: LiveSite,
) -> None:
    outside: list[Notice] = []
    notices = site.handles(mail())
    opened = of(notices, MARIA)
    outside += [of(notices, JANE), of(notices, PAT)]

    notices = site.handles(reply(opened, f"#assign me\n#waiting parts\n\n{DRUM}\n"))
    assert told(notices) == [
        ("transcript", MARIA),
        ("waiting-parts", JANE),
        ("waiting-parts", PAT),
    ]
    assert state(site) == ("waiting-parts", MARIA)
    transcript = of(notices, MARIA)
    for words in ("#assign me", "#waiting parts", "Waiting Parts", "In Progress", JANE, PAT):
        assert words in transcript.text
        assert words in transcript.html.replace("&nbsp;", " ")
    waiting = of(notices, JANE)
    assert DRUM in waiting.text
    assert waiting.message["Auto-Submitted"] is None
    assert waiting.message["Subject"] == "[WO-1001] Printer does not print"
    outside += [waiting, of(notices, PAT)]

    # HTML alone, each line in a div of its own, as Outlook on a phone writes it; answering the
    # transcript proves as well.
    divs = "".join(
        f"<div>{line}</div>" for line in ("#Waiting_Vendor", "<br>", "The vendor looks.")
    )
    notices = site.handles(reply(transcript, "", html=f"<html><body>{divs}</body></html>"))
    assert told(notices) == [
        ("transcript", MARIA),
        ("waiting-vendor", JANE),
        ("waiting-vendor", PAT),
    ]
    assert state(site) == ("waiting-vendor", MARIA)
    outside += [of(notices, JANE), of(notices, PAT)]

    notices = site.handles(reply(transcript, f"#internal\n{MARGIN}\n"))
    assert told(notices) == [("transcript", MARIA)]

    # A tag in the subject, and its words in the text.
    subject = "Re: [WO-1001] Printer does not print [waiting customer]"
    notices = site.handles(reply(transcript, QUESTION, subject=subject))
    assert told(notices) == [
        ("transcript", MARIA),
        ("waiting-customer", JANE),
        ("waiting-customer", PAT),
    ]
    asked = of(notices, JANE)
    assert QUESTION in asked.text
    outside += [asked, of(notices, PAT)]

    notices = site.handles(
        mail(subject=f"Re: {asked.message['Subject']}", text="Yes, eleven is fine.\n")
    )
    assert told(notices) == [("reply", MARIA), ("reply", PAT)]
    assert state(site) == ("in-progress", MARIA)
    answered = of(notices, MARIA)
    assert "In Progress" in answered.text

    notices = site.handles(reply(answered, f"#finished\n{DONE}"))
    assert told(notices) == [("finished", JANE), ("finished", PAT), ("transcript", MARIA)]
    assert state(site) == ("finished", MARIA)
    finished = of(notices, JANE)
    assert list(finished.pdfs) == ["WO-1001.pdf"]
    for words in (DRUM, "The vendor looks.", QUESTION, "eleven is fine", DONE):
        assert words in " ".join(shown(finished).split())
    outside += [finished, of(notices, PAT)]

    assert len(outside) == 10
    for notice in outside:
        everything = shown(notice)
        assert MARGIN not in everything
        assert "pays late" not in everything
        for tag in ("#assign", "#waiting", "#internal", "#finished", "[waiting customer]"):
            assert tag.lower() not in everything.lower()


def test_a_wrong_tag_tells_its_writer_and_nobody_else_and_can_be_sent_again(
    site: LiveSite,
) -> None:
    opened = of(site.handles(mail()), MARIA)
    before = site.json("show", "1001")
    notices = site.handles(reply(opened, f"#waiting prts\n#assign me\n\n{DRUM}\n"))
    assert told(notices) == [("transcript", MARIA)]
    assert site.json("show", "1001") == before
    transcript = of(notices, MARIA)
    assert "waiting parts" in transcript.text
    assert DRUM in transcript.text
    notices = site.handles(reply(transcript, f"#waiting parts\n#assign me\n\n{DRUM}\n"))
    assert told(notices) == [
        ("transcript", MARIA),
        ("waiting-parts", JANE),
        ("waiting-parts", PAT),
    ]


def test_a_tag_below_the_text_is_asked_about_before_anything_goes_out(site: LiveSite) -> None:
    opened = of(site.handles(mail()), MARIA)
    notices = site.handles(reply(opened, "Hi Jane,\nit works again.\n\n#finished\n"))
    assert told(notices) == [("transcript", MARIA)]
    assert state(site) == ("in-progress", None)


def test_tags_alone_send_no_empty_reply(site: LiveSite) -> None:
    opened = of(site.handles(mail()), MARIA)
    notices = site.handles(reply(opened, "#label vpn\n#priority high\n#followup 3d\n"))
    assert told(notices) == [("transcript", MARIA)]
    order = site.json("show", "1001")
    assert (order["labels"], order["priority"]) == (["vpn"], "high")
    assert order["follow_up_on"] is not None
    notices = site.handles(reply(opened, "#waiting parts"))
    assert told(notices) == [
        ("transcript", MARIA),
        ("waiting-parts", JANE),
        ("waiting-parts", PAT),
    ]
    status = of(notices, JANE)
    assert status.message["Auto-Submitted"] == "auto-generated"
    assert "(no text)" not in status.text


def test_a_technician_opens_for_a_customer_on_the_telephone(site: LiveSite) -> None:
    passed = "mx.northwind.example; dmarc=pass header.from=northwind.example"
    notices = site.handles(
        mail(
            sender=f"Maria Santos <{MARIA}>",
            subject="Toner for PRN-2",
            text=f"#for {JANE}\n#assign me\n\nJane called: the toner of PRN-2 is empty.\n",
            Authentication_Results=passed,
        )
    )
    assert told(notices) == [("opened", JANE), ("opened", PAT), ("transcript", MARIA)]
    order = site.json("show", "1001")
    assert order["opened_by"] == "technician"
    assert order["contact"] == {"name": "Jane Roe", "email": JANE}
    assert order["equipment"] == ["PRN-2"]
    opening = of(notices, JANE)
    assert "#for" not in shown(opening)
    assert "toner" in opening.text


def test_the_shell_does_what_a_mail_does(site: LiveSite) -> None:
    site.handles(mail())
    said = site.must("do", "1001", "--as", MARIA, f"#waiting parts\n{DRUM}")
    assert "#waiting parts" in said
    assert told(site.once()) == [("waiting-parts", JANE), ("waiting-parts", PAT)]
    refused = site.run("do", "1001", "--as", MARIA, "#finishd")
    assert refused.returncode == 1
    assert "finished" in refused.stdout
    assert site.once() == []
