"""The alert rules as shipped, on mails of the forms that the systems send."""

from pathlib import Path

import pytest

import alert_mails as sent
from alert_stories import STORIES, Story
from builders import NOON, sender
from inbound.corpora import corpora_folder, mails
from workorder import rulefiles
from workorder.core.alerts import Alert, AlertRules
from workorder.core.classify import MailKind
from workorder.core.rule_case import Case
from workorder.core.trust import DmarcResult
from workorder.errors import ParseError
from workorder.inbound.parse import parse

FOLDER = Path(__file__).parents[2] / "rules"
RULES = rulefiles.load(FOLDER).alerts


def alert_of(
    raw: bytes, *, rules: AlertRules = RULES, dmarc: DmarcResult = DmarcResult.NONE
) -> Alert | None:
    """What the rules take a mail for; a stranger's, and by its look a person's."""
    mail = parse(raw)
    author = sender(mail.authors[0].email if mail.authors else "x@y.example", dmarc=dmarc)
    case = Case(
        mail=mail,
        sender=author,
        kind=MailKind.PERSON,
        is_reply=False,
        language="en",
        local=NOON,
    )
    return rules.match(case)


def known(raw: bytes) -> Alert:
    found = alert_of(raw)
    assert found is not None, parse(raw).subject
    return found


each_story = pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())


@each_story
def test_a_problem_is_known_with_title_equipment_and_priority(story: Story) -> None:
    alert = known(story.problems[0])
    assert (alert.rule, alert.title, alert.equipment, alert.priority) == (
        story.rule,
        story.title,
        story.equipment,
        story.priority,
    )
    assert not alert.is_recovery
    assert not alert.ignore


@each_story
def test_more_mails_of_the_same_cause_have_its_key(story: Story) -> None:
    alerts = [known(raw) for raw in story.problems]
    assert len({alert.key for alert in alerts}) == 1
    assert not any(alert.is_recovery or alert.ignore for alert in alerts)


@each_story
def test_other_things_have_keys_of_their_own(story: Story) -> None:
    keys = [known(raw).key for raw in (story.problems[0], *story.others)]
    assert len(set(keys)) == len(keys)


@each_story
def test_a_recovery_has_the_key_of_its_problem_and_finishes_nothing(story: Story) -> None:
    key = known(story.problems[0]).key
    for raw in story.recoveries:
        alert = known(raw)
        assert (alert.key, alert.is_recovery, alert.finish, alert.ignore) == (
            key,
            True,
            False,
            False,
        )


def test_a_flapping_service_is_not_called_by_the_state_it_happens_to_have() -> None:
    alert = known(sent.nagios_service("FLAPPINGSTART", "srv-01", "Disk", "OK"))
    assert alert.title == "Disk on srv-01: FLAPPING"
    alert = known(sent.icinga_service("FLAPPINGSTART", "srv-01", "Disk", "OK"))
    assert alert.title == "Disk on srv-01: FLAPPING"


def test_a_custom_notification_that_somebody_sent_by_hand_is_not_dropped() -> None:
    assert not known(sent.nagios_service("CUSTOM", "srv-01", "Disk", "CRITICAL")).ignore
    assert not known(sent.icinga_host("CUSTOM", "srv-01", "DOWN")).ignore


def test_a_certificate_that_expires_is_another_thing_than_its_site_being_down() -> None:
    first = known(sent.kuma_certificate("Shop", 21))
    assert first.title == "The certificate of Shop expires soon"
    assert first.key == known(sent.kuma_certificate("Shop", 7)).key
    assert first.key != known(sent.kuma("Shop")).key


def test_a_reason_that_looks_like_a_recovery_is_none() -> None:
    alert = known(sent.kuma("Shop", reason="got [✅ Up] in the page"))
    assert (alert.key.endswith("/shop"), alert.is_recovery) == (True, False)
    alert = known(sent.zabbix_problem("srv-01", "Resolved in 5m: is what the log says"))
    assert not alert.is_recovery
    alert = known(sent.nagios_service("PROBLEM", "srv-01", "RECOVERY is OK", "CRITICAL"))
    assert not alert.is_recovery


