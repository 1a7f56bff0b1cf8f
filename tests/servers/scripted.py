"""A server that says what a test tells it to: for what no real server can be brought to do."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

GREETING = b"* OK ready\r\n"
CAPABLE = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN IDLE MOVE UIDPLUS\r\n"
SELECTED = (
    b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] \r\n* OK [UIDNEXT 4] \r\n"
    b"* OK [PERMANENTFLAGS (\\Deleted \\*)] \r\n"
)
USUAL = {
    "CAPABILITY": CAPABLE,
    "SELECT": SELECTED,
    "EXAMINE": SELECTED,
    "UID SEARCH": b"* SEARCH 1 2 3\r\n",
}


class ScriptedImap:
    """An IMAP server of answers by command. An answer may hold {tag}; else OK is added.

    `said` holds what clients said, a line each. An answer None ends the connection.
    """

    def __init__(self, **answers: bytes | None) -> None:
        self.answers: dict[str, bytes | None] = dict(USUAL)
        self.answers.update({name.replace("_", " "): answer for name, answer in answers.items()})
        self.said: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for sock in tuple(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        """One connection after the other."""
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self._open.append(sock)
                with sock, sock.makefile("rwb") as stream, contextlib.suppress(OSError):
                    stream.write(self.answers.get("greeting") or GREETING)
                    stream.flush()
                    for line in stream:
                        answer = self._answer(line.decode("latin-1").rstrip("\r\n"))
                        if answer is None:
                            break
                        stream.write(answer)
                        stream.flush()
                self._open.remove(sock)

    def _answer(self, line: str) -> bytes | None:
        self.said.append(line)
        tag, _, command = line.partition(" ")
        words = command.upper().split()
        if words[:1] == ["AUTHENTICATE"] and "AUTHENTICATE" not in self.answers:
            self._login_tag = tag
            return b"+ \r\n"
        if not words:  # the password, or DONE
            return f"{self._login_tag} OK done\r\n".encode()
        name = " ".join(words[: 2 if words[0] == "UID" else 1])
        if words[:2] == ["LIST", '""'] and name not in self.answers:
            return f'* LIST () "." {command.split()[2]}\r\n{tag} OK done\r\n'.encode()
        answer = self.answers.get(name, b"")
        if answer is None:
            return None
        if b"{tag}" in answer:
            return answer.replace(b"{tag}", tag.encode())
        return answer + f"{tag} OK done\r\n".encode()
