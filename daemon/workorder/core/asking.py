"""What a contact asks for, or agrees to, with a single word: the balance, work beyond the bank."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from workorder.core.classify import MailKind
from workorder.core.decision import Decision, Facts, Outcome
from workorder.core.rule_texts import folded
from workorder.core.subjects import NO_SUBJECT, title_of
from workorder.core.thanks import Thanks, is_bare_thanks, plain
from workorder.core.trust import DmarcResult

_AROUND = " .!?,;:\"'\u00a1\u00bf\u201c\u201d\u2018\u2019*_#"
_LONGEST = 400


_YES = frozenset({("yes",), ("ok",), ("okay",), ("si",), ("please",), ("por", "favor")})


def approves(text: str, words: AbstractSet[str], *, thanks: Thanks, names: Iterable[str]) -> bool:
    """Whether a text agrees and says nothing else: the word, with greetings, thanks and names.

    A question is no consent.
    """
    phrases = frozenset(plain(word) for word in words)
    around = thanks.phrases | thanks.around | _YES
    return is_bare_thanks(text, Thanks(phrases=phrases, around=around), names)


def mentions_approval(text: str, words: AbstractSet[str]) -> bool:
    """Whether one of the words stands in the first lines, among others."""
    said = set(plain(text[:_LONGEST]))
    return any(set(plain(word)) <= said for word in words if plain(word))


def says_only(text: str, words: AbstractSet[str], *, thanks: Thanks, names: Iterable[str]) -> bool:
    """Whether a text is one of these words (folded), alone but for thanks and who signs."""
    first, _, rest = text.strip().partition("\n")
    if len(text) > _LONGEST or folded(first.strip(_AROUND)) not in words:
        return False
    rest = rest.strip()
    known = [*names]
    signed = {folded(name) for name in known}
    return not rest or folded(rest.strip(_AROUND)) in signed or is_bare_thanks(rest, thanks, known)


def asks_balance(facts: Facts, prefix: str, thanks: Thanks) -> bool:
    """Whether a contact wants to know what is left in the bank of their company.

    The word stands alone in the mail, or in the subject of one that is empty otherwise.
    """
    contact, address = facts.sender.contact, facts.sender.address
    by_person = facts.classification.kind is MailKind.PERSON
    forged = facts.sender.dmarc.result is DmarcResult.FAIL
    if contact is None or address is None or not by_person or forged:
        return False
    words, names = facts.billing.asking_balance, (contact.name, address.name)
    text = facts.mail.new_text.strip()
    if text:
        return says_only(text, words, thanks=thanks, names=names)
    title = title_of(facts.mail.subject, prefix)
    return title != NO_SUBJECT and folded(title.strip(_AROUND)) in words


def balance(facts: Facts) -> Decision | None:
    """The contact is told the balance; that is no answer to anything, and opens nothing."""
    if not facts.wants_balance or not facts.sender.may_be_answered:
        return None
    contact, author = facts.sender.contact, facts.mail.author
    assert contact is not None  # nobody else is taken to ask
    assert author is not None  # nor a mail without an author
    return Decision(
        outcome=Outcome.DONE,
        reason=f"{contact.email} asks for the balance",
        balance_for=author,
        balance_of=contact.customer_id,
    )
