"""Looking up all that a decision needs, in the transaction that will record it."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from workorder.core.asking import approves, asks_balance, mentions_approval
from workorder.core.classify import Classification, MailKind, classify
from workorder.core.correlate import Candidate, Via
from workorder.core.decision import Facts, FailedNotice, Policy, Twin
from workorder.core.events import Noted
from workorder.core.message import InboundMail
from workorder.core.model import Approval, WorkOrder
from workorder.core.ruled import NO_RULES
from workorder.core.rules import RuleSet
from workorder.core.sender import Sender
from workorder.core.subjects import mentions
from workorder.core.trust import Proof, dmarc, prove
from workorder.steps.ruling import case_of, ruled_of
from workorder.steps.site_rules import SiteRules
from workorder.steps.tagged import with_tags
from workorder.store.inbound import LedgerEntry
from workorder.store.orders import NoticeTrail
from workorder.store.unit import Unit

# RFC 5322 sets no limit; a longer id is no mail client's, and would only bloat every reply.
MAX_MESSAGE_ID = 400
MAX_REFERENCES = 50
_LATE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """By what a mail is decided on: the site's configuration, and the rules as they are now."""

    site: SiteRules
    rules: RuleSet


def body_hash(mail: InboundMail) -> str:
    """What two copies of one mail share, whatever the servers on their ways added."""
    digest = hashlib.sha256(mail.subject.encode())
    digest.update(mail.text.encode())
    for attachment in mail.attachments:
        digest.update(hashlib.sha256(attachment.content).digest())
    return digest.hexdigest()


def new_message_id(stem: str, domain: str) -> str:
    """An unguessable Message-ID (RFC 5322 3.6.4) of ours: 128 random bits."""
    return f"<{stem}.{secrets.token_hex(16)}@{domain}>"


def gather(
    unit: Unit, mail: InboundMail, entry: LedgerEntry, in_force: InForce, now: datetime
) -> Facts:
    """Everything the site knows that bears on `mail`."""
    rules, rule_set = in_force.site, in_force.rules
    policy = rules.policy
    sender = sender_of(unit, mail, rules.authserv_id)
    referred = _referred(mail)
    trails = unit.orders.by_notice(referred)
    classification = _classified(mail, sender, trails, policy)
    candidates = _candidates(unit, mail, trails, referred, policy.prefix)
    proof = _proof(mail, sender, candidates, trails, rules)
    customer = sender.customer
    facts = Facts(
        mail=mail,
        classification=classification,
        sender=sender,
        proof=proof,
        candidates=candidates,
        failed_notice=_failed_notice(unit, mail, classification),
        twin=_twin(unit, mail, entry),
        message_id_reused=_is_reused(unit, mail, entry),
        equipment=unit.people.equipment_of(customer.id) if customer else (),
        at=happened_at(mail, entry.internaldate, now),
        thread_id=_thread_id(mail, policy.domain),
        ruled=NO_RULES,
        released=entry.let_in,
        site_zone=ZoneInfo(policy.timezone),
        calendar=rule_set.calendar,
        billing=rule_set.billing,
    )
    case = case_of(facts, site_language=policy.language, timezone=rules.timezone)
    answered = _answered(mail, trails)
    facts = replace(facts, ruled=ruled_of(unit, facts, rule_set, case), note_of=answered)
    facts = replace(
        facts,
        wants_balance=asks_balance(facts, policy.prefix, rule_set.thanks),
        consent=_consent(unit, facts, trails, in_force),
    )
    return with_tags(unit, facts, in_force.site, in_force.rules.vocabulary)


def _consent(
    unit: Unit, facts: Facts, trails: tuple[NoticeTrail, ...], in_force: InForce
) -> Proof | None:
    """What proves a contact's word of consent, if the mail is one; else None."""
    contact, rule_set = facts.sender.contact, in_force.rules
    asked = any(c.order.approval is Approval.ASKED for c in facts.candidates)
    if contact is None or not asked:
        return None
    text, words = facts.mail.new_text, rule_set.billing.approving
    names = [contact.name, *(technician.name for technician in unit.people.technicians())]
    if approves(text, words, thanks=rule_set.thanks, names=names):
        return _proven(facts.mail, contact.email, facts.candidates, trails, in_force.site)
    if mentions_approval(text, words):
        return Proof(proven=False, way=None, reason="the word does not stand alone")
    return None


def _answered(mail: InboundMail, trails: Iterable[NoticeTrail]) -> str | None:
    """Whose internal note the mail answers: what is said among technicians stays there (T11)."""
    notices = (trail for trail in trails if trail.message_id in mail.in_reply_to)
    notice = next(notices, None)
    is_note = notice is not None and notice.event_kind == Noted.kind
    return notice.actor if notice is not None and is_note else None


def happened_at(mail: InboundMail, internaldate: datetime, now: datetime) -> datetime:
    """When a mail's events happened: its Date within the day before arrival, else its arrival.

    Never after now. An outage of the daemon then bills nobody (behaviour: Tags, hard cases).
    """
    claimed = mail.date
    plausible = claimed is not None and internaldate - _LATE <= claimed <= internaldate
    at = claimed if plausible and claimed is not None else internaldate
    return min(at, now)


