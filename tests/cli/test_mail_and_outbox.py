"""`workorder mail` and `workorder outbox`: what waits for a person."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cli.shell import Shell
from workorder.core.message import Address
from workorder.core.notice import Audience, AutoSubmitted, NoticeKind, NoticeRequest
from workorder.store.ledger import Arrival
from workorder.store.outbox import NewNotice

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
RAW = b"From: \xff\xfe\r\n\r\n\x1b[2Jbroken\r\n"


def set_aside(shell: Shell) -> int:
    """A mail that came in and was set aside; its id."""
    with shell.site() as site:
        sha256 = site.store.files.put_raw(RAW)
        arrival = Arrival(uidvalidity=1, uid=7, sha256=sha256, size=len(RAW), internaldate=NOON)
        with site.store.write() as unit:
            unit.inbound.record("support", [arrival], NOON)
            (entry,) = unit.inbound.take("support", 10, NOON)
            unit.inbound.set_aside(entry.id, "no header can be read \x1b[31m")
    return entry.id


def buried(shell: Shell, *, frozen: bool = True) -> int:
    """A notice that its server refused for good; its id."""
    request = NoticeRequest(
        kind=NoticeKind.TROUBLE,
        recipient=Address(name="", email="admin@northwind.example"),
        audience=Audience.ADMIN,
        language="en",
        with_pdf=False,
        auto_submitted=AutoSubmitted.GENERATED,
        in_reply_to=None,
        references=(),
        template="trouble",
        detail="the disk is full",
    )
    notice = NewNotice(
        number=None, event_id=None, mail_id=None, request=request, message_id="<a@b>", key="k"
    )
    with shell.site() as site, site.store.write() as unit:
        (row_id,) = unit.outbox.add([notice], NOON)
        (row,) = unit.outbox.take_to_compose(1, NOON, 60)
        if frozen:
            assert unit.outbox.freeze(row_id, row.attempts, b"Subject: trouble\r\n\r\nfull\r\n")
            (row,) = unit.outbox.take_to_send(1, NOON, 60)
        assert unit.outbox.buried(row_id, row.attempts, "550 5.1.1 no such user")
    return row_id


def states(shell: Shell) -> list[str]:
    return [row["state"] for row in shell.json("outbox", "list")]


def test_mail_that_was_set_aside_is_listed_with_the_reason(shell: Shell) -> None:
    assert shell.json("mail", "aside") == []
    mail_id = set_aside(shell)
    (row,) = shell.json("mail", "aside")
    assert row == {
        "id": mail_id,
        "mailbox": "support",
        "state": "aside",
        "attempts": 0,
        "reason": "no header can be read \x1b[31m",
        "sender": "",
        "message_id": None,
        "received_at": "2026-11-23T12:00:00+00:00",
        "size": len(RAW),
        "number": None,
    }
    table = shell.must("mail", "aside")
    assert "no header can be read" in table
    assert "\x1b" not in table


def test_a_mail_is_shown_with_its_trace_or_byte_for_byte(shell: Shell) -> None:
    mail_id = str(set_aside(shell))
    shown = shell.json("mail", "show", mail_id)
    assert (shown["state"], shown["trace"], shown["truncated"]) == ("aside", [], False)
    assert "aside" in shell.must("mail", "show", mail_id)
    assert shell.run("mail", "show", mail_id, "--raw").out == RAW


def test_a_decided_mail_is_shown_with_the_account_of_the_decision(shell: Shell) -> None:
    mail_id = set_aside(shell)
    shell.must("mail", "retry", str(mail_id))
    with shell.site() as site, site.store.write() as unit:
        unit.inbound.take("support", 10, NOON)
        unit.inbound.decided(
            mail_id,
            state="ignored",
            reason="bulk mail",
            number=None,
            message_id="<n@shop.example>",
            sender="news@shop.example",
            body_hash="",
            trace='[["kind", "bulk: it has a List-Id"]]',
        )
    shown = shell.json("mail", "show", str(mail_id))
    assert (shown["sender"], shown["message_id"]) == ("news@shop.example", "<n@shop.example>")
    assert shown["trace"] == [{"stage": "kind", "text": "bulk: it has a List-Id"}]
    assert "kind: bulk: it has a List-Id" in shell.must("mail", "show", str(mail_id))


def test_a_retried_mail_is_received_again(shell: Shell) -> None:
    mail_id = str(set_aside(shell))
    shell.must("mail", "retry", mail_id)
    assert shell.json("mail", "aside") == []
    assert shell.json("mail", "show", mail_id)["state"] == "received"
    assert (
        shell.fails("mail", "retry", mail_id) == f"mail {mail_id} is not set aside: it is received"
    )


def test_a_discarded_mail_keeps_its_bytes_and_why(shell: Shell) -> None:
    mail_id = str(set_aside(shell))
    assert shell.run("mail", "discard", mail_id).code == 2
    assert shell.run("mail", "discard", mail_id, "--why", " ").code == 2
    shell.must("mail", "discard", mail_id, "--why", "spam,\nagain")
    shown = shell.json("mail", "show", mail_id)
    assert (shown["state"], shown["reason"]) == ("discarded", "spam, again")
    assert shell.run("mail", "show", mail_id, "--raw").out == RAW
    assert "is not set aside" in shell.fails("mail", "discard", mail_id, "--why", "spam")


@pytest.mark.parametrize("command", ["show", "retry"])
def test_ids_of_no_mail_are_told(shell: Shell, command: str) -> None:
    assert shell.fails("mail", command, "99") == "mail 99: there is none"
    assert shell.fails("outbox", command, "99") == "outgoing mail 99: there is none"
    for wrong in ("x", "0", "-1", str(2**63)):
        assert shell.run("mail", command, wrong).code == 2
        assert shell.run("outbox", command, wrong).code == 2


def test_outgoing_mail_is_listed_and_shown_with_the_servers_words(shell: Shell) -> None:
    assert shell.json("outbox", "list") == []
    row_id = buried(shell)
    (row,) = shell.json("outbox", "list")
    expected: dict[str, Any] = {
        "id": row_id,
        "number": None,
        "event": "trouble",
        "recipient": "admin@northwind.example",
        "state": "buried",
        "attempts": 1,
        "next_at": "2026-11-23T12:00:00+00:00",
        "error": "550 5.1.1 no such user",
        "reply": "",
        "created_at": "2026-11-23T12:00:00+00:00",
        "sent_at": None,
        "bounced_at": None,
        "message_id": "<a@b>",
    }
    assert row == expected
    shown = shell.json("outbox", "show", str(row_id))
    assert expected.items() <= shown.items()
    assert shown["detail"] == "the disk is full"
    assert "550 5.1.1 no such user" in shell.must("outbox", "list")
    assert "the disk is full" in shell.must("outbox", "show", str(row_id))
    raw = shell.run("outbox", "show", str(row_id), "--raw").out
    assert raw == b"Subject: trouble\r\n\r\nfull\r\n"


def test_outgoing_mail_is_listed_by_state(shell: Shell) -> None:
    row_id = buried(shell)
    assert [row["id"] for row in shell.json("outbox", "list", "--state", "buried")] == [row_id]
    assert shell.json("outbox", "list", "--state", "sent") == []
    assert shell.run("outbox", "list", "--state", "lost").code == 2


@pytest.mark.parametrize(("frozen", "state"), [(True, "ready"), (False, "pending")])
def test_a_buried_mail_goes_again_from_where_it_was(shell: Shell, frozen: bool, state: str) -> None:
    row_id = str(buried(shell, frozen=frozen))
    shell.must("outbox", "retry", row_id)
    assert states(shell) == [state]
    shell.must("outbox", "retry", row_id)  # what waits may be hurried
    assert states(shell) == [state]


def test_a_discarded_notice_is_sent_no_more(shell: Shell) -> None:
    row_id = str(buried(shell))
    shell.must("outbox", "discard", row_id)
    assert states(shell) == ["discarded"]
    assert "cannot be discarded" in shell.fails("outbox", "discard", row_id)
    assert "does not wait" in shell.fails("outbox", "retry", row_id)
    assert "has no bytes" in shell.fails("outbox", "show", row_id, "--raw")
