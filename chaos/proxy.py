"""The connection between the phone and the server, and everything that may happen on it.

It understands just enough of HTTP/1.1 to know which request goes by and where in it to strike. It runs in a thread of
its own; connections are kept alive, because a browser repeats by itself what was lost on a connection it had used.
"""

import asyncio
import json
import re
import socket
import struct
import threading
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from chaos.schedule import Break, Fault, Moment, Target

DELAY = 0.4  # seconds
HOLD_PATIENCE = 15.0
# A request that waits for a lock in the database has surely begun its transaction after so long.
UNDER_WAY = 0.08
HEAD_LIMIT = 1 << 20
# Files whose names change with their content; asking the server for them again and again would only take time.
UNCHANGING = "/static/"
SERVICE_WORKER = "/teren/sw.js"

ADDRESSES = {
    ("GET", "/sync/session"): Target.SESSION,
    ("POST", "/sync/records"): Target.RECORDS,
    ("PUT", "/sync/photos/"): Target.PHOTO,
    ("GET", "/teren/data"): Target.DATA,
}

# What may strike a request at which a blow falls, too: it reaches the server as it is.
AFTER_ALL = frozenset({Break.COMMITTED, Break.RESPONSE, Break.DELAYED})


def _answer(status: str, media: str, body: str, extra: str = "") -> bytes:
    content = body.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: {media}; charset=utf-8\r\nContent-Length: {len(content)}\r\n{extra}\r\n"
    return head.encode() + content


OWN_ANSWERS = {
    Break.BUSY: _answer(
        "503 Service Unavailable", "application/json", '{"code": "busy", "message": "Plno."}', "Retry-After: 1\r\n"
    ),
    Break.GATEWAY: _answer("502 Bad Gateway", "text/html", "<h1>502</h1>"),
    Break.PORTAL: _answer("200 OK", "text/html", "<!doctype html><h1>Potvrďte podmínky bezplatné sítě</h1>"),
}
CUT_ON_THE_WAY = frozenset({Break.REFUSED, Break.HEADERS, Break.BODY})


@dataclass
class Message:
    """A request or a response: its head with the empty line, and its body as it goes over the wire."""

    head: bytes
    body: bytes = b""

    def header(self, name: str) -> str | None:
        found = re.search(rb"(?im)^" + re.escape(name.encode()) + rb":[ \t]*([^\r\n]*)", self.head)
        return found[1].decode("latin-1") if found else None

    def with_header(self, name: str, value: str) -> "Message":
        line = f"{name}: {value}".encode()
        head = re.sub(rb"(?im)^" + re.escape(name.encode()) + rb":[^\r\n]*", lambda _: line, self.head)
        return Message(head, self.body)

    def with_body(self, body: bytes) -> "Message":
        return Message(self.with_header("Content-Length", str(len(body))).head, body)

    @property
    def length(self) -> int:
        return int(self.header("Content-Length") or 0)

    @property
    def target(self) -> Target | None:
        method, path = self.head.split(b" ", 2)[:2]
        for (verb, start), target in ADDRESSES.items():
            if method.decode() == verb and path.decode().startswith(start):
                return target
        return None

    @property
    def path(self) -> str:
        return self.head.split(b" ", 2)[1].decode()


class Cut(Exception):
    """The connection ends here and now."""


