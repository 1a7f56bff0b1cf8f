"""An SMTP server in a process of its own that says when each mail came: a line a mail on stdout.

`MONOTONIC RECIPIENT EVENT ANSWERED BYTES`, where ANSWERED is the Message-ID of the mail that
brought the notice about. Its first line is its port.
"""

import email.parser
import sys
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class _Printer:
    async def handle_DATA(  # noqa: N802 - aiosmtpd's name for it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server, session
        content = envelope.content
        assert isinstance(content, bytes)
        headers = email.parser.BytesParser().parsebytes(content[:16_384], headersonly=True)
        line = (
            f"{time.monotonic()} {envelope.rcpt_tos[0]} {headers['X-WorkOrder-Event']}"
            f" {headers['In-Reply-To']} {len(content)}\n"
        )
        sys.stdout.write(line)
        sys.stdout.flush()
        return "250 OK"


class _Controller(Controller):
    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined] # a Server
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd is partly typed


def main() -> None:
    controller = _Controller(_Printer(), hostname="127.0.0.1", port=0, command_call_limit=10**9)
    controller.start()
    print(controller.port, flush=True)
    sys.stdin.read()
    controller.stop(no_assert=True)


if __name__ == "__main__":
    main()
