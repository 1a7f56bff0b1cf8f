"""Why a mail became what it did, line by line: kept with the mail, and what `explain` prints."""

from collections.abc import Iterator

from workorder.core.correlate import place
from workorder.core.decision import Decision, Facts, TraceLine
from workorder.core.tags import Written

RULE, ALERT, THANKS, READ = "rule", "alert", "thanks", "reads"
RULED = frozenset({RULE, ALERT, THANKS, READ})
"""The stages that only the rule files and the mail itself decide, whatever happened since."""


def account(facts: Facts, decision: Decision) -> tuple[TraceLine, ...]:
    """Every stage of the deciding, in its order, and what it found."""
    return tuple(TraceLine(stage=stage, text=text) for stage, text in _lines(facts, decision))


def _lines(facts: Facts, decision: Decision) -> Iterator[tuple[str, str]]:
    classification, sender = facts.classification, facts.sender
    reasons = classification.reasons
    yield from (("mail is", f"{classification.kind}: {reason}") for reason in reasons)
    if not reasons:
        yield "mail is", str(classification.kind)
    yield "sender", _described(facts)
    yield "DMARC", f"{sender.dmarc.result}: {sender.dmarc.reason}"
    if facts.proof is not None:
        yield "proof", facts.proof.reason
    if facts.consent is not None:
        yield "approves", facts.consent.reason
    if facts.message_id_reused:
        yield "identity", "Message-ID was used by another mail"
    yield from (("candidate", f"{c.order.number}, by {c.via}") for c in facts.candidates)
    for turned in place(facts.candidates, sender).turned_down:
        yield "turned down", f"{turned.number}: {turned.reason}"
    yield from _rules(facts)
    yield from _tags(facts, decision)
    yield "so", decision.reason


def _rules(facts: Facts) -> Iterator[tuple[str, str]]:
    ruled = facts.ruled
    if ruled.ruling.looked_at:
        yield "rules", f"{ruled.ruling.looked_at} looked at, {len(ruled.ruling.hits)} hit"
    for hit in ruled.ruling.hits:
        yield RULE, f'{hit.file} "{hit.rule}": {hit.did}'
    yield from (("rule names", unknown) for unknown in ruled.unknown)
    if ruled.alert is not None:
        what = "all is well again" if ruled.alert.is_recovery else "trouble"
        yield ALERT, f'alerts.toml "{ruled.alert.rule}": {what}, key {ruled.alert.key}'
    if ruled.is_thanks:
        yield THANKS, "it says thanks, and nothing else"


def _tags(facts: Facts, decision: Decision) -> Iterator[tuple[str, str]]:
    for each in facts.reading.tags if facts.reading is not None else ():
        yield READ, f"{each.line}: {each.tag if isinstance(each, Written) else each.effect}"
    if decision.transcript is not None:
        for line in decision.transcript.lines:
            values = ", ".join(value.text for value in line.values)
            shown = f"{line.effect} ({values})" if values else str(line.effect)
            yield "tag", f"{line.written or '...'}: {line.verdict}, {shown}"


def _described(facts: Facts) -> str:
    sender = facts.sender
    if sender.address is None:
        return f"From names {len(facts.mail.authors)} mailboxes; nobody is taken for the sender"
    email = sender.address.email
    if sender.technician is not None:
        return f"{email}, technician"
    if sender.customer is None:
        return f"{email}, unknown"
    standing = "contact" if sender.contact is not None else "new contact, by domain,"
    return f"{email}, {standing} of {sender.customer.name}"
