"""`workorder check`: lines for everything the configuration names, and nothing changed."""

import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import Any

import pytest

from builders import SUPPORT
from cli.shell import Shell
from servers.dovecot import PASSWORD, Dovecot
from servers.smtp_sink import SmtpSink
from workorder.core.findings import Level
from workorder.steps.check import check_site

SUBJECTS = [
    *("database", "files", "disk", "secret", "clock"),
    *("mailbox support", "smtp", "rules", "templates", "pdf", "portal", "proof"),
]
UNPROBED = ("check", "--probe-seconds", "0")


def checked(shell: Shell, subject: str) -> tuple[str, str]:
    """The worst finding of a subject; what comes after it is not tried."""
    findings = check_site(shell.config, datetime.now(UTC))
    on = dropwhile(lambda found: found.subject != subject, findings)
    found = [*takewhile(lambda found: found.subject == subject, on)]
    worst = max(found, key=lambda found: [*Level].index(found.level))
    return worst.level.value, worst.text


def state(shell: Shell) -> dict[Path, Any]:
    return {path: path.stat().st_mtime_ns for path in shell.home.rglob("*") if path.is_file()}


def test_a_site_where_all_is_well_has_lines_of_each_and_is_not_changed(
    served: Shell, dovecot: Dovecot, user: str, smtp_sink: SmtpSink
) -> None:
    served.settle()
    before = state(served)
    result = served.run(*UNPROBED)
    assert (result.code, result.err) == (0, "")
    heads = [line.partition(": ")[0] for line in result.text.splitlines()]
    assert list(dict.fromkeys(heads)) == [f"ok   {name}" for name in SUBJECTS]
    assert "folder WorkOrder.Done: will be made" in result.text
    assert state(served) == before
    assert dovecot.folders(user) == {"INBOX"}
    assert smtp_sink.mails == []


def test_json_stands_alone_on_stdout(served: Shell) -> None:
    served.settle()
    result = served.run(*UNPROBED, "--json")
    assert (result.code, result.err) == (0, "")
    assert list(dict.fromkeys(row["subject"] for row in result.json)) == SUBJECTS
    assert {row["level"] for row in result.json} == {"ok"}
    assert all(set(row) == {"level", "subject", "text"} for row in result.json)


def test_every_failure_is_told_and_the_rest_is_tried_all_the_same(shell: Shell) -> None:
    for host, port in (("imap.northwind.example", "993"), ("smtp.northwind.example", "587")):
        shell.edit(f'host = "{host}"', 'host = "127.0.0.1"')
        shell.edit(f"port = {port}", "port = 1")
    (shell.home / "var" / "workorder.db").unlink()
    shutil.rmtree(shell.home / "rules")
    broken = shell.home / "templates" / "mail" / "opened" / "body.txt"
    broken.parent.mkdir(parents=True)
    broken.write_text("{{ order.nubmer }}")
    result = shell.run("check")
    assert result.code == 1
    assert result.err == (
        "workorder: check failed: database, mailbox support, smtp, rules, templates\n"
    )
    failed = [line for line in result.text.splitlines() if line.startswith("FAIL ")]
    assert any("workorder.db does not exist" in line for line in failed)
    assert any(f"{broken}:1: " in line for line in failed)
    assert "ok   pdf: " in result.text
    assert not (shell.home / "var" / "workorder.db").exists()


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_no_password_is_ever_printed(served: Shell, arguments: tuple[str, ...]) -> None:
    wrong = "Tr0ub4dor-never-shown"
    served.edit(f'password = "{PASSWORD}"', f'password = "{wrong}"')
    served.edit("[smtp]\n", f'[smtp]\nuser = "postman"\npassword = "{wrong}"\n')
    result = served.run("check", *arguments)
    assert result.code == 1
    assert "mailbox support" in result.err
    assert wrong not in result.text + result.err


def test_a_missing_inbox_is_told(served: Shell) -> None:
    served.edit("poll_seconds = 5", 'folder = "Support"')
    level, text = checked(served, "mailbox support")
    assert level == "fail"
    assert "Support" in text


