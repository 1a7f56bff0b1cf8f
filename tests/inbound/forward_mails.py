"""Mails that a technician forwards: from Jane, about her printer, as each client writes them."""

import base64
from email.message import EmailMessage
from email.policy import SMTP

from workorder.core.message import Forwarded
from workorder.inbound.forwarded import forwarded
from workorder.inbound.parse import parse

ISSUE = "The printer on the second floor is broken.\n\nCan you come today?"
NEWS = f"{ISSUE}\n\nKind regards\nJane Roe\nAcme Ltd\nTel. +1 555 010 0200"
JANE = "Jane Roe <jane@acme.example>"
SIGNATURE = "-- \nMaria Lopez\nNorthwind IT\n+1 555 010 0100"

# client, what it puts above the mail
FORWARD_HEADS = (
    (
        "gmail",
        """\
---------- Forwarded message ---------
From: Jane Roe <jane@acme.example>
Date: Tue, Feb 2, 2016 at 10:12 AM
Subject: Printer
To: Maria <maria@northwind.example>
Cc: <bob@acme.example>

""",
    ),
    (
        "gmail with a starred name",
        """\
---------- Forwarded message ----------
From: *Jane Roe* <jane@acme.example>
Date: 2016-02-02 10:12 GMT+01:00
Subject: Printer
To: maria@northwind.example

""",
    ),
    (
        "gmail wrapped inside the address",
        """\
---------- Forwarded message ---------
From: Jane Roe <
jane@acme.example>
Date: Tue, 2 Feb 2016 at 10:12
Subject: Printer
To: <maria@northwind.example>

""",
    ),
    (
        "gmail es",
        """\
---------- Forwarded message ---------
De: Jane Roe <jane@acme.example>
Date: mar, 2 feb 2016 a las 10:12
Subject: Printer
To: <maria@northwind.example>

""",
    ),
    (
        "outlook desktop",
        """\
From: Jane Roe <jane@acme.example>\x20
Sent: Tuesday, February 2, 2016 10:12 AM
To: Maria Lopez <maria@northwind.example>
Subject: Printer
""",
    ),
    (
        "outlook before 2016",
        """\
From: Jane Roe [mailto:jane@acme.example]\x20
Sent: Tuesday, February 2, 2016 10:12 AM
To: Maria Lopez
Subject: Printer
Importance: High
""",
    ),
    (
        "outlook with the links written out",
        """\
From: Jane Roe <jane@acme.example<mailto:jane@acme.example>>
Sent: Tuesday, 2 February 2016 10:12
To: Maria <maria@northwind.example<mailto:maria@northwind.example>>
Subject: Printer
""",
    ),
    (
        "outlook on the web",
        """\
________________________________
From: Jane Roe <jane@acme.example>
Sent: Tuesday, February 2, 2016 10:12
To: Maria Lopez <maria@northwind.example>
Cc: Bob <bob@acme.example>; Ann <ann@acme.example>
Subject: Printer
""",
    ),
    (
        "outlook on a telephone",
        """\
________________________________
From: Jane Roe<mailto:jane@acme.example>
Sent: Tuesday, February 2, 2016 10:12:00 AM
To: Maria Lopez<mailto:maria@northwind.example>
Subject: Printer
""",
    ),
    (
        "outlook with bold labels",
        """\
*From:* Jane Roe <jane@acme.example>
*Sent:* Tuesday, February 2, 2016 10:12 AM
*To:* Maria Lopez
*Subject:* Printer
""",
    ),
    (
        "outlook with a name turned round",
        """\
From: Roe, Jane <jane@acme.example>
Sent: Tuesday, February 2, 2016 10:12 AM
To: Lopez, Maria <maria@northwind.example>
Subject: Printer
""",
    ),
    (
        "outlook whose original message",
        """\
-----Original Message-----
From: Jane Roe [mailto:jane@acme.example]
Sent: Tuesday, February 2, 2016 10:12 AM
To: Maria Lopez
Subject: Printer
""",
    ),
    (
        "outlook whose long list of recipients is wrapped",
        """\
From: Jane Roe <jane@acme.example>
Sent: Tuesday, February 2, 2016 10:12 AM
To: Maria Lopez <maria@northwind.example>;
 Bob Jones <bob@acme.example>;
 Ann Smith <ann@acme.example>
Subject: Printer
""",
    ),
    (
        "outlook for the mac, the mail right below",
        """\
From: Jane Roe <jane@acme.example>
Date: Tuesday, 2 February 2016 at 10:12
To: maria@northwind.example <maria@northwind.example>
Subject: Printer""",
    ),
    (
        "outlook de",
        """\
Von: Jane Roe <jane@acme.example>\x20
Gesendet: Dienstag, 2. Februar 2016 10:12
An: Maria Lopez
Betreff: Printer
""",
    ),
    (
        "outlook fr",
        """\
De : Jane Roe <jane@acme.example>
Envoyé : mardi 2 février 2016 10:12
À : Maria Lopez
Objet : Printer
""",
    ),
    (
        "outlook es",
        """\
De: Jane Roe <jane@acme.example>
Enviado el: martes, 2 de febrero de 2016 10:12
Para: Maria Lopez
Asunto: Printer
""",
    ),
    (
        "outlook it",
        """\
Da: Jane Roe <jane@acme.example>
Inviato: martedì 2 febbraio 2016 10:12
A: Maria Lopez
Oggetto: Printer
""",
    ),
    (
        "outlook nl",
        """\
Van: Jane Roe <jane@acme.example>
Verzonden: dinsdag 2 februari 2016 10:12
Aan: Maria Lopez
Onderwerp: Printer
""",
    ),
    (
        "outlook pl",
        """\
Od: Jane Roe <jane@acme.example>
Wysłano: wtorek, 2 lutego 2016 10:12
Do: Maria Lopez
Temat: Printer
""",
    ),
    (
        "outlook zh",
        """\
发件人： Jane Roe <jane@acme.example>
发送时间： 2016年2月2日 10:12
收件人： Maria Lopez
主题： Printer
""",
    ),
    (
        "thunderbird",
        """\
-------- Forwarded Message --------
Subject: \tPrinter
Date: \tTue, 2 Feb 2016 10:12:00 +0100
From: \tJane Roe <jane@acme.example>
Reply-To: \tservice@acme.example
Organisation: \tAcme Ltd
To: \tMaria Lopez <maria@northwind.example>


""",
    ),
    (
        "thunderbird de",
        """\
-------- Weitergeleitete Nachricht --------
Betreff: \tPrinter
Datum: \tTue, 2 Feb 2016 10:12:00 +0100
Von: \tJane Roe <jane@acme.example>
An: \tMaria <maria@northwind.example>
Kopie (CC): \tbob@acme.example


""",
    ),
    (
        "thunderbird fi",
        """\
-------- Välitetty viesti / Fwd.Msg --------
Aihe: \tPrinter
Päiväys: \tTue, 2 Feb 2016 10:12:00 +0100
Lähettäjä: \tJane Roe <jane@acme.example>
Vastaanottaja: \tmaria@northwind.example


""",
    ),
    (
        "yahoo, every header on one line",
        """\
   ----- Forwarded Message ----- From: Jane Roe <jane@acme.example>\
To: "maria@northwind.example" <maria@northwind.example>\
Cc: Bob <bob@acme.example>; Ann <ann@acme.example>\
Sent: Tuesday, February 2, 2016, 10:12:00 AM GMT+1\
Subject: Printer""",
    ),
    (
        "yahoo fr",
        """\
   ----- Message transmis ----- De : Jane Roe <jane@acme.example>\
À : "maria@northwind.example" <maria@northwind.example>\
Envoyé : mardi 2 février 2016, 10:12:00 UTC+1\
Objet : Printer""",
    ),
    (
        "yahoo on lines",
        """\
----- Forwarded Message -----
From: Jane Roe <jane@acme.example>
To: "maria@northwind.example" <maria@northwind.example>
Sent: Tuesday, February 2, 2016, 10:12:00 AM GMT+1
Subject: Printer
""",
    ),
    (
        "samsung",
        """\
-------- Original message --------
From: Jane Roe <jane@acme.example> Date: 2/2/16 10:12 AM (GMT+01:00) \
To: Maria <maria@northwind.example> Subject: Printer\x20
""",
    ),
    (
        "blackberry",
        """\
  Original Message \x20
From: Jane Roe
 <jane@acme.example>
Sent: Tuesday, 2 February 2016 10:12
To: Maria
Subject: Printer
""",
    ),
    (
        "mutt",
        """\
----- Forwarded message from Jane Roe <jane@acme.example> -----

Date: Tue, 2 Feb 2016 10:12:00 +0100
From: Jane Roe <jane@acme.example>
To: Maria
Subject: Printer
""",
    ),
    (
        "zoho",
        """\
============ Forwarded message ============
From: Jane Roe <jane@acme.example>
To: <maria@northwind.example>
Date: Tue, 02 Feb 2016 10:12:00 +0100
Subject: Printer
============ Forwarded message ============
""",
    ),
    (
        "web.de",
        """\

Gesendet: Dienstag, 2. Februar 2016 um 10:12 Uhr
Von: "Jane Roe" <jane@acme.example>
An: maria@northwind.example
Betreff: Printer
""",
    ),
    (
        "k-9",
        """\
-------- Original Message --------
From: Jane Roe <jane@acme.example>
Sent: February 2, 2016 10:12:00 AM GMT+01:00
To: maria@northwind.example
Subject: Printer
""",
    ),
)


