/**
 * The outbox's storage for a browser that refuses IndexedDB: lasts as long as the page. The page says so and sends
 * at once; everything else is the same as with the lasting storage (`store.js`).
 */

import { inOrder, sendable, settled, superfluous } from "./entries.js";

export class MemoryStore {
  lasting = false;
  #records = new Map();
  #photos = new Map();
  #bytes = new Map();
  #sent = new Map();
  #pauses = new Map();
  #people = new Map();
  #locks = new Map();
  #holder = null;

  #owned(rows, owner) {
    return [...rows.values()].filter((row) => row.owner === owner);
  }

  async save(record, photos, dropped = []) {
    this.#records.set(record.id, structuredClone(record));
    for (const id of dropped) {
      this.#forgetPhoto(id);
    }
    for (const { bytes, ...photo } of photos) {
      this.#photos.set(photo.id, structuredClone(photo));
      this.#bytes.set(photo.id, bytes);
    }
  }

  async record(owner, id) {
    const record = this.#records.get(id);
    return record?.owner === owner ? structuredClone(record) : null;
  }

  async records(owner) {
    return structuredClone(this.#owned(this.#records, owner));
  }

  async photos(owner) {
    return structuredClone(this.#owned(this.#photos, owner));
  }

  async bytesOf(id) {
    return this.#bytes.get(id);
  }

  async sent(owner) {
    return this.#owned(this.#sent, owner).sort((a, b) => b.sentAt - a.sentAt);
  }

  async batch(owner, size) {
    return inOrder(await this.records(owner)).slice(0, size);
  }

  async sendablePhotos(owner) {
    return sendable(await this.photos(owner), await this.records(owner));
  }

  async settle(owner, results, now) {
    const done = [];
    for (const [id, result] of results) {
      const record = this.#records.get(id);
      if (record?.owner !== owner) {
        continue;
      }
      const kept = settled(record, result, now);
      if (kept.sent) {
        this.#records.delete(id);
        this.#sent.set(id, kept.sent);
      } else {
        this.#records.set(id, kept.record);
      }
      done.push(id);
    }
    for (const { id } of superfluous(this.#owned(this.#sent, owner))) {
      this.#sent.delete(id);
    }
    return done;
  }

  async countAttempt(ids) {
    for (const id of ids) {
      const row = this.#records.get(id) ?? this.#photos.get(id);
      if (row) {
        row.attempts += 1;
      }
    }
  }

  async photoStored(id) {
    this.#forgetPhoto(id);
  }

  async photoRefused(id, reason) {
    const photo = this.#photos.get(id);
    if (photo) {
      Object.assign(photo, { state: "refused", reason });
    }
  }

  async discard(owner, id) {
    if (this.#photos.get(id)?.owner === owner) {
      this.#forgetPhoto(id);
    }
    if (this.#records.get(id)?.owner === owner) {
      this.#records.delete(id);
      for (const photo of this.#owned(this.#photos, owner)) {
        if (photo.record === id) {
          this.#forgetPhoto(photo.id);
        }
      }
    }
  }

  async pause(owner) {
    return this.#pauses.get(owner) ?? null;
  }

  async setPause(owner, pause) {
    if (pause) {
      this.#pauses.set(owner, pause);
    } else {
      this.#pauses.delete(owner);
    }
  }

  async holder() {
    return this.#holder;
  }

  async setHolder(owner) {
    this.#holder = owner;
  }

  async person(owner) {
    return this.#people.get(owner) ?? null;
  }

  async keepPerson(owner, data, at) {
    this.#people.set(owner, { owner, data, at });
  }

  async forgetPerson(owner) {
    this.#people.delete(owner);
  }

  async lock(owner) {
    return this.#locks.get(owner) ?? null;
  }

  async setLock(owner, lock) {
    if (lock) {
      this.#locks.set(owner, { ...lock, owner });
    } else {
      this.#locks.delete(owner);
    }
  }

  #forgetPhoto(id) {
    this.#photos.delete(id);
    this.#bytes.delete(id);
  }
}
