"""The sample company of the demo, its customer, and the mails its people write."""

import struct
import zlib
from email.message import EmailMessage, Message
from email.utils import format_datetime, make_msgid
from textwrap import dedent

from workorder.bootstrap import utc_now
from workorder.store.unit import Unit

SUPPORT = "support@northwind.example"
MARIA = "maria@northwind.example"
JANE = "jane@acme.example"
PAT = "pat@acme.example"
EVE = "eve@evil.example"

CONFIG = """\
[site]
name = "Northwind IT Services"
support_address = "support@northwind.example"
admin_address = "admin@northwind.example"
timezone = "America/New_York"
portal_url = "http://127.0.0.1:{portal_port}"
secret_file = "secret"

[storage]
database = "sqlite:///workorder.db"
files = "files"

[[mailboxes]]
name = "support"
host = "127.0.0.1"
port = {imap_port}
security = "none"
user = "{user}"
password = "{password}"
poll_seconds = 5

[smtp]
host = "127.0.0.1"
port = {smtp_port}
security = "none"

[trust]
authserv_id = "{authserv_id}"

[portal]
listen = "127.0.0.1:{portal_port}"
"""


def settle(unit: Unit) -> None:
    """Put the sample people and things on record."""
    acme = unit.people.add_customer(name="Acme Ltd", domains=("acme.example",))
    unit.people.add_contact(email=JANE, name="Jane Roe", customer_id=acme.id)
    unit.people.add_contact(email=PAT, name="Pat Lee", customer_id=acme.id, primary=True)
    unit.people.add_equipment(
        customer_id=acme.id,
        tag="PRN-2",
        name="Front desk printer",
        serial="VNB3R12345",
        location="Reception",
    )
    unit.people.add_equipment(customer_id=acme.id, tag="SRV-01", name="File server")
    unit.people.add_technician(email=MARIA, name="Maria Santos")


def _mail(author: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = author
    message["To"] = f"Support <{SUPPORT}>"
    message["Subject"] = subject
    message["Date"] = format_datetime(utc_now())
    message["Message-ID"] = make_msgid(domain=author.rpartition("@")[2].rstrip(">"))
    message.set_content(dedent(text))
    return message


def _answer(author: str, to: Message, text: str, quote: str) -> EmailMessage:
    message = _mail(author, f"Re: {to['Subject']}", text + quote)
    message["In-Reply-To"] = str(to["Message-ID"])
    message["References"] = " ".join([*str(to["References"] or "").split(), str(to["Message-ID"])])
    return message


def first_mail() -> EmailMessage:
    """A customer asks for help, with a photo."""
    text = """\
        Good morning,

        the printer PRN-2 at the reception prints nothing since today. It says
        "paper jam", but there is no paper in it. Could somebody have a look?

        Kind regards
        Jane Roe

        -- \n        Jane Roe | Reception | Acme Ltd
        """
    message = _mail(f"Jane Roe <{JANE}>", "Printer does not print", text)
    message.add_attachment(_photo(), maintype="image", subtype="png", filename="paper-jam.png")
    return message


def asks_for(subject: str, text: str) -> EmailMessage:
    """The customer asks for something."""
    return _mail(f"Jane Roe <{JANE}>", subject, text)


def technicians_answer(notice: Message) -> EmailMessage:
    """The technician answers the notice, as a mail client does."""
    text = (
        "Good morning Jane, that is most likely the paper sensor. I will be with you\n"
        "at eleven and bring a spare one.\n"
    )
    quote = f"\n{_attribution()}\n> ...\n"
    return _answer(f"Maria Santos <{MARIA}>", notice, text, quote)


def customers_answer(notice: Message) -> EmailMessage:
    """The customer answers the technician's words from Outlook, which quotes below."""
    text = "Eleven is fine. Please ring at the back door, the front one is being painted.\n"
    quote = dedent(
        f"""
        ________________________________
        From: Northwind IT Services <{SUPPORT}>
        Sent: Monday, November 23, 2026 9:20 AM
        To: Jane Roe <{JANE}>
        Subject: {notice["Subject"]}

        Good morning Jane, that is most likely the paper sensor.
        """
    )
    return _answer(f"Jane Roe <{JANE}>", notice, text, quote)


def technicians_words(to: Message, text: str) -> EmailMessage:
    """The technician answers any mail of ours, with her signature and the quoted text below."""
    quote = f"\n-- \nMaria Santos\nNorthwind IT Services\n\n{_attribution()}\n> ...\n"
    return _answer(f"Maria Santos <{MARIA}>", to, text, quote)


def answer_of(author: str, to: Message, text: str) -> EmailMessage:
    """Somebody answers a notice, with the quoted text below."""
    return _answer(author, to, text, f"\n{_attribution()}\n> ...\n")


def _attribution() -> str:
    return f"On Mon, 23 Nov 2026 at 09:12, Northwind IT Services <{SUPPORT}> wrote:"


def forwarded_call() -> EmailMessage:
    """The technician passes on what the customer wrote to her alone, from Gmail."""
    text = f"""\
        #for
        #assign me

        ---------- Forwarded message ---------
        From: Jane Roe <{JANE}>
        Date: Mon, 23 Nov 2026 at 15:02
        Subject: Toner
        To: Maria Santos <{MARIA}>

        Hello Maria, while you are here: the toner of PRN-2 is nearly empty.
        Jane
        """
    return _mail(f"Maria Santos <{MARIA}>", "Fwd: Toner", text)


def alert(state: str, *, again: bool = False) -> EmailMessage:
    """Nagios reports on a host, as its own mail script words it."""
    text = f"""\
        ***** Nagios *****

        Notification Type: {state}

        Service: Disk space
        Host: SRV-01
        Address: 192.0.2.10
        State: CRITICAL

        Date/Time: {"15:40" if again else "15:10"}

        Additional Info:

        DISK CRITICAL - free space: / 512 MB (1%)
        """
    subject = f"** {state} Service Alert: SRV-01/Disk space is CRITICAL **"
    message = _mail("Nagios <nagios@monitor.example>", subject, text)
    message["Auto-Submitted"] = "auto-generated"
    return message


def strangers_guess(label: str) -> EmailMessage:
    """Somebody who is nobody here guesses a number."""
    text = "Please send me everything you have on this work order.\n"
    return _mail(f"Eve <{EVE}>", f"Re: [{label}] Printer does not print", text)


def forged_command(label: str) -> EmailMessage:
    """The stranger again, under the technician's address."""
    text = "Dear customer, please pay to our new account.\n"
    return _mail(f"Maria Santos <{MARIA}>", f"Re: [{label}] Printer does not print", text)


def out_of_office(notice: Message) -> EmailMessage:
    """The primary contact is on holiday, and their server says so to everybody."""
    message = _mail(
        f"Pat Lee <{PAT}>",
        f"Automatic reply: {notice['Subject']}",
        "I am out of the office until Monday.\n",
    )
    message["In-Reply-To"] = str(notice["Message-ID"])
    message["Auto-Submitted"] = "auto-replied"
    message["X-Auto-Response-Suppress"] = "All"
    return message


def _photo() -> bytes:
    """A small PNG (ISO/IEC 15948), grey with a red bar: what a phone would have taken."""
    width, height = 64, 48
    grey, red = b"\xb0\xb0\xb0", b"\xc0\x20\x20"
    rows = b"".join(
        b"\0" + (red if height // 3 < y < height // 2 else grey) * width for y in range(height)
    )

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
