"""Generated mails: 2 to 30 KB, a tenth with a 200 KB attachment, several charsets, some replies."""

import random
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

SUPPORT = "support@northwind.example"
CUSTOMERS = 20
CONTACTS_EACH = 5

_WORDS = {
    "utf-8": "Drucker Büro Störung größer naïve façade señal mañana zażółć Wasser früh Gerät",
    "iso-8859-1": "Drucker Büro Störung größer señal mañana années tête où déjà",
    "windows-1251": "принтер не печатает сегодня утром сервер сеть бумага",
    "gb18030": "打印机 今天 早上 不能 打印 服务器 网络 纸张",
    "us-ascii": "printer server network paper morning office monitor keyboard backup invoice",
}


def contacts() -> list[tuple[str, str]]:
    """(address, customer) of everybody who writes; the first of each customer is its primary."""
    return [
        (f"person{n}@customer{c}.example", f"Customer {c}")
        for c in range(CUSTOMERS)
        for n in range(CONTACTS_EACH)
    ]


def mails(count: int, *, replies: float, first: int, seed: int, opened: int = 0) -> Iterator[bytes]:
    """`count` mails, of which about a share of `replies` answers earlier work orders.

    Those are numbered from `first`; the first `opened` of them an earlier run brought about.
    """
    chance = random.Random(seed)  # noqa: S311 - not for a secret
    people = [address for address, _ in contacts()]
    openers = [people[serial % len(people)] for serial in range(opened)]
    for serial in range(opened, opened + count):
        if openers and chance.random() < replies:
            answered = chance.randrange(len(openers))
            yield _mail(chance, serial, openers[answered], answers=first + answered)
        else:
            openers.append(people[serial % len(people)])
            yield _mail(chance, serial, openers[-1])


def _text(chance: random.Random, words: list[str], size: int) -> str:
    lines: list[str] = []
    total = 0
    while total < size:
        line = " ".join(chance.choices(words, k=11))
        lines.append(line)
        total += len(line) + 1
        if chance.random() < 0.15:
            lines.append("")
    return "\n".join(lines) + "\n"


def _mail(chance: random.Random, serial: int, author: str, *, answers: int | None = None) -> bytes:
    charset = chance.choice(list(_WORDS))
    words = _WORDS[charset].split()
    message = EmailMessage()
    for hop in range(3):
        message["Received"] = (
            f"from hop{hop}.client.example by hop{hop + 1}.example; {formatdate()}"
        )
    message["DKIM-Signature"] = (
        f"v=1; a=rsa-sha256; d=client.example; b={chance.randbytes(256).hex()}"
    )
    message["X-Antispam-Report"] = chance.randbytes(300).hex()
    message["From"] = f"Person {serial} <{author}>"
    message["To"] = SUPPORT
    message["Date"] = formatdate()
    message["Message-ID"] = f"<bench-{serial}-{chance.getrandbits(64):x}@client.example>"
    title = " ".join(chance.choices(words, k=5))
    message["Subject"] = title if answers is None else f"Re: [WO-{answers}] {title}"
    text = _text(chance, words, int(chance.triangular(150, 3000, 400)))
    if answers is not None:
        quoted = "".join(f"> {line}\n" for line in text.splitlines())
        text += f"\nOn Mon, 23 Nov 2026 at 10:00, Support <{SUPPORT}> wrote:\n{quoted}"
    message.set_content(text, charset=charset)
    if chance.random() < 0.6:
        html = _html(chance, text)
        message.add_alternative(html, subtype="html", charset=charset)
    if chance.random() < 0.1:
        photo = chance.randbytes(200_000)
        message.add_attachment(
            photo, maintype="image", subtype="jpeg", filename=f"photo{serial}.jpg"
        )
    return message.as_bytes(policy=SMTP)


def _html(chance: random.Random, text: str) -> str:
    """What a mail client makes of a text: most of it is styles that say nothing."""
    styles = "".join(
        f"p.MsoNormal{n}, li.MsoNormal{n} {{margin:0cm; font-size:11.0pt; color:#1f497d;}}\n"
        for n in range(chance.randint(5, 150))
    )
    paragraphs = "".join(
        f'<p class="MsoNormal1"><span style="font-size:11.0pt">{line}</span></p>\n'
        for line in text.splitlines()
        if line
    )
    return f"<html><head><style>{styles}</style></head><body>{paragraphs}</body></html>"
