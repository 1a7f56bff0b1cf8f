"""One SMTP connection up to the point where mails can be handed over: TLS, EHLO, login."""

import base64
import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from enum import Enum, auto

from workorder.config import Security, SmtpConfig
from workorder.errors import (
    DeliveryError,
    PermanentDeliveryError,
    TransientDeliveryError,
    TransportDownError,
)
from workorder.wire import TrustError, Wire, connect, reason, tls_context

LONGEST_LINE = 8192
MOST_LINES = 200
FAILURES = (OSError, ValueError, smtplib.SMTPException)
"""What a broken or senseless dialogue ends in."""


class Stage(Enum):
    """How far a dialogue has come."""

    SESSION = auto()
    """Greeting, EHLO, STARTTLS, AUTH: nothing of it is about one mail."""
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    DOT = auto()


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer; `words` on one line, printable."""

    code: int
    words: str

    def __str__(self) -> str:
        """As the server said it."""
        return f"{self.code} {self.words}".rstrip()

    @property
    def good(self) -> bool:
        """Whether it is a positive completion (RFC 5321 4.2.1)."""
        return 200 <= self.code <= 299  # noqa: PLR2004  # the class of codes itself

    @property
    def negative(self) -> bool:
        """Whether it is a refusal, for now or for ever."""
        return 400 <= self.code <= 599  # noqa: PLR2004  # as above


CLOSING = 421
OUR_LOGIN = frozenset({530, 534, 535, 538})
"""Codes that ask for a login, or another one (RFC 4954 section 6): the mail is not to blame."""

RELAYING = re.compile(r"\brelay", re.IGNORECASE)
TOO_MUCH = 552


def refusal(stage: Stage, reply: Reply) -> DeliveryError:
    """Say what a refusal means for the mail at hand.

    What is wrong with our configuration buries no mail: neither does a refusal before the mail is
    named, nor one of the sender, which is the same for every mail, nor one to relay.
    """
    if stage in PERMANENT and _is_permanent(stage, reply):
        return PermanentDeliveryError(str(reply))
    return TransientDeliveryError(str(reply))


PERMANENT = frozenset({Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.DOT})


def _is_permanent(stage: Stage, reply: Reply) -> bool:
    if not 500 <= reply.code <= 599 or reply.code in OUR_LOGIN:  # noqa: PLR2004  # the class of codes
        return False
    match stage:
        case Stage.MAIL:
            return reply.code == TOO_MUCH  # the mail is too large: RFC 1870 section 6.1
        case Stage.RCPT:
            # 552 on RCPT is transient: RFC 5321 4.5.3.1.10
            return reply.code != TOO_MUCH and not RELAYING.search(reply.words)
        case _:
            return True


class SmtpSession(smtplib.SMTP):
    """smtplib's dialogue on a wire of ours."""

    def __init__(self, wire: Wire) -> None:
        # With a name given, smtplib asks no DNS for ours.
        super().__init__(local_hostname=own_name(wire.socket))
        self.wire = wire
        self.sock = wire.socket

    def send(self, s: object) -> None:
        """Write a command."""
        self.wire.send(s.encode("ascii") if isinstance(s, str) else bytes(memoryview(s)))  # type: ignore[arg-type]  # smtplib sends str or bytes

    def getreply(self) -> tuple[int, bytes]:
        """Read an answer, of however many lines."""
        lines: list[bytes] = []
        for _ in range(MOST_LINES):
            line = self.wire.readline(LONGEST_LINE)
            if not line.endswith(b"\n"):
                raise smtplib.SMTPServerDisconnected("the server closed the connection")
            if not line[:3].isdigit():
                raise smtplib.SMTPException("the server's answer makes no sense")
            lines.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(lines)
        raise smtplib.SMTPException("the server's answer does not end")

    def ask(self, command: str, argument: str = "") -> Reply:
        """Send a command and return the answer.

        Raises:
            OSError, ValueError, smtplib.SMTPException: there was none.
        """
        return as_reply(*self.docmd(command, argument))

    def close(self) -> None:
        """Close the wire without a word."""
        self.wire.close()


