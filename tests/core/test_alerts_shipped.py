"""The alert rules as shipped, on mails of the forms that the systems send."""

from dataclasses import dataclass
from pathlib import Path

import pytest

import alert_mails as sent
from builders import NOON, sender
from inbound.corpora import corpora_folder, mails
from workorder import rulefiles
from workorder.core.alerts import Alert
from workorder.core.classify import MailKind
from workorder.core.model import Priority
from workorder.core.rule_case import Case
from workorder.errors import ParseError
from workorder.inbound.parse import parse

RULES = rulefiles.load(Path(__file__).parents[2] / "rules").alerts
HIGH = Priority.HIGH


def alert_of(raw: bytes) -> Alert | None:
    """What the shipped rules take a mail for; a stranger's, and by its look a person's."""
    mail = parse(raw)
    author = sender(mail.authors[0].email) if mail.authors else sender()
    case = Case(
        mail=mail,
        sender=author,
        kind=MailKind.PERSON,
        is_reply=False,
        language="en",
        local=NOON,
    )
    return RULES.match(case)


def known(raw: bytes) -> Alert:
    found = alert_of(raw)
    assert found is not None, parse(raw).subject
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One cause of trouble: mails about it, about other things, and that it is over."""

    rule: str
    problems: tuple[bytes, ...]
    others: tuple[bytes, ...]
    recoveries: tuple[bytes, ...]
    title: str
    equipment: str
    priority: Priority | None = None


STORIES = {
    "Nagios service": Story(
        rule="Nagios: service",
        problems=(
            sent.nagios_service("PROBLEM", "srv-01", "Disk /var", "CRITICAL"),
            sent.nagios_service("PROBLEM", "srv-01", "Disk /var", "WARNING"),
            sent.nagios_service("FLAPPINGSTART", "srv-01", "Disk /var", "OK"),
            sent.nagios_service("PROBLEM", "SRV-01", "Disk /var", "UNKNOWN"),
        ),
        others=(
            sent.nagios_service("PROBLEM", "srv-01", "Disk /", "CRITICAL"),
            sent.nagios_service("PROBLEM", "srv-02", "Disk /var", "CRITICAL"),
            sent.nagios_host("PROBLEM", "srv-01", "DOWN"),
        ),
        recoveries=(sent.nagios_service("RECOVERY", "srv-01", "Disk /var", "OK"),),
        title="Disk /var on srv-01: CRITICAL",
        equipment="srv-01",
    ),
    "Icinga 1 host": Story(
        rule="Nagios: host",
        problems=(
            sent.nagios_host("PROBLEM", "srv-01.acme.example", "DOWN", name="Icinga"),
            sent.nagios_host("PROBLEM", "srv-01.acme.example", "UNREACHABLE", name="Icinga"),
        ),
        others=(
            sent.nagios_host("PROBLEM", "srv-02.acme.example", "DOWN", name="Icinga"),
            sent.nagios_service("PROBLEM", "srv-01.acme.example", "PING", "CRITICAL"),
        ),
        recoveries=(sent.nagios_host("RECOVERY", "srv-01.acme.example", "UP", name="Icinga"),),
        title="srv-01.acme.example is DOWN",
        equipment="srv-01.acme.example",
        priority=HIGH,
    ),
    "Icinga 2 service": Story(
        rule="Icinga 2: service",
        problems=(
            sent.icinga_service("PROBLEM", "srv-01", "Disk on C", "CRITICAL", shown="File server"),
            sent.icinga_service("PROBLEM", "srv-01", "Disk on C", "WARNING"),
            sent.icinga_service("FLAPPINGSTART", "srv-01", "Disk on C", "OK"),
        ),
        others=(
            sent.icinga_service("PROBLEM", "srv-01", "Load", "CRITICAL", shown="File server"),
            sent.icinga_service("PROBLEM", "srv-02", "Disk on C", "CRITICAL", shown="File server"),
            sent.icinga_host("PROBLEM", "srv-01", "DOWN"),
        ),
        recoveries=(
            sent.icinga_service("RECOVERY", "srv-01", "Disk on C", "OK", shown="File server"),
        ),
        title="Disk on C on srv-01: CRITICAL",
        equipment="srv-01",
    ),
    "Icinga 2 host": Story(
        rule="Icinga 2: host",
        problems=(
            sent.icinga_host("PROBLEM", "srv-01", "DOWN", shown="Dateiserver Köln"),
            sent.icinga_host("PROBLEM", "srv-01", "DOWN"),
        ),
        others=(sent.icinga_host("PROBLEM", "srv-02", "DOWN", shown="Dateiserver Köln"),),
        recoveries=(sent.icinga_host("RECOVERY", "srv-01", "UP", shown="Dateiserver Köln"),),
        title="srv-01 is DOWN",
        equipment="srv-01",
        priority=HIGH,
    ),
    "Zabbix": Story(
        rule="Zabbix",
        problems=(
            sent.zabbix_problem("srv-01", "Disk is full"),
            sent.zabbix_problem("srv-01", "Disk is full", id_=9876),
            sent.zabbix_html("srv-01", "Disk is full", severity="Average"),
        ),
        others=(
            sent.zabbix_problem("srv-02", "Disk is full"),
            sent.zabbix_problem("srv-01", "Load is high"),
        ),
        recoveries=(
            sent.zabbix_resolved("srv-01", "Disk is full"),
            sent.zabbix_resolved("srv-01", "Disk is full", took=""),
        ),
        title="Disk is full on srv-01",
        equipment="srv-01",
    ),
    "Zabbix, severe and HTML": Story(
        rule="Zabbix: high or disaster",
        problems=(
            sent.zabbix_html("srv-01", "/var: less than 5% free"),
            sent.zabbix_html("srv-01", "/var: less than 5% free", severity="Disaster"),
            sent.zabbix_problem("srv-01", "/var: less than 5% free", severity="High"),
        ),
        others=(sent.zabbix_html("srv-02", "/var: less than 5% free"),),
        recoveries=(sent.zabbix_html("srv-01", "/var: less than 5% free", resolved=True),),
        title="/var: less than 5% free on srv-01",
        equipment="srv-01",
        priority=HIGH,
    ),
    "Uptime Kuma": Story(
        rule="Uptime Kuma",
        problems=(
            sent.kuma("Shop [EU] für Acme"),
            sent.kuma("Shop [EU] für Acme", reason="Request failed with status code 502"),
        ),
        others=(
            sent.kuma("Mail"),
            sent.kuma("Shop [EU] für Acme", sender="kuma@other.example"),
        ),
        recoveries=(sent.kuma("Shop [EU] für Acme", up=True),),
        title="Shop [EU] für Acme is down",
        equipment="Shop [EU] für Acme",
        priority=HIGH,
    ),
    "Proxmox VE": Story(
        rule="Proxmox VE backup",
        problems=(
            sent.proxmox("pve1.acme.example"),
            sent.proxmox("pve1.acme.example", why="could not activate storage 'nas'"),
            sent.proxmox_of_old("pve1.acme.example"),
        ),
        others=(sent.proxmox("pve2.acme.example"), sent.proxmox_of_old("pve1")),
        recoveries=(
            sent.proxmox("pve1.acme.example", failed=False),
            sent.proxmox_of_old("pve1.acme.example", failed=False),
        ),
        title="Backup failed on pve1.acme.example",
        equipment="pve1.acme.example",
        priority=HIGH,
    ),
    "Veeam": Story(
        rule="Veeam",
        problems=(
            sent.veeam("Failed", "Nightly (SQL) – Köln"),
            sent.veeam("Warning", "Nightly (SQL) – Köln", rest=" (1 machine) 1 warning"),
            sent.veeam("Failed", "Nightly (SQL) – Köln", rest=" (Retry 2) (3 VMs) 1 failed"),
        ),
        others=(
            sent.veeam("Failed", "Nightly"),
            sent.veeam("Failed", "Nightly (SQL) – Köln", sender="veeam@other.example"),
        ),
        recoveries=(
            sent.veeam("Success", "Nightly (SQL) – Köln", rest=" (3 objects)"),
            sent.veeam("Success", "Nightly (SQL) – Köln", rest=" (Incremental) (12 objects) "),
        ),
        title="Veeam job Nightly (SQL) – Köln: Failed",
        equipment="Nightly (SQL) – Köln",
    ),
    "Windows Server Backup": Story(
        rule="Windows Server Backup",
        problems=(
            sent.windows("failed", "SRV-01"),
            sent.windows("completed with errors", "SRV-01", line="MachineName : "),
            sent.windows("on SRV-01: not successful", "srv-01", line="  Computer: "),
        ),
        others=(sent.windows("failed", "SRV-02"),),
        recoveries=(
            sent.windows("completed successfully", "SRV-01"),
            sent.windows(": success", "SRV-01", line="Computer Name: "),
        ),
        title="Windows Server Backup failed on SRV-01",
        equipment="SRV-01",
        priority=HIGH,
    ),
}

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


@pytest.mark.parametrize(
    "raw",
    [
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
        sent.icinga_service("ACKNOWLEDGEMENT", "srv-01", "Disk", "CRITICAL", comment="I look."),
        sent.icinga_service("FLAPPINGEND", "srv-01", "Disk", "OK"),
        sent.icinga_host("DOWNTIMEREMOVED", "srv-01", "DOWN", shown="File server"),
        sent.zabbix_updated("Disk is full"),
        sent.zabbix_updated_html("Disk is full"),
    ],
)
def test_what_people_did_in_the_monitoring_makes_no_work(raw: bytes) -> None:
    assert known(raw).ignore


# -- what persons write -----------------------------------------------------------------------

JANE = "Jane Roe <jane@acme.example>"

NOT_ALERTS = {
    "Problem: my mouse is broken": "It does not move.\n\nJane",
    "Re: Problem: printer": "Still the same.\n\n> Problem: printer",
    "Resolved: the thing with the printer": "It works again, thank you.",
    "Resolved in 5 minutes: great": "Problem has been resolved, thanks to Maria!\nHost: me",
    "Problem: the disk of srv-01": "Zabbix says so.\nProblem name: Disk is full\nHost: srv-01",
    "Updated problem: my mouse": "Now the keyboard too.",
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
    "Windows Server Backup": "Computer: SRV-01\nCan you set this up for us?",
}


@pytest.mark.parametrize("subject", NOT_ALERTS)
def test_a_persons_own_words_are_no_alert(subject: str) -> None:
    assert alert_of(sent.plain(subject, NOT_ALERTS[subject], sender=JANE)) is None


REAL = [raw for story in STORIES.values() for raw in (story.problems[0], story.recoveries[0])]


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


def test_a_reply_whose_subject_lost_its_prefix_is_a_persons_mail() -> None:
    for raw in REAL:
        alert = parse(raw)
        quoted = "\n".join(f"> {line}" for line in alert.text.splitlines())
        text = f"Is it the disk again?\n\nOn Mon, 23 Nov 2026, monitor wrote:\n{quoted}\n"
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
