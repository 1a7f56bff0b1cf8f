"""SmtpTransport against a real SMTP server, good and bad."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.smtp_sink import GOOD, Break, Script, SmtpSink
from servers.tcp_proxy import NO_FAULT, Fault, TcpProxy
from servers.tls import Certificates
from workorder.errors import (
    DeliveryError,
    PermanentDeliveryError,
    TransientDeliveryError,
    TransportDownError,
    UnknownDeliveryError,
)
from workorder.outbound.smtp import SmtpTransport

ProxyTo = Callable[[int], TcpProxy]
SENDER = "support@northwind.example"
JANE = "jane@acme.example"
JOE = "joe@acme.example"
BODY = b"Subject: [WO-1042] Printer\r\n\r\nIt is being looked at.\r\n"


def nothing() -> None:
    pass


def send(transport: SmtpTransport, body: bytes = BODY, to: str = JANE) -> str:
    return transport.send(SENDER, to, body, before_dot=nothing)


@pytest.fixture
def transport(smtp_sink: SmtpSink) -> Iterator[SmtpTransport]:
    transport = SmtpTransport(smtp_sink.config(), timeout=2, answer_timeout=0.5)
    yield transport
    transport.close()


def test_a_mail_arrives_as_it_was_and_the_servers_words_come_back(
    smtp_sink: SmtpSink, transport: SmtpTransport
) -> None:
    reply = send(transport)

    (mail,) = smtp_sink.mails
    assert (mail.sender, mail.recipients, mail.body) == (SENDER, (JANE,), BODY)
    assert reply == "250 OK queued as 1"


def test_many_mails_go_over_one_connection(smtp_sink: SmtpSink, transport: SmtpTransport) -> None:
    for number in range(50):
        send(transport, to=f"user{number}@acme.example")

    assert smtp_sink.sessions == 1
    assert [mail.recipients for mail in smtp_sink.mails] == [
        (f"user{number}@acme.example",) for number in range(50)
    ]


@pytest.mark.parametrize(
    "text",
    [
        b".\r\n",
        b"..\r\n.\r\n...\r\n",
        b".\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n.\r\n",
        b"no line end",
        b"",
        b"\r\n\r\n",
    ],
)
def test_dots_at_the_start_of_lines_neither_end_the_mail_nor_get_lost(
    smtp_sink: SmtpSink, transport: SmtpTransport, text: bytes
) -> None:
    send(transport, b"Subject: x\r\n\r\n" + text)
    send(transport, text)

    sent = (b"Subject: x\r\n\r\n" + text, text)
    ended = [one if one.endswith(b"\r\n") else one + b"\r\n" for one in sent]
    assert [mail.body for mail in smtp_sink.mails] == ended


@pytest.mark.parametrize(
    "smuggled",
    [b"\n.\n", b"\r.\r", b"\r\n.\r", b"\r\n.\n", b"\n.\r\n", b"\r.\r\n", b"\r\r\n.\r\n", b"\n"],
)
def test_a_stray_cr_or_lf_is_never_sent(
    smtp_sink: SmtpSink, transport: SmtpTransport, smuggled: bytes
) -> None:
    body = BODY + smuggled + b"MAIL FROM:<ceo@acme.example>\r\n"

    with pytest.raises(PermanentDeliveryError, match="stray CR or LF"):
        send(transport, body)

    assert smtp_sink.mails == []
    assert smtp_sink.sessions == 0


NO_ADDRESSES = [
    "a@b.example>\r\nRCPT TO:<c@d.example",
    "a@b.example> X=Y",
    "a b@c.example",
    "",
    "a",
    "jane@acme.example\n",
    "<jane@acme.example>",
    "jäne@acme.example",
]


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_what_is_no_plain_address_never_enters_a_command(
    smtp_sink: SmtpSink, transport: SmtpTransport, address: str
) -> None:
    with pytest.raises(PermanentDeliveryError, match="is no address"):
        transport.send(SENDER, address, BODY, before_dot=nothing)
    with pytest.raises(TransientDeliveryError, match="is no address"):
        transport.send(address, JANE, BODY, before_dot=nothing)

    assert smtp_sink.sessions == 0


def test_before_the_dot_nothing_has_been_accepted(
    smtp_sink: SmtpSink, transport: SmtpTransport
) -> None:
    accepted_before: list[int] = []

    def look() -> None:
        time.sleep(0.05)
        accepted_before.append(len(smtp_sink.mails))

    transport.send(SENDER, JANE, BODY, before_dot=look)

    assert accepted_before == [0]
    assert len(smtp_sink.mails) == 1


def test_what_before_dot_raises_comes_out_and_the_mail_is_not_sent(
    smtp_sink: SmtpSink, transport: SmtpTransport
) -> None:
    def refuse() -> None:
        raise LookupError("the row is no longer ours")

    with pytest.raises(LookupError, match="no longer ours"):
        transport.send(SENDER, JANE, BODY, before_dot=refuse)
    send(transport, to=JOE)

    assert [mail.recipients for mail in smtp_sink.mails] == [(JOE,)]


T, P = TransientDeliveryError, PermanentDeliveryError
D = TransportDownError


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        (Script(ehlo="421 4.3.2 shutting down"), D),
        (Script(ehlo="450 4.3.2 not now"), D),
        (Script(ehlo="550 5.7.1 we do not know you"), D),
        (Script(ehlo="554 5.7.1 blocked"), D),
        (Script(mail="421 4.3.2 shutting down"), T),
        (Script(mail="450 4.7.1 greylisted"), T),
        (Script(mail="451 4.3.0 trouble"), T),
        (Script(mail="452 4.3.1 full"), T),
        (Script(mail="530 5.7.0 authenticate first"), T),
        (Script(mail="550 5.7.1 sender refused"), T),
        (Script(mail="553 5.7.1 sender is not yours"), T),
        (Script(mail="552 5.3.4 too large"), P),
        (Script(rcpt={JANE: "421 4.3.2 shutting down"}), T),
        (Script(rcpt={JANE: "450 4.2.1 busy"}), T),
        (Script(rcpt={JANE: "451 4.7.1 greylisted"}), T),
        (Script(rcpt={JANE: "452 4.5.3 too many"}), T),
        (Script(rcpt={JANE: "550 5.1.1 no such user"}), P),
        (Script(rcpt={JANE: "552 5.2.2 mailbox full"}), T),
        (Script(rcpt={JANE: "554 5.7.1 refused"}), P),
        (Script(rcpt={JANE: "530 5.7.0 authenticate first"}), T),
        (Script(rcpt={JANE: "554 5.7.1 <jane>: Relay access denied"}), T),
        (Script(rcpt={JANE: "550 relaying not permitted"}), T),
        (Script(data="421 4.3.2 shutting down"), T),
        (Script(data="451 4.3.0 trouble"), T),
        (Script(data="554 5.5.1 no valid recipients"), P),
        (Script(dot="421 4.3.2 shutting down"), T),
        (Script(dot="450 4.2.0 later"), T),
        (Script(dot="451 4.3.0 trouble"), T),
        (Script(dot="452 4.3.1 full"), T),
        (Script(dot="550 5.7.1 spam"), P),
        (Script(dot="552 5.3.4 too large"), P),
        (Script(dot="554 5.6.0 bad content"), P),
        (Script(dot="354 what"), UnknownDeliveryError),
        (Script(breaks=Break.MAIL), T),
        (Script(breaks=Break.RCPT), T),
        (Script(breaks=Break.DATA), T),
        (Script(breaks=Break.DOT), UnknownDeliveryError),
        (Script(breaks=Break.SILENT_AT_DOT), UnknownDeliveryError),
    ],
    ids=str,
)
@pytest.mark.parametrize("kept", [False, True])
def test_each_answer_at_each_stage_has_its_outcome_and_the_next_mail_goes_through(
    smtp_sink: SmtpSink,
    transport: SmtpTransport,
    script: Script,
    outcome: type[DeliveryError],
    kept: bool,
) -> None:
    if kept:
        send(transport, to=JOE)
        if script.ehlo:
            transport.close()
    smtp_sink.script = script

    with pytest.raises(outcome) as failed:
        send(transport)

    words = [script.ehlo, script.mail, script.rcpt.get(JANE, ""), script.data, script.dot]
    assert all(one in failed.value.reply for one in words)
    assert type(failed.value) is outcome
    doubtful = sum(mail.recipients == (JANE,) for mail in smtp_sink.mails)
    assert doubtful == (script.breaks in {Break.DOT, Break.SILENT_AT_DOT})
    smtp_sink.script = GOOD
    send(transport)
    assert smtp_sink.mails[-1].recipients == (JANE,)


def test_one_refused_recipient_does_not_hinder_the_others(
    smtp_sink: SmtpSink, transport: SmtpTransport
) -> None:
    smtp_sink.script = Script(rcpt={JANE: "550 5.1.1 no such user", JOE: "451 4.7.1 greylisted"})

    with pytest.raises(PermanentDeliveryError):
        send(transport)
    with pytest.raises(TransientDeliveryError):
        send(transport, to=JOE)
    send(transport, to="ann@acme.example")
    smtp_sink.script = GOOD
    send(transport, to=JOE)

    assert [mail.recipients for mail in smtp_sink.mails] == [("ann@acme.example",), (JOE,)]
    assert smtp_sink.sessions == 1
    assert smtp_sink.resets == 2


def test_a_connection_that_the_server_closed_meanwhile_is_made_anew(
    smtp_sink: SmtpSink, proxy_to: ProxyTo
) -> None:
    proxy = proxy_to(smtp_sink.port)
    transport = SmtpTransport(smtp_sink.config(port=proxy.port), timeout=2)
    send(transport)
    proxy.cut()
    send(transport, to=JOE)
    transport.close()

    assert [mail.recipients for mail in smtp_sink.mails] == [(JANE,), (JOE,)]
    assert proxy.connections == 2


def test_a_connection_that_was_silent_for_long_is_tried_before_it_is_used(
    smtp_sink: SmtpSink, proxy_to: ProxyTo
) -> None:
    proxy = proxy_to(smtp_sink.port)
    transport = SmtpTransport(smtp_sink.config(port=proxy.port), timeout=0.3, idle=0)
    send(transport)
    send(transport)
    assert (proxy.connections, smtp_sink.resets) == (1, 1)
    proxy.fault = Fault(swallow_when=rb"RSET")
    send(transport)
    transport.close()

    assert len(smtp_sink.mails) == 3
    assert proxy.connections == 2


def test_a_lost_connection_amid_the_text_is_transient(
    smtp_sink: SmtpSink, proxy_to: ProxyTo
) -> None:
    proxy = proxy_to(smtp_sink.port)
    transport = SmtpTransport(smtp_sink.config(port=proxy.port), timeout=2)
    proxy.fault = Fault(cut_client_after=1_000_000, reset=True)

    with pytest.raises((TransientDeliveryError, UnknownDeliveryError)) as failed:
        send(transport, b"X: y\r\n\r\n" + (b"z" * 78 + b"\r\n") * 400_000)

    assert type(failed.value) is TransientDeliveryError
    assert smtp_sink.mails == []
    proxy.fault = NO_FAULT
    send(transport)
    assert len(smtp_sink.mails) == 1
    transport.close()


def test_a_connection_lost_between_text_and_dot_leaves_it_unknown(
    smtp_sink: SmtpSink, proxy_to: ProxyTo
) -> None:
    proxy = proxy_to(smtp_sink.port)
    transport = SmtpTransport(smtp_sink.config(port=proxy.port), timeout=2)

    with pytest.raises(UnknownDeliveryError, match="no answer to the final dot"):
        transport.send(SENDER, JANE, BODY, before_dot=proxy.cut)

    transport.close()
    assert smtp_sink.mails == []


@pytest.mark.parametrize("said", [b"RCPT TO", b"DATA\r\n"])
def test_an_answer_that_never_comes_before_the_dot_is_transient(
    smtp_sink: SmtpSink, proxy_to: ProxyTo, said: bytes
) -> None:
    proxy = proxy_to(smtp_sink.port)
    transport = SmtpTransport(smtp_sink.config(port=proxy.port), timeout=0.3)
    proxy.fault = Fault(swallow_when=said)

    with pytest.raises(TransientDeliveryError, match=r"no answer within 0\.3 s"):
        send(transport)

    transport.close()


def test_a_byte_now_and_then_does_not_stretch_the_deadline(
    smtp_sink: SmtpSink, proxy_to: ProxyTo
) -> None:
    proxy = proxy_to(smtp_sink.port)
    transport = SmtpTransport(smtp_sink.config(port=proxy.port), timeout=0.5)
    proxy.fault = Fault(trickle=0.1)

    with pytest.raises(TransientDeliveryError, match=r"no answer within 0\.5 s"):
        send(transport)


def test_a_quit_that_is_never_answered_does_not_hold_up_the_end(smtp_sink: SmtpSink) -> None:
    transport = SmtpTransport(smtp_sink.config(), timeout=0.3)
    send(transport)
    smtp_sink.script = Script(breaks=Break.QUIT)
    started = time.monotonic()

    transport.close()

    assert time.monotonic() - started < 20


def test_a_mail_larger_than_the_server_takes_is_not_sent() -> None:
    with SmtpSink(size=1000) as sink:
        transport = SmtpTransport(sink.config())
        with pytest.raises(PermanentDeliveryError, match="the server takes 1000 at most"):
            send(transport, BODY + b"z" * 1000 + b"\r\n")
        send(transport)
        transport.close()

        assert len(sink.mails) == 1


def test_eight_bit_text_is_announced(smtp_sink: SmtpSink, proxy_to: ProxyTo) -> None:
    proxy = proxy_to(smtp_sink.port)
    transport = SmtpTransport(smtp_sink.config(port=proxy.port))
    send(transport)
    assert b"BODY=8BITMIME" not in proxy.heard
    send(transport, BODY + "Grüße\r\n".encode())
    assert b"BODY=8BITMIME" in proxy.heard
    transport.close()

    proxy.fault = Fault(rewrite=((b"8BITMIME", b"X-NOTHING"),))
    with pytest.raises(PermanentDeliveryError, match="7 bits only"):
        send(transport, BODY + "Grüße\r\n".encode())
    transport.close()


def test_a_server_that_is_not_there_is_transient(smtp_sink: SmtpSink) -> None:
    config = smtp_sink.config(port=9)

    with pytest.raises(TransientDeliveryError) as failed:
        send(SmtpTransport(config))

    assert failed.value.reply == "cannot reach 127.0.0.1:9: connection refused"


def test_it_logs_in_and_a_wrong_password_buries_no_mail() -> None:
    with SmtpSink(login=True) as sink:
        transport = SmtpTransport(sink.config())
        send(transport)
        transport.close()
        assert len(sink.mails) == 1

        wrong = SmtpTransport(sink.config(password="wröng"))
        with pytest.raises(TransientDeliveryError, match="login of postman refused: 535") as failed:
            send(wrong)

        assert "wröng" not in str(failed.value)
        assert sink.logins == [b"secret", "wröng".encode()]


@pytest.mark.parametrize("answer", ["454 4.7.0 later", "534 5.7.9 too weak", "550 5.7.1 no"])
def test_no_refusal_of_a_login_buries_a_mail(answer: str) -> None:
    with SmtpSink(login=True) as sink:
        sink.script = Script(auth=answer)
        transport = SmtpTransport(sink.config())
        with pytest.raises(TransientDeliveryError, match=answer):
            send(transport)

        sink.script = GOOD
        send(transport)
        transport.close()
        assert len(sink.mails) == 1


def test_it_logs_in_by_the_older_way_where_plain_is_not_offered(proxy_to: ProxyTo) -> None:
    with SmtpSink(login=True) as sink:
        proxy = proxy_to(sink.port)
        proxy.fault = Fault(rewrite=((b"PLAIN", b"CRAM-X"),))
        transport = SmtpTransport(sink.config(port=proxy.port))
        send(transport)
        transport.close()

        assert b"AUTH LOGIN" in proxy.heard
        assert len(sink.mails) == 1


def test_a_server_without_login_is_said_when_a_user_is_configured(
    smtp_sink: SmtpSink, proxy_to: ProxyTo
) -> None:
    proxy = proxy_to(smtp_sink.port)
    proxy.fault = Fault(rewrite=((b"AUTH", b"X-NO"),))
    config = smtp_sink.config(port=proxy.port, user="postman", password="secret")

    with pytest.raises(TransientDeliveryError, match="offers no login"):
        send(SmtpTransport(config))


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_tls_is_spoken_with_the_authority_that_is_configured(
    certificates: Certificates, security: str
) -> None:
    context = certificates.good.server_context()
    with SmtpSink(login=True, **{security: context}) as sink:  # type: ignore[arg-type]  # either
        transport = SmtpTransport(sink.config(ca_file=certificates.ca_file))
        send(transport)
        send(transport, b"X: y\r\n\r\n" + (b"z" * 78 + b"\r\n") * 30_000)
        assert transport.probe() == (
            f"localhost:{sink.port}: logged in as postman ({security})",
            "takes mails of up to 50000000 bytes",
        )
        transport.close()

        assert [len(mail.body) for mail in sink.mails] == [len(BODY), 2_400_008]
        assert sink.sessions == 2 * (2 if security == "starttls" else 1)


@pytest.mark.parametrize("name", ["self_signed", "expired", "wrong_host"])
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_no_password_is_sent_to_a_server_whose_certificate_is_bad(
    certificates: Certificates, security: str, name: str
) -> None:
    context = getattr(certificates, name).server_context()
    words = {
        "self_signed": "self-signed certificate",
        "expired": "certificate has expired",
        "wrong_host": "certificate is not valid for 'localhost'",
    }
    with SmtpSink(login=True, **{security: context}) as sink:
        with pytest.raises(TransientDeliveryError, match=words[name]):
            send(SmtpTransport(sink.config(ca_file=certificates.ca_file)))

        assert sink.logins == []


def test_starttls_that_was_stripped_sends_nothing_and_later_recovers(
    certificates: Certificates, proxy_to: ProxyTo
) -> None:
    with SmtpSink(login=True, starttls=certificates.good.server_context()) as sink:
        proxy = proxy_to(sink.port)
        transport = SmtpTransport(sink.config(port=proxy.port, ca_file=certificates.ca_file))
        proxy.fault = Fault(rewrite=((b"STARTTLS", b"X-NOTHING"),))
        with pytest.raises(TransientDeliveryError, match="offers no STARTTLS; nothing was sent"):
            send(transport)
        assert b"AUTH" not in proxy.heard
        assert b"MAIL" not in proxy.heard

        proxy.fault = NO_FAULT
        send(transport)
        transport.close()
        assert len(sink.mails) == 1


def test_plain_text_smuggled_in_before_tls_is_not_believed(
    certificates: Certificates, proxy_to: ProxyTo
) -> None:
    with SmtpSink(starttls=certificates.good.server_context()) as sink:
        proxy = proxy_to(sink.port)
        ready = b"220 Ready to start TLS\r\n"
        proxy.fault = Fault(rewrite=((ready, ready + b"250 AUTH PLAIN\r\n"),))
        with pytest.raises(TransientDeliveryError, match="plain text where TLS had to begin"):
            send(SmtpTransport(sink.config(port=proxy.port, ca_file=certificates.ca_file)))


def test_a_probe_sends_no_mail(smtp_sink: SmtpSink, transport: SmtpTransport) -> None:
    assert transport.probe() == (
        f"127.0.0.1:{smtp_sink.port}: no login (none)",
        "takes mails of up to 50000000 bytes",
    )
    assert smtp_sink.mails == []


def test_two_transports_do_not_hinder_each_other(smtp_sink: SmtpSink) -> None:
    def run(to: str) -> None:
        transport = SmtpTransport(smtp_sink.config())
        for _ in range(20):
            send(transport, to=to)
        transport.close()

    threads = [threading.Thread(target=run, args=(to,)) for to in (JANE, JOE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(smtp_sink.mails) == 40


@pytest.fixture(scope="module")
def sink_of_module() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@given(lines=st.lists(st.binary(max_size=30).map(lambda b: b.translate(None, b"\r\n")), max_size=8))
def test_any_text_of_whole_lines_arrives_unchanged(
    sink_of_module: SmtpSink, lines: list[bytes]
) -> None:
    body = b"X: y\r\n\r\n" + b"".join(b"." * (len(line) % 3) + line + b"\r\n" for line in lines)
    transport = SmtpTransport(sink_of_module.config())
    send(transport, body)
    transport.close()

    assert sink_of_module.mails[-1].body == body
