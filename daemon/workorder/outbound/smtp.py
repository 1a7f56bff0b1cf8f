"""Handing mails to an SMTP server, with the state before and after the final dot told apart.

connect, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, text | before_dot() | dot, answer
nothing has been accepted; broken off: try again      |              | broken off: unknown
"""

import time
from collections.abc import Callable

from workorder.config import SmtpConfig
from workorder.core.message import normal_address
from workorder.errors import (
    PermanentDeliveryError,
    TransientDeliveryError,
    UnknownDeliveryError,
)
from workorder.outbound.smtp_session import (
    CLOSING,
    FAILURES,
    Connector,
    Reply,
    SmtpSession,
    Stage,
    as_reply,
    refusal,
    why,
)

IDLE_SECONDS = 30.0
"""A kept connection that was silent for longer is tried before it is trusted."""

ANSWER_SECONDS = 600.0
"""For the answer to the final dot: giving up early makes a doubtful copy (RFC 5321 4.5.3.2.6)."""

FAREWELL_SECONDS = 2.0
"""For the answer to QUIT, on which nothing depends."""

SLOWEST = 10_000
"""Bytes a second below which sending a mail is given up."""


class SmtpTransport:
    """A client of one server that keeps its connection for many mails; belongs to one thread.

    Args:
        config: the server.
        timeout: seconds for the connection, and for each command.
        answer_timeout: seconds for the answer to the final dot.
        idle: seconds after which a silent connection is tried before it is used.
    """

    def __init__(
        self,
        config: SmtpConfig,
        *,
        timeout: float = 60.0,
        answer_timeout: float = ANSWER_SECONDS,
        idle: float = IDLE_SECONDS,
    ) -> None:
        self._config = config
        self._connector = Connector(config, timeout)
        self._timeout = timeout
        self._answer_timeout = answer_timeout
        self._idle = idle
        self._session: SmtpSession | None = None
        self._used_at = 0.0
        self._unfinished = False

    def send(
        self, sender: str, recipient: str, body: bytes, *, before_dot: Callable[[], None]
    ) -> str:
        """Send one mail to one recipient.

        Args:
            sender: the envelope sender.
            recipient: the envelope recipient.
            body: the whole mail, with CRLF line ends.
            before_dot: called when all but the final dot has been sent; what it raises is raised
                here, and the mail is not sent.

        Returns:
            The server's words of acceptance.

        Raises:
            TransportDownError: the server is away, or refuses us before any mail is spoken of.
            TransientDeliveryError: not accepted; try again later.
            PermanentDeliveryError: not accepted, and never will be.
            UnknownDeliveryError: the final dot was sent and no answer came (RFC 1047).
        """
        octets = _on_the_wire(body)
        _check_addresses(sender, recipient)
        session = self._begin(sender, octets, body.isascii())
        self._used_at = time.monotonic()
        self._unfinished = True
        self._step(session, Stage.RCPT, f"RCPT TO:<{recipient}>")
        self._step(session, Stage.DATA, "DATA", go_on=354)
        self._send_text(session, octets)
        try:
            before_dot()
        except BaseException:
            self._drop()  # without its dot the server throws the mail away
            raise
        reply = self._send_dot(session)
        self._unfinished = False
        self._used_at = time.monotonic()
        return str(reply)

    def probe(self) -> tuple[str, ...]:
        """Connect, start TLS, log in and reset, on a connection of its own; send no mail.

        Returns:
            What was found, a line each.

        Raises:
            TransportDownError, TransientDeliveryError: any of it failed.
        """
        session = self._connector.session()
        try:
            reply = session.ask("RSET")
        except FAILURES as error:
            raise TransientDeliveryError(f"{self._connector.where}: {why(error)}") from error
        else:
            if not reply.good:
                raise TransientDeliveryError(f"{self._connector.where}: RSET refused: {reply}")
            most = _most(session)
            who = f"logged in as {self._config.user}" if self._config.user else "no login"
            return (
                f"{self._connector.where}: {who} ({self._config.security.value})",
                f"takes mails of up to {most} bytes" if most else "names no limit for mails",
            )
        finally:
            self._farewell(session)

    def close(self) -> None:
        """Say QUIT, wait a moment for the answer, close; never raises."""
        if self._session is not None:
            session, self._session = self._session, None
            self._farewell(session)

    def _begin(self, sender: str, octets: bytes, ascii_only: bool) -> SmtpSession:
        """Come as far as an accepted MAIL, on the kept connection or on a new one."""
        kept = self._kept()
        if kept is not None:
            try:
                reply = self._ask(kept, _mail_command(kept, sender, octets, ascii_only))
            except TransientDeliveryError:
                reply = None  # closed by the server while we were not looking
            if reply is not None and reply.code != CLOSING:
                self._judge(Stage.MAIL, reply)
                return kept
            self._drop()
        session = self._session = self._connector.session()
        self._step(session, Stage.MAIL, _mail_command(session, sender, octets, ascii_only))
        return session

    def _kept(self) -> SmtpSession | None:
        """The open connection, if it is worth a try."""
        session = self._session
        silent = time.monotonic() - self._used_at > self._idle
        if session is None or not (silent or self._unfinished):
            return session
        try:
            if self._ask(session, "RSET").good:
                self._unfinished = False
                return session
        except TransientDeliveryError:
            pass  # the connection is gone: a new one is made
        self._drop()
        return None

    def _step(
        self, session: SmtpSession, stage: Stage, command: str, go_on: int | None = None
    ) -> None:
        self._judge(stage, self._ask(session, command), go_on)

    def _ask(self, session: SmtpSession, command: str) -> Reply:
        try:
            session.wire.limit(self._timeout)
            return session.ask(command)
        except FAILURES as error:
            raise self._lost(error) from error

    def _judge(self, stage: Stage, reply: Reply, go_on: int | None = None) -> None:
        if reply.code == go_on or (go_on is None and reply.good):
            return
        if reply.code == CLOSING or not reply.negative:
            self._drop()
        raise refusal(stage, reply)

    def _send_text(self, session: SmtpSession, octets: bytes) -> None:
        try:
            session.wire.limit(self._timeout + len(octets) / SLOWEST)
            session.wire.send(octets)
        except OSError as error:
            raise self._lost(error) from error

    def _send_dot(self, session: SmtpSession) -> Reply:
        try:
            session.wire.limit(self._answer_timeout, stall=self._answer_timeout)
            session.wire.send(b".\r\n")
            reply = as_reply(*session.getreply())
        except FAILURES as error:
            self._drop()
            raise UnknownDeliveryError(f"no answer to the final dot: {why(error)}") from error
        except BaseException:
            self._drop()
            raise
        if not (reply.good or reply.negative):
            self._drop()
            raise UnknownDeliveryError(f"the answer to the final dot makes no sense: {reply}")
        self._judge(Stage.DOT, reply)
        return reply

    def _lost(self, error: Exception) -> TransientDeliveryError:
        self._drop()
        return TransientDeliveryError(f"lost {self._connector.where}: {why(error)}")

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None
        self._unfinished = False

    def _farewell(self, session: SmtpSession) -> None:
        try:
            session.wire.limit(min(FAREWELL_SECONDS, self._timeout))
            session.ask("QUIT")
        except FAILURES:
            pass  # nothing depends on it
        finally:
            session.close()