DONE_THERE = [
    *(
        sent.nagios_service(kind, "srv-01", "Disk", "CRITICAL")
        for kind in (
            "ACKNOWLEDGEMENT",
            "DOWNTIMESTART",
            "DOWNTIMEEND",
            "DOWNTIMECANCELLED",
            "FLAPPINGSTOP",
            "FLAPPINGDISABLED",
        )
    ),
    sent.nagios_host("ACKNOWLEDGEMENT", "srv-01", "DOWN"),
    sent.icinga_service("ACKNOWLEDGEMENT", "srv-01", "Disk", "CRITICAL"),
    sent.icinga_service("FLAPPINGEND", "srv-01", "Disk", "OK"),
    sent.icinga_host("DOWNTIMEREMOVED", "srv-01", "DOWN", shown="File server"),
    sent.zabbix_updated("Disk is full"),
    sent.zabbix_updated_html("Disk is full"),
]


@pytest.mark.parametrize("raw", DONE_THERE)
def test_what_people_did_in_the_monitoring_makes_no_work(raw: bytes) -> None:
    assert known(raw).ignore


def test_what_the_comments_advise_against_forged_recoveries_works() -> None:
    text = (FOLDER / "alerts.toml").read_text(encoding="utf-8")
    advised = text.replace(
        'recovery.word.type = "RECOVERY"\n',
        'recovery.word.type = "RECOVERY"\non-recovery = "finish"\nwhen.dmarc = "pass"\n'
        'when.sender = "nagios@monitor.example"\ncustomer = "Acme Ltd"\n',
    ).replace('key = "{host}"', 'key = "{sender}/{host}"')
    rules = rulefiles.load_texts({"alerts.toml": advised}, FOLDER).alerts
    recovery = sent.nagios_host("RECOVERY", "srv-01", "UP")
    assert alert_of(recovery, rules=rules) is None
    proven = alert_of(recovery, rules=rules, dmarc=DmarcResult.PASS)
    assert proven is not None
    assert (proven.finish, proven.is_recovery, proven.customer) == (True, True, "Acme Ltd")
    assert proven.key.endswith("|nagios@monitor.example/srv-01")
    other = sent.nagios_host("RECOVERY", "srv-01", "UP", name="Icinga")
    assert alert_of(other, rules=rules, dmarc=DmarcResult.PASS) is None


# -- what persons write -----------------------------------------------------------------------

JANE = "Jane Roe <jane@acme.example>"

NOT_ALERTS = {
    "Problem: my mouse is broken": "It does not move.\n\nJane",
    "Re: Problem: printer": "Still the same.\n\n> Problem: printer",
    "Resolved: the thing with the printer": "It works again, thank you.",
    "Resolved in 5 minutes: great": "Problem has been resolved, thanks to Maria!\nHost: me",
    "Problem: the disk of srv-01": "Zabbix says so.\nProblem name: Disk is full\nHost: srv-01",
    "Problem: disk full again": "Problem started today\nProblem name: x\nHost: y\nSeverity: High",
    "Problem: what is this number": "Problem name: disk\nHost: srv-01\nOriginal problem ID: 12",
    "Updated problem: my mouse": "Now the keyboard too.",
    "** ACKNOWLEDGEMENT Service Alert: my/mail is CRITICAL **": "Who did that?",
    "** PROBLEM Host Alert: coffee machine is DOWN **": "Ha ha. Can you come?",
    "[ACKNOWLEDGEMENT] Mail on my phone is CRITICAL!": "Who did that?",
    "** PROBLEM Service Alert: coffee/machine is CRITICAL **": "Ha ha. Can you come?",
    "** URGENT **": "***** Nagios ***** says\nNotification Type: PROBLEM\nWhat is it?",
    "[PROBLEM] Printer on floor 2 is DOWN!": "Please come.",
    "[PROBLEM] Host Maria is DOWN!": "She has the flu.",
    "[Success] We moved the printer": "All fine.",
    "[Failed] Login": "I cannot log in to Veeam any more.",
    "[Shop] [Down] it is": "Our shop is down.",
    "vzdump backup status": "What is this mail (pve1) : backup failed that I get?",
    "Our vzdump backup status (pve1): backup failed": "What does this mean?",
    "Windows Server Backup failed": "I got this on my screen. What shall I do?",
    "What about Windows Server Backup failed": "Computer: SRV-01",
    "Windows Server Backup failover": "Computer: SRV-01\nCan we have two disks?",
    "Windows Server Backup": "Computer: SRV-01\nCan you set this up for us?",
}


