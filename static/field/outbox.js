/**
 * The outbox: what the phone has saved and the server has not yet acknowledged.
 *
 * A record leaves it only when the server said, by its id, that it has it. Sending starts when the page opens, when the
 * network comes back, when the page is seen again and on a timer; one tab sends at a time. The outbox belongs to one
 * person: with somebody else signed in it keeps everything and sends nothing.
 *
 * It knows no page. It fires "saved" after a record was saved, "change" whenever what it holds, or its state, may have
 * changed, and "trouble" with the error as `detail` when the phone's own storage fails.
 */

import { newPhoto, newRecord, tally } from "./entries.js";
import { FIRST_PAUSE, pauseAfter } from "./pauses.js";
import { BATCH, batchBody, batchVerdict, photoVerdict, sessionVerdict } from "./protocol.js";

const LOCK = "apk-outbox";
const CHANNEL = "apk-outbox";
const OTHER_TAB_TIMEOUT = 120_000;

const UNEXPLAINED = "Server fotografii nepřijal a neřekl proč.";

export class Outbox extends EventTarget {
  #store;
  #transport;
  #owner;
  #clock;
  #random;
  #locks;
  #channel;
  #timer = null;
  #running = null;
  #asked = false;
  #eager = false;

  /**
   * @param {object} options
   * @param {object} options.store `LastingStore` or `MemoryStore`
   * @param {object} options.transport `Transport`
   * @param {number} options.owner id of the signed-in user
   * @param {LockManager | null} [options.locks] shared by tabs; null where the browser has none
   * @param {BroadcastChannel | null} [options.channel] tells other tabs of changes
   */
  constructor({ store, transport, owner, clock = Date.now, random = Math.random, locks = null, channel = null }) {
    super();
    this.#store = store;
    this.#transport = transport;
    this.#owner = owner;
    this.#clock = clock;
    this.#random = random;
    this.#locks = store.lasting ? locks : null;
    this.#channel = channel;
    this.#channel?.addEventListener("message", () => this.dispatchEvent(new Event("change")));
  }

  /** The channel on which the tabs of one phone tell each other of changes. */
  static channel() {
    return "BroadcastChannel" in globalThis ? new BroadcastChannel(CHANNEL) : null;
  }

  /** Whether what is saved outlives the page. */
  get lasting() {
    return this.#store.lasting;
  }

  get sending() {
    return this.#running !== null;
  }

  /** Sends what waits now, and again whenever there is a reason to believe that it may work. */
  start(page = document, frame = window) {
    frame.addEventListener("online", () => this.drain({ eager: true }));
    page.addEventListener("visibilitychange", () => {
      if (page.visibilityState === "visible") {
        this.drain({ eager: true });
      }
    });
    this.drain({ eager: true });
  }

