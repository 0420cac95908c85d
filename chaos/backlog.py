"""A long day without signal: many findings with photos, the browser killed, then the network is back."""

import time
from typing import Any

from chaos import records
from chaos.phone import FIRST_AID, QUEUE, Phone, photo, poll
from chaos.run import Stage

SIDE = 700  # pixels of noise: about 280 kB, as large as the application lets a photo be
BACKLOG = "backlog"
# A queue that takes longer to empty fails.
LIMIT = 60.0  # seconds
COUNTS = """
    SELECT (SELECT count(*) FROM findings_finding WHERE note LIKE %(like)s),
           (SELECT count(*) FROM findings_photo photo JOIN findings_finding finding ON finding.id = photo.finding_id
              WHERE finding.note LIKE %(like)s)
"""


def run(stage: Stage, number: int) -> dict[str, Any]:
    """Saves so many findings offline, each with a photo, and sends them after a restart; what the log says of it."""
    owner = stage.people.users[0]
    profile = stage.ground.home / "profile-backlog"
    phone = Phone(stage.playwright, stage.browser, stage.address, with_worker=True, profile=profile)
    try:
        phone.hold_cookie(*stage.people.sign_in(owner))
        page = phone.open(FIRST_AID)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        phone.attach(page, owner)
        phone.go_offline(True)
        content = photo(SIDE, 1)
        words = []
        for ordinal in range(number):
            mark = f"{BACKLOG} {ordinal}"
            row = {
                "id": records.record_id(),
                "kind": "finding",
                "version": 1,
                "recordedAt": records.moment(time.time()),
                "payload": records.finding(mark),
                "caption": mark,
            }
            words.append(phone.save(page, row, [(records.record_id(), content)]))
        phone.kill_browser()
        phone.start_again(None)
        began = time.monotonic()
        page = phone.open(QUEUE)
        poll(lambda: is_empty(phone.storage(page)), 2 * LIMIT, pause=0.2)
        seconds = time.monotonic() - began
        left = phone.storage(page)
    finally:
        phone.close()
    with stage.ground.connection() as connection:
        [(findings, photos)] = connection.execute(COUNTS, {"like": f"{BACKLOG} %"}).fetchall()
    complete = words.count("saved") == findings == photos == number and is_empty(left)
    return {
        "backlog": number,
        "said": words.count("saved"),
        "findings": findings,
        "photos": photos,
        "bytes of a photo": len(content),
        "seconds": round(seconds, 1),
        "good": complete and seconds <= LIMIT,
    }


def is_empty(stored: dict[str, list[Any]]) -> bool:
    return not stored["records"] and not stored["photos"]
