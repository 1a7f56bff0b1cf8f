"""Mails of monitoring and backup systems, as they come over the wire."""

from base64 import b64encode
from email.message import EmailMessage
from email.policy import SMTP

SUPPORT = "support@northwind.example"


def plain(subject: str, text: str, *, sender: str, cte: str = "quoted-printable") -> bytes:
    """A mail of one text part; `cte` is its Content-Transfer-Encoding."""
    message = _message(subject, sender)
    message.set_content(text, cte=cte)
    return message.as_bytes()


def html(subject: str, markup: str, *, sender: str) -> bytes:
    """A mail that has nothing but HTML."""
    message = _message(subject, sender)
    message.set_content(markup, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def both(subject: str, text: str, markup: str, *, sender: str) -> bytes:
    """A mail with a text and the same as HTML."""
    message = _message(subject, sender)
    message.set_content(text, cte="8bit")
    message.add_alternative(markup, subtype="html", cte="base64")
    return message.as_bytes()


def _message(subject: str, sender: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = SUPPORT
    message["Subject"] = subject
    message["Date"] = "Mon, 23 Nov 2026 02:10:00 +0000"
    message["Message-ID"] = "<1@monitor.example>"
    return message


def nagios_service(
    kind: str, host: str, service: str, state: str, *, name: str = "Nagios"
) -> bytes:
    text = (
        f"***** {name} *****\n\nNotification Type: {kind}\n\nService: {service}\nHost: {host}\n"
        f"Address: 192.0.2.10\nState: {state}\n\nDate/Time: Mon Nov 23 02:10:00 UTC 2026\n\n"
        f"Additional Info:\n\nDISK {state} - free space: / 512 MB (2%)\n"
    )
    subject = f"** {kind} Service Alert: {host}/{service} is {state} **"
    return plain(subject, text, sender=f"{name.lower()}@monitor.example", cte="7bit")


def nagios_host(kind: str, host: str, state: str, *, name: str = "Nagios") -> bytes:
    text = (
        f"***** {name} *****\n\nNotification Type: {kind}\nHost: {host}\nState: {state}\n"
        "Address: 192.0.2.10\nInfo: CRITICAL - Host Unreachable (192.0.2.10)\n\n"
        "Date/Time: Mon Nov 23 02:10:00 UTC 2026\n"
    )
    subject = f"** {kind} Host Alert: {host} is {state} **"
    return plain(subject, text, sender=f"{name.lower()}@monitor.example", cte="7bit")


def icinga_service(kind: str, host: str, service: str, state: str, *, shown: str = "") -> bytes:
    """Icinga 2's; `shown` is the host's display name where it has another."""
    where = shown or host
    text = (
        "***** Service Monitoring on icinga.monitor.example *****\n\n"
        f"{service} on {where} is {state}!\n\n"
        "Info:    DISK CRITICAL - free space: / 512 MB (2%):\n\n"
        f"When:    2026-11-23 02:10:00 +0000\nService: {service}\nHost:    {host}\n"
        "IPv4:    192.0.2.10\nIPv6:    2001:db8::10"
        + ("\n\nComment by maria:\n  I look." if kind == "ACKNOWLEDGEMENT" else "")
        + f"\n\nhttps://icinga.monitor.example/monitoring/service/show?host={host}&service=x\n"
    )
    return _encoded(f"[{kind}] {service} on {where} is {state}!", text)


def icinga_host(kind: str, host: str, state: str, *, shown: str = "") -> bytes:
    where = shown or host
    text = (
        "***** Host Monitoring on icinga.monitor.example *****\n\n"
        f"{where} is {state}!\n\nInfo:    PING CRITICAL - Packet loss = 100%\n\n"
        f"When:    2026-11-23 02:10:00 +0000\nHost:    {host}\nIPv4:\t 192.0.2.10\n"
    )
    return _encoded(f"[{kind}] Host {where} is {state}!", text)


def _encoded(subject: str, text: str) -> bytes:
    """With the whole subject as one encoded word, line end and all, as newer scripts send it."""
    word = b64encode(f"{subject}\n".encode()).decode()
    return (
        f"From: icinga@monitor.example\r\nTo: {SUPPORT}\r\n"
        f"Subject: =?utf-8?B?{word}?=\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + text.replace("\n", "\r\n")
    ).encode()


def zabbix_problem(host: str, problem: str, *, severity: str = "Average", id_: int = 1234) -> bytes:
    text = (
        f"Problem started at 02:10:00 on 2026.11.23\nProblem name: {problem}\nHost: {host}\n"
        f"Severity: {severity}\nOperational data: Space used: 19 GB of 20 GB (95.4 %)\n"
        f"Original problem ID: {id_}\n"
    )
    return plain(f"Problem: {problem}", text, sender="zabbix@monitor.example", cte="base64")


def zabbix_resolved(host: str, problem: str, *, took: str = " in 5m 2s") -> bytes:
    text = (
        f"Problem has been resolved at 02:15:02 on 2026.11.23\nProblem name: {problem}\n"
        f"Problem duration: 5m 2s\nHost: {host}\nSeverity: Average\nOriginal problem ID: 1234\n"
    )
    return plain(f"Resolved{took}: {problem}", text, sender="zabbix@monitor.example", cte="base64")


def zabbix_html(
    host: str, problem: str, *, severity: str = "High", resolved: bool = False
) -> bytes:
    started = "has been resolved" if resolved else "started"
    more = "<b>Problem duration:</b> 5m 2s<br>" if resolved else ""
    markup = (
        f"<b>Problem {started}</b> at 02:10:00 on 2026.11.23<br><b>Problem name:</b> {problem}<br>"
        f"{more}<b>Host:</b> {host}<br><b>Severity:</b> {severity}<br>"
        "<b>Operational data:</b> 95.4 %<br><b>Original problem ID:</b> 1234<br>"
    )
    subject = f"Resolved in 5m 2s: {problem}" if resolved else f"Problem: {problem}"
    return html(subject, markup, sender="zabbix@monitor.example")


def zabbix_updated(problem: str) -> bytes:
    text = (
        "Maria Lopez acknowledged problem at 2026.11.23 02:20:00.\nI look at it.\n\n"
        "Current problem status is PROBLEM, age is 10m, acknowledged: Yes.\n"
    )
    subject = f"Updated problem in 10m: {problem}"
    return plain(subject, text, sender="zabbix@monitor.example", cte="base64")


def zabbix_updated_html(problem: str) -> bytes:
    markup = (
        "<b>Maria Lopez acknowledged problem</b> at 2026.11.23 02:20:00.<br>I look at it.<br><br>"
        "<b>Current problem status:</b> PROBLEM<br><b>Age:</b> 10m<br><b>Acknowledged:</b> Yes."
    )
    subject = f"Updated problem in 10m: {problem}"
    return html(subject, markup, sender="zabbix@monitor.example")


def kuma(monitor: str, *, up: bool = False, reason: str = "", sender: str = "") -> bytes:
    why = reason or ("200 - OK" if up else "timeout of 48000ms exceeded")
    words = f"[{monitor}] [{'✅ Up' if up else '🔴 Down'}] {why}"
    text = f"{words}\nTime (Europe/Berlin): 2026-11-23 03:10:00"
    return plain(words, text, sender=sender or "kuma@monitor.example", cte="base64")


def kuma_certificate(monitor: str, days: int) -> bytes:
    words = (
        f"[{monitor}][https://shop.acme.example] server certificate shop.acme.example "
        f"will expire in {days} days"
    )
    return plain(words, words, sender="kuma@monitor.example")


def proxmox(host: str, *, failed: bool = True, why: str = "") -> bytes:
    """As the notifications of Proxmox VE 8.1 and later are: text and HTML."""
    state = "backup failed" if failed else "backup successful"
    table = (
        "Details\n=======\nVMID    Name      Status    Time    Size         Filename\n"
        f"100     mail      {'err' if failed else 'ok'}       3s      0 B          null\n\n"
        "Total running time: 3s\nTotal size: 0 B\n\nLogs\n====\n"
        "vzdump 100 --storage local --mode snapshot\n\n\n"
        "100: 2026-11-23 02:10:00 INFO: Starting Backup of VM 100 (qemu)\n"
    )
    subject = f"vzdump backup status ({host}): {state}{f': {why}' if why else ''}"
    markup = f"<html><body><pre>{table}</pre></body></html>"
    return both(subject, table, markup, sender=f"vzdump backup tool <root@{host}>")


def proxmox_of_old(host: str, *, failed: bool = True) -> bytes:
    state = "backup failed" if failed else "backup successful"
    text = (
        "VMID    NAME  STATUS  TIME      SIZE  FILENAME\n"
        "100     mail  FAILED  00:00:03  \n"
        "TOTAL                 00:00:03  0KB\n\n\nDetailed backup logs:\n"
    )
    subject = f"vzdump backup status ({host}) : {state}"
    return plain(subject, text, sender=f"vzdump backup tool <root@{host}>")


def veeam(state: str, job: str, *, rest: str = " (3 objects) 1 failed", sender: str = "") -> bytes:
    markup = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
        "<style>td { font-family: Tahoma }</style></head><body><table><tr>"
        f"<td colspan=7>Backup job: {job}<div>Created by ACME\\admin at 01.10.2026.</div></td>"
        f"<td>{state}<div>1 of 3 VMs processed</div></td></tr>"
        "<tr><td><b>Name</b></td><td><b>Status</b></td><td><b>Details</b></td></tr>"
        f"<tr><td>mail</td><td>{state}</td><td>Error: Unable to establish connection · é</td></tr>"
        "</table><p>Veeam Backup &amp; Replication 12.1.0.2131</p></body></html>"
    )
    return html(f"[{state}] {job}{rest}", markup, sender=sender or "veeam@acme.example")


def windows(result: str, computer: str, *, line: str = "Computer: ") -> bytes:
    text = (
        f"Log Name: Microsoft-Windows-Backup\nSource: Microsoft-Windows-Backup\n"
        f"Date: 2026-11-23T02:10:00.000\nEvent ID: 5\n{line}{computer}\n"
        "Description:\nThe backup operation has ended.\n"
    )
    subject = f"Windows Server Backup {result}"
    return plain(subject, text, sender="backup@acme.example")
