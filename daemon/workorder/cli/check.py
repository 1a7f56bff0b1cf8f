"""`workorder check`: everything that the configuration names, tried."""

import click

from workorder.bootstrap import utc_now
from workorder.cli.output import json_option, print_json, print_line
from workorder.cli.site import load_config
from workorder.errors import RequestError
from workorder.steps.check import Finding, Level, check_site

_MARKS = {Level.OK: "ok  ", Level.WARN: "warn", Level.FAIL: "FAIL"}


@click.command()
@json_option
def check(as_json: bool) -> None:
    """Try everything the configuration names, and print a line each; changes nothing."""
    findings: list[Finding] = []
    for finding in check_site(load_config(), utc_now()):
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
