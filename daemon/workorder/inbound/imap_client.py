"""IMAPClient on a wire of ours: its commands and parsers, our deadlines and TLS."""

import imaplib
import ssl

from imapclient import IMAPClient

from workorder.wire import Wire

LONGEST_LINE = 1_000_000
LONGEST_LITERAL = 512 * 1024 * 1024
"""No answer is believed that announces more bytes than this."""


class WiredIMAP4(imaplib.IMAP4):
    """imaplib's protocol machine, reading and writing through a Wire.

    Only what imaplib's documentation offers for overriding is overridden.
    """

    def __init__(self, host: str, port: int, wire: Wire) -> None:
        self.wire = wire
        super().__init__(host, port)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Take the wire, which is connected already."""
        del timeout
        self.host, self.port, self.sock = host, port, self.wire.socket

    def read(self, size: int) -> bytes:
        """Read a literal."""
        if size > LONGEST_LITERAL:
            raise ValueError("a literal beyond all measure")
        return self.wire.read(size)

    def readline(self) -> bytes:
        """Read a line."""
        return self.wire.readline(LONGEST_LINE)

    def send(self, data: bytes) -> None:  # type: ignore[override]  # typeshed: any buffer
        """Write a command, or a part of one."""
        self.wire.send(data)

    def shutdown(self) -> None:
        """Close the wire."""
        self.wire.close()

    def starttls(  # type: ignore[override]  # typeshed knows of no refusal
        self, ssl_context: ssl.SSLContext | None = None
    ) -> tuple[str, list[bytes]]:
        """Go over to TLS (RFC 3501 6.2.1); capabilities said before are worth nothing now."""
        assert ssl_context is not None, "TLS is never made without a verifying context"
        typ, answer = self.xatom("STARTTLS")
        if typ == "OK":
            self.wire.secure(ssl_context, self.host)
            self.sock = self.wire.socket
        return typ, answer


class WiredClient(IMAPClient):  # type: ignore[misc]  # IMAPClient ships no types
    """An IMAPClient on a wire. `tls`: the wire speaks TLS already."""

    def __init__(self, host: str, port: int, wire: Wire, *, tls: bool) -> None:
        self.wire = wire
        super().__init__(host, port=port, ssl=tls)
        # IMAPClient turns imaplib's trace on, which formats every line: half the cost of a fetch.
        self._imap.debug = 0
        self.normalise_times = False

    @property
    def imap(self) -> WiredIMAP4:
        """The protocol machine below, for what IMAPClient has no command for."""
        machine = self._imap
        assert isinstance(machine, WiredIMAP4)
        return machine

    def _create_IMAP4(self) -> WiredIMAP4:  # noqa: N802  # IMAPClient's name for it
        return WiredIMAP4(self.host, self.port, self.wire)
