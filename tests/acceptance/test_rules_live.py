"""Rule files of a running daemon, and what the command line says of them."""

import hashlib
import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.live import ADMIN, JANE, MARIA, PAT, LiveSite, mail, told, wait_for

LABEL = """
[[rule]]
name = "toner"
when.text.contains = "toner"
set.labels = ["toner"]
"""


@pytest.fixture
def running(site: LiveSite) -> Iterator[LiveSite]:
    daemon = site.start()
    yield site
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(60) == 0


def log(site: LiveSite) -> str:
    return (site.home / "daemon.log").read_text()


def test_a_broken_rule_file_changes_nothing_and_mending_it_takes_force_without_a_restart(
    running: LiveSite,
) -> None:
    intake = running.home / "rules" / "intake.toml"
    good = intake.read_text()
    wait_for(lambda: "started" in log(running), "the daemon")
    intake.write_text(good + LABEL.replace("contains", "contians"))
    wait_for(lambda: len(running.sink.mails) == 1, "the mail to the admin")
    (notice,) = running.notices()
    assert (notice.event, notice.recipient) == ("trouble", ADMIN)
    assert "contians" in notice.text
    assert "rules_refused" in log(running)
    running.arrives(mail(text="The toner is empty."))
    wait_for(lambda: len(running.sink.mails) == 4, "the opening")
    assert running.json("show", "1001")["labels"] == []
    intake.write_text(good + LABEL)
    wait_for(lambda: "rules_in_force" in log(running), "the mended rules")
    running.arrives(mail(text="The toner is empty again."))
    wait_for(lambda: len(running.sink.mails) == 7, "the second opening")
    assert running.json("show", "1002")["labels"] == ["toner"]
    assert [event for event, _ in told(running.notices())].count("trouble") == 1


def test_the_shipped_rules_are_right_and_a_wrong_one_is_named(site: LiveSite) -> None:
    assert "all right" in site.must("rules", "check")
    intake = site.home / "rules" / "intake.toml"
    line = intake.read_text().count("\n") + 4
    intake.write_text(intake.read_text() + LABEL.replace("text", "txet"))
    refused = site.run("rules", "check")
    assert refused.returncode == 2
    assert f"intake.toml:{line}" in refused.stderr
    assert 'did you mean "text"' in refused.stderr


def test_explain_tells_all_and_changes_nothing(site: LiveSite, tmp_path: Path) -> None:
    (site.home / "rules" / "intake.toml").write_text(LABEL)
    site.handles(mail())
    file = tmp_path / "mail.eml"
    file.write_bytes(mail(text="The toner is empty."))
    database = site.home / "var" / "workorder.db"
    before = hashlib.sha256(database.read_bytes()).digest()
    account = json.loads(site.must("rules", "explain", str(file), "--json"))
    assert (account["outcome"], account["number"], account["opens"]) == ("done", 1002, True)
    assert account["classification"]["kind"] == "person"
    assert account["sender"]["customer"] == "Acme Ltd"
    assert [(rule["rule"], rule["hit"]) for rule in account["rules"]] == [("toner", True)]
    assert {notice["recipient"] for notice in account["notices"]} == {JANE, PAT, MARIA}
    text = site.must("rules", "explain", str(file))
    assert "WO-1002" in text
    assert "toner" in text
    assert hashlib.sha256(database.read_bytes()).digest() == before
    assert [order["number"] for order in site.json("list")] == [1001]
    assert site.once() == []


def test_why_and_replay_tell_of_the_mails_that_came(site: LiveSite) -> None:
    (site.home / "rules" / "intake.toml").write_text(LABEL)
    site.handles(mail(text="The toner is empty."))
    (why,) = site.json("show", "1001", "--why")["why"]
    assert {"stage": "rule", "text": 'intake.toml "toner": label toner'} in why["trace"]
    assert site.json("rules", "replay", "--last", "10") == []
    (site.home / "rules" / "intake.toml").write_text(LABEL.replace("toner", "drum"))
    (difference,) = site.json("rules", "replay", "--last", "10")
    assert difference["number"] == 1001
    assert difference["now"] == []
