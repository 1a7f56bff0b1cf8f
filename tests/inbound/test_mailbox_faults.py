"""ImapMailbox and what networks, servers and other people do to it."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from servers.dovecot import PASSWORD, WITH_ACL, Dovecot
from servers.scripted import ScriptedImap
from servers.tcp_proxy import NO_FAULT, Fault, TcpProxy
from servers.tls import Certificates
from workorder.config import MailboxConfig
from workorder.errors import FolderMissingError, LoginRefusedError, MailboxError
from workorder.inbound.mailbox import Destination, FolderRole, ImapMailbox, Limits

ProxyTo = Callable[[int], TcpProxy]
RAW = b"From: jane@acme.example\r\nSubject: Printer\r\n\r\n" + b"It does not print.\r\n" * 500
SHORT = Limits(connect=0.5, command=0.5, transfer=0.5, stall=0.5)


def never() -> bool:
    return False


@pytest.fixture
def user(dovecot: Dovecot) -> str:
    return dovecot.new_user()


@pytest.fixture
def proxy(dovecot: Dovecot, proxy_to: ProxyTo) -> TcpProxy:
    return proxy_to(dovecot.port)


@pytest.fixture
def mailbox(dovecot: Dovecot, user: str, proxy: TcpProxy) -> Iterator[ImapMailbox]:
    """A mailbox with three mails, behind the proxy; not open yet."""
    dovecot.append(user, [RAW] * 3)
    mailbox = ImapMailbox(dovecot.config(user, port=proxy.port), limits=SHORT)
    yield mailbox
    mailbox.close()


def test_a_server_that_is_not_there_is_said_in_one_line(dovecot: Dovecot) -> None:
    mailbox = ImapMailbox(dovecot.config("jane", port=9, host="127.0.0.1"))

    with pytest.raises(MailboxError) as failed:
        mailbox.open()

    assert str(failed.value) == "mailbox support: cannot reach 127.0.0.1:9: connection refused"


def test_a_host_that_does_not_exist_is_said_in_one_line(dovecot: Dovecot) -> None:
    mailbox = ImapMailbox(dovecot.config("jane", host="imap.northwind.invalid"))

    with pytest.raises(MailboxError, match=r"cannot reach imap\.northwind\.invalid:\d+: \w+"):
        mailbox.open()


@pytest.mark.parametrize("share", [0.01, 0.5, 1.0])
@pytest.mark.parametrize("reset", [False, True])
def test_a_fetch_that_is_cut_short_gives_nothing_and_can_be_done_again(
    mailbox: ImapMailbox, proxy: TcpProxy, share: float, reset: bool
) -> None:
    mailbox.open()
    validity = mailbox.listing().uidvalidity
    before = proxy.said
    mailbox.fetch([1, 2, 3], validity)
    last_byte = proxy.said - before - 1
    proxy.fault = Fault(cut_after=int(last_byte * share), reset=reset)

    with pytest.raises(MailboxError, match="cannot fetch mails: the "):
        mailbox.fetch([1, 2, 3], validity)
    with pytest.raises(MailboxError, match="not connected"):
        mailbox.fetch([1, 2, 3], validity)

    proxy.fault = NO_FAULT
    mailbox.open()
    assert [one.raw for one in mailbox.fetch([1, 2, 3], validity)] == [RAW] * 3


def test_a_byte_now_and_then_does_not_stretch_the_deadline(
    mailbox: ImapMailbox, proxy: TcpProxy
) -> None:
    mailbox.open()
    validity = mailbox.listing().uidvalidity
    proxy.fault = Fault(trickle=0.05)
    started = time.monotonic()

    with pytest.raises(MailboxError, match=r"no answer within 0\.5 s"):
        mailbox.fetch([1, 2, 3], validity)

    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    "step",
    [
        lambda box: box.listing(),
        lambda box: box.fetch([1], box.listing().uidvalidity),
        lambda box: box.fetch_head(1, 10),
        lambda box: box.file([1], Destination.DONE),
        lambda box: box.wait(0.1, never),
        lambda box: list(box.inventory(FolderRole.DONE)),
        lambda box: box.probe(),
    ],
)
def test_a_black_hole_ends_every_operation_by_its_deadline(
    mailbox: ImapMailbox, proxy: TcpProxy, step: Callable[[ImapMailbox], object]
) -> None:
    mailbox.open()
    mailbox.listing()
    proxy.fault = Fault(black_hole=True)

    with pytest.raises(MailboxError, match=r"no answer within 0\.5 s"):
        step(mailbox)


def test_a_server_that_accepts_and_says_nothing_is_given_up(
    mailbox: ImapMailbox, proxy: TcpProxy
) -> None:
    proxy.fault = Fault(black_hole=True)

    with pytest.raises(MailboxError, match=r"no answer within 0\.5 s"):
        mailbox.open()


def test_a_mail_that_was_moved_is_known_as_filed_though_the_answer_was_lost(
    mailbox: ImapMailbox, proxy: TcpProxy, dovecot: Dovecot, user: str
) -> None:
    mailbox.open()
    proxy.fault = Fault(swallow_when=rb"UID MOVE")

    with pytest.raises(MailboxError, match="cannot file mails"):
        mailbox.file([1, 2], Destination.DONE)

    proxy.fault = NO_FAULT
    mailbox.open()
    assert [one.uid for one in mailbox.listing().mails] == [3]
    assert mailbox.file([1, 2], Destination.DONE) == {1, 2}
    assert dovecot.count(user, "WorkOrder.Done") == 2


def test_the_end_of_the_connection_ends_the_waiting(mailbox: ImapMailbox, proxy: TcpProxy) -> None:
    mailbox.open()
    mailbox.listing()
    threading.Timer(0.2, proxy.cut).start()
    started = time.monotonic()

    with pytest.raises(MailboxError, match="cannot wait for mail: the server closed"):
        mailbox.wait(60, never)

    assert time.monotonic() - started < 30
    mailbox.open()
    assert len(mailbox.listing().mails) == 3


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"* BYE Server shutting down\r\n", "the server closed the connection"),
        (b"* 4 EXI", r"no answer within 0\.5 s"),
        (b"nonsense\r\n", "the server's answer makes no sense"),
    ],
)
def test_a_bad_line_in_idle_ends_the_connection(
    mailbox: ImapMailbox, proxy: TcpProxy, said: bytes, why: str
) -> None:
    mailbox.open()
    mailbox.listing()
    threading.Timer(0.2, proxy.say, [said]).start()

    with pytest.raises(MailboxError, match=why):
        mailbox.wait(60, never)


def test_news_that_is_no_mail_does_not_end_the_waiting(
    mailbox: ImapMailbox, proxy: TcpProxy
) -> None:
    mailbox.open()
    mailbox.listing()
    stop = threading.Event()
    told = b"* OK Still here\r\n* 0 RECENT\r\n* 2 EXPUNGE\r\n* 1 FETCH (FLAGS (\\Seen))\r\n"
    threading.Timer(0.1, proxy.say, [told]).start()
    threading.Timer(0.4, stop.set).start()

    mailbox.wait(60, stop.is_set)

    assert stop.is_set()


def test_a_dropped_login_is_not_taken_for_a_wrong_password(
    mailbox: ImapMailbox, proxy: TcpProxy
) -> None:
    proxy.fault = Fault(drop_when=rb"AUTHENTICATE")

    with pytest.raises(MailboxError) as failed:
        mailbox.open()

    assert not isinstance(failed.value, LoginRefusedError)
    assert "closed the connection" in str(failed.value)


@pytest.mark.parametrize("code", [b"UNAVAILABLE", b"LIMIT", b"INUSE"])
def test_a_login_that_is_refused_for_now_is_not_taken_for_a_wrong_password(code: bytes) -> None:
    answer = b"{tag} NO [" + code + b"] Temporary authentication failure.\r\n"
    with ScriptedImap(AUTHENTICATE=answer) as server, pytest.raises(MailboxError) as failed:
        ImapMailbox(scripted(server)).open()

    assert not isinstance(failed.value, LoginRefusedError)
    assert "Temporary" in str(failed.value)


def scripted(server: ScriptedImap, **changes: object) -> MailboxConfig:
    fields: dict[str, object] = {
        "name": "support", "host": "127.0.0.1", "port": server.port, "security": "none",
        "user": "jane", "password": PASSWORD,
    }  # fmt: skip
    return MailboxConfig.model_validate(fields | changes)


STEPS: dict[str, Callable[[ImapMailbox], object]] = {
    "LOGIN": lambda box: box.open(),
    "LIST": lambda box: box.open(),
    "SELECT": lambda box: box.listing(),
    "UID SEARCH": lambda box: box.listing(),
    "UID FETCH": lambda box: box.fetch([1, 2], 7),
    "UID MOVE": lambda box: box.file([1, 2], Destination.DONE),
    "NOOP": lambda box: box.wait(0.1, never),
    "EXAMINE": lambda box: list(box.inventory(FolderRole.DONE)),
}
REFUSALS = [
    b"{tag} NO [SERVERBUG] not now\r\n",
    b"{tag} BAD what?\r\n",
    b"* BYE enough\r\n{tag} OK done\r\n",
    b"garbage\r\n",
    None,
]


@pytest.mark.parametrize("answer", REFUSALS)
@pytest.mark.parametrize("command", STEPS)
def test_every_refusal_and_every_nonsense_is_a_mailbox_error_of_one_line(
    command: str, answer: bytes | None
) -> None:
    with ScriptedImap(CAPABILITY=b"* CAPABILITY IMAP4rev1 MOVE UIDPLUS\r\n") as server:
        mailbox = ImapMailbox(scripted(server), limits=SHORT)
        if command not in {"LOGIN", "LIST"}:
            mailbox.open()
            mailbox.listing()
        usual = server.answers.get(command, b"")
        server.answers[command] = answer

        with pytest.raises(MailboxError) as failed:
            STEPS[command](mailbox)

        server.answers[command] = usual
        if command == "LIST":
            del server.answers[command]
        mailbox.open()
        mailbox.close()
    assert str(failed.value).startswith("mailbox support: ")
    assert "\n" not in str(failed.value)
    assert PASSWORD not in str(failed.value)


def test_a_server_that_refuses_idle_is_polled() -> None:
    with ScriptedImap(IDLE=b"{tag} NO not here\r\n") as server:
        mailbox = ImapMailbox(scripted(server), limits=SHORT)
        mailbox.open()
        mailbox.listing()
        mailbox.wait(0.1, never)
        mailbox.wait(0.1, never)
        mailbox.close()

    assert sum(line.endswith(" IDLE") for line in server.said) == 1
    assert sum(line.endswith(" NOOP") for line in server.said) == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"* 1 FETCH (UID 1 RFC822.SIZE 9 BODY[] {90}\r\nshort)\r\n{tag} OK done\r\n",
        b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\nx)\r\n{tag} OK done\r\n",
        b"* 1 FETCH (UID\r\n{tag} OK done\r\n",
        b"* 1 FETCH (UID x BODY[] {1}\r\nx)\r\n{tag} OK done\r\n",
        b"* 1 FETCH " + b"(" * 3000 + b"\r\n{tag} OK done\r\n",
        b"x" * 2_000_000 + b"\r\n{tag} OK done\r\n",
    ],
)
def test_a_broken_answer_to_fetch_is_a_mailbox_error(answer: bytes) -> None:
    with ScriptedImap(**{"UID FETCH": answer}) as server:
        mailbox = ImapMailbox(scripted(server), limits=SHORT)
        mailbox.open()

        with pytest.raises(MailboxError) as failed:
            mailbox.fetch([1], 7)

        mailbox.close()
    assert len(str(failed.value)) < 200


def test_an_answer_about_other_mails_is_not_taken_for_the_ones_asked_for() -> None:
    answer = (
        b"* 9 FETCH (UID 9 RFC822.SIZE 1 BODY[] {1}\r\nx)\r\n* 2 FETCH (FLAGS (\\Seen))\r\n"
        b"* 1 FETCH (UID 1 BODY[] NIL)\r\n"
    )
    with ScriptedImap(**{"UID FETCH": answer}) as server:
        mailbox = ImapMailbox(scripted(server), limits=SHORT)
        mailbox.open()
        fetched = mailbox.fetch([1, 2], 7)
        mailbox.close()

    assert fetched == ()


def test_mails_that_the_server_says_it_moved_and_did_not_are_not_filed() -> None:
    with ScriptedImap(**{"UID SEARCH": b"* SEARCH 2\r\n"}) as server:
        mailbox = ImapMailbox(scripted(server), limits=SHORT)
        mailbox.open()

        assert mailbox.file([1, 2, 3], Destination.DONE) == {1, 3}

        mailbox.close()


def test_a_folder_that_keeps_no_keywords_cannot_keep_handled_mail() -> None:
    flags = b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7] \r\n* OK [PERMANENTFLAGS (\\Seen)] \r\n"
    with (
        ScriptedImap(SELECT=flags) as server,
        pytest.raises(MailboxError, match="keeps no keywords"),
    ):
        ImapMailbox(scripted(server, done_folder="")).open()


def test_a_login_without_tls_that_the_server_forbids_sends_no_password() -> None:
    capable = b"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n"
    with (
        ScriptedImap(CAPABILITY=capable) as server,
        pytest.raises(MailboxError, match="no login without TLS"),
    ):
        ImapMailbox(scripted(server)).open()

    assert not any(PASSWORD in line for line in server.said)


def test_a_user_with_spaces_and_quotes_is_quoted() -> None:
    capable = b"* CAPABILITY IMAP4rev1\r\n"
    with ScriptedImap(CAPABILITY=capable) as server:
        mailbox = ImapMailbox(scripted(server, user='a "b" \\c'))
        mailbox.open()
        mailbox.close()

    (line,) = [line for line in server.said if " LOGIN " in line]
    assert line.endswith(r' LOGIN "a \"b\" \\c" "secret"')


def test_a_user_without_the_right_to_remove_mails_is_told_of_it(proxy_to: ProxyTo) -> None:
    with Dovecot(extra=WITH_ACL) as dovecot:
        user = dovecot.new_user()
        dovecot.append(user, [RAW] * 2)
        mailbox = ImapMailbox(dovecot.config(user))
        mailbox.open()
        mailbox.close()
        (dovecot.maildir(user) / "dovecot-acl").write_text("owner lrws\n")
        mailbox.open()

        with pytest.raises(MailboxError, match=r"cannot file mails: .*Permission denied"):
            mailbox.file([1, 2], Destination.DONE)

        assert len(mailbox.listing().mails) == 2  # the connection is as good as before
        mailbox.close()

        proxy = proxy_to(dovecot.port)
        proxy.fault = Fault(rewrite=((b" MOVE ", b" "),))
        copying = ImapMailbox(dovecot.config(user, port=proxy.port))
        copying.open()
        for _ in range(3):
            with contextlib.suppress(MailboxError):
                assert copying.file([1, 2], Destination.DONE) == frozenset()
        copying.close()
        assert dovecot.count(user, "WorkOrder.Done") == 2


@pytest.mark.parametrize("name", ["self_signed", "expired", "wrong_host"])
def test_no_password_is_sent_to_a_server_whose_certificate_is_bad(
    dovecot: Dovecot, user: str, certificates: Certificates, name: str
) -> None:
    bad = getattr(certificates, name)
    words = {
        "self_signed": "self-signed certificate",
        "expired": "certificate has expired",
        "wrong_host": "certificate is not valid for 'localhost'",
    }
    with TcpProxy(dovecot.port, tls=bad.server_context()) as proxy:
        config = dovecot.config(user, port=proxy.port, security="tls", ca_file=certificates.ca_file)

        with pytest.raises(MailboxError, match=words[name]):
            ImapMailbox(config).open()

        assert proxy.heard == b""


def test_without_its_authority_a_certificate_is_not_accepted(dovecot: Dovecot, user: str) -> None:
    config = dovecot.config(user, port=dovecot.tls_port, security="tls")

    with pytest.raises(MailboxError, match="certificate is not accepted"):
        ImapMailbox(config).open()


def test_starttls_that_was_stripped_ends_before_the_password(
    dovecot: Dovecot, user: str, proxy: TcpProxy, certificates: Certificates
) -> None:
    config = dovecot.config(
        user, port=proxy.port, security="starttls", ca_file=certificates.ca_file
    )
    mailbox = ImapMailbox(config)
    proxy.fault = Fault(rewrite=((b"STARTTLS", b"STARTSLT"),))

    with pytest.raises(MailboxError, match="no STARTTLS; no password was sent"):
        mailbox.open()

    assert b"AUTHENTICATE" not in proxy.heard
    assert b"LOGIN" not in proxy.heard
    proxy.fault = NO_FAULT
    mailbox.open()
    assert mailbox.listing().mails == ()
    mailbox.close()


def test_plain_text_smuggled_in_before_tls_is_not_believed(
    dovecot: Dovecot, user: str, proxy: TcpProxy, certificates: Certificates
) -> None:
    begin = b"Begin TLS negotiation now.\r\n"
    proxy.fault = Fault(rewrite=((begin, begin + b"* CAPABILITY IMAP4rev1 EVIL\r\n"),))
    config = dovecot.config(
        user, port=proxy.port, security="starttls", ca_file=certificates.ca_file
    )

    with pytest.raises(MailboxError, match="plain text where TLS had to begin"):
        ImapMailbox(config).open()


def test_a_server_that_is_logged_in_already_gets_no_password_without_tls() -> None:
    with ScriptedImap(greeting=b"* PREAUTH welcome\r\n") as server:
        server.answers["CAPABILITY"] = b"* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\r\n"
        with pytest.raises(MailboxError):
            ImapMailbox(scripted(server, security="starttls")).open()

    assert not any("AUTHENTICATE" in line or "LOGIN" in line for line in server.said)


def test_tls_that_never_answers_is_given_up(proxy: TcpProxy, dovecot: Dovecot, user: str) -> None:
    proxy.fault = Fault(black_hole=True)
    config = dovecot.config(user, port=proxy.port, security="tls")

    with pytest.raises(MailboxError, match=r"no answer within 0\.5 s"):
        ImapMailbox(config, limits=SHORT).open()


def test_a_missing_ca_file_is_named(dovecot: Dovecot, user: str) -> None:
    config = dovecot.config(user, security="tls", port=dovecot.tls_port)
    config = config.model_copy(update={"ca_file": dovecot.base / "no-such.pem"})

    with pytest.raises(MailboxError, match=r"ca_file .*no-such\.pem: no such file"):
        ImapMailbox(config).open()


def test_a_folder_that_disappears_is_missing(
    dovecot: Dovecot, user: str, mailbox: ImapMailbox, proxy: TcpProxy
) -> None:
    with dovecot.login(user) as other:
        other.create("Queue")
    box = ImapMailbox(dovecot.config(user, folder="Queue", port=proxy.port), limits=SHORT)
    box.open()
    with dovecot.login(user) as other:
        other.delete("Queue")

    with pytest.raises(MailboxError):
        box.listing()
    box.close()
    with pytest.raises(FolderMissingError):
        box.open()
    assert mailbox.name == "support"
