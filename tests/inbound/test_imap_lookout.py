"""ImapLookout against a real Dovecot: what comes is seen, and nothing is changed by looking."""

import re
from collections.abc import Callable, Iterator

import pytest

from servers.dovecot import Dovecot
from servers.scripted import SELECTED, ScriptedImap
from servers.tcp_proxy import TcpProxy
from workorder.config import MailboxConfig
from workorder.errors import FolderMissingError, MailboxError
from workorder.inbound.imap_lookout import ImapLookout, Seen

DONE = "WorkOrder.Done"
TEXT = b"It does not print, and this line is no header."


def mail(subject: str, *headers: bytes) -> bytes:
    lines = (b"From: jane@acme.example", f"Subject: {subject}".encode(), *headers)
    return b"\r\n".join(lines) + b"\r\n\r\n" + TEXT + b"\r\n"


def subjects(seen: Iterator[Seen]) -> list[tuple[str, str]]:
    found = []
    for one in seen:
        subject = re.search(rb"Subject: ([^\r]*)\r\n", one.head)
        assert subject is not None
        assert TEXT not in one.head
        found.append((one.folder, subject[1].decode()))
    return found


@pytest.fixture
def user(dovecot: Dovecot) -> str:
    return dovecot.new_user()


@pytest.fixture
def opened() -> Iterator[Callable[[MailboxConfig], ImapLookout]]:
    """Look out for a mailbox, until the end of the test."""
    lookouts: list[ImapLookout] = []

    def now_open(config: MailboxConfig) -> ImapLookout:
        lookouts.append(ImapLookout(config))
        lookouts[-1].open()
        return lookouts[-1]

    yield now_open
    for lookout in lookouts:
        lookout.close()


Opened = Callable[[MailboxConfig], ImapLookout]


def make(dovecot: Dovecot, user: str, folder: str) -> None:
    with dovecot.login(user) as client:
        client.create(folder)


def test_what_was_there_before_is_not_seen_and_what_comes_is_seen_once(
    dovecot: Dovecot, user: str, opened: Opened
) -> None:
    make(dovecot, user, DONE)
    dovecot.append(user, [mail("old")] * 3)
    dovecot.append(user, mail("old and filed"), DONE)
    lookout = opened(dovecot.config(user))
    assert subjects(lookout.arrivals()) == []
    dovecot.append(user, [mail("one"), mail("two")])
    assert subjects(lookout.arrivals()) == [("INBOX", "one"), ("INBOX", "two")]
    dovecot.append(user, mail("three"), DONE)
    dovecot.append(user, mail("four"))
    assert subjects(lookout.arrivals()) == [("INBOX", "four"), (DONE, "three")]
    assert subjects(lookout.arrivals()) == []


def test_a_mail_that_a_daemon_files_away_is_seen_where_it_went(
    dovecot: Dovecot, user: str, opened: Opened
) -> None:
    lookout = opened(dovecot.config(user))
    make(dovecot, user, DONE)  # there was none before
    dovecot.append(user, mail("ours"))
    with dovecot.login(user) as client:
        client.select("INBOX")
        client.uid("MOVE", "1", DONE)
    assert subjects(lookout.arrivals()) == [(DONE, "ours")]


def test_looking_makes_marks_and_moves_nothing(dovecot: Dovecot, user: str, opened: Opened) -> None:
    lookout = opened(dovecot.config(user))
    dovecot.append(user, mail("one"))
    assert len(list(lookout.arrivals())) == 1
    assert dovecot.folders(user) == {"INBOX"}
    with dovecot.login(user) as client:
        client.select("INBOX")
        assert client.uid("SEARCH", "UNSEEN")[1] == [b"1"]


def test_mail_that_stays_in_the_inbox_needs_no_other_folder(
    dovecot: Dovecot, user: str, opened: Opened
) -> None:
    lookout = opened(dovecot.config(user, done_folder=""))
    dovecot.append(user, mail("one"))
    assert subjects(lookout.arrivals()) == [("INBOX", "one")]


