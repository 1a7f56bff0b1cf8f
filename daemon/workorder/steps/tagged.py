"""The tags of a technician's mail, and what they name, as facts of the mail."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from workorder.core.classify import MailKind
from workorder.core.decision import Facts, Policy
from workorder.core.events import Opened, TitleChanged
from workorder.core.message import Forwarded, InboundMail
from workorder.core.model import WorkOrder
from workorder.core.subjects import is_forward
from workorder.core.tags import read_tags
from workorder.core.vocabulary import Vocabulary
from workorder.inbound.forwarded import forwarded
from workorder.steps.naming import names_for
from workorder.steps.site_rules import SiteRules
from workorder.store.unit import Unit


def with_tags(unit: Unit, facts: Facts, site: SiteRules, vocabulary: Vocabulary) -> Facts:
    """The tags of a technician's mail, which are read only where it is proven to be theirs."""
    technician, proof = facts.sender.technician, facts.proof
    by_person = facts.classification.kind is MailKind.PERSON
    if technician is None or proof is None or not proof.proven or not by_person:
        return facts
    mail = facts.mail
    answered = next((candidate.order for candidate in facts.candidates), None)
    outer = forwarded(mail)
    own_text, below = _own_and_below(mail, outer)
    theirs = _subjects_of_others(unit, mail, answered, outer)
    reading = read_tags(mail.subject, own_text, vocabulary, below=below, theirs=theirs)
    if outer is not None and answered is None:
        # What was passed on is what its writer asks for, and no words of the technician.
        reading = read_tags(mail.subject, own_text, vocabulary, theirs=theirs)
    zone = ZoneInfo(technician.timezone or site.timezone)
    facts = replace(facts, reading=reading, today=facts.at.astimezone(zone).date(), zone=zone)
    if not reading.tags and outer is None:
        return facts
    names = names_for(
        unit,
        reading,
        technician=technician,
        order=answered,
        ruled_customer=facts.ruled.customer,
        forwarded=_by_outsider(unit, outer, mail, site.policy) if outer else None,
        prefix=site.policy.prefix,
    )
    return replace(facts, names=names)


def _subjects_of_others(
    unit: Unit, mail: InboundMail, answered: WorkOrder | None, outer: Forwarded | None
) -> tuple[str, ...]:
    """Subjects that a technician may repeat: the titles of the work order, a forwarded mail's."""
    if "[" not in mail.subject:
        return ()
    # A mail that is passed on goes under the subject of whoever wrote it, whole.
    theirs = [mail.subject] if is_forward(mail.subject) else []
    theirs += [outer.subject] if outer else []
    if answered is not None:
        theirs.append(answered.title)
        if mail.subject.count("[") > 1:  # more than our own number
            history = unit.orders.history(answered.number)
            titled = (past.event for past in history)
            theirs += [e.title for e in titled if isinstance(e, Opened | TitleChanged)]
    return tuple(theirs)


def _by_outsider(unit: Unit, outer: Forwarded, mail: InboundMail, policy: Policy) -> Forwarded:
    """The mail of the first writer who is none of us; `own_text`: colleagues' words above it."""
    staff = policy.own_addresses | {t.email for t in unit.people.technicians()}
    found, between = outer, ""
    while found.author is not None and found.author.email in staff:
        text = found.text
        deeper = forwarded(replace(mail, subject="Fwd:", text=text, new_text=text, attachments=()))
        if deeper is None:
            return replace(outer, own_text="")
        between = "\n\n".join(filter(None, (between, deeper.own_text)))
        found = deeper
    return replace(found, own_text=between)


def _own_and_below(mail: InboundMail, passed_on: Forwarded | None) -> tuple[str, str]:
    """What a technician wrote, and the mail that they passed on below it, if they did."""
    is_inline = passed_on is not None and not passed_on.attached
    if passed_on is None or not is_inline or not mail.new_text.startswith(passed_on.own_text):
        return mail.new_text, ""
    return passed_on.own_text, mail.new_text[len(passed_on.own_text) :]
