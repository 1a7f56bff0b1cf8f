"""An explanation of a mail, for a person and as JSON."""

from typing import Any

import click

from workorder.cli.output import print_line
from workorder.core.subjects import label
from workorder.steps.explain import Explanation, ForetoldNotice


def explanation_json(explained: Explanation) -> dict[str, Any]:
    """The whole account as one JSON document."""
    facts, decision = explained.facts, explained.decision
    sender, proof = facts.sender, facts.proof
    return {
        "recorded_as": explained.recorded_as,
        "classification": {
            "kind": facts.classification.kind.value,
            "reasons": [*facts.classification.reasons],
        },
        "sender": {
            "email": sender.address.email if sender.address else None,
            "technician": sender.technician is not None,
            "customer": sender.customer.name if sender.customer else None,
            "known": sender.is_known,
            "dmarc": sender.dmarc.result.value,
            "dmarc_reason": sender.dmarc.reason,
        },
        "proof": {"proven": proof.proven, "reason": proof.reason} if proof else None,
        "candidates": _candidates(explained),
        "rules": [
            {"file": each.file, "rule": each.rule, "hit": each.hit, "why": each.why}
            for each in explained.rules
        ],
        "alert": facts.ruled.alert.rule if facts.ruled.alert else None,
        "tags": _tags(explained),
        "outcome": decision.outcome.value,
        "reason": decision.reason,
        "number": explained.number,
        "opens": decision.opening is not None,
        "events": [
            {"kind": event.kind, "actor": event.actor, "public": event.public, "text": event.text}
            for event in explained.events
        ],
        "notices": [_notice(notice) for notice in explained.notices],
        "trace": [{"stage": line.stage, "text": line.text} for line in decision.trace],
    }


def _candidates(explained: Explanation) -> list[dict[str, Any]]:
    turned_down = {each.number: each.reason for each in explained.placement.turned_down}
    taken = explained.placement.taken
    return [
        {
            "number": candidate.order.number,
            "via": candidate.via.value,
            "taken": taken is not None and candidate.order.number == taken.order.number,
            "reason": turned_down.get(candidate.order.number, ""),
        }
        for candidate in explained.facts.candidates
    ]


def _tags(explained: Explanation) -> list[dict[str, Any]]:
    transcript = explained.decision.transcript
    return [
        {
            "written": line.written,
            "verdict": line.verdict.value,
            "effect": line.effect.value,
            "values": {value.name: value.text for value in line.values},
        }
        for line in (transcript.lines if transcript else ())
    ]


def _notice(notice: ForetoldNotice) -> dict[str, Any]:
    request = notice.request
    return {
        "event": request.kind.value,
        "recipient": request.recipient.email,
        "as": request.audience.value,
        "language": request.language,
        "template": request.template,
        "pdf": request.with_pdf,
        "capped": request.capped,
        "subject": notice.subject,
    }


def print_explanation(explained: Explanation, prefix: str) -> None:
    """The account as lines, stage by stage."""
    if explained.recorded_as is not None:
        print_line(f"on record       as mail {explained.recorded_as}; this is how it is seen now")
    for line in explained.decision.trace:
        print_line(f"{line.stage:<15} {line.text}")
    missed = [each for each in explained.rules if not each.hit]
    if missed:
        click.echo()
        print_line(f"Rules that did not hit ({len(missed)}):")
        for each in missed:
            print_line(f'  {each.file} "{each.rule}": {each.why}')
    click.echo()
    _print_outcome(explained, prefix)


def _print_outcome(explained: Explanation, prefix: str) -> None:
    if explained.number is not None:
        opens = "opens" if explained.decision.opening is not None else "concerns"
        print_line(f"It {opens} {label(explained.number, prefix)}.")
    for event in explained.events:
        side = "" if event.public else "  [internal]"
        first = event.text.strip().partition("\n")[0][:80]
        print_line(f"  event   {event.kind}  {event.actor}{side}  {first}".rstrip())
    for notice in explained.notices:
        request = notice.request
        pdf = "  with PDF" if request.with_pdf else ""
        print_line(
            f"  notice  {request.kind} to {request.recipient.email} ({request.audience}){pdf}"
            f"  {notice.subject}".rstrip()
        )
    if not explained.notices:
        print_line("  nobody is told")
