/**
 * Sends the queue while no screen is open, in browsers with Background Sync; imported by the service worker.
 */

import { Outbox } from "./outbox.js";
import { LastingStore } from "./store.js";
import { Transport } from "./transport.js";

/** The tag under which `installation.js` asks for it. */
const TAG = "apk-outbox";

async function sendAll() {
  const store = await LastingStore.open();
  const owner = await store.holder();
  if (owner === null) {
    return;
  }
  const transport = new Transport({ base: new URL("../sync/", self.registration.scope).pathname });
  const outbox = new Outbox({ store, transport, owner, locks: navigator.locks, channel: Outbox.channel() });
  await outbox.drain({ eager: true });
  const { counts } = await outbox.overview();
  if (counts.waiting + counts.photos > 0) {
    // The browser tries again later by its own judgement.
    throw new Error("something still waits");
  }
}

self.addEventListener("sync", (event) => {
  if (event.tag === TAG) {
    event.waitUntil(sendAll());
  }
});
