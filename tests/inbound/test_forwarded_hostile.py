# Letters of other scripts stand in addresses on purpose.
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbound.corpora import corpora_folder, mails
from inbound.forward_mails import (
    JANE,
    attached,
    customers_mail,
    emails,
    found,
    gmail,
    html,
    mail,
    outlook,
    quoted,
)
from workorder.core.message import normal_address
from workorder.errors import ParseError
from workorder.inbound.forwarded import forwarded
from workorder.inbound.parse import parse


def test_a_link_that_leads_elsewhere_than_it_says_names_nobody() -> None:
    link = '<a href="mailto:evil@evil.example">jane@acme.example</a>'
    head = "<b>Sent:</b> Tuesday, February 2, 2016 10:12 AM<br><b>To:</b> M<br><b>Subject:</b> x"
    raw = html(f"<p>#for</p><p><b>From:</b> {link}<br>{head}</p><p>Hi.</p>", subject="FW: x")
    assert emails(raw) == []


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        ("jane@acme.example", ("", "jane@acme.example")),
        ("<jane@acme.example>", ("", "jane@acme.example")),
        ("jane@acme.example <mailto:jane@acme.example>", ("", "jane@acme.example")),
        ("JANE@Acme.Example [mailto:jane@acme.example]", ("", "jane@acme.example")),
        ("'jane@acme.example' <jane@acme.example>", ("", "jane@acme.example")),
        ('"Roe, Jane" <jane@acme.example>', ("Roe, Jane", "jane@acme.example")),
        ("Jane Roe (jane@acme.example)", ("Jane Roe", "jane@acme.example")),
        ("jane@acme.example (Jane Roe)", ("Jane Roe", "jane@acme.example")),
        ("Jane Roe <jane@acme.example <mailto:jane@acme.example> >", ("Jane Roe",)),
        ("'Jane Roe' via Support <support@acme.example>", ("Jane Roe' via Support",)),
        ("Jane Roe <mailto:jane@acme.example?subject=Printer>", ("Jane Roe", "jane@acme.example")),
        ("Jane \u202a<\u200ejane@acme.example\u202c>", ("Jane", "jane@acme.example")),
        # nobody is taken for somebody else
        ('"jane@acme.example" <evil@evil.example>', ("", "evil@evil.example")),
        ('"Jane <jane@acme.example>" <evil@evil.example>', ("", "evil@evil.example")),
        ("Jane ｊａｎｅ＠acme.example <evil@evil.example>", ("", "evil@evil.example")),
    ],
)
def test_every_way_to_write_one_mailbox_is_read(sender: str, expected: tuple[str, ...]) -> None:
    for text in (outlook(sender), gmail(sender)):
        author = found(mail(f"#for\n\n{text}")).author
        assert author is not None
        assert (author.name, author.email)[: len(expected)] == expected


@pytest.mark.parametrize(
    "sender",
    [
        "Roe, Jane",
        "Jane Roe/Northwind/US",
        "",
        "undisclosed",
        "Jane <jane@acme.example>, Bob <bob@acme.example>",
        "jane@acme.example; evil@evil.example",
        "jane@acme.example <evil@evil.example>",
        "Jane <jane@acme.example> <evil@evil.example>",
        'Jane <jane@acme.example> " <evil@evil.example>',
        '"x\\" <jane@acme.example>" <evil@evil.example>',
        '"\\" <jane@acme.example> \\"" <evil@evil.example>',
        "list@acme.example On Behalf Of Jane Roe",
        "Secretary <s@acme.example> im Auftrag von Jane <jane@acme.example>",
        "Jane <jane@acme．example>",
        "Jane <jane@аcme.example>",
        "Jane <ja\u200bne@acme.example>",
        "Jane <jane@bücher.example>",
        "Jane <jane@@acme.example>",
        "Jane <jane@acme.example|evil@evil.example>",
        "Jane <jane@acme.example:evil@evil.example>",
        "Jane &lt;jane@acme.example&gt;",
        '"jane roe"@acme.example',
        "Jane <@acme.example>",
        "https://acme.example/@jane <jane@acme.example>",
        f"{'x' * 2000} <jane@acme.example>",
    ],
)
def test_a_line_that_names_no_one_mailbox_names_nobody(sender: str) -> None:
    assert emails(mail(f"#for\n\n{gmail(sender)}")) == []
    forward = forwarded(parse(mail(f"#for\n\n{outlook(sender)}")))
    assert forward is None or forward.authors == ()


