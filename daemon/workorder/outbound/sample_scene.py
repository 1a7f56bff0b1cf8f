"""What tells one sample letter from another."""

from dataclasses import dataclass

from workorder.core.books import Enclosure
from workorder.core.notice import Audience, EventCard, NoticeKind, OrderCard
from workorder.core.transcript import Transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A letter without its reader and its language."""

    kind: NoticeKind
    event: EventCard
    audience: Audience = Audience.CUSTOMER
    order: OrderCard | None = None
    transcript: Transcript | None = None
    enclosure: Enclosure | None = None
