"""The environment that templates run in: an admin's, and so a small program that may be wrong."""

from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from workorder.core.books import (
    BankCard,
    Digest,
    DigestLine,
    Enclosure,
    EntryLine,
    HoursCard,
    JobLine,
    LoginCard,
    LotCard,
    MonthBar,
    Statement,
    TimeCard,
)
from workorder.core.message import Address
from workorder.core.notice import (
    EquipmentCard,
    EventCard,
    Letter,
    NoteCard,
    OrderCard,
    SiteCard,
)
from workorder.core.transcript import Transcript, TranscriptLine, Value
from workorder.outbound.tagcard import TagCard, TagGroup, TagLine

# Frozen values without methods, and imported macros: any name without a leading _ is harmless.
_PLAIN = frozenset(
    {
        *(Letter, SiteCard, OrderCard, EquipmentCard, NoteCard, EventCard, Address),
        *(Enclosure, BankCard, LotCard, HoursCard, TimeCard, Digest, DigestLine, LoginCard),
        *(Statement, EntryLine, JobLine, MonthBar),
        *(Transcript, TranscriptLine, Value, TagCard, TagGroup, TagLine, TemplateModule),
    }
)


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, and no powers: `10 ** 10 ** 8` would hold a processor for minutes."""

    intercepted_binops = frozenset({"**"})

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """Refuse the operators that are intercepted."""
        del context, left, right
        raise SecurityError(f"the operator {operator} is not for templates")

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Answer at once for the values of core.notice: most look-ups are of those."""
        if type(obj) in _PLAIN:
            return not attr.startswith("_")
        return super().is_safe_attribute(obj, attr, value)

    def join_path(self, template: str, parent: str) -> str:
        """Refuse a text template inside an HTML one: what it shows would not be escaped."""
        if parent.endswith(".html") and not is_escaped(template):
            raise SecurityError(f'"{template}" in an HTML template would not be escaped')
        return template


def is_escaped(name: str | None) -> bool:
    """Whether what a template shows is escaped for HTML: only that of text mails is not."""
    return name is None or not name.endswith(".txt")
