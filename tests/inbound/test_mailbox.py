"""ImapMailbox against a real Dovecot that works."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from servers.dovecot import Dovecot
from servers.tcp_proxy import Fault, TcpProxy
from servers.tls import Certificates
from workorder.errors import FolderMissingError, LoginRefusedError, MailboxError
from workorder.inbound.mailbox import Destination, Fetched, FolderRole, ImapMailbox, Listing

ProxyTo = Callable[[int], TcpProxy]
RAW = b"From: jane@acme.example\r\nSubject: Printer\r\n\r\nIt does not print.\r\n"


def mail(number: int) -> bytes:
    return RAW.replace(b"Printer", b"Printer %d" % number)


def never() -> bool:
    return False


@pytest.fixture
def user(dovecot: Dovecot) -> str:
    return dovecot.new_user()


@pytest.fixture
def opened() -> Iterator[Callable[[ImapMailbox], ImapMailbox]]:
    """Open a mailbox, and close it at the end."""
    boxes: list[ImapMailbox] = []

    def now_open(mailbox: ImapMailbox) -> ImapMailbox:
        boxes.append(mailbox)
        mailbox.open()
        return mailbox

    yield now_open
    for mailbox in boxes:
        mailbox.close()


Opened = Callable[[ImapMailbox], ImapMailbox]


def uids(listing: Listing) -> list[int]:
    return [listed.uid for listed in listing.mails]


def test_what_was_appended_is_listed_and_fetched_byte_for_byte(
    dovecot: Dovecot, user: str, opened: Opened
) -> None:
    raws = [RAW, RAW + bytes(range(256)).replace(b"\0", b"").replace(b"\r", b"").replace(b"\n", b"")
            + b"\r\n", b"\r\n", b"X: y\r\n\r\n" + b"z" * 300_000 + b"\r\n"]  # fmt: skip
    dovecot.append(user, raws)
    mailbox = opened(ImapMailbox(dovecot.config(user)))

    listing = mailbox.listing()
    fetched = mailbox.fetch(uids(listing), listing.uidvalidity)

    assert [one.raw for one in fetched] == raws
    assert [one.size for one in listing.mails] == [len(raw) for raw in raws]
    assert [one.size for one in fetched] == [len(raw) for raw in raws]


def test_the_time_of_arrival_is_the_servers_and_in_utc(
    dovecot: Dovecot, user: str, opened: Opened
) -> None:
    at = datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC).astimezone()
    dovecot.append(user, RAW, at=at)
    mailbox = opened(ImapMailbox(dovecot.config(user)))

    (fetched,) = mailbox.fetch([1], mailbox.listing().uidvalidity)

    assert fetched.internaldate == at
    assert fetched.internaldate.utcoffset() == timedelta(0)


def test_fetching_marks_nothing_as_read(dovecot: Dovecot, user: str, opened: Opened) -> None:
    dovecot.append(user, RAW)
    mailbox = opened(ImapMailbox(dovecot.config(user)))
    listing = mailbox.listing()
    mailbox.fetch([1], listing.uidvalidity)
    mailbox.fetch_head(1, 100)

    with dovecot.login(user) as client:
        client.select("INBOX", readonly=True)
        assert client.search(None, "SEEN")[1] == [b""]


def test_of_a_large_mail_the_head_alone_can_be_fetched(
    dovecot: Dovecot, user: str, opened: Opened
) -> None:
    dovecot.append(user, RAW + b"z" * 100_000 + b"\r\n")
    mailbox = opened(ImapMailbox(dovecot.config(user)))

    head = mailbox.fetch_head(1, 25, mailbox.listing().uidvalidity)

    assert head is not None
    assert head.raw == RAW + b"zzzzz"
    assert head.size == len(RAW) + 100_002
    assert mailbox.fetch_head(2, 25) is None


def test_a_header_without_end_is_cut_and_closed(
    dovecot: Dovecot, user: str, opened: Opened
) -> None:
    dovecot.append(user, b"Subject: x\r\n" + b"X-Long: y\r\n" * 50_000 + b"\r\nText\r\n")
    mailbox = opened(ImapMailbox(dovecot.config(user)))

    head = mailbox.fetch_head(1, 1000)

    assert head is not None
    assert len(head.raw) < 300_000
    assert head.raw.endswith(b"\r\n\r\nText\r\n")


def test_a_mail_that_has_vanished_is_left_out(dovecot: Dovecot, user: str, opened: Opened) -> None:
    dovecot.append(user, [mail(1), mail(2), mail(3)])
    mailbox = opened(ImapMailbox(dovecot.config(user)))
    listing = mailbox.listing()
    with dovecot.login(user) as other:
        other.select("INBOX")
        other.store("2", "+FLAGS", "\\Deleted")
        other.expunge()

    fetched = mailbox.fetch([1, 2, 3, 99], listing.uidvalidity)

    assert [one.raw for one in fetched] == [mail(1), mail(3)]
    assert uids(mailbox.listing()) == [1, 3]


def test_an_empty_mail_is_a_mail(dovecot: Dovecot, user: str, opened: Opened) -> None:
    dovecot.deliver(user, [b""])
    mailbox = opened(ImapMailbox(dovecot.config(user)))

    (fetched,) = mailbox.fetch([1], mailbox.listing().uidvalidity)

    assert fetched.raw == b""


def test_uids_of_another_uidvalidity_are_refused(
    dovecot: Dovecot, user: str, opened: Opened
) -> None:
    dovecot.append(user, RAW)
    mailbox = opened(ImapMailbox(dovecot.config(user)))
    before = mailbox.listing().uidvalidity
    mailbox.close()
    dovecot.change_uidvalidity(user)
    mailbox.open()

    assert mailbox.listing().uidvalidity != before
    with pytest.raises(MailboxError, match="UIDVALIDITY"):
        mailbox.fetch([1], before)
    with pytest.raises(MailboxError, match="UIDVALIDITY"):
        mailbox.file([1], Destination.DONE, before)
    assert len(mailbox.listing().mails) == 1


def test_filed_mails_are_in_the_folder_of_their_destination(
    dovecot: Dovecot, user: str, opened: Opened
) -> None:
    dovecot.append(user, [mail(n) for n in range(5)])
    mailbox = opened(ImapMailbox(dovecot.config(user)))
    validity = mailbox.listing().uidvalidity

    assert mailbox.file([1, 2, 4], Destination.DONE, validity) == {1, 2, 4}
    assert mailbox.file([5], Destination.ASIDE, validity) == {5}

    assert uids(mailbox.listing()) == [3]
    assert dovecot.count(user, "WorkOrder.Done") == 3
    assert dovecot.count(user, "WorkOrder.Aside") == 1


def test_filing_a_mail_twice_does_no_harm(dovecot: Dovecot, user: str, opened: Opened) -> None:
    dovecot.append(user, [mail(1), mail(2)])
    mailbox = opened(ImapMailbox(dovecot.config(user)))

    assert mailbox.file([1], Destination.DONE) == {1}
    assert mailbox.file([1, 2], Destination.DONE) == {1, 2}
    assert mailbox.file([], Destination.DONE) == frozenset()

    assert dovecot.count(user, "WorkOrder.Done") == 2


def test_a_done_folder_that_somebody_removed_is_made_again(
    dovecot: Dovecot, user: str, opened: Opened
) -> None:
    dovecot.append(user, RAW)
    mailbox = opened(ImapMailbox(dovecot.config(user)))
    with dovecot.login(user) as other:
        other.delete("WorkOrder.Done")

    assert mailbox.file([1], Destination.DONE) == {1}
    assert dovecot.count(user, "WorkOrder.Done") == 1


def test_the_folders_for_filed_mail_are_made_and_subscribed(
    dovecot: Dovecot, user: str, opened: Opened
) -> None:
    opened(ImapMailbox(dovecot.config(user, done_folder="Fertig & weg.Über")))

    with dovecot.login(user) as client:
        _, rows = client.lsub()
    assert {b'() "." "Fertig &- weg.&ANw-ber"', b'() "." WorkOrder.Aside'} <= set(rows)


def test_without_move_mails_are_copied_and_only_they_are_expunged(
    dovecot: Dovecot, user: str, opened: Opened, proxy_to: ProxyTo
) -> None:
    dovecot.append(user, [mail(n) for n in range(4)])
    with dovecot.login(user) as other:
        other.select("INBOX")
        other.store("4", "+FLAGS", "\\Deleted")
        other.unselect()
    proxy = proxy_to(dovecot.port)
    proxy.fault = Fault(rewrite=((b" MOVE ", b" "),))
    mailbox = opened(ImapMailbox(dovecot.config(user, port=proxy.port)))

    assert mailbox.file([1, 3], Destination.DONE) == {1, 3}

    assert uids(mailbox.listing()) == [2, 4]
    assert dovecot.count(user, "WorkOrder.Done") == 2
    assert b"UID MOVE" not in proxy.heard
    assert b"UID EXPUNGE 1,3" in proxy.heard


def test_without_move_and_uidplus_mails_are_copied_and_flagged_and_nothing_is_expunged(
    dovecot: Dovecot, user: str, opened: Opened, proxy_to: ProxyTo
) -> None:
    dovecot.append(user, [mail(n) for n in range(3)])
    proxy = proxy_to(dovecot.port)
    proxy.fault = Fault(rewrite=((b" MOVE ", b" "), (b" UIDPLUS ", b" ")))
    mailbox = opened(ImapMailbox(dovecot.config(user, port=proxy.port)))

    assert mailbox.file([1, 3], Destination.DONE) == {1, 3}

    assert uids(mailbox.listing()) == [2]
    assert [one.uid for one in mailbox.inventory(FolderRole.INBOX)] == [2]
    assert dovecot.count(user, "WorkOrder.Done") == 2
    assert dovecot.count(user) == 3
    assert b"EXPUNGE" not in proxy.heard


def test_with_no_done_folder_mails_stay_and_are_flagged(
    dovecot: Dovecot, user: str, opened: Opened
) -> None:
    dovecot.append(user, [mail(n) for n in range(4)])
    mailbox = opened(ImapMailbox(dovecot.config(user, done_folder="")))

    assert mailbox.file([1, 2], Destination.DONE) == {1, 2}
    assert mailbox.file([3], Destination.ASIDE) == {3}

    assert uids(mailbox.listing()) == [4]
    assert dovecot.count(user) == 3
    assert [one.uid for one in mailbox.inventory(FolderRole.DONE)] == [1, 2]
    assert [one.uid for one in mailbox.inventory(FolderRole.INBOX)] == [4]


def test_an_inventory_goes_through_a_folder_without_changing_it(
    dovecot: Dovecot, user: str, opened: Opened
) -> None:
    dovecot.append(user, [mail(n) for n in range(10)])
    mailbox = opened(ImapMailbox(dovecot.config(user)))
    validity = mailbox.listing().uidvalidity
    mailbox.file(range(1, 8), Destination.DONE)

    done = list(mailbox.inventory(FolderRole.DONE))
    bytes_of_done = mailbox.fetch_from(FolderRole.DONE, [done[0].uid, done[6].uid])

    assert len(done) == 7
    assert {one.size for one in done} == {len(mail(1))}
    assert all(one.internaldate.utcoffset() == timedelta(0) for one in done)
    assert [one.raw for one in bytes_of_done] == [mail(0), mail(6)]
    assert list(mailbox.inventory(FolderRole.ASIDE)) == []
    assert [one.raw for one in mailbox.fetch([8, 9], validity)] == [mail(7), mail(8)]


def test_fifty_thousand_mails_are_listed(dovecot: Dovecot, user: str, opened: Opened) -> None:
    dovecot.deliver_copies(user, RAW, 50_000)
    mailbox = opened(ImapMailbox(dovecot.config(user)))

    listing = mailbox.listing()

    assert len(listing.mails) == 50_000
    assert {one.size for one in listing.mails} == {len(RAW)}
    assert uids(listing) == sorted(set(uids(listing)))
    assert mailbox.listing(most=200).mails == listing.mails[:200]


def test_waiting_ends_as_soon_as_a_mail_arrives(
    dovecot: Dovecot, user: str, opened: Opened
) -> None:
    mailbox = opened(ImapMailbox(dovecot.config(user)))
    mailbox.listing()
    delivery = threading.Timer(0.2, dovecot.append, (user, RAW))
    delivery.start()
    started = time.monotonic()

    mailbox.wait(60, never)

    assert time.monotonic() - started < 30
    assert uids(mailbox.listing()) == [1]
    delivery.join()


def test_a_mail_that_arrives_while_others_are_filed_is_not_waited_past(
    dovecot: Dovecot, user: str, opened: Opened
) -> None:
    dovecot.append(user, RAW)
    mailbox = opened(ImapMailbox(dovecot.config(user)))
    mailbox.listing()
    dovecot.append(user, mail(2))
    mailbox.file([1], Destination.DONE)
    started = time.monotonic()

    mailbox.wait(60, never)

    assert time.monotonic() - started < 30
    assert uids(mailbox.listing()) == [2]


@pytest.mark.parametrize("idle", [True, False])
def test_waiting_ends_when_told_to_stop(
    dovecot: Dovecot, user: str, opened: Opened, idle: bool
) -> None:
    mailbox = opened(ImapMailbox(dovecot.config(user, idle=idle)))
    mailbox.listing()
    stop = threading.Event()
    threading.Timer(0.1, stop.set).start()
    started = time.monotonic()

    mailbox.wait(60, stop.is_set)

    assert time.monotonic() - started < 30
    assert mailbox.listing().mails == ()


@pytest.mark.parametrize("idle", [True, False])
def test_waiting_ends_after_the_time_given(
    dovecot: Dovecot, user: str, opened: Opened, proxy_to: ProxyTo, idle: bool
) -> None:
    proxy = proxy_to(dovecot.port)
    mailbox = opened(ImapMailbox(dovecot.config(user, idle=idle, port=proxy.port)))
    mailbox.listing()

    mailbox.wait(0.1, never)

    assert (b" IDLE\r\nDONE\r\n" in proxy.heard) is idle
    assert proxy.heard.endswith(b" NOOP\r\n")


def test_a_wrong_password_is_a_refused_login(dovecot: Dovecot, user: str) -> None:
    mailbox = ImapMailbox(dovecot.config(user, password="wrong"))

    with pytest.raises(LoginRefusedError) as refused:
        mailbox.open()

    assert user in str(refused.value)
    assert "AUTHENTICATIONFAILED" in str(refused.value)
    assert "wrong" not in str(refused.value)


def test_a_missing_inbox_is_named_and_nothing_is_made(dovecot: Dovecot, user: str) -> None:
    mailbox = ImapMailbox(dovecot.config(user, folder="Support"))

    with pytest.raises(FolderMissingError, match="mailbox support: there is no folder Support"):
        mailbox.open()

    assert dovecot.folders(user) == {"INBOX"}
    with pytest.raises(MailboxError, match="not connected"):
        mailbox.listing()


def test_a_folder_name_that_the_server_does_not_take_is_explained(
    dovecot: Dovecot, user: str
) -> None:
    with pytest.raises(MailboxError, match=r"separator is '\.'"):
        ImapMailbox(dovecot.config(user, done_folder="a..b")).open()


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_tls_is_spoken_with_the_authority_that_is_configured(
    dovecot: Dovecot, user: str, opened: Opened, certificates: Certificates, security: str
) -> None:
    dovecot.append(user, RAW)
    port = dovecot.tls_port if security == "tls" else dovecot.port
    config = dovecot.config(user, security=security, port=port, ca_file=certificates.ca_file)
    mailbox = opened(ImapMailbox(config))

    (fetched,) = mailbox.fetch([1], mailbox.listing().uidvalidity)
    delivery = threading.Timer(0.2, dovecot.append, (user, RAW))
    delivery.start()
    mailbox.wait(60, never)

    assert isinstance(fetched, Fetched)
    assert fetched.raw == RAW
    assert len(mailbox.listing().mails) == 2
    delivery.join()


def test_a_probe_says_what_is_there_and_changes_nothing(dovecot: Dovecot, user: str) -> None:
    dovecot.append(user, RAW)

    lines = ImapMailbox(dovecot.config(user)).probe()

    assert lines == (
        f"localhost:{dovecot.port}: logged in as {user} (none)",
        "folder INBOX: 1 mails",
        "folder WorkOrder.Done: will be made",
        "folder WorkOrder.Aside: will be made",
        "server offers IDLE, MOVE, UIDPLUS",
    )
    assert dovecot.folders(user) == {"INBOX"}


def test_opening_an_open_mailbox_does_nothing(
    dovecot: Dovecot, user: str, opened: Opened, proxy_to: ProxyTo
) -> None:
    proxy = proxy_to(dovecot.port)
    mailbox = opened(ImapMailbox(dovecot.config(user, port=proxy.port)))
    mailbox.open()

    assert proxy.connections == 1


def test_no_byte_of_a_mail_reaches_a_command(
    dovecot: Dovecot, user: str, opened: Opened, proxy_to: ProxyTo
) -> None:
    evil = (
        b"Message-ID: =?utf-8?q?=3Cx=40y=3E=0D=0AZZ99_DELETE_INBOX?=\r\n"
        b'Subject: ZZ98 DELETE INBOX\r\nFrom: "ZZ97\r\n DELETE INBOX" <zz96@x.example>\r\n\r\n'
        b"ZZ95 LOGOUT\r\n)\r\nZZ94 OK done\r\n* BYE ZZ93\r\n"
    )
    dovecot.append(user, evil)
    proxy = proxy_to(dovecot.port)
    mailbox = opened(ImapMailbox(dovecot.config(user, port=proxy.port)))
    listing = mailbox.listing()
    (fetched,) = mailbox.fetch([1], listing.uidvalidity)
    head = mailbox.fetch_head(1, 1000)
    mailbox.file([1], Destination.DONE)
    stored = list(mailbox.inventory(FolderRole.DONE))

    assert fetched.raw == evil
    assert head is not None
    assert head.raw == evil
    assert len(stored) == 1
    assert b"UID FETCH" in proxy.heard
    assert b"zz9" not in proxy.heard.lower()