def sender_of(unit: Unit, mail: InboundMail, authserv_id: str) -> Sender:
    """Who the mail is from, by its one From and nothing else (T5-T7)."""
    address = mail.author
    verdict = dmarc(mail, authserv_id)
    if address is None:
        return Sender(address=None, technician=None, contact=None, customer=None, dmarc=verdict)
    technician = unit.people.technician_by_email(address.email)
    contact = unit.people.contact_by_email(address.email) if technician is None else None
    if technician is not None:
        customer = None
    elif contact is not None:
        customer = unit.people.customer_by_id(contact.customer_id)
    else:
        customer = unit.people.customer_by_domain(address.domain)
    return Sender(
        address=address,
        technician=technician,
        contact=contact,
        customer=customer,
        dmarc=verdict,
    )


def _referred(mail: InboundMail) -> tuple[str, ...]:
    """The Message-IDs the mail answers, nearest first."""
    ids = dict.fromkeys([*mail.in_reply_to, *reversed(mail.references)])
    return tuple(i for i in ids if len(i) <= MAX_MESSAGE_ID)[:MAX_REFERENCES]


def _classified(
    mail: InboundMail, sender: Sender, trails: Iterable[NoticeTrail], policy: Policy
) -> Classification:
    own_id = mail.message_id is not None and any(t.message_id == mail.message_id for t in trails)
    if own_id:
        return Classification(kind=MailKind.OWN, reasons=("its Message-ID is ours",))
    return classify(
        mail,
        own_addresses=policy.own_addresses,
        known_sender=sender.technician is not None or sender.contact is not None,
    )


def _candidates(
    unit: Unit,
    mail: InboundMail,
    trails: tuple[NoticeTrail, ...],
    referred: tuple[str, ...],
    prefix: str,
) -> tuple[Candidate, ...]:
    pointed = [
        (m.number, Via.BRACKETED_NUMBER if m.bracketed else Via.NUMBER)
        for m in mentions(mail.subject, prefix)
    ]
    pointed += [(t.number, Via.NOTICE) for t in trails if t.number is not None]
    pointed += [(number, Via.MAIL) for _, number in unit.orders.by_mail(referred)]
    orders: dict[int, WorkOrder | None] = {}
    candidates: list[Candidate] = []
    for number, via in pointed:
        if number not in orders:
            orders[number] = unit.orders.going_on(number)
        elif via is not Via.NOTICE:
            continue
        order = orders[number]
        if order is not None:
            candidates.append(Candidate(order=order, via=via))
    return tuple(candidates)


def _proof(
    mail: InboundMail,
    sender: Sender,
    candidates: tuple[Candidate, ...],
    trails: tuple[NoticeTrail, ...],
    rules: SiteRules,
) -> Proof | None:
    if sender.technician is None:
        return None
    return _proven(mail, sender.technician.email, candidates, trails, rules)


def _proven(
    mail: InboundMail,
    writer: str,
    candidates: tuple[Candidate, ...],
    trails: tuple[NoticeTrail, ...],
    rules: SiteRules,
) -> Proof:
    others = {a.email for a in (*mail.to, *mail.cc)} - rules.policy.own_addresses
    numbers = {candidates[0].order.number} if candidates else set()
    replied = not others and any(
        trail.recipient == writer and trail.number in numbers and not trail.spent
        for trail in trails
    )
    return prove(
        mail, ways=rules.ways, authserv_id=rules.authserv_id, replied_to_own_notice=replied
    )


def seen_by_others(mail: InboundMail, policy: Policy) -> tuple[str, ...]:
    """The Message-IDs that this mail showed to somebody besides us: they prove nothing any more."""
    others = {a.email for a in (*mail.to, *mail.cc)} - policy.own_addresses
    return _referred(mail) if others else ()


def _failed_notice(
    unit: Unit, mail: InboundMail, classification: Classification
) -> FailedNotice | None:
    """Which of our notices a delivery report is about: only our unguessable id tells (T16)."""
    if classification.kind is not MailKind.BOUNCE or mail.report is None:
        return None
    # The ids of the returned mail come surest first; what the report refers to is the last hope.
    ids = [i for i in mail.report.original_ids if len(i) <= MAX_MESSAGE_ID][:MAX_REFERENCES]
    ids += _referred(mail)
    trails = {trail.message_id: trail for trail in unit.orders.by_notice(ids)}
    trail = next((trails[i] for i in ids if i in trails), None)
    if trail is None:
        return None
    return FailedNotice(
        outbox_id=trail.outbox_id,
        number=trail.number,
        recipient=trail.recipient,
        kind=trail.kind,
    )


def _twin(unit: Unit, mail: InboundMail, entry: LedgerEntry) -> Twin | None:
    if not _has_usable_id(mail):
        return None
    sender = mail.author.email if mail.author else ""
    earlier = unit.inbound.twin(
        entry.mailbox, mail.message_id or "", sender, body_hash(mail), entry.id
    )
    return Twin(mail_id=earlier.id, number=earlier.number) if earlier else None


def _is_reused(unit: Unit, mail: InboundMail, entry: LedgerEntry) -> bool:
    if not _has_usable_id(mail):
        return False
    return unit.inbound.message_id_reused(entry.mailbox, mail.message_id or "", entry.id)


def _has_usable_id(mail: InboundMail) -> bool:
    return mail.message_id is not None and len(mail.message_id) <= MAX_MESSAGE_ID


def _thread_id(mail: InboundMail, domain: str) -> str:
    if _has_usable_id(mail) and mail.message_id is not None:
        return mail.message_id
    return new_message_id("thread", domain)