def mail(text: str, *, subject: str = "Fwd: Printer", headers: str = "") -> bytes:
    head = (
        "From: Maria Lopez <maria@northwind.example>\nTo: support@northwind.example\n"
        f"Subject: {subject}\nMIME-Version: 1.0\n{headers}"
    )
    kind = "" if "Content-Type" in headers else "Content-Type: text/plain; charset=utf-8\n"
    return f"{head}{kind}\n{text}".encode()


def html(body: str, *, subject: str = "Fwd: Printer") -> bytes:
    kind = "Content-Type: text/html; charset=utf-8\n"
    return mail(f"<html><body>{body}</body></html>", subject=subject, headers=kind)


def found(raw: bytes) -> Forwarded:
    forward = forwarded(parse(raw))
    assert forward is not None
    return forward


def emails(raw: bytes) -> list[str]:
    return [author.email for author in found(raw).authors]


def outlook(sender: str, *, subject: str = "Printer", text: str = ISSUE) -> str:
    head = f"From: {sender}\nSent: Tuesday, February 2, 2016 10:12 AM\nTo: Maria\n"
    return f"{head}Subject: {subject}\n\n{text}\n"


def gmail(sender: str, *, subject: str = "Printer", text: str = ISSUE) -> str:
    head = f"---------- Forwarded message ---------\nFrom: {sender}\n"
    return f"{head}Date: Tue, Feb 2, 2016 at 10:12 AM\nSubject: {subject}\nTo: Maria\n\n{text}\n"


