"""The faulty connection, against a server that counts what reached it."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from chaos.proxy import Proxy
from chaos.schedule import Break, Fault, Moment, Target

BODY = b"x" * 1000
WORD = "ok" * 100


class Server(ThreadingHTTPServer):
    """Remembers the bodies of the requests that arrived whole."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.arrived: list[bytes] = []


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) == length:
            self.server.arrived.append(body)
        self.send_response(200)
        self.send_header("Content-Length", str(len(WORD)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(WORD.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    proxy = Proxy(server.server_port)
    yield proxy
    proxy.close()


def post(proxy: Proxy) -> str:
    """The status and body of an answer, or that there was none."""
    connection = http.client.HTTPConnection("localhost", proxy.port, timeout=5)
    try:
        connection.request("POST", "/sync/records", BODY, {"X-CSRFToken": "token"})
        answer = connection.getresponse()
        return f"{answer.status} {answer.read().decode()}"
    except (OSError, http.client.HTTPException):
        return "nothing"
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("breakage", "answer", "arrived"),
    [
        (Break.REFUSED, "nothing", 0),
        (Break.HEADERS, "nothing", 0),
        (Break.BODY, "nothing", 0),
        (Break.COMMITTED, "nothing", 1),
        (Break.RESPONSE, "nothing", 1),
        (Break.DELAYED, f"200 {WORD}", 1),
        (Break.BUSY, '503 {"code": "busy", "message": "Plno."}', 0),
        (Break.GATEWAY, "502 <h1>502</h1>", 0),
        (Break.TWICE, f"200 {WORD}", 2),
        (Break.STALE, f"200 {WORD}", 1),
    ],
)
def test_a_fault_strikes_once_where_it_should(
    server: Server, proxy: Proxy, breakage: Break, answer: str, arrived: int
) -> None:
    proxy.arm([Fault(Target.RECORDS, breakage, 0.8)])
    assert post(proxy) == answer
    assert server.arrived == [BODY] * arrived
    assert proxy.struck == [f"records: {breakage}"]
    assert post(proxy) == f"200 {WORD}"
    assert server.arrived == [BODY] * (arrived + 1)


@pytest.mark.parametrize(("moment", "arrived"), [(Moment.BEFORE, 0), (Moment.AFTER, 1)])
def test_a_request_is_held_where_the_blow_falls(server: Server, proxy: Proxy, moment: Moment, arrived: int) -> None:
    proxy.arm([], (Target.RECORDS, moment))
    answers: list[str] = []
    phone = threading.Thread(target=lambda: answers.append(post(proxy)))
    phone.start()
    assert proxy.reached.wait(5)
    assert len(server.arrived) == arrived
    assert answers == []
    proxy.release()
    phone.join(5)
    assert answers == [f"200 {WORD}"]
    assert server.arrived == [BODY]
