"""One logged-in IMAP connection: each operation has a deadline, each failure a line that says why.

After a time-out, a broken connection or an answer that makes no sense the connection is gone: what
the server would still send belongs to a question that nobody asks any more.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from imapclient.exceptions import LoginError

from workorder.config import MailboxConfig, Security
from workorder.errors import LoginRefusedError, MailboxError
from workorder.inbound.imap_client import WiredClient
from workorder.wire import TrustError, Wire, connect, reason, tls_context

NONSENSE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What parsing raises on an answer that no IMAP server may give."""

REFUSED = re.compile(r"\w+ failed: (.*)", re.DOTALL)
"""IMAPClient's words for a tagged NO; anything else it raises leaves the connection unclear."""

NOT_THE_PASSWORD = re.compile(
    r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN|PRIVACYREQUIRED)\b", re.IGNORECASE
)
"""Response codes (RFC 5530) with which a login fails although user and password may be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long things may take, in seconds.

    `connect`: until logged in. `command`: a command and its answer. `transfer`: one batch of mails.
    `stall`: without a byte. `idle`: one IDLE (RFC 2177 asks for less than 29 minutes; routers
    forget a silent connection sooner). `farewell`: the LOGOUT that nobody depends on.
    """

    connect: float = 30.0
    command: float = 60.0
    transfer: float = 900.0
    stall: float = 60.0
    idle: float = 540.0
    farewell: float = 2.0


class RefusedError(MailboxError):
    """The server answered NO, in `words`; the connection is as good as before."""

    def __init__(self, message: str, words: str) -> None:
        super().__init__(message)
        self.words = words