def test_a_database_without_tables_or_of_a_newer_program_fails(served: Shell) -> None:
    file = served.home / "var" / "workorder.db"
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert checked(served, "database") == (
        "fail",
        f"{file} is of a newer version; install that one",
    )
    file.write_bytes(b"")
    assert checked(served, "database") == (
        "fail",
        f"{file} has no tables; workorder init DIR makes a new site",
    )


def test_a_bank_that_does_not_add_up_fails(served: Shell) -> None:
    served.settle()
    served.must("hours", "buy", "Acme Ltd", "10")
    assert checked(served, "database")[0] == "ok"
    with sqlite3.connect(served.home / "var" / "workorder.db") as connection:
        connection.execute("UPDATE bank_accounts SET balance = 900")
    connection.close()
    assert checked(served, "database") == (
        "fail",
        "the bank of Acme Ltd does not add up: a balance of 900 min, and entries of 600 min",
    )


def test_what_is_allowed_and_unwise_is_a_warning_and_no_failure(served: Shell) -> None:
    text = served.config_file.read_text()
    served.config_file.write_text(text.replace("[trust]", '[trust]\ncommands = ["dmarc", "from"]'))
    served.config_file.chmod(0o644)
    (served.home / "var" / "secret").chmod(0o644)
    (served.home / "templates").rmdir()
    (served.home / "var" / "files").rmdir()
    result = served.run(*UNPROBED)
    assert (result.code, result.err) == (0, "")
    warned = [line for line in result.text.splitlines() if line.startswith("warn ")]
    for word in ('"from" alone', "chmod o-r", "chmod 600", "templates is no folder", "files does"):
        assert sum(word in line for line in warned) == 1


def test_a_clock_that_went_back_is_told(settled: Shell) -> None:
    settled.must("open", "--contact", "jane@acme.example", "--title", "Monitor")

    def clock(now: datetime) -> Level:
        findings = check_site(settled.config, now)
        return next(found.level for found in findings if found.subject == "clock")

    with settled.site() as site:
        now = site.clock()
    assert clock(now) is Level.OK
    assert clock(now - timedelta(seconds=30)) is Level.OK
    assert clock(now - timedelta(hours=1)) is Level.FAIL
    assert clock(datetime(1970, 1, 1, tzinfo=UTC)) is Level.FAIL


def test_one_mail_goes_to_ourselves_and_is_not_waited_for_beyond_what_was_said(
    served: Shell, smtp_sink: SmtpSink
) -> None:
    result = served.run("check", "--probe-seconds", "1")
    assert (result.code, result.err) == (0, "")
    assert "warn proof: probe: did not come back in time" in result.text
    assert [(mail.sender, mail.recipients) for mail in smtp_sink.mails] == [(SUPPORT, (SUPPORT,))]


def test_nothing_is_sent_where_no_way_rests_on_a_mail_server(
    served: Shell, smtp_sink: SmtpSink
) -> None:
    text = served.config_file.read_text()
    served.config_file.write_text(text.replace("[trust]", '[trust]\ncommands = ["reply"]'))
    result = served.run("check")
    assert result.code == 0
    assert "ok   proof: reply: " in result.text
    assert smtp_sink.mails == []


def test_nothing_is_sent_where_it_could_not_be_seen_to_arrive(
    served: Shell, smtp_sink: SmtpSink
) -> None:
    served.edit(f'password = "{PASSWORD}"', 'password = "wrong"')
    result = served.run("check")
    assert result.code == 1
    assert "warn proof: probe: was not sent: mailbox support" in result.text
    assert smtp_sink.mails == []


@pytest.mark.parametrize("seconds", ["-1", "601", "soon"])
def test_how_long_to_wait_is_a_number_of_seconds(shell: Shell, seconds: str) -> None:
    result = shell.run("check", "--probe-seconds", seconds)
    assert result.code == 2
    assert "--probe-seconds" in result.err
