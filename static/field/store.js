/**
 * The phone's lasting storage: IndexedDB. A record counts as saved only once its transaction is on the disk.
 *
 * Every method takes the owner whose rows it may touch; rows of other people who use the same phone stay untouched.
 * The one thing the phone knows as a phone is who holds it now (`holder`).
 */

import { openDB } from "../vendor/idb/index.js";
import { inOrder, sendable, settled, superfluous } from "./entries.js";

const NAME = "apk-outbox";
const VERSION = 2;
const ON_DISK = { durability: "strict" };

/**
 * What each version adds, in order. A version only ever adds: an older program in a tab that stays open goes on saving
 * into the stores it knows.
 */
const ADDED = [
  (database) => {
    for (const name of ["records", "photos", "sent"]) {
      database.createObjectStore(name, { keyPath: "id" }).createIndex("owner", "owner");
    }
    database.createObjectStore("bytes");
    database.createObjectStore("pauses", { keyPath: "owner" });
  },
  (database) => {
    database.createObjectStore("phone");
    database.createObjectStore("people", { keyPath: "owner" });
    database.createObjectStore("locks", { keyPath: "owner" });
  },
];

function upgrade(database, from) {
  ADDED.slice(from).forEach((add) => add(database));
}

/** Opens the database in our version, or in the newer one that another tab has made of it. */
async function openDatabase(callbacks) {
  try {
    return await openDB(NAME, VERSION, { upgrade, ...callbacks });
  } catch (error) {
    if (error.name !== "VersionError") {
      throw error;
    }
    return openDB(NAME, undefined, callbacks);
  }
}

export class LastingStore {
  lasting = true;
  #database = null;

  /** Opens the database; rejects when the browser refuses it. */
  static async open() {
    const store = new LastingStore();
    await store.#opened();
    return store;
  }

