"""One seed, from the opened application to the oracle's word."""

import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, Error, Page, Playwright, expect

from chaos import records
from chaos.ground import Ground
from chaos.oracle import Found, Verdict, judge
from chaos.phone import CAPTURE, FIRST_AID, NEWER_SCHEMA, OLDER_SCHEMA, QUEUE, Phone, photo, poll
from chaos.proxy import Proxy
from chaos.records import Made
from chaos.schedule import TIMED, Blow, Break, Kind, Moment, Record, Schedule, Target

if TYPE_CHECKING:  # models can be imported only when their servers run
    from chaos.people import People

MOST_ROUNDS = 6
ROUND_PATIENCE = 4.0
DRAIN_PATIENCE = 15.0
# Longer than the pause that our server orders while its database is away.
PAST_PAUSE = 15.0
# Longer than the pause that the proxy orders.
AFTER_BUSY = 1.25
# Where a transaction waits when the blow falls in the middle of it.
TABLES = {Target.RECORDS: "findings_finding", Target.PHOTO: "findings_photo"}
QUOTA = 500_000  # bytes, of which an empty database takes up to 300 kB: too few for a huge photo, not for a record

SERVER_MARKS = """
    SELECT note FROM findings_finding WHERE note LIKE %(like)s
    UNION ALL
    SELECT 'photo of ' || finding.note FROM findings_photo photo JOIN findings_finding finding
      ON finding.id = photo.finding_id WHERE finding.note LIKE %(like)s
    UNION ALL
    SELECT note FROM patrols_activity WHERE note LIKE %(like)s
    UNION ALL
    SELECT 'attendance at ' || round(extract(epoch FROM receipt.recorded_at) * 1000)
      FROM patrols_attendance attendance JOIN sync_receipt receipt ON receipt.id = attendance.id
      WHERE receipt.recorded_at = ANY(%(moments)s::timestamptz[])
    UNION ALL
    SELECT receipt.payload ->> 'reason' FROM sync_receipt receipt
      JOIN findings_finding finding ON finding.id = (receipt.payload ->> 'corrects')::uuid
      WHERE receipt.kind = 'correction' AND receipt.payload ->> 'reason' LIKE %(like)s
        AND finding.with_needle = (receipt.payload -> 'payload' ->> 'with_needle')::int
    UNION ALL
    SELECT coalesce(receipt.payload ->> 'note', receipt.payload ->> 'reason')
      FROM sync_held held JOIN sync_receipt receipt ON receipt.id = held.receipt_id
      WHERE held.decision IS NULL AND receipt.payload::text LIKE '%%' || %(like)s
"""


@dataclass
class Stage:
    """What all runs share."""

    ground: Ground
    proxy: Proxy
    playwright: Playwright
    browser: Browser
    people: "People"

    @property
    def address(self) -> str:
        return f"http://localhost:{self.proxy.port}"


@dataclass
class Outcome:
    """What came of a run; `said` are the marks of which the phone said that they were saved."""

    schedule: Schedule
    verdict: Verdict
    said: list[str]
    found: Found
    struck: list[str]
    blown: str
    seconds: float
    complaints: list[str] = field(default_factory=list)


def run(stage: Stage, schedule: Schedule, *, forgetting: bool = False, minting: bool = False) -> Outcome:
    """Runs a seed. A phone that is `forgetting`, or `minting` an id with every attempt, is broken on purpose."""
    began = time.monotonic()
    one = Run(stage, schedule, forgetting=forgetting)
    stage.proxy.minting = minting
    try:
        one.turmoil()
        one.recover()
        verdict = one.judged()
    finally:
        stage.proxy.disarm()
        one.phone.close()
        restore(stage.ground)
    return Outcome(
        schedule=schedule,
        verdict=verdict,
        said=sorted(one.said),
        found=one.found,
        struck=one.struck,
        blown=one.blown,
        seconds=round(time.monotonic() - began, 2),
        complaints=one.phone.complaints,
    )


def restore(ground: Ground) -> None:
    ground.start_database()
    ground.start_web()