def as_reply(code: int, text: bytes) -> Reply:
    """Make a Reply of what smtplib returns."""
    words = " ".join(text.decode("utf-8", "replace").split())
    return Reply(code, "".join(c for c in words if c.isprintable())[:500])


def own_name(sock: socket.socket) -> str:
    """Our name for EHLO: the host's if it is a full one, else an address literal."""
    name = socket.gethostname()
    if re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", name):
        return name
    address = sock.getsockname()[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def why(error: Exception) -> str:
    """Say in a few words why a dialogue broke off."""
    match error:
        case OSError() if not isinstance(error, smtplib.SMTPException):
            return reason(error)
        case smtplib.SMTPException():
            return str(error)
        case _:
            return "the server's answer makes no sense"


class Connector:
    """Makes sessions that are ready for mail.

    Args:
        config: the server.
        timeout: seconds for the connection, and for each command.
    """

    def __init__(self, config: SmtpConfig, timeout: float) -> None:
        self._config = config
        self._timeout = timeout
        self._context: ssl.SSLContext | None = None

    @property
    def where(self) -> str:
        """The server's name and port."""
        return f"{self._config.host}:{self._config.port}"

    def session(self) -> SmtpSession:
        """Connect, greet, start TLS, log in.

        Raises:
            TransportDownError: any of it failed.
        """
        try:
            wire = connect(
                self._config.host, self._config.port, seconds=self._timeout, stall=self._timeout
            )
        except OSError as error:
            raise self._unreachable(error) from error
        try:
            return self._set_up(wire)
        except FAILURES as error:
            wire.close()
            raise self._unreachable(error) from error
        except BaseException:
            wire.close()
            raise

    def _set_up(self, wire: Wire) -> SmtpSession:
        wire.limit(self._timeout)
        if self._config.security is Security.TLS:
            wire.secure(self._tls_context(), self._config.host)
        session = SmtpSession(wire)
        self._need(as_reply(*session.getreply()), "greeting")
        self._need(as_reply(*session.ehlo()), "EHLO")
        if self._config.security is Security.STARTTLS:
            self._start_tls(session)
        if self._config.user is not None:
            self._log_in(session, self._config.user)
        return session

    def _start_tls(self, session: SmtpSession) -> None:
        # What EHLO said is not protected: STARTTLS missing from it may be an attack.
        if not session.has_extn("starttls"):
            raise TransportDownError(f"{self.where} offers no STARTTLS; nothing was sent")
        self._need(session.ask("STARTTLS"), "STARTTLS")
        session.wire.secure(self._tls_context(), self._config.host)
        session.sock = session.wire.socket
        self._need(as_reply(*session.ehlo()), "EHLO")

    def _log_in(self, session: SmtpSession, user: str) -> None:
        secret = self._config.password
        password = secret.get_secret_value() if secret is not None else ""
        offered = session.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:
            reply = session.ask("AUTH", f"PLAIN {_base64(f'{chr(0)}{user}{chr(0)}{password}')}")
        elif "LOGIN" in offered:
            reply = session.ask("AUTH", "LOGIN")
            for text in (user, password):
                if reply.code == 334:  # noqa: PLR2004  # go on: RFC 4954 section 4
                    reply = session.ask(_base64(text))
        else:
            raise TransportDownError(
                f"{self.where} offers no login by PLAIN or LOGIN, but a user is configured"
            )
        self._need(reply, f"login of {user}")

    def _need(self, reply: Reply, step: str) -> None:
        if not reply.good:
            raise TransportDownError(f"{self.where}: {step} refused: {reply}")

    def _unreachable(self, error: Exception) -> TransportDownError:
        return TransportDownError(f"cannot reach {self.where}: {why(error)}")

    def _tls_context(self) -> ssl.SSLContext:
        if self._context is None:
            try:
                self._context = tls_context(self._config.ca_file)
            except TrustError as error:
                raise TransportDownError(f"{self.where}: {error}") from error
        return self._context


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