  async #opened() {
    this.#database ??= openDatabase({
      // A newer version of the application in another tab waits for this one to let go; the next call reopens.
      blocking: () => this.#close(),
      // Phones short of memory close databases under a running page.
      terminated: () => (this.#database = null),
    });
    try {
      return await this.#database;
    } catch (error) {
      this.#database = null;
      throw error;
    }
  }

  async #close() {
    const database = await this.#database;
    this.#database = null;
    database.close();
  }

  /** Runs `work` in one transaction; reopens the database once if it was closed meanwhile. */
  async #transaction(stores, mode, work, again = true) {
    const database = await this.#opened();
    let transaction;
    try {
      transaction = database.transaction(stores, mode, ON_DISK);
    } catch (error) {
      if (again && error.name === "InvalidStateError") {
        this.#database = null;
        return this.#transaction(stores, mode, work, false);
      }
      throw error;
    }
    try {
      const [result] = await Promise.all([work(transaction), transaction.done]);
      return result;
    } catch (error) {
      // An aborted transaction rejects both; the reason (a full disk) is the transaction's.
      throw transaction.error ?? error;
    }
  }

  #read(stores, work) {
    return this.#transaction(stores, "readonly", work);
  }

  #write(stores, work) {
    return this.#transaction(stores, "readwrite", work);
  }

  /**
   * Saves a record with its photos, all or nothing; `photos` carry their `bytes` (ArrayBuffer), `dropped` are ids of
   * photos that the record no longer has. Rejects with QuotaExceededError when the phone is full.
   */
  save(record, photos, dropped = []) {
    return this.#write(["records", "photos", "bytes"], (transaction) => {
      const steps = [transaction.objectStore("records").put(record)];
      for (const id of dropped) {
        steps.push(transaction.objectStore("photos").delete(id), transaction.objectStore("bytes").delete(id));
      }
      for (const { bytes, ...photo } of photos) {
        steps.push(transaction.objectStore("photos").put(photo), transaction.objectStore("bytes").put(bytes, photo.id));
      }
      return Promise.all(steps);
    });
  }

  async record(owner, id) {
    const record = await this.#read(["records"], (transaction) => transaction.objectStore("records").get(id));
    return record?.owner === owner ? record : null;
  }

  records(owner) {
    return this.#read(["records"], (transaction) => transaction.objectStore("records").index("owner").getAll(owner));
  }

  photos(owner) {
    return this.#read(["photos"], (transaction) => transaction.objectStore("photos").index("owner").getAll(owner));
  }

  bytesOf(id) {
    return this.#read(["bytes"], (transaction) => transaction.objectStore("bytes").get(id));
  }

  async sent(owner) {
    const sent = await this.#read(["sent"], (transaction) =>
      transaction.objectStore("sent").index("owner").getAll(owner),
    );
    return sent.sort((a, b) => b.sentAt - a.sentAt);
  }

  /** Up to `size` records that wait to be sent. */
  async batch(owner, size) {
    return inOrder(await this.records(owner)).slice(0, size);
  }

  async sendablePhotos(owner) {
    return sendable(await this.photos(owner), await this.records(owner));
  }

  /** Writes down the server's word on records; returns the ids it concerned. */
  settle(owner, results, now) {
    return this.#write(["records", "sent"], async (transaction) => {
      const records = transaction.objectStore("records");
      const sent = transaction.objectStore("sent");
      const done = [];
      for (const [id, result] of results) {
        const record = await records.get(id);
        if (record?.owner !== owner) {
          continue;
        }
        const kept = settled(record, result, now);
        await (kept.sent ? Promise.all([records.delete(id), sent.put(kept.sent)]) : records.put(kept.record));
        done.push(id);
      }
      const old = superfluous(await sent.index("owner").getAll(owner));
      await Promise.all(old.map(({ id }) => sent.delete(id)));
      return done;
    });
  }

  /** Notes that sending these records or photos failed once more. */
  countAttempt(ids) {
    return this.#write(["records", "photos"], async (transaction) => {
      for (const id of ids) {
        for (const name of ["records", "photos"]) {
          const row = await transaction.objectStore(name).get(id);
          if (row) {
            await transaction.objectStore(name).put({ ...row, attempts: row.attempts + 1 });
          }
        }
      }
    });
  }

  photoStored(id) {
    return this.#write(["photos", "bytes"], (transaction) =>
      Promise.all([transaction.objectStore("photos").delete(id), transaction.objectStore("bytes").delete(id)]),
    );
  }

  photoRefused(id, reason) {
    return this.#write(["photos"], async (transaction) => {
      const photos = transaction.objectStore("photos");
      const photo = await photos.get(id);
      if (photo) {
        await photos.put({ ...photo, state: "refused", reason });
      }
    });
  }

  /** Forgets a record with its photos, or one photo: only ever at the person's own wish. */
  discard(owner, id) {
    return this.#write(["records", "photos", "bytes"], async (transaction) => {
      const records = transaction.objectStore("records");
      const photos = transaction.objectStore("photos");
      const record = await records.get(id);
      if (record?.owner === owner) {
        await records.delete(id);
      }
      for (const photo of await photos.index("owner").getAll(owner)) {
        if (photo.id === id || photo.record === id) {
          await Promise.all([photos.delete(photo.id), transaction.objectStore("bytes").delete(photo.id)]);
        }
      }
    });
  }

  /** When and why sending was put off, or null: {owner, kind, until (ms), failures, ordered}. */
  async pause(owner) {
    const pause = await this.#read(["pauses"], (transaction) => transaction.objectStore("pauses").get(owner));
    return pause ?? null;
  }

  setPause(owner, pause) {
    return this.#write(["pauses"], (transaction) => {
      const pauses = transaction.objectStore("pauses");
      return pause ? pauses.put({ ...pause, owner }) : pauses.delete(owner);
    });
  }

  /** The owner who holds the phone now, or null when nobody has signed in or the last one signed out. */
  async holder() {
    const holder = await this.#read(["phone"], (transaction) => transaction.objectStore("phone").get("holder"));
    return holder ?? null;
  }

  setHolder(owner) {
    return this.#write(["phone"], (transaction) => transaction.objectStore("phone").put(owner, "holder"));
  }

  /** What the server last told this person, or null: {owner, data, at (ms)}. */
  async person(owner) {
    const person = await this.#read(["people"], (transaction) => transaction.objectStore("people").get(owner));
    return person ?? null;
  }

  keepPerson(owner, data, at) {
    return this.#write(["people"], (transaction) => transaction.objectStore("people").put({ owner, data, at }));
  }

  /** Forgets what the server told this person; their records stay. */
  forgetPerson(owner) {
    return this.#write(["people"], (transaction) => transaction.objectStore("people").delete(owner));
  }

  /** The person's lock (`lock.js`), or null. */
  async lock(owner) {
    const lock = await this.#read(["locks"], (transaction) => transaction.objectStore("locks").get(owner));
    return lock ?? null;
  }

  setLock(owner, lock) {
    return this.#write(["locks"], (transaction) => {
      const locks = transaction.objectStore("locks");
      return lock ? locks.put({ ...lock, owner }) : locks.delete(owner);
    });
  }
}
