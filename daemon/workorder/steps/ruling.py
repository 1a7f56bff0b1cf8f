"""What the rule files say of a mail, with the names in it looked up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from workorder.core.alerts import Alert
from workorder.core.correlate import place
from workorder.core.decision import Facts
from workorder.core.message import normal_address
from workorder.core.model import CLOSED, Customer, Equipment, Status, Technician
from workorder.core.rule_case import Case, View
from workorder.core.ruled import AlertPlace, Ruled
from workorder.core.rules import RuleSet
from workorder.core.thanks import is_bare_thanks
from workorder.store.unit import Unit

_CHANGED_BY_ANSWERS = CLOSED | {Status.WAITING_CUSTOMER}
_LONGEST_THANKS = 500  # characters, a signature that was not recognised among them


def case_of(facts: Facts, *, site_language: str, timezone: str) -> Case:
    """The mail as the conditions of rules look at it."""
    return Case(
        mail=facts.mail,
        sender=facts.sender,
        kind=facts.classification.kind,
        is_reply=place(facts.candidates, facts.sender).taken is not None,
        language=_language(facts) or site_language,
        local=_local(facts.at, timezone),
    )


def _local(at: datetime, timezone: str) -> datetime:
    return at.astimezone(ZoneInfo(timezone))


def _language(facts: Facts) -> str:
    """What the mail says it is written in, else what its writer is written to in."""
    said = (facts.mail.header("content-language") or "").partition(",")[0].strip()
    contact, customer = facts.sender.contact, facts.sender.customer
    of_contact = contact.language if contact else None
    of_customer = customer.language if customer else None
    return said.partition("-")[0].lower() or of_contact or of_customer or ""


def ruled_of(unit: Unit, facts: Facts, rule_set: RuleSet, case: Case) -> Ruled:
    """Ask the rules, and look up whom and what they name."""
    view = View(case)
    ruling = rule_set.intake.rule_on(view)
    ruled = Ruled(
        ruling=ruling,
        is_thanks=_is_thanks(unit, facts, rule_set),
        alert=rule_set.alerts.match_on(view),
    )
    if ruling.hits:
        ruled = _named(unit, facts, ruled)
    if ruled.alert is not None:
        ruled = replace(ruled, place=_place(unit, ruled.alert, ruled.customer))
    return ruled


def _named(unit: Unit, facts: Facts, ruled: Ruled) -> Ruled:
    sets = ruled.ruling.sets
    customer = unit.people.customer_by_name(sets.customer) if sets.customer else None
    technician = technician_called(unit, sets.technician) if sets.technician else None
    whose = customer or facts.sender.customer
    owned = unit.people.equipment_of(whose.id) if whose and sets.equipment else ()
    by_tag = {piece.tag.casefold(): piece for piece in owned}
    found = tuple(by_tag[t.casefold()] for t in sets.equipment if t.casefold() in by_tag)

    def missing() -> Iterator[str]:
        if sets.customer and customer is None:
            yield f"there is no customer {sets.customer}"
        if sets.technician and technician is None:
            yield f"there is no technician {sets.technician}"
        for tag in sets.equipment:
            if tag.casefold() not in by_tag:
                yield f"{whose.name if whose else 'nobody'} has no equipment {tag}"

    return replace(
        ruled,
        customer=customer,
        technician=technician,
        equipment=found,
        unknown=tuple(missing()),
    )


def technician_called(unit: Unit, words: str) -> Technician | None:
    """The technician of an address, or of a whole name."""
    email = normal_address(words)
    if email is not None:
        return unit.people.technician_by_email(email)
    found = [t for t in unit.people.technicians() if t.name.casefold() == words.casefold()]
    return found[0] if len(found) == 1 else None


def _is_thanks(unit: Unit, facts: Facts, rule_set: RuleSet) -> bool:
    """Whether a reply says nothing but thanks; only what could change a status is looked at."""
    could_change = any(
        candidate.order.status in _CHANGED_BY_ANSWERS for candidate in facts.candidates
    )
    says_more = len(facts.mail.new_text) > _LONGEST_THANKS or any(
        not attachment.inline for attachment in facts.mail.attachments
    )
    if facts.sender.technician is not None or not could_change or says_more:
        return False
    names = [t.name for t in unit.people.technicians()]
    address, contact = facts.sender.address, facts.sender.contact
    names += [address.name] if address else []
    names += [contact.name] if contact else []
    return is_bare_thanks(facts.mail.new_text, rule_set.thanks, names)


def _place(unit: Unit, alert: Alert, customer: Customer | None) -> AlertPlace:
    """Whose an alert is: the rule's customer, else the owner of the equipment that it names."""
    order = unit.orders.of_alert(alert.key)
    if order is not None:
        return AlertPlace(order=order)
    named = unit.people.customer_by_name(alert.customer) if alert.customer else customer
    piece = _equipment(unit, alert.equipment, named) if alert.equipment else None
    owner = named or (unit.people.customer_by_id(piece.customer_id) if piece else None)
    primaries = unit.people.primary_contacts(owner.id) if owner else ()
    technician = technician_called(unit, alert.technician) if alert.technician else None
    unknown = []
    if alert.customer and named is None:
        unknown.append(f"there is no customer {alert.customer}")
    if alert.technician and technician is None:
        unknown.append(f"there is no technician {alert.technician}")
    return AlertPlace(
        customer=owner,
        contact=primaries[0] if primaries else None,
        equipment=piece,
        technician=technician,
        unknown=tuple(unknown),
    )


def _equipment(unit: Unit, word: str, customer: Customer | None) -> Equipment | None:
    """The one thing that a host name means: whole, or without its domain.

    Where several customers have a thing of that tag, the domain of the host says whose.
    """
    host, _, domain = word.partition(".")
    for tag in dict.fromkeys((word, host)):
        found = unit.people.equipment_called([tag])
        owner = customer or (unit.people.customer_by_domain(domain) if domain else None)
        if owner is not None and (len(found) > 1 or customer is not None):
            found = tuple(piece for piece in found if piece.customer_id == owner.id)
        if len(found) == 1:
            return found[0]
    return None
