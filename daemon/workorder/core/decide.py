"""What a mail means: mail + who sent it + what it points to -> a Decision, and why.

Pure: everything looked up comes in as values (Facts), everything to be done goes out as one
(Decision); steps.intake records it in one transaction.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from workorder.core import openings, replies
from workorder.core.audience import Occasion
from workorder.core.classify import MailKind
from workorder.core.correlate import place, place_automatic
from workorder.core.decision import Decision, Facts, Outcome, Policy, Telling, TraceLine
from workorder.core.events import AutoMailReceived, MailFailed
from workorder.core.message import DeliveryAction, DeliveryReport
from workorder.core.notice import NoticeKind

SYSTEM = "workorder"


def decide(facts: Facts, policy: Policy) -> Decision:
    """Decide on one mail; the first judge that has an answer gives it.

    The order matters: our own mail is never read as anything else, a second copy is no news
    whatever it says, and a delivery report is looked up before it could count as automatic.
    """
    judges: tuple[Callable[[Facts, Policy], Decision | None], ...] = (_own, _twin, _by_kind)
    for judge in judges:
        decision = judge(facts, policy)
        if decision is not None:
            return replace(decision, trace=_account(facts, decision))
    raise AssertionError("the last judge answers every mail")


def _own(facts: Facts, _policy: Policy) -> Decision | None:
    if facts.classification.kind is not MailKind.OWN:
        return None
    return Decision(outcome=Outcome.IGNORED, reason="our own mail came back")


def _twin(facts: Facts, _policy: Policy) -> Decision | None:
    if facts.twin is None:
        return None
    return Decision(
        outcome=Outcome.DUPLICATE,
        reason=f"second copy of mail {facts.twin.mail_id}",
        number=facts.twin.number,
    )


def _by_kind(facts: Facts, policy: Policy) -> Decision:
    match facts.classification.kind:
        case MailKind.BOUNCE:
            return _bounce(facts)
        case MailKind.OUT_OF_OFFICE | MailKind.AUTOMATIC:
            return _automatic(facts)
        case MailKind.BULK:
            reason = "bulk mail from nobody we know"
            return Decision(outcome=Outcome.IGNORED, reason=reason)
        case MailKind.PERSON:
            return _person(facts, policy)
        case MailKind.OWN:
            raise AssertionError("own mail was judged before")
        case _:
            assert_never(facts.classification.kind)


def _person(facts: Facts, policy: Policy) -> Decision:
    placement = place(facts.candidates, facts.sender)
    if placement.taken is None:
        return openings.new_order(facts, policy, placement)
    return replies.reply_to(placement.taken, facts, policy, placement)


def _automatic(facts: Facts) -> Decision:
    placement = place_automatic(facts.candidates, facts.sender)
    if placement.taken is None:
        reason = "automatic mail that belongs to no work order"
        return Decision(outcome=Outcome.IGNORED, reason=reason)
    sender = facts.sender.address
    writer = sender.email if sender else SYSTEM
    event = AutoMailReceived(at=facts.at, actor=writer, text=facts.mail.new_text)
    # That somebody is away is worth keeping and worth nobody's mail.
    silent = facts.classification.kind is MailKind.OUT_OF_OFFICE
    occasion = Occasion(kind=NoticeKind.REPLY, writer=writer, automatic=True)
    return Decision(
        outcome=Outcome.DONE,
        reason=f"automatic mail, by {placement.taken.via}",
        number=placement.taken.order.number,
        events=(event,),
        tellings=() if silent else (Telling(event=0, occasion=occasion),),
        files_on=0,
    )


def _bounce(facts: Facts) -> Decision:
    report, notice = facts.mail.report, facts.failed_notice
    if report is None or notice is None:
        reason = "a delivery report about no notice of ours"
        return Decision(outcome=Outcome.IGNORED, reason=reason)
    # A report that names no recipient we can read still says that the notice came back.
    actions = {recipient.action for recipient in report.recipients}
    if actions and DeliveryAction.FAILED not in actions:
        reason = f"delivery of notice {notice.outbox_id} is delayed or done, not failed"
        return Decision(outcome=Outcome.IGNORED, reason=reason, number=notice.number)
    if notice.number is None:
        reason = f"notice {notice.outbox_id}, of no work order, bounced"
        return Decision(outcome=Outcome.DONE, reason=reason, bounced=notice.outbox_id)
    event = MailFailed(
        at=facts.at, actor=SYSTEM, recipient=notice.recipient, text=_words_of(report)
    )
    occasion = Occasion(kind=NoticeKind.MAIL_FAILED, failed=notice.recipient, automatic=True)
    # Telling of a telling that failed could go round for ever between two dead addresses.
    told = notice.kind is not NoticeKind.MAIL_FAILED
    return Decision(
        outcome=Outcome.DONE,
        reason=f"notice {notice.outbox_id} to {notice.recipient} bounced",
        number=notice.number,
        events=(event,),
        tellings=(Telling(event=0, occasion=occasion),) if told else (),
        bounced=notice.outbox_id,
    )


def _words_of(report: DeliveryReport) -> str:
    failed = [r for r in report.recipients if r.action is DeliveryAction.FAILED]
    words = (" ".join(f"{r.status} {r.diagnostic}".split()) for r in failed)
    return next((text for text in words if text), "the mail came back")


def _account(facts: Facts, decision: Decision) -> tuple[TraceLine, ...]:
    classification, sender = facts.classification, facts.sender
    lines = [
        TraceLine(stage="mail is", text=f"{classification.kind}: {reason}")
        for reason in classification.reasons
    ] or [TraceLine(stage="mail is", text=str(classification.kind))]
    lines.append(TraceLine(stage="sender", text=_described(facts)))
    lines.append(TraceLine(stage="DMARC", text=f"{sender.dmarc.result}: {sender.dmarc.reason}"))
    if facts.proof is not None:
        lines.append(TraceLine(stage="proof", text=facts.proof.reason))
    if facts.message_id_reused:
        lines.append(TraceLine(stage="identity", text="Message-ID was used by another mail"))
    lines.extend(
        TraceLine(stage="candidate", text=f"{c.order.number}, by {c.via}") for c in facts.candidates
    )
    placement = place(facts.candidates, sender)
    lines.extend(
        TraceLine(stage="turned down", text=f"{t.number}: {t.reason}")
        for t in placement.turned_down
    )
    return (*lines, TraceLine(stage="so", text=decision.reason))


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
