"""A person's mail that opens a work order."""

from workorder.core.audience import Occasion
from workorder.core.correlate import Placement
from workorder.core.decision import Decision, Facts, Outcome, Policy, Telling
from workorder.core.equipment import mentioned
from workorder.core.events import EquipmentChanged, Event, Linked, Noted, Opened, Unproven
from workorder.core.fold import fold, opened
from workorder.core.model import SYSTEM, Customer, OpenedBy, Person, WorkOrder
from workorder.core.notice import NoticeKind
from workorder.core.ruled import NO_RULES, Ruled
from workorder.core.scene import NewContact
from workorder.core.sender import Sender
from workorder.core.subjects import label, title_of


def new_order(
    facts: Facts, policy: Policy, placement: Placement, *, follows: WorkOrder | None = None
) -> Decision:
    """The decision that opens a work order for the mail's author.

    `follows`: the closed work order that the mail answered too late to reopen.
    """
    sender = facts.sender
    opening = _opening(facts, policy, follows)
    found = _equipment(facts, opening)
    order = fold(opened(0, opening), found)
    events: list[Event] = [
        *found,
        *_ruled(facts).events(order, facts.at),
        *_follows(facts, policy, follows),
        *turned_down(facts, policy, placement),
        *_doubts(facts, opening),
    ]
    by_mail = facts.door is OpenedBy.MAIL
    occasion = Occasion(
        kind=NoticeKind.OPENED,
        opened_by_mail=by_mail,
        # Who is logged in can read what is mailed to them, and was not forged.
        answer_requester=not by_mail or (sender.may_be_answered and _is_proven(facts)),
        stranger=by_mail and not sender.is_known,
    )
    tellings = [Telling(event=0, occasion=occasion)]
    if not _is_proven(facts):
        unproven = Occasion(kind=NoticeKind.UNPROVEN, writer=opening.actor, automatic=True)
        tellings.append(Telling(event=1 + _index_of_unproven(events), occasion=unproven))
    return Decision(
        outcome=Outcome.DONE,
        reason=_reason(sender, placement, follows),
        opening=opening,
        events=tuple(events),
        tellings=tuple(tellings),
        files_on=0,
        new_contact=_new_contact(sender),
    )


def _is_proven(facts: Facts) -> bool:
    """A technician's opening counts as theirs only with proof; others need none to ask for help."""
    if facts.sender.technician is None:
        return True
    return facts.proof is not None and facts.proof.proven


def _ruled(facts: Facts) -> Ruled:
    """What rules say; of a mail that may be forged they say nothing that others would be told."""
    return facts.ruled if _is_proven(facts) else NO_RULES


def _opening(facts: Facts, policy: Policy, follows: WorkOrder | None) -> Opened:
    sender, mail = facts.sender, facts.mail
    requester = _requester(sender)
    # Who is logged in is known: no rule makes their work order another company's.
    ruled = _ruled(facts).customer if facts.door is OpenedBy.MAIL else None
    customer = ruled or sender.customer
    return Opened(
        at=facts.at,
        actor=requester.email or SYSTEM,
        text=mail.new_text,
        title=title_of(mail.subject, policy.prefix),
        requester=requester,
        customer_id=customer.id if customer else None,
        opened_by=facts.door,
        priority=facts.wish.priority,
        thread_id=facts.thread_id,
        follows=follows.number if follows else None,
        # What nobody vouches for is not shown to a customer, whose ever it turns out to be.
        public=_is_proven(facts),
    )


def _requester(sender: Sender) -> Person:
    if sender.address is None:
        return Person(name="", email="")
    known = sender.contact or sender.technician
    name = (known.name if known else "") or sender.address.name
    return Person(name=name, email=sender.address.email)


def _equipment(facts: Facts, opening: Opened) -> list[Event]:
    text = f"{facts.mail.subject}\n{facts.mail.new_text}"
    return [
        EquipmentChanged(at=facts.at, actor=opening.actor, text=piece.tag, equipment_id=piece.id)
        for piece in dict.fromkeys((*facts.wish.equipment, *mentioned(text, facts.equipment)))
    ]


def _follows(facts: Facts, policy: Policy, follows: WorkOrder | None) -> list[Event]:
    if follows is None:
        return []
    text = f"follows {label(follows.number, policy.prefix)}, which is {follows.status}"
    return [Linked(at=facts.at, actor=SYSTEM, text=text, other=follows.number)]


def turned_down(facts: Facts, policy: Policy, placement: Placement) -> list[Event]:
    """Notes on the work orders that the mail points to, and why it was not put there."""
    return [
        Noted(
            at=facts.at,
            actor=SYSTEM,
            text=(
                f"The mail points to {label(other.number, policy.prefix)} ({other.via}),"
                f" and was not put there: {other.reason}."
            ),
        )
        for other in placement.turned_down
    ]


def _doubts(facts: Facts, opening: Opened) -> list[Event]:
    """What a technician should know about who wrote this."""
    doubts: list[Event] = []
    if facts.sender.address is None:
        named = ", ".join(a.email for a in facts.mail.authors[:10]) or "nobody"
        text = f"From names {named}: nobody is taken for the sender."
        doubts.append(Noted(at=facts.at, actor=SYSTEM, text=text))
    if not _is_proven(facts):
        why = facts.proof.reason if facts.proof is not None else "no proof"
        words = facts.mail.new_text
        doubts.append(Unproven(at=facts.at, actor=opening.actor, text=words, reason=why))
    return [*doubts, *oversize(facts)]


def oversize(facts: Facts) -> list[Event]:
    """A note where a mail was too large to be taken in whole."""
    if not facts.mail.truncated:
        return []
    text = "The mail is larger than is taken in whole; its files stay in the mailbox."
    return [Noted(at=facts.at, actor=SYSTEM, text=text)]


def _index_of_unproven(events: list[Event]) -> int:
    return next(i for i, event in enumerate(events) if isinstance(event, Unproven))


def _new_contact(sender: Sender) -> NewContact | None:
    if sender.address is None or sender.technician is not None or sender.contact is not None:
        return None
    if sender.customer is None:
        return None
    return NewContact(
        name=sender.address.name, email=sender.address.email, customer_id=sender.customer.id
    )


def _reason(sender: Sender, placement: Placement, follows: WorkOrder | None) -> str:
    if follows is not None:
        return f"answers {follows.number}, closed too long ago: opens a new work order"
    if placement.turned_down:
        return "points to a work order the sender does not belong to: opens one of their own"
    whose: Customer | None = sender.customer
    return f"opens a work order of {whose.name}" if whose else "opens an unsorted work order"