  /**
   * Saves a record and its photos; resolves when they are kept for good, rejects when the phone would not keep them.
   *
   * @param {{id: string, kind: string, version: number, recordedAt: string, payload: object, caption: string}} record
   * @param {Array<{id: string, type: string, bytes: ArrayBuffer}>} photos
   * @param {string[]} dropped ids of photos that a corrected record no longer has
   */
  async save(record, photos = [], dropped = []) {
    const now = this.#clock();
    const owner = this.#owner;
    await this.#store.save(
      newRecord({ ...record, owner }, now),
      photos.map((photo) => ({ ...newPhoto({ ...photo, record: record.id, owner }, now), bytes: photo.bytes })),
      dropped,
    );
    this.#changed();
    this.dispatchEvent(new Event("saved"));
  }

  record(id) {
    return this.#store.record(this.#owner, id);
  }

  async photosOf(id) {
    const photos = (await this.#store.photos(this.#owner)).filter(({ record }) => record === id);
    return Promise.all(photos.map(async (photo) => ({ ...photo, bytes: await this.#store.bytesOf(photo.id) })));
  }

  /** All that the server has not acknowledged, photos with their bytes: {records, photos}. */
  async everything() {
    const photos = await this.#store.photos(this.#owner);
    const whole = photos.map(async (photo) => ({ ...photo, bytes: await this.#store.bytesOf(photo.id) }));
    const found = await Promise.all(whole);
    return { records: await this.#store.records(this.#owner), photos: found.filter(({ bytes }) => bytes) };
  }

  /** Everything a screen shows: {records, photos, sent, counts, pause, sending, lasting}. */
  async overview() {
    const [records, photos, sent, pause] = await Promise.all([
      this.#store.records(this.#owner),
      this.#store.photos(this.#owner),
      this.#store.sent(this.#owner),
      this.#store.pause(this.#owner),
    ]);
    const { sending, lasting } = this;
    return { records, photos, sent, counts: tally(records, photos), pause, sending, lasting };
  }

  /** Forgets a record that the server refused, with its photos, or one photo: at the person's own wish. */
  async discard(id) {
    await this.#store.discard(this.#owner, id);
    this.#changed();
  }

  /**
   * Sends what waits, unless it is too early to try again. `eager` (the person asks, the network is back) skips our own
   * pause, never one that the server ordered. Resolves when there is nothing more to do now.
   */
  drain({ eager = false } = {}) {
    // What is saved while a batch is under way must not wait for the timer: the pass is repeated.
    this.#asked = true;
    this.#eager ||= eager;
    if (!this.#running) {
      clearTimeout(this.#timer);
      this.#running = this.#run();
      this.dispatchEvent(new Event("change"));
    }
    return this.#running;
  }

  async #run() {
    try {
      while (this.#asked) {
        await this.#alone(async () => {
          const eager = this.#eager;
          this.#asked = this.#eager = false;
          await this.#pass(eager);
        });
      }
      await this.#plan();
    } catch (error) {
      // The phone's own storage failed; what it holds is still there when it works again.
      this.#asked = this.#eager = false;
      this.#again(FIRST_PAUSE);
      this.dispatchEvent(new CustomEvent("trouble", { detail: error }));
    } finally {
      this.#running = null;
      this.#changed();
    }
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
    this.#channel?.postMessage("change");
  }

  /** Runs `work` in this tab only; another tab that sends right now comes first. */
  async #alone(work) {
    if (!this.#locks) {
      await work();
      return;
    }
    const signal = AbortSignal.timeout(OTHER_TAB_TIMEOUT);
    try {
      await this.#locks.request(LOCK, { signal }, work);
    } catch (error) {
      if (!signal.aborted) {
        throw error;
      }
      this.#asked = this.#eager = false; // the other tab is still at it; the timer comes back to it
    }
  }

  /** Sets the timer for what still waits. */
  async #plan() {
    const { counts, pause } = await this.overview();
    if (counts.waiting + counts.photos > 0) {
      this.#again(pause ? Math.max(pause.until - this.#clock(), 0) : FIRST_PAUSE);
    }
  }

  #again(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.drain(), wait);
    this.#timer.unref?.(); // in Node, where the tests run, a timer would keep the process alive
  }

  /** Writes down why sending is put off and until when. */
  async #wait(verdict, before) {
    const failures = (before?.failures ?? 0) + 1;
    const ordered = verdict.kind === "busy" && verdict.pause !== null;
    const wait = ordered ? verdict.pause : pauseAfter(failures, this.#random);
    const until = this.#clock() + wait;
    const message = verdict.message ?? "";
    await this.#store.setPause(this.#owner, { kind: verdict.kind, message, until, failures, ordered });
  }

  async #pass(eager) {
    const pause = await this.#store.pause(this.#owner);
    if (pause && pause.until > this.#clock() && (pause.ordered || !eager)) {
      return;
    }
    const records = await this.#store.batch(this.#owner, 1);
    const photos = await this.#store.sendablePhotos(this.#owner);
    if (records.length + photos.length === 0) {
      await this.#store.setPause(this.#owner, null);
      return;
    }
    const session = new Session(this.#transport, this.#owner);
    const obstacle =
      (await session.open()) ?? (await this.#sendRecords(session, pause)) ?? (await this.#sendPhotos(session));
    if (obstacle) {
      // The network's return is told a moment before it works: one failure more must not mean minutes of waiting.
      await this.#wait(obstacle, eager && obstacle.kind === "offline" ? null : pause);
    } else {
      await this.#store.setPause(this.#owner, null);
    }
  }

  /** Sends all waiting records; resolves to the verdict that stopped it, or null. */
  async #sendRecords(session, pause) {
    // After an error of the server's own the batches get smaller, until the record that causes it stands alone.
    let size = pause?.kind === "failed" ? Math.max(1, BATCH >> pause.failures) : BATCH;
    for (;;) {
      const batch = await this.#store.batch(this.#owner, size);
      if (batch.length === 0) {
        return null;
      }
      const body = batchBody(batch, this.#owner, new Date(this.#clock()));
      const verdict = await session.ask((token) => this.#transport.sendRecords(body, token), batchVerdict);
      const ids = batch.map(({ id }) => id);
      if (verdict.kind === "answered") {
        const done = await this.#store.settle(this.#owner, verdict.results, this.#clock());
        if (done.length === 0) {
          return { kind: "failed" };
        }
        size = BATCH;
        this.#changed();
      } else if (verdict.kind === "unacceptable" && batch.length > 1) {
        size = Math.floor(batch.length / 2);
      } else if (verdict.kind === "unacceptable") {
        const word = { id: ids[0], outcome: "refused", reason: verdict.message };
        await this.#store.settle(this.#owner, new Map([[ids[0], word]]), this.#clock());
        this.#changed();
      } else {
        if (verdict.kind === "failed") {
          await this.#store.countAttempt(ids);
        }
        return verdict;
      }
    }
  }

  /** Sends each photo whose record has arrived; resolves to the verdict that stopped it, or null. */
  async #sendPhotos(session) {
    let early = null;
    for (const photo of await this.#store.sendablePhotos(this.#owner)) {
      const bytes = await this.#store.bytesOf(photo.id);
      if (!bytes) {
        continue; // another tab has just finished with it
      }
      const verdict = await session.ask((token) => this.#transport.sendPhoto(photo, bytes, token), photoVerdict);
      if (verdict.kind === "stored") {
        await this.#store.photoStored(photo.id);
        this.#changed();
      } else if (verdict.kind === "unacceptable") {
        await this.#store.photoRefused(photo.id, verdict.message || UNEXPLAINED);
        this.#changed();
      } else if (verdict.kind === "not-yet") {
        await this.#store.countAttempt([photo.id]);
        early = verdict;
      } else {
        if (verdict.kind === "failed") {
          await this.#store.countAttempt([photo.id]);
        }
        return verdict;
      }
    }
    return early;
  }
}

/** The owner's session and its CSRF token, fetched afresh: the phone may have been offline while they changed. */
class Session {
  #transport;
  #owner;
  #token = null;
  #renewed = false;

  constructor(transport, owner) {
    this.#transport = transport;
    this.#owner = owner;
  }

  /** Resolves to null when this owner may send, else to the verdict that says why not. */
  async open() {
    const verdict = sessionVerdict(await this.#transport.session(), this.#owner);
    this.#token = verdict.token ?? null;
    return verdict.kind === "ready" ? null : verdict;
  }

  /** Makes one call with the token; once, with a new token, when the old one was no longer valid. */
  async ask(call, verdictOf) {
    const verdict = verdictOf(await call(this.#token));
    if (verdict.kind !== "stale-token") {
      return verdict;
    }
    if (this.#renewed) {
      return { kind: "failed" };
    }
    this.#renewed = true;
    return (await this.open()) ?? this.ask(call, verdictOf);
  }
}
