"""A small mail host on loopback: SMTP in, an IMAP mailbox for support, a folder for everyone else.

It does what a company's mail server does: it takes mail over SMTP, stamps it with what it found
out about the sender (Authentication-Results), and puts support's mail into support's inbox.
Meant for the demo: it holds mail in memory and lets everybody in.
"""

import asyncio
import email
import threading
from argparse import Namespace
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AsyncExitStack
from dataclasses import dataclass
from email.message import Message
from email.utils import parseaddr
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from imapclient import IMAPClient
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer

LOOPBACK = "127.0.0.1"
AUTHSERV_ID = "mx.northwind.example"
USER = "support"
PASSWORD = "demo"  # noqa: S105 - of a server that lives in memory, on loopback, for one demo
_START_SECONDS = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A mail that went to somebody other than support, and the files it was written to."""

    recipient: str
    message: Message
    eml: Path
    files: tuple[Path, ...]


class ImapHost:
    """The IMAP side: one mailbox in memory, in an event loop and thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._started: Future[int] = Future()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="imap host", daemon=True)

    def start(self) -> int:
        """Serve; the port on 127.0.0.1."""
        self._thread.start()
        return self._started.result(_START_SECONDS)

    def close(self) -> None:
        """Stop serving."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_START_SECONDS)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as fault:  # - whoever waits for the start must learn of it
            if not self._started.done():
                self._started.set_exception(fault)
            raise
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        arguments = Namespace(
            debug=False,
            host=LOOPBACK,
            port=0,
            cert=None,
            key=None,
            tls=False,
            passlib_cfg=None,
            proxy_protocol=None,
            demo_data=False,
            demo_user=USER,
            demo_password=PASSWORD,
        )
        # No TLS and so no advertised need of it; no look-ups in a network's block lists.
        backend, config = await DictBackend.init(arguments, secure_auth=False, reject_dnsbl=False)
        config.apply_context()
        serve = IMAPServer(backend.login, config)

        async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await serve(reader, writer, SocketInfo.get(writer, None))

        async with AsyncExitStack() as stack:
            await backend.start(stack)
            server = await asyncio.start_server(on_connection, host=LOOPBACK, port=0)
            self._started.set_result(server.sockets[0].getsockname()[1])
            await self._stop.wait()
            server.close()


class MailHost:
    """Both sides together. `on_delivery` is called in a thread of the host's for each mail out."""

    def __init__(self, folder: Path, on_delivery: Callable[[Delivered], None]) -> None:
        self._folder = folder
        self._on_delivery = on_delivery
        self._imap = ImapHost()
        self._count = 0
        self.imap_port = 0
        self.smtp_port = 0
        self._controller: Controller | None = None

    def start(self) -> None:
        """Serve SMTP and IMAP; the ports are known then."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self.imap_port = self._imap.start()
        self._controller = _AnyPortController(self, hostname=LOOPBACK, port=0)
        self._controller.start()
        self.smtp_port = self._controller.port

    def close(self) -> None:
        """Stop serving."""
        if self._controller is not None:
            self._controller.stop(no_assert=True)
        self._imap.close()

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name for it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail: into support's inbox, or into the folder of mails that went out."""
        del server, session
        content = envelope.content
        assert isinstance(content, bytes)  # aiosmtpd decodes only when told to
        loop = asyncio.get_running_loop()
        for recipient in envelope.rcpt_tos:
            if _is_support(recipient):
                stamp = _authentication_results(content, envelope.mail_from or "")
                await loop.run_in_executor(None, self.put_into_inbox, stamp + content)
            else:
                await loop.run_in_executor(None, self._to_folder, recipient, content)
        return "250 2.0.0 taken"

    def put_into_inbox(self, content: bytes) -> None:
        """Append bytes to support's inbox, as they are."""
        with IMAPClient(LOOPBACK, self.imap_port, ssl=False) as client:
            client.login(USER, PASSWORD)
            client.append("INBOX", content)

    def _to_folder(self, recipient: str, content: bytes) -> None:
        message = email.message_from_bytes(content)
        self._count += 1
        order = message["X-WorkOrder"] or "0"
        stem = f"{self._count:03}-WO-{order}-{message['X-WorkOrder-Event']}-to-{recipient}"
        eml = self._folder / f"{stem}.eml"
        eml.write_bytes(content)
        files = []
        for part in message.walk():
            if part.get_content_type() == "application/pdf":
                pdf = self._folder / f"{stem}.pdf"
                payload = part.get_payload(decode=True)
                assert isinstance(payload, bytes)  # a part that is no multipart
                pdf.write_bytes(payload)
                files.append(pdf)
        self._on_delivery(
            Delivered(recipient=recipient, message=message, eml=eml, files=tuple(files))
        )


class _AnyPortController(Controller):
    """A Controller that may be given port 0: it finds out which port it was given."""

    def _trigger_server(self) -> None:
        server = self.server
        assert isinstance(server, asyncio.Server)  # the thread is up
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd is partly typed


def _is_support(recipient: str) -> bool:
    return recipient.lower() == "support@northwind.example"


def _authentication_results(content: bytes, envelope_sender: str) -> bytes:
    """What a border server would have found out: here SPF alone, aligned with From or not."""
    message = email.message_from_bytes(content)
    domain = parseaddr(str(message["From"] or ""))[1].rpartition("@")[2]
    aligned = domain and domain == envelope_sender.rpartition("@")[2]
    result = "pass" if aligned else "fail"
    header = f"Authentication-Results: {AUTHSERV_ID}; dmarc={result} header.from={domain}"
    return f"{header}\r\n".encode()
