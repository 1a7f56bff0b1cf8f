"""Bytes to InboundMail: the one place where mail-parser and the standard library read a mail.

The standard library's feed parser builds the tree (inbound.tree, bounded), mail-parser reads
addresses and dates; which text to show, names, charsets and HTML are own code. mail-parser's own
extraction is not used: it merges attached mails into the mail, takes seconds for 100,000
recipients, and alone costs twice as much as all that is done here for a common mail.
"""

from workorder.core.message import DeliveryReport, InboundMail
from workorder.errors import ParseError
from workorder.inbound.addresses import AddressList, read_addresses
from workorder.inbound.body import read_body
from workorder.inbound.bounce import delivery_report
from workorder.inbound.headers import field_text, header_fields, message_ids, read_date, words_text
from workorder.inbound.quotes import new_text_of
from workorder.inbound.tree import Part, Tree, read_tree


def parse(raw: bytes) -> InboundMail:
    """Read a whole mail.

    Raises:
        ParseError: These bytes are no mail, or defeated every attempt to read them.
    """
    return _guarded(raw, len(raw), is_cut=False)


def parse_head(raw: bytes, size: int) -> InboundMail:
    """Read the beginning of a mail of `size` octets: its headers, and what text there is.

    A file that breaks off is left out; `truncated` is set.

    Raises:
        ParseError: As `parse`.
    """
    return _guarded(raw, size, is_cut=True)


def _guarded(raw: bytes, size: int, *, is_cut: bool) -> InboundMail:
    try:
        return _read(raw, size, is_cut=is_cut)
    except ParseError:
        raise
    except Exception as error:
        # The promise of this room: whatever the bytes, and whatever the libraries make of them.
        raise ParseError(f"the mail cannot be read: {type(error).__name__}: {error}") from error


def _read(raw: bytes, size: int, *, is_cut: bool) -> InboundMail:
    tree = read_tree(raw, open_attached=False)
    root = tree.root
    if not root.keys():
        raise ParseError("these bytes are no mail: they begin with no header")
    values = _Values(root)
    authors = values.addresses("from")
    others = {name: values.addresses(name) for name in ("to", "cc", "reply-to")}
    subject = words_text(values.first("subject"))
    body = read_body(root, is_cut=is_cut)
    lists = (authors, *others.values())
    return InboundMail(
        message_id=next(iter(message_ids(values.text("message-id"))), None),
        in_reply_to=message_ids(values.text("in-reply-to")),
        references=message_ids(values.text("references")),
        subject=subject,
        # Where From shows a mailbox that cannot be read, the others in it prove no author.
        authors=() if authors.unsure else authors.addresses,
        from_header_count=len(values.all("from")),
        to=others["to"].addresses,
        cc=others["cc"].addresses,
        reply_to=others["reply-to"].addresses,
        date=read_date(values.text("date")),
        headers=header_fields(root.raw_items()),
        text=body.text,
        new_text=new_text_of(subject, body.text),
        attachments=body.attachments,
        report=_report(raw, tree, body.text),
        size=size,
        truncated=is_cut
        or tree.truncated
        or body.truncated
        or any(each.truncated for each in lists),
    )


class _Values:
    """The headers of a mail by lower-case name, as the wire has them."""

    def __init__(self, root: Part) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in root.raw_items():
            self._values.setdefault(name.lower(), []).append(value)

    def all(self, name: str) -> list[str]:
        return self._values.get(name, [])

    def first(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    def text(self, name: str) -> str:
        return field_text(self.first(name))

    def addresses(self, name: str) -> AddressList:
        return read_addresses(self.all(name))


def _report(raw: bytes, tree: Tree, text: str) -> DeliveryReport | None:
    """Return what a bounce reports; its attached mail and status blocks have to be opened."""
    parts = (part for part in tree.root.walk() if isinstance(part, Part))
    has_attached = any(part.content_type.value.startswith("message/") for part in parts)
    message = read_tree(raw, open_attached=True).root if has_attached else tree.root
    return delivery_report(message, text)
