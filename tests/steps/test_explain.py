"""What would become of a mail, told without doing it; and the last mails against other rules."""

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from steps.desk import JANE, MARIA, PAT, Desk, by_maria, mail, of
from workorder import rulefiles
from workorder.core.rules import BUILT_IN, RuleSet
from workorder.errors import ParseError
from workorder.steps.explain import Explain, Explanation
from workorder.steps.replay import Replay
from workorder.store.unit import Store

RULES = """\
[[rule]]
name = "toner"
when.text.contains = "toner"
set.priority = "low"
set.labels = ["toner"]

[[rule]]
name = "lottery"
when.subject.contains = "lottery"
refuse = "nobody wins"
"""


@pytest.fixture
def desk(small_store: Store) -> Desk:
    return Desk(small_store)


def rules_of(text: str) -> RuleSet:
    return rulefiles.load_texts({"intake.toml": text}, Path("rules"))


def explained(desk: Desk, raw: bytes, rules: RuleSet = BUILT_IN) -> Explanation:
    explain = Explain(desk.store, desk.site, mailboxes=["support"], first_number=1001)
    return explain(raw, rules, desk.clock.now)


def told(explanation: Explanation) -> list[tuple[str, str]]:
    return sorted(
        (notice.request.kind.value, notice.request.recipient.email)
        for notice in explanation.notices
    )


def test_an_opening_is_foretold_with_number_events_and_notices(desk: Desk) -> None:
    explanation = explained(desk, mail("The toner is empty."), rules_of(RULES))
    assert explanation.number == 1001
    assert [event.kind for event in explanation.events] == ["opened", "priority", "label"]
    assert told(explanation) == [("opened", JANE), ("opened", MARIA), ("opened", PAT)]
    assert explanation.notices[0].subject == "[WO-1001] Printer does not print"
    assert [(each.rule, each.hit) for each in explanation.rules] == [
        ("toner", True),
        ("lottery", False),
    ]
    assert "lottery" in explanation.rules[1].why
    assert desk.orders() == []


def test_what_is_foretold_is_what_then_happens(desk: Desk) -> None:
    desk.rules = rules_of(RULES)
    opened = desk.handles(mail())
    raws = [
        mail("The toner is empty."),
        mail("Win now.", sender="eve@evil.example", subject="Lottery"),
        mail("And the tray.", subject="Re: [WO-1001] Printer"),
        by_maria("#waiting parts\n#assign me\n\nOrdered.", of(opened, MARIA)),
        by_maria("#wating parts\n\nOrdered.", of(opened, MARIA)),
        by_maria(f"#for {JANE}\n\nShe called."),
        by_maria("#help"),
        mail("#finished", sender=MARIA, subject="Re: [WO-1001] Printer"),
        mail("I am away.", subject="Re: [WO-1001] Printer", Auto_Submitted="auto-replied"),
    ]
    for raw in raws:
        foretold = explained(desk, raw, desk.rules)
        rows = desk.handles(raw)
        entry = desk.entries()[-1]
        assert entry.state == foretold.decision.outcome.value
        assert entry.reason == foretold.decision.reason
        assert entry.number == foretold.number
        assert sorted((row.kind.value, row.recipient) for row in rows) == told(foretold)
        stored = [tuple(line) for line in json.loads(entry.trace)]
        assert stored == [(line.stage, line.text) for line in foretold.decision.trace]


def test_a_mail_on_record_is_explained_as_the_mail_that_it_is(desk: Desk) -> None:
    raw = mail()
    desk.handles(raw)
    explanation = explained(desk, raw)
    assert explanation.recorded_as == 1
    assert explanation.decision.outcome == "done"


def test_bytes_that_are_no_mail_are_said_to_be_none(desk: Desk) -> None:
    with pytest.raises(ParseError):
        explained(desk, b"\x00\xff%PDF-1.4\r\n")


def test_explaining_every_mail_of_the_corpora_changes_no_byte(
    small_store: Store, tmp_path: Path
) -> None:
    folder = os.environ.get("WORKORDER_CORPORA")
    if not folder:
        pytest.skip("set WORKORDER_CORPORA to a folder of real mails")
    desk = Desk(small_store)
    desk.handles(mail())
    explain = Explain(small_store, desk.site, mailboxes=["support"], first_number=1001)
    rules = rules_of(RULES)
    small_store.close()
    before = _digest(tmp_path)
    count = 0
    for path in sorted(Path(folder).rglob("*.eml")):
        try:
            explanation = explain(path.read_bytes(), rules, desk.clock.now)
        except ParseError:
            continue
        count += 1
        assert explanation.decision.trace
    assert count > 500
    small_store.close()
    assert _digest(tmp_path) == before


def _digest(folder: Path) -> dict[str, str]:
    """The database as it is in its file, once its log is folded in."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith("-shm")
    }


def test_a_replay_lists_what_would_come_out_otherwise_and_nothing_else(desk: Desk) -> None:
    desk.rules = rules_of(RULES)
    desk.handles(
        mail("The toner is empty."),
        mail("Win now.", sender="eve@evil.example", subject="Lottery"),
        mail("Nothing special."),
    )
    replay = Replay(desk.store, desk.site)
    assert replay(desk.rules, 100, desk.clock.now).differences == ()
    edited = rules_of(RULES.replace("lottery", "casino").replace('"low"', '"high"'))
    replayed = replay(edited, 100, desk.clock.now)
    assert replayed.mails == 3
    assert [each.mail_id for each in replayed.differences] == [1, 2]
    priority, lottery = replayed.differences
    assert "priority low" in priority.before[0]
    assert "priority high" in priority.now[0]
    assert "nobody wins" in lottery.before[0]
    assert lottery.now == ()
    assert len(desk.orders()) == 2


def test_a_replay_reads_tags_with_the_new_words(desk: Desk) -> None:
    opened = desk.handles(mail())
    desk.handles(by_maria("#fertig\n\nAlles gut.", of(opened, MARIA)))
    words = rulefiles.load_texts({"tags.toml": '[de]\nfinished = ["fertig"]\n'}, Path("rules"))
    edited = replace(BUILT_IN, vocabulary=words.vocabulary)
    (difference,) = Replay(desk.store, desk.site)(edited, 100, desk.clock.now).differences
    assert "unknown" in difference.before[0]
    assert "finished" in difference.now[0]
