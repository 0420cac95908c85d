"""Fifty phones that return in the same second to a real gunicorn: how many are served at once, how fast the others are
turned away, and that in the end everything is there exactly once.

Each phone sends one batch of ten findings of its own person and, when told to wait, waits as long as it is told.
The counts must come out on any machine; of times only a ratio is printed.
"""

import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier

from django.conf import settings
from django.test import Client

from apk.people.access import Role
from apk.people.models import Assistant, User
from apk.sync.api import BUSY_SECONDS
from apk.sync.models import Conflict, Receipt
from benchmarks.accept_findings import batch
from benchmarks.ground import conditions
from findings.models import Finding

PHONES = 50
RECORDS = 10
ROOT = Path(__file__).parents[1]


@dataclass
class Phone:
    """A signed-in person with a batch to send, and what the server answered: (status, seconds, Retry-After)."""

    owner: int
    cookie: str
    body: bytes
    answers: list[tuple[int, float, str | None]] = field(default_factory=list)

    def send(self, port: int) -> int:
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        token = "b" * 32
        headers = {
            "Content-Type": "application/json",
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={self.cookie}; {settings.CSRF_COOKIE_NAME}={token}",
            "X-CSRFToken": token,
            "Host": "testserver",
        }
        connection.request("POST", "/sync/records", self.body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        self.answers.append((answer.status, time.perf_counter() - started, answer.getheader("Retry-After")))
        if answer.status == 200:
            outcomes = {result["outcome"] for result in json.loads(content)["results"]}
            assert outcomes <= {"accepted", "known"}, outcomes  # the figure of this benchmark
        return answer.status

    def deliver(self, port: int) -> None:
        """Sends until served, waiting as the server says and a little more, as phones do."""
        while self.send(port) == 503:
            pause = self.answers[-1][2]
            time.sleep(int(pause or BUSY_SECONDS) * (1 + random.random() / 2))  # spreads, protects nothing


def run() -> None:
    """Prints what fifty phones at once get, and fails when anything is lost, doubled or unexplained."""
    phones = [phone(n) for n in range(PHONES)]
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "deploy/gunicorn.conf.py")]
    environment = {**os.environ, "WEB_BIND": f"127.0.0.1:{port}", "ALLOWED_HOSTS": "testserver"}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        start_line = Barrier(PHONES)

        def rush(one: Phone) -> None:
            start_line.wait()
            one.deliver(port)

        with ThreadPoolExecutor(PHONES) as crowd:
            list(crowd.map(rush, phones))
    finally:
        server.terminate()
        server.wait(30)
    report(phones)


def report(phones: list[Phone]) -> None:
    first = Counter(one.answers[0][0] for one in phones)
    answers = [answer for one in phones for answer in one.answers]
    statuses = Counter(status for status, _, _ in answers)
    served = statistics.median(taken for status, taken, _ in answers if status == 200)
    turned_away = [taken for status, taken, _ in answers if status == 503]
    print(f"\n{PHONES} phones at once, each with {RECORDS} findings ({conditions()})")
    print(f"first answers: {first[200]} served, {first[503]} asked to come later")
    print(f"all answers: {statuses[200]} served, {statuses[503]} asked to come later")
    if turned_away:
        ratio = statistics.median(turned_away) / served
        print(f"being turned away takes {ratio:.2f}× of what being served does (medians)")
    receipts = Receipt.objects.filter(user__in=[one.owner for one in phones])
    stored = Finding.objects.filter(pk__in=receipts.values("pk")).count()
    print(f"stored: {stored} of {PHONES * RECORDS}, conflicts: {Conflict.objects.count()}")
    expected = {
        "every phone was served once": statuses[200] == PHONES,
        "nothing but 200 and 503": set(statuses) <= {200, 503},
        "every 503 says when to come": all(pause == str(BUSY_SECONDS) for status, _, pause in answers if status == 503),
        "everything is there once": stored == receipts.count() == PHONES * RECORDS,
        "nothing is in conflict": not Conflict.objects.exists(),
    }
    broken = [sentence for sentence, holds in expected.items() if not holds]
    if broken:
        raise SystemExit(f"does not hold: {', '.join(broken)}")


def phone(n: int) -> Phone:
    user = User.objects.create_user(
        personal_number=f"9{n:03}", first_name="Jana", last_name=f"Nová {n}", role=Role.ASSISTANT
    )
    Assistant.objects.create(user=user)
    client = Client()
    client.force_login(user)
    sent = json.loads(batch(user.pk))
    sent["records"] = sent["records"][:RECORDS]
    return Phone(user.pk, client.cookies[settings.SESSION_COOKIE_NAME].value, json.dumps(sent).encode())


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("gunicorn did not start")
