/**
 * What every screen of the phone shares: its data, its outbox and the line that says what waits.
 */

import { MemoryStore } from "./memory-store.js";
import { Outbox } from "./outbox.js";
import { LastingStore } from "./store.js";
import { Transport } from "./transport.js";
import { queueSentence } from "./words.js";

// A browser may also neither open nor refuse the database.
const STORAGE_TIMEOUT = 5_000;

export const $ = (selector, root = document) => root.querySelector(selector);

/** What the server put into the page. */
export const data = JSON.parse($("#field-data").textContent);

function openedInTime() {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("storage did not open in time")), STORAGE_TIMEOUT);
    LastingStore.open().then(resolve, reject);
  });
}

async function openStore() {
  try {
    return await openedInTime();
  } catch (error) {
    console.warn("records cannot be kept in this browser:", error);
    $("[data-storage-refused]").hidden = false;
    return new MemoryStore();
  }
}

function text(selector, words) {
  for (const element of document.querySelectorAll(selector)) {
    // A live region speaks whenever it is written to, even with the same words.
    if (element.textContent !== words) {
      element.textContent = words;
    }
  }
}

function showCounts(counts) {
  const unsent = counts.waiting + counts.refused + counts.conflicts;
  const badge = $("[data-queue-count]");
  const photos = counts.photos + counts.refusedPhotos;
  badge.hidden = unsent + photos === 0;
  text("[data-queue-count]", unsent + photos === 0 ? "" : String(unsent || photos));
  text("[data-queue-sentence]", queueSentence(counts));
}

/**
 * Opens the outbox of the signed-in person and starts sending.
 *
 * @param {(overview: object) => void} render called now and after every change with `Outbox.overview()`
 * @returns {Promise<Outbox>}
 */
export async function openOutbox(render) {
  const outbox = new Outbox({
    store: await openStore(),
    transport: new Transport({ base: data.sync }),
    owner: data.owner,
    locks: navigator.locks ?? null,
    channel: Outbox.channel(),
  });
  const trouble = $("[data-storage-trouble]");
  let latest = 0;
  const refresh = async () => {
    latest += 1;
    const turn = latest;
    try {
      const overview = await outbox.overview();
      if (turn !== latest) {
        return; // a newer look is under way
      }
      showCounts(overview.counts);
      render(overview);
      trouble.hidden = true;
    } catch (error) {
      console.error(error);
      trouble.hidden = false;
    }
  };
  outbox.addEventListener("change", refresh);
  outbox.addEventListener("trouble", ({ detail }) => {
    console.error(detail);
    trouble.hidden = false;
  });
  guardUnsaved(outbox);
  await refresh();
  outbox.start();
  return outbox;
}

/** Where nothing can be kept, leaving the page before everything is sent would lose it: the browser asks first. */
function guardUnsaved(outbox) {
  if (outbox.lasting) {
    return;
  }
  let unsent = false;
  outbox.addEventListener("change", async () => {
    const { counts } = await outbox.overview();
    unsent = counts.waiting + counts.photos + counts.refused > 0;
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsent) {
      event.preventDefault();
    }
  });
}