def _mail_command(session: SmtpSession, sender: str, octets: bytes, ascii_only: bool) -> str:
    """MAIL with what the server wants to know (RFC 1870, RFC 6152)."""
    command = f"MAIL FROM:<{sender}>"
    if session.has_extn("size"):
        most = _most(session)
        if most and len(octets) > most:
            raise PermanentDeliveryError(
                f"a mail of {len(octets)} bytes; the server takes {most} at most"
            )
        command += f" SIZE={len(octets)}"
    if not ascii_only:
        if not session.has_extn("8bitmime"):
            raise PermanentDeliveryError("a mail with 8-bit text; the server takes 7 bits only")
        command += " BODY=8BITMIME"
    return command


def _most(session: SmtpSession) -> int:
    """The largest mail that the server takes, in bytes; 0 if it does not say."""
    said = session.esmtp_features.get("size", "").strip()
    return int(said) if said.isdigit() and said.isascii() else 0


def _on_the_wire(body: bytes) -> bytes:
    """Double leading dots (RFC 5321 4.5.2) and end the last line."""
    # A server that takes a stray CR or LF for a line end would see another mail in this one.
    if not body.count(b"\r\n") == body.count(b"\r") == body.count(b"\n"):
        raise PermanentDeliveryError("a mail with stray CR or LF is not sent")
    if not body.endswith(b"\r\n"):
        body += b"\r\n"
    stuffed = body.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def _check_addresses(sender: str, recipient: str) -> None:
    """Let nothing into a command that is no plain address."""
    if normal_address(sender) is None or sender != sender.strip():
        raise TransientDeliveryError(f"the envelope sender {sender!r} is no address")
    if normal_address(recipient) is None or recipient != recipient.strip():
        raise PermanentDeliveryError(f"the recipient {recipient!r} is no address")
