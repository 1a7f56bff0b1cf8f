"""A socket on which nothing waits for ever, and the words for what went wrong on it.

A socket's own time-out is per read: a server that sends a byte now and then holds its client for
as long as it likes. Here every read and write also ends by the deadline of the operation that it
belongs to. TLS is always verified.
"""

import contextlib
import errno
import select
import socket
import ssl
import time
from pathlib import Path

from workorder.errors import WorkOrderError

CHUNK = 256 * 1024
"""Bytes written at a time, so that the deadline is looked at in between."""


class TrustError(WorkOrderError):
    """The file with the trusted certificates (`ca_file`) cannot be used."""


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Make a context that verifies certificate and host name, always.

    Args:
        ca_file: whom to trust instead of the system's certificate authorities.

    Raises:
        TrustError: the file is missing or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as error:  # SSLError is an OSError
        raise TrustError(f"ca_file {ca_file}: {_trust_reason(error)}") from error


def _trust_reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError) or not isinstance(error, OSError):
        return "holds no certificate in PEM form"
    return (error.strerror or str(error)).lower()


class Wire:
    """A connected stream socket; every read and write ends by the deadline.

    Args:
        sock: the connected socket; the wire owns it from now on.
        stall: seconds that one read or write may wait without a byte passing.
    """

    def __init__(self, sock: socket.socket, *, stall: float) -> None:
        self._sock = sock
        self._usual_stall = stall
        self._buffer = bytearray()
        self.limit(stall)
        # A command is small and waits for its answer: Nagle and delayed ACK cost 40 ms each time.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def socket(self) -> socket.socket:
        """The socket itself, for those who only want to look at it."""
        return self._sock

    @property
    def pending(self) -> bool:
        """Whether bytes have been received and not been read yet."""
        if self._buffer:
            return True
        return isinstance(self._sock, ssl.SSLSocket) and self._sock.pending() > 0

    def limit(self, seconds: float, *, stall: float | None = None) -> None:
        """Give all that follows `seconds` together from now on.

        Args:
            seconds: how long it may take.
            stall: seconds without a byte, where it is not the usual.
        """
        self._limit = seconds
        self._stall = self._usual_stall if stall is None else stall
        self._deadline = time.monotonic() + seconds

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Put TLS on the wire and verify that `host` is at the other end.

        Raises:
            ssl.SSLError: the certificate is not accepted, or the other end speaks no TLS; also
                when plain text came in before: it would pass for text sent under TLS.
            OSError: the connection was lost, or the deadline passed.
        """
        if self._buffer:
            raise ssl.SSLError("the server sent plain text where TLS had to begin")
        self._set_timeout()
        try:
            self._sock = context.wrap_socket(self._sock, server_hostname=host)
        except TimeoutError as error:
            raise self._too_late() from error

    def readline(self, most: int) -> bytes:
        """Return a line with its line end; without one at the end of the stream.

        Raises:
            ValueError: the line is longer than `most` bytes.
            OSError: the connection was lost, or the deadline passed.
        """
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > most:
                raise ValueError(f"a line of more than {most} bytes")
            if not self._fill():
                end = len(self._buffer) - 1
                break
        return self._take(end + 1)

    def read(self, size: int) -> bytes:
        """Return `size` bytes; less at the end of the stream.

        Raises:
            OSError: the connection was lost, or the deadline passed.
        """
        if size <= len(self._buffer):
            return self._take(size)
        whole = bytearray(size)
        have = len(self._buffer)
        whole[:have] = self._take(have)
        with memoryview(whole) as view:
            while have < size and (count := self._receive(view[have:])):
                have += count
        return bytes(whole) if have == size else bytes(whole[:have])

    def send(self, octets: bytes) -> None:
        """Write all of `octets`.

        Raises:
            OSError: the connection was lost, or the deadline passed; some of it may have left.
        """
        with memoryview(octets) as view:
            for start in range(0, len(octets), CHUNK):
                self._set_timeout()
                try:
                    self._sock.sendall(view[start : start + CHUNK])
                except TimeoutError as error:
                    raise self._too_late() from error

    def readable(self, seconds: float) -> bool:
        """Wait at most `seconds` for something to read (the end of the stream is something)."""
        if self.pending:
            return True
        poller = select.poll()
        poller.register(self._sock.fileno(), select.POLLIN)
        return bool(poller.poll(seconds * 1000))

    def close(self) -> None:
        """Close the socket; never raises, may be called again."""
        with contextlib.suppress(OSError):
            self._sock.close()

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _fill(self) -> bool:
        piece = bytearray(65536)
        count = self._receive(memoryview(piece))
        self._buffer += piece[:count]
        return count > 0

    def _receive(self, view: memoryview) -> int:
        self._set_timeout()
        try:
            return self._sock.recv_into(view)
        except TimeoutError as error:
            raise self._too_late() from error
        except ssl.SSLEOFError:
            return 0  # closed without TLS's farewell: the end of the stream all the same

    def _set_timeout(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self._too_late()
        self._sock.settimeout(min(left, self._stall))

    def _too_late(self) -> TimeoutError:
        return TimeoutError(f"no answer within {min(self._limit, self._stall):g} s")


def connect(host: str, port: int, *, seconds: float, stall: float) -> Wire:
    """Connect to the first address of `host` that answers, within `seconds` for all of them.

    The look-up of the name itself lasts as long as the system's resolver lets it.

    Raises:
        OSError: nobody answered; the error of the last address that was tried.
    """
    deadline = time.monotonic() + seconds
    last: OSError = TimeoutError(f"no answer within {seconds:g} s")
    for family, kind, protocol, _, address in socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    ):
        left = deadline - time.monotonic()
        if left <= 0:
            break
        sock = socket.socket(family, kind, protocol)
        sock.settimeout(left)
        try:
            sock.connect(address)
        except TimeoutError:
            sock.close()
        except OSError as error:
            sock.close()
            last = error
        else:
            return Wire(sock, stall=stall)
    raise last


WORDS = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "the other side broke the connection",
    errno.EPIPE: "the other side broke the connection",
    errno.EHOSTUNREACH: "no route to the host",
    errno.ENETUNREACH: "the network is unreachable",
}


def reason(error: OSError) -> str:
    """Say in a few words, on one line, why a connection failed."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"the certificate is not accepted: {error.verify_message.rstrip('.')}"
        case ssl.SSLError():
            return f"TLS failed: {_one_line(_openssl_words(error))}"
        case socket.gaierror():
            return "no such host" if error.errno == socket.EAI_NONAME else "name look-up failed"
        case TimeoutError():
            return str(error) if str(error).startswith("no answer") else "no answer in time"
        case _:
            known = WORDS.get(error.errno or 0)
            return known or _one_line(error.strerror or str(error)).lower()


def _openssl_words(error: ssl.SSLError) -> str:
    # `reason` is there only on errors that OpenSSL itself made.
    return getattr(error, "reason", None) or str(error.args[-1] if error.args else error)


def _one_line(text: str) -> str:
    return " ".join(text.split())