def test_no_byte_of_a_mail_enters_a_command(
    dovecot: Dovecot, user: str, proxy_to: Callable[[int], TcpProxy], opened: Opened
) -> None:
    proxy = proxy_to(dovecot.port)
    lookout = opened(dovecot.config(user, host="127.0.0.1", port=proxy.port))
    evil = b"=?utf-8?q?=3Cx=40y=3E=0D=0AZZ99_DELETE_INBOX?="
    dovecot.append(
        user, mail("x", b"Message-ID: " + evil, b"X-WorkOrder-Probe: a\r\n ZZ99 LOGOUT", b"{5+}: x")
    )
    assert len(list(lookout.arrivals())) == 1
    lookout.close()
    lines = bytes(proxy.heard).decode("ascii").splitlines()
    allowed = re.compile(
        r"\w+ (CAPABILITY|LOGOUT|AUTHENTICATE PLAIN|EXAMINE \"?(INBOX|WorkOrder\.Done)\"?"
        r'|LIST "" "?WorkOrder\.Done"?|UID SEARCH UID \d+:\*'
        r"|UID FETCH \d+ \(BODY\.PEEK\[HEADER\]<0\.\d+>\))|[\w+/]+=*"  # the last: the login itself
    )
    assert [line for line in lines if not allowed.fullmatch(line)] == []


def test_a_missing_inbox_and_a_lost_connection_are_told(
    dovecot: Dovecot, user: str, opened: Opened
) -> None:
    with pytest.raises(FolderMissingError):
        ImapLookout(dovecot.config(user, folder="Support")).open()
    lookout = opened(dovecot.config(user))
    lookout.close()
    with pytest.raises(MailboxError):
        list(lookout.arrivals())


def scripted(port: int) -> MailboxConfig:
    fields = {
        "name": "support", "host": "127.0.0.1", "port": port, "security": "none",
        "user": "support", "password": "secret", "done_folder": "",
    }  # fmt: skip
    return MailboxConfig.model_validate(fields)


def test_what_is_refused_for_the_sake_of_one_mail_is_asked_for_mail_by_mail() -> None:
    gone = b"{tag} NO [EXPUNGEISSUED] one of them is gone\r\n"
    with ScriptedImap(UID_SEARCH=b"* SEARCH 4 5\r\n", UID_FETCH=gone) as server:
        lookout = ImapLookout(scripted(server.port))
        lookout.open()
        assert list(lookout.arrivals()) == []
        fetches = [line.split()[3] for line in server.said if "UID FETCH" in line]
        assert fetches == ["4,5", "4", "5"]
        header = b"* 1 FETCH (UID 6 BODY[HEADER]<0> {17}\r\nSubject: ours\r\n\r\n)\r\n"
        server.answers |= {"UID SEARCH": b"* SEARCH 6\r\n", "UID FETCH": header}
        assert [one.head for one in lookout.arrivals()] == [b"Subject: ours\r\n\r\n"]
        lookout.close()


def test_a_last_mail_that_is_old_is_not_taken_for_new() -> None:
    # `4:*` names mail 3 where no newer one is there (RFC 3501 6.4.8).
    with ScriptedImap(UID_SEARCH=b"* SEARCH 3\r\n") as server:
        lookout = ImapLookout(scripted(server.port))
        lookout.open()
        assert list(lookout.arrivals()) == []
        lookout.close()
        assert not any("FETCH" in line for line in server.said)


def test_after_a_new_uidvalidity_all_is_new() -> None:
    header = b"* 1 FETCH (UID 1 BODY[HEADER]<0> {17}\r\nSubject: ours\r\n\r\n)\r\n"
    with ScriptedImap(UID_SEARCH=b"* SEARCH 1\r\n", UID_FETCH=header) as server:
        lookout = ImapLookout(scripted(server.port))
        lookout.open()
        assert list(lookout.arrivals()) == []
        server.answers["EXAMINE"] = SELECTED.replace(b"UIDVALIDITY 7", b"UIDVALIDITY 8")
        assert [one.head for one in lookout.arrivals()] == [b"Subject: ours\r\n\r\n"]
        assert list(lookout.arrivals()) == []
        lookout.close()
