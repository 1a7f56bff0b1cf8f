"""The whole error tree. The class says what to do next.

WorkOrderError
├── ConfigError              the admin's files are wrong: every problem named; exit 2
├── RequestError             what was asked cannot be done: one line why; exit 1
│   └── NotFoundError        the thing named does not exist
├── ParseError               the mail's own fault: it counts as an attempt, then it is set aside
├── OurFaultError            a fault of ours or of the site: temporary, the mail stays
│   ├── StorageError         database or disk
│   ├── MailboxError         the IMAP server is away, refuses, or lost the connection
│   │   ├── LoginRefusedError    user or password (tried again: an admin may mend it)
│   │   └── FolderMissingError   the inbox folder that the config names is not there
│   └── PortalDownError      the portal's process ended, or cannot listen
├── RenderError              a template or a PDF failed; the message says which and where
│   └── RenderTimeoutError   the worker was killed at its time limit
├── DeliveryError            an attempt to send ended without acceptance
│   ├── TransientDeliveryError   try again later
│   │   └── TransportDownError       the SMTP server is away or refuses us: no mail is to blame
│   ├── PermanentDeliveryError   never try again by itself
│   └── UnknownDeliveryError     the final dot was sent, the answer never came
└── SiteLockedError          another daemon holds this site
"""

from collections.abc import Sequence


class WorkOrderError(Exception):
    """Anything this program raises on purpose; its text is one line for a person."""


class ConfigError(WorkOrderError):
    """The admin's files are wrong; `problems` holds one line each, with file, line and key."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Keep every problem; none is a surprise later."""
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class RequestError(WorkOrderError):
    """What a person asked for cannot be done, and why."""


class NotFoundError(RequestError):
    """The thing named does not exist."""


class ParseError(WorkOrderError):
    """The bytes of a mail cannot be turned into an InboundMail."""


class OurFaultError(WorkOrderError):
    """A fault of ours or of the site; the mail is not to blame and is tried again."""


class StorageError(OurFaultError):
    """Database or disk refused."""


class MailboxError(OurFaultError):
    """The IMAP server is away, refuses, or the connection was lost."""


class LoginRefusedError(MailboxError):
    """The IMAP server knows the user or the password as wrong."""


class FolderMissingError(MailboxError):
    """The folder that is to be watched does not exist."""


class PortalDownError(OurFaultError):
    """The portal's process ended, or does not come up; the mail goes on without it."""


class RenderError(WorkOrderError):
    """A template or a PDF could not be rendered."""


class RenderTimeoutError(RenderError):
    """The rendering worker ran over its time and was killed."""


class DeliveryError(WorkOrderError):
    """An attempt to send ended without acceptance; `reply` holds the server's words."""

    def __init__(self, reply: str) -> None:
        """Keep the server's words for the person who has to understand them."""
        super().__init__(reply)
        self.reply = reply


class TransientDeliveryError(DeliveryError):
    """Try again later (4xx, no connection, TLS or login trouble)."""


class TransportDownError(TransientDeliveryError):
    """The SMTP server is away, or refuses us as a whole (TLS, login): no mail is to blame."""


class PermanentDeliveryError(DeliveryError):
    """The server said never (5xx to this recipient or this mail)."""


class UnknownDeliveryError(DeliveryError):
    """The final dot was sent and no answer came: the mail may have been accepted (RFC 1047)."""


class SiteLockedError(WorkOrderError):
    """Another daemon holds this site."""
