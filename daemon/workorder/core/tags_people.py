"""The tags that say whose a work order is: customer, contact, technician, participants."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches

from workorder.core.effects import Effect
from workorder.core.events import (
    Assigned,
    CustomerChanged,
    EquipmentChanged,
    Event,
    Opened,
    ParticipantChanged,
    Replied,
)
from workorder.core.message import Address, normal_address
from workorder.core.model import Contact, Customer, Person, Technician, WorkOrder
from workorder.core.scene import NewContact, Scene, Step, done, named, nothing, text, wrong
from workorder.core.tag_words import changed
from workorder.core.tags import Written

_ME = frozenset({"me", "myself", "self"})
_NOBODY = frozenset({"nobody", "none", "noone", "-"})
_NEAR_DOMAIN = 0.8
_ADDRESS = re.compile(r"[^\s<>,;:()\[\]\"]+@[^\s<>,;:()\[\]\"]+")
_MOST_SHOWN = 8


# -- the technician ---------------------------------------------------------------------------


def assign(written: Written, scene: Scene) -> Step:
    """`#assign maria`, `#assign me`, `#assign nobody`."""
    word = written.argument.casefold()
    if word in _NOBODY:
        return _assign_to(None, scene)
    if word in _ME:
        return _assign_to(scene.technician, scene)
    found = _technicians_called(word, scene)
    if len(found) == 1:
        return _assign_to(found[0], scene)
    effect = Effect.ASSIGN_AMBIGUOUS if found else Effect.ASSIGN_UNKNOWN
    known = [named(technician) for technician in found or scene.names.technicians]
    return wrong(effect, text("name", written.argument), text("known", known[:_MOST_SHOWN]))


def _technicians_called(word: str, scene: Scene) -> list[Technician]:
    """Those whom the word means: by address, else by whole name, else by a part of either."""
    everybody = scene.names.technicians
    exact = [t for t in everybody if word in {t.email, t.name.casefold()}]
    if exact:
        return exact
    return [t for t in everybody if word in {t.email.partition("@")[0], *_parts(t.name)}]


def _parts(name: str) -> list[str]:
    return name.casefold().split()


def _assign_to(technician: Technician | None, scene: Scene) -> Step:
    was = scene.order.technician_id
    now = technician.id if technician else None
    event = Assigned(at=scene.at, actor=scene.actor, technician_id=now, was=was)
    if technician is None:
        return nothing(Effect.ASSIGNED_NOBODY) if was is None else changed(event, scene)
    if now == was:
        return nothing(Effect.ASSIGNED_SAME, text("technician", named(technician)))
    return changed(event, scene)


# -- customer and contact ---------------------------------------------------------------------


def set_customer(written: Written, scene: Scene) -> Step:
    """`#customer Acme`: whose it is; the contact stays if they are of that customer."""
    names = scene.names
    customer = names.named_customer
    if customer is None:
        near = get_close_matches(written.argument, names.customer_names, n=3, cutoff=0.4)
        begin = called(written.argument, names.customer_names)
        known = list(dict.fromkeys([*begin, *near]))[:_MOST_SHOWN]
        return wrong(
            Effect.CUSTOMER_UNKNOWN, text("word", written.argument), text("known", known or "-")
        )
    order = scene.order
    if order.customer_id == customer.id:
        return nothing(Effect.CUSTOMER_SAME, text("customer", customer.name))
    requester = _contact_at(customer, scene)
    return _becomes(customer, requester, scene)


def called(words: str, names: Iterable[str]) -> list[str]:
    """Which names are, or begin with, these words: `Acme` is `Acme Ltd`."""
    wanted = " ".join(words.casefold().split())
    folded = [(name, name.casefold()) for name in names]
    exact = [name for name, known in folded if known == wanted]
    return exact or [name for name, known in folded if known.startswith(f"{wanted} ")]


def addresses_in(words: str) -> list[str]:
    """What looks like an address in what was written behind a tag, each once.

    Mail clients add to one: a name before it, `<mailto:...>` behind it, the sentence's full stop.
    """
    found = (match[0].rstrip(".,;:") for match in _ADDRESS.finditer(words))
    return list(dict.fromkeys(found))


def _contact_at(customer: Customer, scene: Scene) -> Person:
    """Who is to be told of it at the customer: who asked, else the first primary contact.

    Who asked may be a stranger whom the technician now knows to be of that customer.
    """
    requester = scene.order.requester
    by_technician = any(t.email == requester.email for t in scene.names.technicians)
    known = scene.names.contact(requester.email)
    of_another = known is not None and known.customer_id != customer.id
    primary = scene.names.primary_of(customer.id)
    if primary is not None and (by_technician or of_another or not requester.email):
        return Person(name=primary.name, email=primary.email)
    return requester


def _becomes(
    customer: Customer | None,
    requester: Person,
    scene: Scene,
    *,
    effect: Effect | None = None,
) -> Step:
    """Make it another's; what was the old customer's own does not go along.

    A work order in which the old customer's people wrote stays theirs: the new one's would read it.
    """
    order = scene.order
    now = customer.id if customer else None
    was = scene.names.customer(order.customer_id)
    leaves = was is not None and was.id != now
    if leaves and was is not None and _have_written(was, scene):
        return wrong(Effect.CUSTOMER_SPOKE, text("customer", was.name))
    event = CustomerChanged(
        at=scene.at,
        actor=scene.actor,
        customer_id=now,
        requester=requester,
        was_customer_id=order.customer_id,
        was_requester=order.requester,
    )
    step = changed(event, scene)
    if effect is not None and customer is not None:
        values = text("contact", named(requester)), text("customer", customer.name)
        step = done(effect, *values, events=(event,))
    gone = tuple(_left_behind(order, requester, scene)) if leaves else ()
    return replace(step, events=(*step.events, *gone))


def _have_written(customer: Customer, scene: Scene) -> bool:
    """Whether one of the customer's people wrote what their side may read."""
    writers = {
        past.event.actor
        for past in scene.names.history
        if isinstance(past.event, Opened | Replied) and past.event.public
    }

    def is_theirs(email: str) -> bool:
        contact = scene.names.contact(email)
        domain = email.rpartition("@")[2]
        return domain in customer.domains if contact is None else contact.customer_id == customer.id

    return any(is_theirs(writer) for writer in writers)


