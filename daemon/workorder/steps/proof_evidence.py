"""What is on record that shows whether a way of proof can work: the mails that came last."""

from dataclasses import dataclass
from typing import Final

from workorder.config import Config
from workorder.core.stamps import Specimen
from workorder.errors import ParseError
from workorder.inbound.heads import head_alone
from workorder.inbound.parse import parse_head
from workorder.steps.site_store import opened_store
from workorder.store.unit import Store

LAST_MAILS: Final = 200
"""How many recorded mails are looked at, our own among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is on record: the mails of others that came last, and who the technicians are."""

    specimens: tuple[Specimen, ...]
    technicians: frozenset[str]


def gather(config: Config) -> Evidence:
    """Read what is on record; a mail that cannot be read is left out.

    Raises:
        StorageError: the database or the disk refuses.
    """
    own = config.site.support_address
    with opened_store(config) as store:
        with store.read() as unit:
            technicians = frozenset(person.email for person in unit.people.technicians())
            entries = unit.inbound.latest(LAST_MAILS)
        found = (_specimen(store, entry.id, entry.sha256, entry.size) for entry in entries)
        specimens = tuple(one for one in found if one is not None and _writer(one) != own)
    return Evidence(specimens=specimens, technicians=technicians)


def _specimen(store: Store, entry_id: int, sha256: str, size: int) -> Specimen | None:
    raw = store.files.raw_head(sha256)
    if raw is None:
        return None
    try:
        return Specimen(id=entry_id, mail=parse_head(head_alone(raw), size))
    except ParseError:
        return None


def _writer(specimen: Specimen) -> str:
    author = specimen.mail.author
    return author.email if author else ""