class Run:
    """One phone, one schedule."""

    def __init__(self, stage: Stage, schedule: Schedule, *, forgetting: bool) -> None:
        self.stage = stage
        self.schedule = schedule
        self.forgetting = forgetting
        self.chance = Random(f"run {schedule.seed}")
        self.owner, self.other = self.chance.sample(stage.people.users, 2)
        self.said: set[str] = set()
        self.made: list[Made] = []
        self.struck: list[str] = []
        self.blown = ""
        self.leaked: set[str] = set()
        self.waiting: list[str] = []
        self.found = Found()
        self.session = ("", "")
        self.tabs: list[Page] = []
        own = stage.ground.home / f"profile-{schedule.seed}" if schedule.own_browser else None
        clock = schedule.clock or None
        self.phone = Phone(
            stage.playwright,
            stage.browser,
            stage.address,
            with_worker=schedule.with_worker,
            profile=own,
            clock=clock,
        )
        self.sign_in(self.owner)

    # --- What the assistant does --------------------------------------------------------------------------------------

    def sign_in(self, person: int) -> None:
        self.session = self.stage.people.sign_in(person)
        self.phone.hold_cookie(*self.session)

    def make(self, number: int, record: Record) -> Made:
        """Writes one record down; what the server does not take yet is a finding instead."""
        kind = record.kind
        first = next((made for made in self.made if made.row["kind"] == Kind.FINDING), None)
        known = kind is Kind.POISON or kind in self.stage.people.accepts
        if not known or (kind is Kind.CORRECTION and first is None):
            kind = Kind.FINDING
        now = time.time() + self.schedule.clock
        recorded_at = records.moment(now + number / 1000)
        mark = records.mark_of(self.schedule.seed, number)
        payload = records.payload_of(kind, mark, first, self.stage.people.activity_kind, self.chance)
        row = {
            "id": records.record_id(),
            "kind": Kind.FINDING if kind is Kind.POISON else kind,
            "version": 1,
            "recordedAt": recorded_at,
            "payload": payload,
            "caption": f"{kind} {number}",
        }
        seed = self.schedule.seed * 10 + number
        photos = [(records.record_id(), photo(record.photo, seed))] if record.photo else []
        if kind is Kind.ATTENDANCE:
            mark = records.attendance_mark(recorded_at)
        made = Made(mark, row, photos)
        self.made.append(made)
        return made

    def save(self, page: Page, made: Made) -> None:
        """Saves by the outbox, without the photo when the phone is full, and notes what the phone said."""
        self.said -= {made.mark, *made.photo_marks}
        word = self.phone.save(page, made.row, made.photos)
        if word == "saved":
            self.said |= {made.mark, *made.photo_marks}
        elif word == "QuotaExceededError" and made.photos:
            # A browser that keeps nothing on the disk gives the room of what it refused back only after a while.
            self.leave_room(3 * QUOTA)
            if self.phone.save(page, made.row, []) == "saved":
                self.said.add(made.mark)

    def save_on_screen(self, page: Page, made: Made, *, taps: int) -> None:
        """Writes a finding by taps on the screen; saved is what the screen says so about."""
        page.locator("[data-position-state][data-level=good]").wait_for()
        page.locator("[data-step='1'][data-counter=with_needle]").tap()
        page.locator("input[name=place_kind][value=park]").check(force=True)
        page.locator("details[data-more]").evaluate("details => (details.open = true)")
        page.locator("[name=note]").fill(made.mark)
        if made.photos:
            content = made.photos[0][1]
            page.locator("[data-photo-input]").set_input_files(
                {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": content}
            )
            page.locator("[data-thumbs] img").wait_for()
        page.locator("[data-save]").evaluate(
            "(button, taps) => { for (let tap = 0; tap < taps; tap += 1) button.click(); }", taps
        )
        expect(page.locator("[data-saved-state]")).not_to_be_empty()
        self.said |= {made.mark, *made.photo_marks}

    # --- What happens to it -------------------------------------------------------------------------------------------

    def turmoil(self) -> None:
        schedule, proxy = self.schedule, self.stage.proxy
        if schedule.blow is Blow.SCHEMA_OLD:
            self.leave_older_schema()
        if schedule.blow is Blow.FULL:
            self.leave_room(QUOTA)
        page = self.open()
        if schedule.with_worker:
            page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            page.close()
            page = self.open()
        timed = schedule.blow in TIMED
        with ExitStack() as stack:
            if timed and schedule.moment is Moment.DURING:
                stack.enter_context(self.stage.ground.table_locked(TABLES[schedule.moment_target]))
            proxy.arm(schedule.faults, (schedule.moment_target, schedule.moment) if timed else None)
            if schedule.offline:
                self.phone.go_offline(True)
            self.write_all(page)
            self.phone.go_offline(False)
            if schedule.blow is Blow.UPDATE:
                self.update()
            self.rounds(stack.close)
        self.struck = list(proxy.struck)
        proxy.disarm()

    def leave_room(self, size: int) -> None:
        """Leaves the phone's storage so many bytes."""
        session = self.phone.context.new_cdp_session(self.phone.context.new_page())
        session.send("Storage.overrideQuotaForOrigin", {"origin": self.stage.address, "quotaSize": size})

    def leave_older_schema(self) -> None:
        made = self.make(len(self.schedule.records), Record(Kind.FINDING, 0))
        page = self.phone.context.new_page()
        page.goto("/healthz")
        waiting = {"owner": self.owner, "savedAt": 0, "state": "waiting", "reason": "", "field": "", "attempts": 0}
        page.evaluate(OLDER_SCHEMA, {**made.row, **waiting})
        page.close()
        self.said.add(made.mark)

    def open(self) -> Page:
        """The screen that the run works on, and beside it another tab where the schedule wants one."""
        blow = self.schedule.blow
        self.tabs = [self.phone.open(CAPTURE if self.schedule.on_screen else FIRST_AID)]
        if blow in (Blow.TABS, Blow.TABS_UNLOCKED):
            self.tabs.append(self.phone.open(FIRST_AID))
        for page in self.tabs:
            locked = blow is not Blow.TABS_UNLOCKED
            self.phone.attach(page, self.owner, locked=locked, forgetting=self.forgetting)
        self.phone.page = self.tabs[0]
        return self.tabs[0]

    def write_all(self, page: Page) -> None:
        for number, record in enumerate(self.schedule.records):
            if self.schedule.on_screen:
                plain = Record(Kind.FINDING, record.photo)
                if number:
                    page.locator("[data-next]").click()
                taps = 2 if self.schedule.blow is Blow.DOUBLE_TAP else 1
                self.save_on_screen(page, self.make(number, plain), taps=taps)
            else:
                tab = self.tabs[number % len(self.tabs)]
                self.save(tab, self.make(number, record))
                self.drain()

    def drain(self) -> None:
        for page in self.tabs:
            with suppress(Error):
                page.evaluate("window.chaos.drain()")

    def is_idle(self) -> bool:
        return all(page.evaluate("window.chaos.running === 0") for page in self.tabs)

    def rounds(self, unlock: Callable[[], None]) -> None:
        """Tries to send until all the faults have struck and the blow has fallen; or long enough."""
        proxy, blow = self.stage.proxy, self.schedule.blow
        for _ in range(MOST_ROUNDS):
            try:
                self.drain()
                poll(lambda: proxy.reached.is_set() or self.is_idle(), ROUND_PATIENCE)
            except Error:
                pass  # the page is gone, as it was meant to be
            if blow in TIMED and not self.blown and proxy.reached.is_set():
                self.strike(f"{self.schedule.moment}: {self.schedule.moment_target}")
                unlock()
                proxy.release()
                if self.phone.page is None and self.is_up:
                    self.reopen()
            elif not proxy.is_armed:
                break
            if f"{Target.RECORDS}: {Break.BUSY}" in proxy.struck[-1:]:
                time.sleep(AFTER_BUSY)
        if blow in TIMED and not self.blown:
            self.strike("at rest")
        unlock()

    @property
    def is_up(self) -> bool:
        return self.schedule.blow not in (Blow.WEB, Blow.DATABASE_STOPPED, Blow.DATABASE_CRASHED)

    def reopen(self) -> None:
        """The application opened again after its page, or the whole browser, has gone."""
        if self.schedule.blow is Blow.BROWSER:
            self.phone.start_again(self.schedule.clock or None)
        self.phone.close_pages()
        self.tabs = []
        with suppress(Error):  # the connection may be cut while the page opens, too; then it is opened at the end
            self.open()

    def strike(self, moment: str) -> None:
        """The blow falls."""
        self.blown = moment
        ground, phone = self.stage.ground, self.phone
        blows: dict[Blow, Callable[[], None]] = {
            Blow.TAB: phone.close_pages,
            Blow.RENDERER: phone.kill_renderers,
            Blow.BROWSER: phone.kill_browser,
            Blow.WEB: ground.kill_web,
            Blow.WORKER: ground.kill_web_workers,
            Blow.DATABASE_STOPPED: ground.stop_database,
            Blow.DATABASE_CRASHED: ground.crash_database,
            Blow.SESSION: lambda: ground.forget_session(self.session[1]),
            Blow.OTHER: lambda: self.sign_in(self.other),
            Blow.TOKEN: self.rotate_token,
            Blow.SCHEMA_NEW: self.upgrade_schema,
        }
        blows[self.schedule.blow]()

    def rotate_token(self) -> None:
        """A new CSRF secret, as signing in in another tab makes one."""
        secret = "".join(self.chance.choices("abcdefghijklmnop", k=32))
        self.phone.hold_cookie(self.stage.people.csrf_cookie, secret)

    def upgrade_schema(self) -> None:
        page = self.phone.context.new_page()
        page.goto("/healthz")
        page.evaluate(NEWER_SCHEMA)

    def update(self) -> None:
        """A new version of the application arrives, and the person takes it."""
        self.blown = "with a queue"
        self.stage.proxy.worker_version = f"next-{self.schedule.seed}-"
        page = self.tabs[0]
        page.evaluate("navigator.serviceWorker.ready.then((found) => found.update()).then(() => true)")
        with page.expect_navigation():
            page.locator("[data-update-now]").click()
        page.locator("[data-content][data-ready]").wait_for(state="attached")
        self.phone.attach(page, self.owner, forgetting=self.forgetting)

    # --- Afterwards ---------------------------------------------------------------------------------------------------

    def recover(self) -> None:
        """Everything works again; the owner of the phone opens the queue and looks."""
        restore(self.stage.ground)
        if self.schedule.blow is Blow.OTHER:
            self.look_as_stranger()
        if self.schedule.blow is Blow.BROWSER:
            self.phone.start_again(self.schedule.clock or None)
        if self.schedule.blow in (Blow.SESSION, Blow.OTHER):
            # A late answer to the session that ended would take the new one's cookie away.
            self.phone.close_pages()
            self.stage.proxy.drop_everything()
            self.sign_in(self.owner)
        page = self.phone.go(QUEUE)
        if self.schedule.blow is Blow.OTHER:
            # The screen begins with whom it remembers, and reloads itself once it hears who holds the phone.
            poll(lambda: self.owner in self.phone.holders(page), 5)
        if self.paused(page):
            self.phone.shift_clock(self.schedule.clock + PAST_PAUSE)
            page = self.phone.go(QUEUE)
        self.empty(page)
        self.look(page)

    def look_as_stranger(self) -> None:
        """Whoever else holds the phone must see nothing of it, nor send it."""
        self.phone.close_pages()
        with suppress(Error):  # the screen reloads itself when it learns who holds the phone now
            self.phone.open(QUEUE).wait_for_timeout(200)
        page = self.phone.go(QUEUE)
        shown = self.phone.shown(page)
        self.leaked |= {made.mark for made in self.made if made.row["id"] in shown}

    def paused(self, page: Page) -> bool:
        now = (time.time() + self.schedule.clock) * 1000
        return any(pause["ordered"] and pause["until"] > now for pause in self.phone.storage(page)["pauses"])

    def empty(self, page: Page) -> None:
        """Waits until nothing waits, and says now and then that the network is back."""

        def nothing_waits() -> bool:
            stored = self.phone.storage(page)
            if not any(row["state"] == "waiting" for rows in (stored["records"], stored["photos"]) for row in rows):
                return True
            page.evaluate("window.dispatchEvent(new Event('online'))")
            return False

        poll(nothing_waits, DRAIN_PATIENCE, pause=0.1)

    def look(self, page: Page) -> None:
        """Compares the phone's storage with its screen and with the server."""
        stored = self.phone.storage(page)
        ids = {row["id"] for row in stored["records"]}
        poll(lambda: self.phone.shown(page) == ids, 2)
        shown = self.phone.shown(page)
        marks = {row["id"]: records.mark_in(row) for row in stored["records"]}
        marks |= {made.row["id"]: made.mark for made in self.made}
        lines = page.locator("[data-troubled-list] li, [data-waiting-list] li").count()
        lonely = [row for row in stored["photos"] if row["state"] == "refused" or row["record"] not in ids]
        photos = [records.photo_mark(marks.get(row["record"], row["record"])) for row in stored["photos"]]
        photos_are_shown = lines >= len(shown) + len(lonely)
        queue = [marks[row["id"]] for row in stored["records"] if row["id"] in shown]
        hidden = [marks[row["id"]] for row in stored["records"] if row["id"] not in shown]
        (queue if photos_are_shown else hidden).extend(photos)
        self.waiting = [marks[row["id"]] for row in stored["records"] if row["state"] == "waiting"]
        self.stored = stored
        self.waiting += [mark for row, mark in zip(stored["photos"], photos, strict=True) if row["state"] == "waiting"]
        self.found = Found(server=tuple(self.on_server()), queue=tuple(queue), hidden=tuple(hidden))

    def on_server(self) -> list[str]:
        """Marks of this run on the server, each as many times as it is there."""
        with self.stage.ground.connection() as connection:
            moments = [made.row["recordedAt"] for made in self.made if made.row["kind"] == Kind.ATTENDANCE]
            like = f"chaos {self.schedule.seed}/%"
            rows = connection.execute(SERVER_MARKS, {"like": like, "moments": moments}).fetchall()
        return [mark for (mark,) in rows]

    def judged(self) -> Verdict:
        stuck = [mark for mark in self.waiting if not self.is_held_back(mark)]
        return judge(self.said, self.found, waiting=stuck, leaked=self.leaked)

    def is_held_back(self, mark: str) -> bool:
        """Whether a photo waits rightly: for a record that the server refused and the person has not mended yet."""
        record = mark.removeprefix("photo of ")
        return mark != record and record in self.found.queue and record not in self.waiting
