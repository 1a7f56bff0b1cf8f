"""An SMTP server on 127.0.0.1 that keeps what it gets, and answers as it is told."""

import asyncio
import ssl
import time
from dataclasses import dataclass, field
from enum import Enum, auto
from types import TracebackType
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from workorder.config import SmtpConfig

USER = "postman"
PASSWORD = "secret"


class Break(Enum):
    """Where the server breaks the connection, or falls silent."""

    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    DOT = auto()
    """The mail is kept, the answer never sent."""
    SILENT_AT_DOT = auto()
    """As DOT, but the connection stays open."""
    QUIT = auto()
    """QUIT is never answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """How the server answers; '' is as a good server does. `rcpt` is by recipient."""

    ehlo: str = ""
    auth: str = ""
    mail: str = ""
    rcpt: dict[str, str] = field(default_factory=dict)
    data: str = ""
    dot: str = ""
    breaks: Break | None = None


GOOD = Script()


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkMail:
    """A mail that was accepted. `at`: time.monotonic()."""

    sender: str
    recipients: tuple[str, ...]
    body: bytes
    at: float


class _Smtp(SMTP):
    """aiosmtpd's server, with an answer of ours to DATA and to QUIT."""

    sink: "SmtpSink"

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  # aiosmtpd's name for it
        script = self.sink.script
        if script.breaks is Break.DATA:
            self.sink.abort(self)
        elif script.data:
            await self.push(script.data)
        else:
            await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802  # as above
        if self.sink.script.breaks is not Break.QUIT:
            await super().smtp_QUIT(arg)


class _Controller(Controller):
    sink: "SmtpSink"

    def _trigger_server(self) -> None:
        """Find out which port it was given before it is tried."""
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd is partly typed

    def factory(self) -> SMTP:
        server = _Smtp(self.handler, **self.SMTP_kwargs)
        server.sink = self.sink
        self.sink.servers.append(server)
        return server


class SmtpSink:
    """One server; start it by `with`.

    `servers` are aiosmtpd's, one a connection; `logins` the passwords that clients gave;
    `sessions` how many connections were greeted. With `tls` it speaks TLS from the start, with
    `starttls` it offers it.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        login: bool = False,
        size: int = 50_000_000,
    ) -> None:
        self.script = GOOD
        self.mails: list[SinkMail] = []
        self.logins: list[bytes] = []
        self.servers: list[SMTP] = []
        self.sessions = 0
        self.resets = 0
        self.host = "127.0.0.1" if tls is None and starttls is None else "localhost"
        self._security = "tls" if tls else "starttls" if starttls else "none"
        self._login = login
        self._controller = _Controller(
            self,
            hostname="127.0.0.1",
            port=0,
            ssl_context=tls,
            tls_context=starttls,
            authenticator=self._authenticate if login else None,
            auth_require_tls=False,
            data_size_limit=size,
            command_call_limit=100_000,
        )
        self._controller.sink = self

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Break every connection and stop listening."""
        loop = self._controller.loop
        asyncio.run_coroutine_threadsafe(self._break_all(), loop).result(10)
        self._controller.stop(no_assert=True)

    async def _break_all(self) -> None:
        for server in self.servers:
            if server.transport is not None:
                self.abort(server)
        await asyncio.sleep(0.01)  # the loop closes their sockets now, and not when it is gone

    @property
    def port(self) -> int:
        """Where it listens."""
        server = self._controller.server
        assert isinstance(server, asyncio.Server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    def config(self, **changes: object) -> SmtpConfig:
        """The configuration of a client, as config.toml would give it."""
        fields: dict[str, object] = {
            "host": self.host, "port": self.port, "security": self._security,
        }  # fmt: skip
        if self._login:
            fields |= {"user": USER, "password": PASSWORD}
        return SmtpConfig.model_validate(fields | changes)

    def abort(self, server: SMTP) -> None:
        """Break a connection."""
        transport = server.transport
        assert isinstance(transport, asyncio.WriteTransport)
        transport.abort()

    async def handle_EHLO(  # noqa: N802  # aiosmtpd's name for it
        self, _: SMTP, session: Session, __: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.sessions += 1
        session.host_name = hostname
        return [self.script.ehlo] if self.script.ehlo else responses

    async def handle_RSET(self, *_: object) -> str:  # noqa: N802  # as above
        self.resets += 1
        return "250 OK"

    async def handle_MAIL(  # noqa: N802  # as above
        self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.script.breaks is Break.MAIL:
            self.abort(server)
        if self.script.mail:
            return self.script.mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  # as above
        self, server: SMTP, _: Session, envelope: Envelope, address: str, __: list[str]
    ) -> str:
        if self.script.breaks is Break.RCPT:
            self.abort(server)
        if answer := self.script.rcpt.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802  # as above
        if self.script.dot:
            return self.script.dot
        body = envelope.original_content
        assert isinstance(body, bytes)
        self.mails.append(
            SinkMail(
                sender=str(envelope.mail_from),
                recipients=tuple(envelope.rcpt_tos),
                body=body,
                at=time.monotonic(),
            )
        )
        if self.script.breaks is Break.DOT:
            self.abort(server)
        if self.script.breaks is Break.SILENT_AT_DOT:
            await asyncio.Event().wait()
        return f"250 OK queued as {len(self.mails)}"

    def _authenticate(
        self, _: SMTP, __: Session, ___: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        del mechanism
        assert isinstance(given, LoginPassword)
        self.logins.append(given.password)
        if self.script.auth:
            return AuthResult(success=False, handled=False, message=self.script.auth)
        right = given == LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)
