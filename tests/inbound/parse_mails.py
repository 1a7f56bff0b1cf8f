"""Raw mails for the tests of parsing."""

from email.mime.text import MIMEText

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"


def raw_mail(body: str | bytes = "Hello.", *, headers: str = "", content: str = "") -> bytes:
    """A mail from Jane with further header lines; `content` are its Content-* lines."""
    head = f"From: Jane Roe <jane@acme.example>\nSubject: Printer\n{headers}{content}\n"
    octets = body.encode() if isinstance(body, str) else body
    return head.encode("utf-8", "surrogateescape").replace(b"\n", b"\r\n") + octets


def part(body: str, content: str) -> str:
    """A part of a multipart with its Content-* lines."""
    return f"{content}\n\n{body}"


def multipart(
    *parts: str, subtype: str = "mixed", parameters: str = "", boundary: str = "b"
) -> str:
    """The Content-Type line and the body of a multipart, to be used as a part or a whole mail."""
    body = "".join(f"--{boundary}\n{each}\n" for each in parts)
    kind = f'Content-Type: multipart/{subtype}; boundary="{boundary}"{parameters}'
    return f"{kind}\n\n{body}--{boundary}--\n"


def multipart_mail(*parts: str, subtype: str = "mixed", parameters: str = "") -> bytes:
    """A whole mail that is a multipart."""
    text = multipart(*parts, subtype=subtype, parameters=parameters)
    head = "From: Jane Roe <jane@acme.example>\nSubject: Printer\nMIME-Version: 1.0\n"
    return (head + text).replace("\n", "\r\n").encode("utf-8", "surrogateescape")


def text_part(text: str, subtype: str = "plain") -> str:
    """A text part as the standard library writes it."""
    return MIMEText(text, subtype, "utf-8").as_string().rstrip("\n")


PLAIN = part("The plain one.", "Content-Type: text/plain")
HTML = part("<p>The <b>HTML</b> one.</p>", "Content-Type: text/html")
PICTURE = part(
    "iVBORw0KGgpwaWN0dXJl",
    "Content-Type: image/png; name=shot.png\n"
    "Content-Disposition: inline; filename=shot.png\nContent-ID: <1@x>\n"
    "Content-Transfer-Encoding: base64",
)
PDF = part(
    "JVBERi0=",
    "Content-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n"
    "Content-Transfer-Encoding: base64",
)
