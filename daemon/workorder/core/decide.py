"""What a mail means: mail + who sent it + what it points to -> a Decision, and why.

Pure: everything looked up comes in as values (Facts), everything to be done goes out as one
(Decision); steps.intake records it in one transaction.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from workorder.core import asking, openings, replies
from workorder.core.account import account
from workorder.core.alert_orders import by_alert
from workorder.core.audience import Occasion
from workorder.core.classify import MailKind
from workorder.core.correlate import place, place_automatic
from workorder.core.decision import Decision, Facts, Outcome, Policy, Telling
from workorder.core.events import AutoMailReceived, MailFailed, Unproven
from workorder.core.message import DeliveryAction, DeliveryReport
from workorder.core.model import SYSTEM
from workorder.core.notice import NoticeKind
from workorder.core.technician import by_technician
from workorder.core.vocabulary import BUILT_IN, Vocabulary


def decide(facts: Facts, policy: Policy, vocabulary: Vocabulary = BUILT_IN) -> Decision:
    """Decide on one mail; the first judge that has an answer gives it.

    The order matters: our own mail is never read as anything else, a second copy is no news
    whatever it says, a report about a notice of ours is no rule's business, and what an alert is
    comes before the question whether a machine wrote it.
    """
    for judge in _JUDGES:
        decision = judge(facts, policy)
        if decision is not None:
            break
    else:
        decision = _by_kind(facts, policy, vocabulary)
    return replace(decision, trace=account(facts, decision))


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


def _of_notice(facts: Facts, _policy: Policy) -> Decision | None:
    is_bounce = facts.classification.kind is MailKind.BOUNCE
    return _bounce(facts) if is_bounce and facts.failed_notice is not None else None


def _ruled_out(facts: Facts, _policy: Policy) -> Decision | None:
    """What a rule refuses or sets aside, unless a person had it tried again since."""
    ruling = facts.ruled.ruling
    if facts.released:
        return None
    if ruling.refuse:
        return Decision(outcome=Outcome.IGNORED, reason=f"refused by a rule: {ruling.refuse}")
    if ruling.aside:
        return Decision(outcome=Outcome.ASIDE, reason=f"set aside by a rule: {ruling.aside}")
    return None


def _alert(facts: Facts, policy: Policy) -> Decision | None:
    alert = facts.ruled.alert
    return by_alert(alert, facts, policy) if alert is not None else None


def _asked_balance(facts: Facts, _policy: Policy) -> Decision | None:
    return asking.balance(facts)


_JUDGES: tuple[Callable[[Facts, Policy], Decision | None], ...] = (
    _own,
    _twin,
    _of_notice,
    _ruled_out,
    _alert,
    _asked_balance,
)


def _by_kind(facts: Facts, policy: Policy, vocabulary: Vocabulary) -> Decision:
    if facts.ruled.ruling.automatic and facts.classification.kind is MailKind.PERSON:
        return _automatic(facts)
    match facts.classification.kind:
        case MailKind.BOUNCE:
            return _bounce(facts)
        case MailKind.OUT_OF_OFFICE | MailKind.AUTOMATIC:
            return _automatic(facts)
        case MailKind.BULK:
            reason = "bulk mail from nobody we know"
            return Decision(outcome=Outcome.IGNORED, reason=reason)
        case MailKind.PERSON:
            return _person(facts, policy, vocabulary)
        case MailKind.OWN:
            raise AssertionError("own mail was judged before")
        case _:
            assert_never(facts.classification.kind)


def _person(facts: Facts, policy: Policy, vocabulary: Vocabulary) -> Decision:
    placement = place(facts.candidates, facts.sender)
    if facts.reading is not None:
        return by_technician(facts, policy, vocabulary, placement)
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
    if facts.sender.technician is not None and not (facts.proof and facts.proof.proven):
        return _unproven_automatic(facts, placement.taken.order.number, writer)
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


def _unproven_automatic(facts: Facts, number: int, writer: str) -> Decision:
    """Automatic mail under a technician's address that nothing proves: kept, told to nobody."""
    why = facts.proof.reason if facts.proof is not None else "no proof"
    kept = Unproven(at=facts.at, actor=writer, text=facts.mail.new_text, reason=why)
    return Decision(
        outcome=Outcome.DONE,
        reason=f"automatic mail under a technician's address, without proof ({why})",
        number=number,
        events=(kept,),
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