@pytest.mark.parametrize(
    "text",
    [
        # a client wraps a long name where the sender wants it
        (
            "From: Jane Roe <jane@acme.example> and\nmore\nmore\nmore\nmore\n<evil@evil.example>\n"
            "Date: Tue, Feb 2, 2016\nSubject: x\nTo: Maria\n\nHi."
        ),
        (
            "From: Jane Roe <jane@acme.example>\nDate: Tue, Feb 2, 2016 at 10:12\nSubject: Hello\n"
            "To: <evil@evil.example>\nDate: Wed, Feb 3, 2016\nSubject: x\nTo: Maria\n\nHi."
        ),
        (
            "From: Jane Roe <jane@acme.example>\nSubject: Hello <evil@evil.example>\n"
            "Date: Wed, Feb 3, 2016\nSubject: x\nTo: Maria\n\nHi."
        ),
        (
            "Subject: Hello\nFrom: Jane Roe <jane@acme.example>\nTo: you\nand\nso\non\nand\non\n"
            "Date: Tue, 2 Feb 2016\nFrom: Evil <evil@evil.example>\nTo: Maria\n\nHi."
        ),
        (
            "Subject: Hello\nFrom: Jane <jane@acme.example>\nDate: Tue, 2 Feb 2016\n"
            "From: Evil <evil@evil.example>\nTo: Maria\n\nHi."
        ),
        # and so do those that write all headers on one line
        (
            "From: Jane <jane@acme.example> Date: 2/2/16 To: you Subject: Hi <evil@evil.example>\n"
            "Date: Wed, Feb 3, 2016\nSubject: x\nTo: Maria\n\nHi."
        ),
        (
            "From: Jane <jane@acme.example>To: youSent: nowSubject: Hello <evil@evil.example>"
            "To: MariaSent: Wednesday, February 3, 2016Subject: x\nHi."
        ),
        "From: Jane <jane@acme.example>Sent: nowSubject: Hello <evil@evil.example>To: Maria\nHi.",
    ],
)
def test_a_name_that_looks_like_headers_names_nobody(text: str) -> None:
    assert emails(mail(f"#for\n\n---------- Forwarded message ---------\n{text}\n")) == []


@pytest.mark.parametrize(
    "between",
    [
        outlook("Lopez, Maria", text=""),
        "-----Original Message-----\nHello,\n",
        "On Tue, Feb 2, 2016 at 9:12 AM Jane Roe wrote:\n\n",
        "What about this?\n\n> Hello,\n> as I said:\n>\n",
    ],
)
def test_nobody_behind_an_unclear_author_is_taken(between: str) -> None:
    vendor = outlook("Vendor <vendor@parts.example>")
    deep = quoted(vendor) if between.endswith(">\n") else vendor
    body = f"{between}\n{deep}"
    text = f"#for\n\n{outlook('Bob <bob@northwind.example>', text=body)}"
    assert emails(mail(text)) == ["bob@northwind.example"]
    unclear = f"#for\n\n{outlook('Smith, Bob', text=gmail(JANE))}"
    assert emails(mail(unclear)) == []


@pytest.mark.parametrize(
    "sender",
    [
        "Jane <jane@acme.example>, Evil <evil@evil.example>",
        "Jane <jane@acme.example>\r\nFrom: Evil <evil@evil.example>",
        "Jane",
        "Jane <jane@acme．example>",
    ],
)
def test_an_attached_mail_without_one_author_is_nobodys(sender: str) -> None:
    inner = customers_mail(sender, gmail("Vendor <vendor@parts.example>"), "Fwd: Printer")
    forward = found(attached(inner))
    assert forward.authors == ()
    assert forward.attached


def test_a_display_name_that_is_an_address_is_not_shown() -> None:
    author = found(attached(customers_mail('"jane@acme.example" <evil@evil.example>'))).author
    assert author is not None
    assert (author.name, author.email) == ("", "evil@evil.example")


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        ">" * 1_000_000,
        "> " * 500_000,
        '"' * 1_000_000,
        "From: " + "<a@b.example>" * 80_000,
        "From: " + "To: " * 250_000,
        "----- Forwarded Message ----- From: " + "To: " * 250_000,
        "- " * 500_000,
        "From:\n" * 50_000,
        "From: Jane <jane@acme.example>\n" * 50_000,
        "From: Jane <jane@acme.example>\n\n" * 50_000,
        "> From: Jane <jane@acme.example>\n" * 50_000,
        ("---------- Forwarded message ---------\n") * 50_000,
        gmail(JANE) * 5_000,
        "".join(f"{'>' * (i % 40)} Begin forwarded message:\n" for i in range(50_000)),
        "----- End forwarded message -----\n" * 50_000,
        "On Tue, Feb 2, 2016 at 9:12 AM\n" * 50_000,
    ],
    ids=lambda text: text[:12].strip() + str(len(text)),
)
@pytest.mark.parametrize("lead", ["", "---------- Forwarded message ---------\n"])
def test_no_text_makes_it_fail(text: str, lead: str) -> None:
    forward = forwarded(parse(mail(f"#for\n\n{lead}{text}")))
    assert forward is None or len(forward.authors) <= 10


