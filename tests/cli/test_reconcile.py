"""`workorder reconcile` against a real IMAP server."""

import hashlib

from cli.shell import Shell
from servers.dovecot import Dovecot
from workorder.config import load
from workorder.inbound.mail_values import Destination
from workorder.inbound.mailbox import ImapMailbox
from workorder.store.ledger import Arrival

MAILS = [f"Subject: {number}\r\n\r\nmail {number}\r\n".encode() for number in (1, 22, 333)]


def take_in(shell: Shell, *, leave: int = 0) -> None:
    """What intake does with the inbox: the first mail is set aside, the others are decided.

    `leave` mails are left in the inbox.
    """
    mailbox = ImapMailbox(load(shell.config_file).mailboxes[0])
    mailbox.open()
    listing = mailbox.listing()
    uids = [mail.uid for mail in listing.mails][: len(listing.mails) - leave]
    fetched = mailbox.fetch(uids, listing.uidvalidity)
    with shell.site() as site, site.store.write() as unit:
        arrivals = [
            Arrival(
                uidvalidity=listing.uidvalidity,
                uid=mail.uid,
                sha256=hashlib.sha256(mail.raw).hexdigest(),
                size=mail.size,
                internaldate=mail.internaldate,
            )
            for mail in fetched
        ]
        unit.inbound.record("support", arrivals, site.clock())
        first, *others = unit.inbound.take("support", 10, site.clock())
        unit.inbound.set_aside(first.id, "broken")
        for entry in others:
            unit.inbound.decided(
                entry.id,
                state="done",
                reason="",
                number=None,
                message_id=None,
                sender="",
                body_hash="",
                trace="",
            )
    mailbox.file(uids[:1], Destination.ASIDE, listing.uidvalidity)
    mailbox.file(uids[1:], Destination.DONE, listing.uidvalidity)
    mailbox.close()


def test_mail_that_was_taken_in_and_filed_balances(
    served: Shell, dovecot: Dovecot, user: str
) -> None:
    dovecot.append(user, MAILS)
    take_in(served)
    (account,) = served.json("reconcile")
    assert account == {
        "mailbox": "support",
        "on_server": 3,
        "recorded": 2,
        "set_aside": 1,
        "waiting": 0,
        "undecided": 0,
        "gone": 0,
        "unknown": [],
        "balances": True,
    }
    assert "3 on the server = 2 recorded + 1 set aside" in served.must("reconcile")


def test_what_waits_and_what_nobody_knows_ends_with_1_and_the_document_all_the_same(
    served: Shell, dovecot: Dovecot, user: str
) -> None:
    dovecot.append(user, MAILS)
    take_in(served, leave=1)
    dovecot.append(user, b"Subject: stray\r\n\r\nput here by hand\r\n", "WorkOrder.Done")
    result = served.run("reconcile", "--json")
    assert (result.code, result.err) == (1, "workorder: does not balance: support\n")
    (account,) = result.json
    assert (account["on_server"], account["recorded"], account["set_aside"]) == (4, 1, 1)
    assert (account["waiting"], account["balances"]) == (1, False)
    assert account["unknown"] == ["done UID 2"]
    told = served.run("reconcile")
    assert told.code == 1
    assert "unknown: done UID 2" in told.text


def test_a_server_that_is_away_is_told_in_one_line(served: Shell, user: str) -> None:
    served.edit("port = ", "port = 1 # ")
    result = served.run("reconcile", "--json")
    assert (result.code, result.out, result.err.count("\n")) == (1, b"", 1)
    assert "mailbox support: cannot reach" in result.err
    assert user not in result.err