def quoted(*paragraphs: str) -> str:
    text = "\n\n".join(paragraphs).rstrip("\n")
    return "".join(f"> {line}".rstrip() + "\n" for line in text.split("\n"))


def attached(*inner: bytes, subject: str = "FW: Printer", kind: str = "message/rfc822") -> bytes:
    outer = EmailMessage(policy=SMTP)
    outer["From"] = "Maria Lopez <maria@northwind.example>"
    outer["To"] = "support@northwind.example"
    outer["Subject"] = subject
    outer.set_content(f"#for\n\n{SIGNATURE}\n")
    raw = outer.as_bytes()
    head, _, body = raw.partition(b"\r\n\r\n")
    fields = b"\r\n".join(
        line for line in head.split(b"\r\n") if not line.lower().startswith((b"content-", b"mime"))
    )
    parts = [b"Content-Type: text/plain\r\n\r\n" + body]
    for each in inner:
        coded = kind != "message/rfc822"
        lines = f"Content-Type: {kind}; name=p.eml\r\nContent-Disposition: attachment\r\n"
        lines += "Content-Transfer-Encoding: base64\r\n" if coded else ""
        parts.append(lines.encode() + b"\r\n" + (base64.encodebytes(each) if coded else each))
    joined = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    mixed = b'\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    return fields + mixed + joined + b"--b--\r\n"


def customers_mail(sender: str = JANE, text: str = NEWS, subject: str = "Printer") -> bytes:
    head = f"From: {sender}\r\nTo: maria@northwind.example\r\nSubject: {subject}\r\n"
    return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()
