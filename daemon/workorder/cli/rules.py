"""`workorder rules`: whether the rule files are right, and what they do."""

from pathlib import Path
from typing import Any

import click

from workorder import rulefiles
from workorder.cli.explained import explanation_json, print_explanation
from workorder.cli.output import json_option, print_json, print_line, say
from workorder.cli.site import load_config, the_site
from workorder.errors import ConfigError
from workorder.steps.explain import Explain
from workorder.steps.replay import Difference, Replay


@click.group()
def rules() -> None:
    """Rule files: check them, explain a mail, replay the last mails."""


@rules.command()
@json_option
def check(as_json: bool) -> None:
    """Check all rule files; every problem with file, line, rule and reason."""
    folder = load_config().paths.rules
    try:
        rule_set = rulefiles.load(folder)
    except ConfigError as wrong:
        if as_json:
            print_json({"ok": False, "problems": [*wrong.problems]})
        raise
    if as_json:
        print_json({"ok": True, "problems": []})
        return
    print_line(
        f"{folder}: {len(rule_set.intake.rules)} intake rules, {len(rule_set.alerts.rules)} alert"
        f" rules, {len(rule_set.vocabulary.spellings)} spellings of tags: all right"
    )


@rules.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
def explain(file: Path, as_json: bool) -> None:
    """Say what would become of a mail, and why, rule by rule; sends and changes nothing."""
    raw = file.read_bytes()
    with the_site() as site:
        explained = Explain(
            site.store,
            site.rules,
            mailboxes=[box.name for box in site.config.mailboxes],
            first_number=site.config.numbers.first,
        )(raw, site.rule_set(), site.clock())
        prefix = site.policy.prefix
    if as_json:
        print_json(explanation_json(explained))
    else:
        print_explanation(explained, prefix)


@rules.command()
@click.option("--last", metavar="N", type=click.IntRange(1), default=100, show_default=True)
@json_option
def replay(last: int, as_json: bool) -> None:
    """List the last mails that would come out otherwise with the files as they are now."""
    with the_site() as site:
        replayed = Replay(site.store, site.rules)(site.rule_set(), last, site.clock())
    if as_json:
        print_json([_difference_json(each) for each in replayed.differences])
        return
    for each in replayed.differences:
        print_line(f"mail {each.mail_id} from {each.sender or 'nobody'}: {each.subject}")
        for word, lines in (("then", each.before), ("now", each.now)):
            for line in lines or ("no rule hits",):
                print_line(f"  {word:<4} {line}")
    say(f"{replayed.mails} mails looked at, {len(replayed.differences)} would come out otherwise")


def _difference_json(each: Difference) -> dict[str, Any]:
    return {
        "mail": each.mail_id,
        "sender": each.sender,
        "subject": each.subject,
        "number": each.number,
        "before": [*each.before],
        "now": [*each.now],
    }