class Proxy:
    """Listens on `port` of this computer and leads to the web server on another one.

    `struck` names what the requests of a run have met. When a request reaches the moment given to `hold_at`, `reached`
    is set and the request stays where it is until `release`.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._faults: list[Fault] = []
        self._hold: tuple[Target, Moment] | None = None
        self._loop = asyncio.new_event_loop()
        self._released = threading.Event()
        self._kept: dict[str, Message] = {}
        self._open: set[asyncio.Task[None]] = set()
        self.reached = threading.Event()
        self.struck: list[str] = []
        self.worker_version = ""
        self.minting = False
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="proxy", daemon=True)
        self._thread.start()
        ready.wait()

    # --- What the run asks for ----------------------------------------------------------------------------------------

    def arm(self, faults: Iterable[Fault], hold_at: tuple[Target, Moment] | None = None) -> None:
        """From now on each of the faults strikes one request of its target, in their order."""
        self._faults = list(faults)
        self._hold = hold_at
        self.reached.clear()
        self._released.clear()
        self.struck = []

    def disarm(self) -> None:
        """From now on the connection is good."""
        self._faults = []
        self._hold = None
        self.worker_version = ""
        self.minting = False
        self.release()

    @property
    def is_armed(self) -> bool:
        return bool(self._faults or self._hold)

    def release(self) -> None:
        self._released.set()

    def drop_everything(self) -> None:
        """Ends every open connection, as a phone that leaves the network does."""
        asyncio.run_coroutine_threadsafe(self._drop(), self._loop).result(5)

    def close(self) -> None:
        self.release()
        self.drop_everything()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    # --- The thread ---------------------------------------------------------------------------------------------------

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._accept, "127.0.0.1", 0, limit=HEAD_LIMIT, backlog=200)
        )
        self.port = int(server.sockets[0].getsockname()[1])
        ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._drop())
        self._loop.close()

    async def _drop(self) -> None:
        tasks = list(self._open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while True:
                await self._exchange(reader, writer)
        except (Cut, OSError, EOFError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._open.discard(task)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Leads one request through, or what a fault leaves of it. Raises Cut."""
        request = Message(await reader.readuntil(b"\r\n\r\n"))
        fault = self._due(request.target)
        held = None if fault and fault.breakage not in AFTER_ALL else self._is_due_to_hold(request.target)
        if held is Moment.BEFORE:
            await self._stay()
        if fault and fault.breakage in CUT_ON_THE_WAY:
            await self._cut_on_the_way(request, fault, reader)
            raise self._cut(writer, fault)
        request.body = await reader.readexactly(request.length)
        if fault and fault.breakage in OWN_ANSWERS:
            writer.write(OWN_ANSWERS[fault.breakage])
            await writer.drain()
            return
        response = await self._answer(request, fault, during=held is Moment.DURING)
        if held is Moment.AFTER:
            await self._stay()
        if fault and fault.breakage is Break.COMMITTED:
            raise self._cut(writer, fault)
        whole = response.head + response.body
        if fault and fault.breakage is Break.RESPONSE:
            writer.write(whole[: int(len(whole) * fault.share)])
            await writer.drain()
            raise self._cut(writer, fault)
        writer.write(whole)
        await writer.drain()
        if (response.header("Connection") or "").lower() == "close":
            raise Cut

    async def _cut_on_the_way(self, request: Message, fault: Fault, reader: asyncio.StreamReader) -> None:
        """Lets through what a fault leaves of a request that never arrives whole."""
        if fault.breakage is Break.HEADERS:
            await self._send_part(request.head[: int(len(request.head) * fault.share)])
        elif fault.breakage is Break.BODY:
            part = await reader.readexactly(int(request.length * fault.share))
            await self._send_part(request.head + part)

    async def _answer(self, request: Message, fault: Fault | None, *, during: bool) -> Message:
        """What the server says to a request that has arrived whole, perhaps more than once or changed on the way."""
        breakage = fault.breakage if fault else None
        if request.path in self._kept:
            return self._kept[request.path]
        if breakage is Break.STALE:
            request = request.with_header("X-CSRFToken", "x" * 64)
        if breakage is Break.TWICE:
            await self._ask(request)
        if self.minting and request.target is Target.RECORDS:
            await self._ask(with_other_ids(request))
        response = await self._ask(request, during=during)
        if breakage is Break.DELAYED:
            await asyncio.sleep(DELAY)
        if request.path.startswith(UNCHANGING):
            self._kept[request.path] = response
        if self.worker_version and request.path.startswith(SERVICE_WORKER):
            return with_other_version(response, self.worker_version)
        return response

    def _due(self, target: Target | None) -> Fault | None:
        """The next fault for this target, which is thereby used up."""
        for fault in self._faults:
            if fault.target is target:
                self._faults.remove(fault)
                self.struck.append(f"{fault.target}: {fault.breakage}")
                return fault
        return None

    def _is_due_to_hold(self, target: Target | None) -> Moment | None:
        if self._hold is None or self._hold[0] is not target:
            return None
        moment = self._hold[1]
        self._hold = None
        return moment

    async def _stay(self) -> None:
        """Holds the request where it is until the run says go on."""
        self.reached.set()
        await asyncio.to_thread(self._released.wait, HOLD_PATIENCE)

    def _cut(self, writer: asyncio.StreamWriter, fault: Fault) -> Cut:
        """Cuts as a reset or as a quiet end, as the seed says."""
        connection = writer.get_extra_info("socket")
        if connection is not None and int(fault.share * 100) % 2:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return Cut()

    async def _send_part(self, data: bytes) -> None:
        """Lets a part of a request reach the server, and then leaves it alone with that."""
        with suppress(OSError):
            _, upstream = await asyncio.open_connection("127.0.0.1", self._server_port)
            upstream.write(data)
            await upstream.drain()
            upstream.close()

    async def _ask(self, request: Message, *, during: bool = False) -> Message:
        """The server's answer. Raises OSError or EOFError when it gives none."""
        reader, upstream = await asyncio.open_connection("127.0.0.1", self._server_port, limit=HEAD_LIMIT)
        try:
            upstream.write(request.head + request.body)
            await upstream.drain()
            if during:
                await asyncio.sleep(UNDER_WAY)
                await self._stay()
            return await read_response(reader, request)
        finally:
            upstream.transport.abort()


async def read_response(reader: asyncio.StreamReader, request: Message) -> Message:
    """One whole response, however its length is told."""
    response = Message(await reader.readuntil(b"\r\n\r\n"))
    status = int(response.head.split(b" ", 2)[1])
    if request.head.startswith(b"HEAD ") or status in (204, 304):
        return response
    if (response.header("Transfer-Encoding") or "").lower() == "chunked":
        response.body = await read_chunks(reader)
    elif response.header("Content-Length") is not None:
        response.body = await reader.readexactly(response.length)
    else:
        response.body = await reader.read()
    return response


async def read_chunks(reader: asyncio.StreamReader) -> bytes:
    """A chunked body as it stands on the wire."""
    parts = []
    while True:
        line = await reader.readuntil(b"\r\n")
        parts.append(line)
        size = int(line.split(b";")[0], 16)
        parts.append(await reader.readexactly(size + 2))
        if size == 0:
            return b"".join(parts)


def with_other_version(response: Message, version: str) -> Message:
    """A service worker of another version of the application."""
    return response.with_body(response.body.replace(b'"version": "', f'"version": "{version}'.encode(), 1))


def with_other_ids(request: Message) -> Message:
    """The same records under new ids: what a phone would send that mints an id with every attempt."""
    batch = json.loads(request.body)
    for record in batch["records"]:
        record["id"] = record["id"][:24] + uuid.uuid4().hex[:12]
    return request.with_body(json.dumps(batch).encode())