LINES = st.sampled_from(
    [
        *("", ">", "> >", "#for", "Hello,", "Begin forwarded message:", "-- ", "____________"),
        *("---------- Forwarded message ---------", "----- End forwarded message -----"),
        *("-----Original Message-----", "From: Jane <jane@acme.example>", "From: Roe, Jane"),
        *("<jane@acme.example>", "Sent: 2 February 2016 10:12", "To: Maria", "Subject: Printer"),
        *(
            "Date: 2/2/16",
            "Cc: bob@acme.example",
            "On 2 Feb 2016 at 10:12 Jane <j@a.example> wrote:",
        ),
        *("From: J <j@a.example> Date: 2/2/16 To: M Subject: x", "\u200b", "| ", "\uff1e a"),
        *("----- Forwarded Message ----- From: J <j@a.example>To: MSent: 2/2/16Subject: x", ":"),
    ]
)


@given(lines=st.lists(st.tuples(st.integers(0, 3), LINES), max_size=30))
def test_whatever_stands_in_a_text_only_addresses_are_authors(lines: list[tuple[int, str]]) -> None:
    text = "\n".join("> " * depth + line for depth, line in lines)
    forward = forwarded(parse(mail(text)))
    authors = forward.authors if forward else ()
    assert all(normal_address(author.email) == author.email for author in authors)


def test_every_mail_of_the_corpora_is_read() -> None:
    folder = corpora_folder()
    if folder is None:
        pytest.skip("WORKORDER_CORPORA names no folder of real mails")
    for _, raw, _ in mails(folder):
        try:
            whole = parse(raw)
        except ParseError:
            continue
        forward = forwarded(whole)
        authors = forward.authors if forward else ()
        assert all(normal_address(author.email) == author.email for author in authors)


WORDS = st.sampled_from(
    [
        *("Jane <jane@acme.example>", "From: Jane <jane@acme.example>", "jane@acme.example"),
        *("[mailto:jane@acme.example]", "From:", "Date: 2/2/16", "Sent: 2/2/16 10:12", "To: Maria"),
        *(
            "Subject: x",
            "Cc: a",
            "wrote:",
            "On 2 Feb 2016 at 10:12 Jane <jane@acme.example> wrote:",
        ),
        *(
            '"',
            '\\"',
            "<",
            ">",
            "(",
            ")",
            "mailto:",
            "|",
            "\u200b",
            ",",
            ";",
            "____",
            "-- ",
            "#",
            "*",
        ),
        *("word", "x" * 30, "y" * 14, "z z z z z", "-----Original Message-----"),
        *("----- Forwarded Message -----", "Begin forwarded message:"),
    ]
)
PHRASES = st.lists(WORDS, max_size=14).map(" ".join)
WRITTEN = ["{} <evil@evil.example>", '"{}" <evil@evil.example>', "{} [mailto:evil@evil.example]"]
CLIENTS = [
    (
        "---------- Forwarded message ---------\nFrom: {0}\nDate: Tue, Feb 2, 2016 at 10:12\n"
        "Subject: {1}\nTo: {2}\n\n{1}"
    ),
    (
        "-------- Forwarded Message --------\nSubject: {1}\nDate: Tue, 2 Feb 2016\nFrom: {0}\n"
        "To: {2}\n\n{1}"
    ),
    "From: {0}\nSent: Tuesday, February 2, 2016 10:12 AM\nTo: {2}\nSubject: {1}\n\n{1}",
    "----- Forwarded Message ----- From: {0}To: {2}Sent: Tuesday, February 2, 2016Subject: {1}",
    "-------- Original message --------\nFrom: {0} Date: 2/2/16 10:12 AM To: {2} Subject: {1}",
]


def wrapped(line: str, width: int) -> str:
    if not width or line[:2] == "--":
        return line
    lines = textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)


@given(
    client=st.sampled_from(CLIENTS),
    written=st.sampled_from(WRITTEN),
    name=PHRASES,
    subject=PHRASES,
    width=st.sampled_from([0, 60, 72, 78]),
)
def test_no_name_and_no_subject_makes_somebody_else_the_author(
    client: str, written: str, name: str, subject: str, width: int
) -> None:
    forward = client.format(written.format(name), subject, f"{subject} <x@y.example>")
    text = "\n".join(wrapped(line, width) for line in forward.split("\n"))
    assert emails(mail(f"#for\n\n{text}\n", subject="FW: x"))[:1] in ([], ["evil@evil.example"])