def _left_behind(order: WorkOrder, requester: Person, scene: Scene) -> Iterator[Event]:
    """The old customer's things and people, taken off."""
    tags = {piece.id: piece.tag for piece in scene.names.equipment}
    for piece in order.equipment_ids:
        yield EquipmentChanged(
            at=scene.at,
            actor=scene.actor,
            text=tags.get(piece, ""),
            equipment_id=piece,
            removed=True,
        )
    for email in order.participants:
        contact = scene.names.contact(email)
        is_theirs = contact is not None and contact.customer_id == order.customer_id
        if is_theirs and email not in {requester.email, order.requester.email}:
            yield ParticipantChanged(
                at=scene.at, actor=scene.actor, text=email, email=email, removed=True
            )


def set_contact(written: Written, scene: Scene) -> Step:
    """`#for jane@acme.example`, or `#for` alone on top of a forwarded mail."""
    if not written.argument:
        return _for_forwarded(scene)
    found = addresses_in(written.argument)
    email = normal_address(found[0]) if len(found) == 1 else None
    if email is None:
        return wrong(Effect.FOR_WRONG, text("word", written.argument))
    return _for(Address(name="", email=email), Effect.FOR_SET, scene)


def _for_forwarded(scene: Scene) -> Step:
    forwarded = scene.names.forwarded
    if forwarded is None:
        return wrong(Effect.FOR_NOBODY)
    staff = {technician.email for technician in scene.names.technicians}
    outside = [a for a in forwarded.authors if a.email not in staff | scene.own_addresses]
    if not outside:
        return wrong(Effect.FOR_UNCLEAR)
    return _for(outside[0], Effect.FOR_FORWARDED, scene)


