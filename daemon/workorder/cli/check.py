"""`workorder check`: everything that the configuration names, tried."""

import click

from workorder.bootstrap import utc_now
from workorder.cli.output import json_option, print_json, print_line
from workorder.cli.site import load_config
from workorder.core.findings import Finding, Level
from workorder.errors import RequestError
from workorder.steps.check import check_site

PROBE_SECONDS = 20
LONGEST_PROBE = 600

_MARKS = {Level.OK: "ok  ", Level.WARN: "warn", Level.FAIL: "FAIL"}


@click.command()
@click.option(
    "--probe-seconds",
    type=click.IntRange(0, LONGEST_PROBE),
    default=PROBE_SECONDS,
    show_default=True,
    help="How long a mail to ourselves is waited for; 0 sends none.",
)
@json_option
def check(probe_seconds: int, as_json: bool) -> None:
    """Try everything the configuration names, and print a line each; changes nothing.

    Where a technician's proof rests on what the mail servers write, it sends the support address
    one mail with a forged header, to see whether that passes; intake ignores it.
    """
    findings: list[Finding] = []
    for finding in check_site(load_config(), utc_now(), probe_seconds=probe_seconds):
        findings.append(finding)
        if not as_json:
            print_line(f"{_MARKS[finding.level]} {finding.subject}: {finding.text}")
    if as_json:
        print_json(
            [
                {"level": found.level.value, "subject": found.subject, "text": found.text}
                for found in findings
            ]
        )
    failed = dict.fromkeys(found.subject for found in findings if found.level is Level.FAIL)
    if failed:
        raise RequestError(f"check failed: {', '.join(failed)}")