class ImapConnection:
    """A mailbox's connection; not to be shared between threads.

    `news`: the server told of a new number of mails since `news` was last set to False.
    """

    def __init__(self, config: MailboxConfig, limits: Limits) -> None:
        self._config = config
        self._limits = limits
        self._client: WiredClient | None = None
        self._context: ssl.SSLContext | None = None
        self.capabilities: frozenset[str] = frozenset()
        self.news = False

    @property
    def connected(self) -> bool:
        """Whether there is a logged-in connection that has not failed yet."""
        return self._client is not None

    def open(self) -> None:
        """Connect, start TLS, log in.

        Raises:
            LoginRefusedError: the server refuses the user or the password.
            MailboxError: anything else, with the reason.
        """
        wire: Wire | None = None
        try:
            with self._translated("log in"):
                wire = self._reach()
                client = WiredClient(self._config.host, self._config.port, wire, tls=self._tls)
                if self._config.security is Security.STARTTLS:
                    self._start_tls(client)
                self._log_in(client)
                said = client.capabilities()
        except BaseException:
            if wire is not None:
                wire.close()
            raise
        self.capabilities = frozenset(word.decode("ascii", "replace").upper() for word in said)
        self._client = client
        self.news = False

    @contextmanager
    def operation(self, what: str, seconds: float | None = None) -> Iterator[WiredClient]:
        """Lend the client for one operation that must end within `seconds`.

        Args:
            what: what is being tried, as in "cannot <what>".
            seconds: the deadline; without it that of a command.

        Raises:
            RefusedError: the server said NO.
            MailboxError: the connection was lost, and is dropped.
        """
        client = self._client
        if client is None:
            raise self.error("not connected")
        client.wire.limit(seconds or self._limits.command)
        try:
            with self._translated(what):
                yield client
                _look_for_bye(client)
        except RefusedError:
            raise
        except BaseException:
            self.drop()
            raise
        finally:
            self._take_news(client)

    def error(self, what: str) -> MailboxError:
        """Make a MailboxError that names this mailbox."""
        return MailboxError(f"mailbox {self._config.name}: {what}")

    def drop(self) -> None:
        """Close the connection without a word."""
        if self._client is not None:
            self._client.wire.close()
            self._client = None

    def close(self) -> None:
        """Log out, within a moment, and close; never raises."""
        with suppress(MailboxError):
            if self._client is not None:
                with self.operation("log out", self._limits.farewell) as client:
                    client.logout()
        self.drop()

    @property
    def _tls(self) -> bool:
        return self._config.security is Security.TLS

    @property
    def _where(self) -> str:
        return f"{self._config.host}:{self._config.port}"

    def _reach(self) -> Wire:
        limits = self._limits
        try:
            wire = connect(
                self._config.host, self._config.port, seconds=limits.connect, stall=limits.stall
            )
        except OSError as error:
            raise self.error(f"cannot reach {self._where}: {reason(error)}") from error
        try:
            wire.limit(limits.connect)
            if self._tls:
                wire.secure(self._tls_context(), self._config.host)
        except OSError as error:
            wire.close()
            raise self.error(f"cannot reach {self._where}: {reason(error)}") from error
        except MailboxError:
            wire.close()
            raise
        return wire

    def _tls_context(self) -> ssl.SSLContext:
        if self._context is None:
            try:
                self._context = tls_context(self._config.ca_file)
            except TrustError as error:
                raise self.error(str(error)) from error
        return self._context

    def _start_tls(self, client: WiredClient) -> None:
        # The list of capabilities is not protected yet: STARTTLS missing from it may be an attack.
        if not client.has_capability("STARTTLS"):
            raise self.error(f"{self._where} offers no STARTTLS; no password was sent")
        client.starttls(self._tls_context())

    def _log_in(self, client: WiredClient) -> None:
        user, password = self._config.user, self._config.password.get_secret_value()
        if not client.has_capability("AUTH=PLAIN"):
            if client.has_capability("LOGINDISABLED"):
                raise self.error(f"{self._where} allows no login without TLS: set security")
            if not (user + password).isascii():
                raise self.error(f"{self._where} takes only ASCII in user and password")
        try:
            if client.has_capability("AUTH=PLAIN"):
                octets = f"\0{user}\0{password}".encode()
                client.sasl_login("PLAIN", lambda _: octets)
            else:
                client.login(_quoted(user), password)
        except LoginError as error:
            raise self._login_failed(error) from error

    def _login_failed(self, error: LoginError) -> Exception:
        """A broken connection ends in the same LoginError as a wrong password."""
        first = error.__context__
        if isinstance(first, imaplib.IMAP4.abort):
            return first
        words = _words(first.args[0] if first is not None and first.args else error)
        if NOT_THE_PASSWORD.search(words) or "command error: BAD" in words:
            return self._failed(f"log in {self._config.user} now", words)
        return LoginRefusedError(
            f"mailbox {self._config.name}: {self._where} refuses the login of "
            f"{self._config.user}: {words}"
        )

    @contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        try:
            yield
        except imaplib.IMAP4.readonly as error:
            raise self._failed(what, "the folder is read-only for this user") from error
        except imaplib.IMAP4.abort as error:
            raise self._failed(what, _ending(str(error))) from error
        except imaplib.IMAP4.error as error:
            raise self._answered(what, error) from error
        except OSError as error:
            raise self._failed(what, reason(error)) from error
        except NONSENSE as error:
            # Its text may quote what was read, which may be a mail: it stays in the cause.
            raise self._failed(what, "the server's answer makes no sense") from error

    def _answered(self, what: str, error: imaplib.IMAP4.error) -> MailboxError:
        refusal = REFUSED.fullmatch(str(error))
        if refusal is None:
            return self._failed(what, "the server did not understand, or was not understood")
        words = _words(refusal[1])
        return RefusedError(str(self._failed(what, words)), words)

    def _failed(self, what: str, why: str) -> MailboxError:
        return self.error(f"{self._where}: cannot {what}: {why}")

    def _take_news(self, client: WiredClient) -> None:
        # imaplib keeps whatever nobody asked for; over months that would be a leak.
        unasked = client.imap.untagged_responses
        if "EXISTS" in unasked:
            self.news = True
        unasked.clear()


def _look_for_bye(client: WiredClient) -> None:
    # Not all of IMAPClient's commands do: a farewell amid a good answer would go unnoticed.
    if said := client.imap.untagged_responses.get("BYE"):
        raise imaplib.IMAP4.abort(_words(said[-1]))


def _ending(words: str) -> str:
    """Why imaplib gave the connection up; a BYE keeps the server's words (RFC 3501 7.1.5)."""
    cause = words.rpartition("=> ")[2]
    if cause.startswith("unexpected"):  # what follows may be a line of a mail
        return "the server's answer makes no sense"
    if cause.startswith("socket error"):
        return "the server closed the connection"
    return f"the server closed the connection: {_words(cause)}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _words(said: object) -> str:
    """A server's words on one line, printable and not too long."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return "".join(c if c.isprintable() else " " for c in text).strip()[:200]