def _for(address: Address, effect: Effect, scene: Scene) -> Step:
    email = address.email
    if email in scene.own_addresses or any(t.email == email for t in scene.names.technicians):
        return wrong(Effect.FOR_US, text("contact", email))
    contact = scene.names.contact(email)
    if contact is not None:
        return _for_contact(contact, effect, scene)
    owner = dict(scene.names.domain_owners).get(address.domain)
    near = get_close_matches(address.domain, scene.names.domains, n=1, cutoff=_NEAR_DOMAIN)
    is_doubtful = owner is None and bool(near) and effect is Effect.FOR_SET
    if not is_doubtful and (scene.names_customer or owner is None):
        # Whom the technician counts among a customer's people is one of them, whatever the domain.
        owner = scene.order.customer_id or owner
    if owner is not None:
        return _for_new_contact(address, owner, scene)
    if is_doubtful:
        # A typing error must not send a customer's affairs to a stranger.
        local = email.partition("@")[0]
        return wrong(Effect.FOR_NEAR, text("word", email), text("near", f"{local}@{near[0]}"))
    person = Person(name=address.name, email=email)
    return _becomes(None, person, scene)


def _for_contact(contact: Contact, effect: Effect, scene: Scene) -> Step:
    customer = scene.names.customer(contact.customer_id)
    assert customer is not None  # contacts are looked up with their customers
    person = Person(name=contact.name, email=contact.email)
    if scene.names_customer and scene.order.customer_id != customer.id:
        values = text("contact", named(contact)), text("customer", customer.name)
        return wrong(Effect.CUSTOMER_FOR, *values)
    if scene.order.requester == person and scene.order.customer_id == customer.id:
        return nothing(Effect.FOR_SAME, text("contact", named(contact)))
    return _becomes(customer, person, scene, effect=effect)


def _for_new_contact(address: Address, customer_id: int, scene: Scene) -> Step:
    """Somebody of a customer's domain who never wrote: the technician vouches for them."""
    customer = scene.names.customer(customer_id)
    assert customer is not None  # domains are looked up with their customers
    person = Person(name=address.name, email=address.email)
    new = NewContact(name=address.name, email=address.email, customer_id=customer_id, proven=True)
    step = _becomes(customer, person, scene, effect=Effect.FOR_NEW_CONTACT)
    return step if step.is_wrong else replace(step, new_contact=new)


# -- participants -----------------------------------------------------------------------------


def add_participants(written: Written, scene: Scene) -> Step:
    """`#cc vendor@parts.example`, several with commas; `#cc -vendor@parts.example` removes."""
    step = Step(told=())
    for word, removed in _signed(written.argument) or [(written.argument, False)]:
        step = _joined(step, _participant(word, scene, removed=removed))
    return step


def _signed(words: str) -> list[tuple[str, bool]]:
    """The addresses, each once, and whether a minus stands before it or before the name with it.

    Empty if an @ stands in what is no address.
    """
    found: dict[str, bool] = {}
    end = 0
    if len(_ADDRESS.findall(words)) != words.count("@"):
        return []
    for match in _ADDRESS.finditer(words):
        before = words[end : match.start()].lstrip(" ,;<>")
        word = match[0].rstrip(".,;:")
        found.setdefault(word.removeprefix("-"), before.startswith("-") or word.startswith("-"))
        end = match.end()
    return list(found.items())


def _participant(word: str, scene: Scene, *, removed: bool) -> Step:
    email = normal_address(word)
    if email is None:
        return wrong(Effect.CC_WRONG, text("word", word))
    shown = text("address", email)
    if email in scene.own_addresses:
        return wrong(Effect.CC_US, shown)
    if removed and email == scene.order.requester.email:
        return wrong(Effect.CC_REQUESTER, shown)
    if (email in scene.order.participants) is not removed:
        return nothing(Effect.CC_SAME, shown)
    event = ParticipantChanged(
        at=scene.at, actor=scene.actor, email=email, removed=removed, text=email
    )
    return changed(event, scene)


def _joined(first: Step, second: Step) -> Step:
    return replace(first, told=first.told + second.told, events=first.events + second.events)