@pytest.mark.parametrize("subject", NOT_ALERTS)
def test_a_persons_own_words_are_no_alert(subject: str) -> None:
    assert alert_of(sent.plain(subject, NOT_ALERTS[subject], sender=JANE)) is None


REAL = [
    *(raw for story in STORIES.values() for raw in (story.problems[0], story.recoveries[0])),
    *DONE_THERE,
    sent.kuma_certificate("Shop", 7),
]


@pytest.mark.parametrize(
    "prefix", ["Re: ", "RE: ", "AW: ", "Fwd: ", "FW: ", "WG: ", "RV: ", "TR: "]
)
def test_a_reply_or_a_forward_of_an_alert_is_a_persons_mail(prefix: str) -> None:
    for raw in REAL:
        alert = parse(raw)
        forwarded = (
            f"What is this?\n\n---------- Forwarded message ---------\nFrom: <x@monitor.example>\n"
            f"Date: Mon, 23 Nov 2026 02:10\nSubject: {alert.subject}\nTo: <jane@acme.example>\n\n"
            f"{alert.text}"
        )
        for text in (forwarded, alert.text):
            mail = sent.plain(prefix + alert.subject, text, sender=JANE)
            assert alert_of(mail) is None, alert.subject


@pytest.mark.parametrize("style", ["quoted", "outlook"])
def test_a_reply_whose_subject_lost_its_prefix_is_a_persons_mail(style: str) -> None:
    for raw in REAL:
        alert = parse(raw)
        quoted = "\n".join(f"> {line}" for line in alert.text.splitlines())
        older = {
            "quoted": f"On Mon, 23 Nov 2026 at 02:10, <x@monitor.example> wrote:\n\n{quoted}\n",
            "outlook": f"-----Original Message-----\nFrom: <x@monitor.example>\n"
            f"Sent: Monday, November 23, 2026 2:10 AM\nTo: Jane Roe <jane@acme.example>\n"
            f"Subject: {alert.subject}\n\n{alert.text}\n",
        }[style]
        text = f"Is it the disk again?\n\n{older}"
        reply = b"In-Reply-To: <1@monitor.example>\r\n" + sent.plain(
            alert.subject, text, sender=JANE
        )
        assert alert_of(reply) is None, alert.subject


def test_a_recovery_of_zabbix_that_is_threaded_under_its_problem_is_known() -> None:
    raw = sent.zabbix_resolved("srv-01", "Disk is full")
    threaded = b"In-Reply-To: <1234.0a1b2c@zabbix.com>\r\n" + raw
    assert known(threaded) == known(raw)


def test_no_real_mail_of_other_kinds_is_taken_for_an_alert() -> None:
    folder = corpora_folder()
    if folder is None:
        pytest.skip("WORKORDER_CORPORA names no folder of real mails")
    taken = []
    for path, raw, _ in mails(folder):
        try:
            alert = alert_of(raw)
        except ParseError:
            continue
        if alert is not None:
            taken.append((path, alert.rule))
    assert taken == []
