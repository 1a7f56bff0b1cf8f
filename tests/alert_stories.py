"""What a monitoring system mails about one cause of trouble, and what a rule should see in it."""

from dataclasses import dataclass

import alert_mails as sent
from workorder.core.model import Priority

HIGH = Priority.HIGH


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
