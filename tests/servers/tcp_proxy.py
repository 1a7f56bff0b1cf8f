"""A proxy that does to a connection what networks and servers do; switchable while it runs."""

import asyncio
import contextlib
import re
import socket
import ssl
import struct
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")
BACKGROUND_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong. Bytes are counted from when it began, or the connection did.

    `cut_after`: bytes from the server, then the connection ends. `cut_client_after`: the same,
    of bytes from the client. `cut_when`: the connection ends when the server has said this (it
    is passed on). `swallow_when`: once the client has said this, the server is heard no more.
    `drop_when`: the connection ends when the client says this, which the server never sees.
    `reset`: connections end with RST instead of FIN. `trickle`: seconds between single bytes from
    the server. `black_hole`: nothing passes either way. `rewrite`: (old, new) pairs in what the
    server says.
    """

    cut_after: int | None = None
    cut_client_after: int | None = None
    cut_when: bytes | None = None
    swallow_when: bytes | None = None
    drop_when: bytes | None = None
    reset: bool = False
    trickle: float | None = None
    black_hole: bool = False
    rewrite: tuple[tuple[bytes, bytes], ...] = ()


NO_FAULT = Fault()


class TcpProxy:
    """A proxy on 127.0.0.1; start it by `with`.

    Of all connections: `heard` is what clients said, `said` how many bytes they were told. With
    `tls` it speaks TLS to clients.
    """

    def __init__(self, port: int, *, tls: ssl.SSLContext | None = None) -> None:
        self.fault = NO_FAULT
        self.heard = bytearray()
        self.said = 0
        self.connections = 0
        self.port = 0
        self._upstream = port
        self._tls = tls
        self._links: set[_Link] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(BACKGROUND_SECONDS)
        self._loop.close()

    def cut(self) -> None:
        """End every connection there is now."""
        self._do(self._cut())

    def say(self, octets: bytes) -> None:
        """Say something to every client as if the server had."""
        self._do(self._say(octets))

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(BACKGROUND_SECONDS)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        link = _Link(self, reader, writer)
        self._links.add(link)
        try:
            await link.run(self._upstream)
        finally:
            self._links.discard(link)

    async def _cut(self) -> None:
        for link in tuple(self._links):
            link.end()

    async def _say(self, octets: bytes) -> None:
        for link in tuple(self._links):
            link.client.write(octets)

    async def _stop(self) -> None:
        self._server.close()
        await self._cut()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)


class _Link:
    """One connection through the proxy."""

    def __init__(
        self, proxy: TcpProxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.proxy = proxy
        self.reader = reader
        self.client = writer
        self.ended = asyncio.Event()
        self.heard = bytearray()
        self.said = 0
        self.deaf = False
        self.fault = proxy.fault

    async def run(self, port: int) -> None:
        answers, server = await asyncio.open_connection("127.0.0.1", port)
        ways = [
            asyncio.create_task(self.to_server(server)),
            asyncio.create_task(self.to_client(answers)),
        ]
        ended = asyncio.create_task(self.ended.wait())
        await asyncio.wait([*ways, ended], return_when=asyncio.FIRST_COMPLETED)
        for task in (*ways, ended):
            task.cancel()
        await asyncio.gather(*ways, ended, return_exceptions=True)
        self.finish(self.client, reset=self.proxy.fault.reset)
        self.finish(server, reset=False)
        for writer in (self.client, server):
            with contextlib.suppress(OSError, asyncio.TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), 1)

    def now(self) -> Fault:
        """The fault in force; a new one starts counting anew."""
        if self.fault is not self.proxy.fault:
            self.fault = self.proxy.fault
            self.said = 0
            self.heard.clear()
        return self.fault

    def end(self) -> None:
        self.ended.set()

    async def to_server(self, server: asyncio.StreamWriter) -> None:
        while octets := await self.reader.read(65536):
            fault = self.now()
            self.heard += octets
            self.proxy.heard += octets
            if fault.black_hole:
                continue
            if fault.drop_when and re.search(fault.drop_when, self.heard):
                return
            if fault.cut_client_after is not None and len(self.heard) > fault.cut_client_after:
                return
            if fault.swallow_when and re.search(fault.swallow_when, self.heard):
                self.deaf = True
            server.write(octets)
            await server.drain()

    async def to_client(self, answers: asyncio.StreamReader) -> None:
        while octets := await answers.read(65536):
            fault = self.now()
            if fault.black_hole or self.deaf:
                continue
            for old, new in fault.rewrite:
                octets = octets.replace(old, new)
            if fault.cut_after is not None:
                octets = octets[: max(0, fault.cut_after - self.said)]
            await self.pass_on(octets, fault.trickle)
            if fault.cut_after is not None and self.said >= fault.cut_after:
                return
            if fault.cut_when and re.search(fault.cut_when, octets):
                return

    async def pass_on(self, octets: bytes, trickle: float | None) -> None:
        self.said += len(octets)
        self.proxy.said += len(octets)
        if trickle is None:
            self.client.write(octets)
            await self.client.drain()
            return
        for octet in octets:
            self.client.write(bytes([octet]))
            await asyncio.sleep(trickle)

    @staticmethod
    def finish(writer: asyncio.StreamWriter, *, reset: bool) -> None:
        sock = writer.get_extra_info("socket")
        if reset and sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        else:
            writer.close()
