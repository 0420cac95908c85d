/**
 * For the pages of signing in and out: whoever held the phone holds it no longer, and is told what they leave in it.
 * Nothing of what waits to be sent is touched.
 */

import { tally } from "./entries.js";
import { LastingStore } from "./store.js";
import { plural } from "./words.js";

const STORAGE_TIMEOUT = 2_000;

function unsentWords(count) {
  const records = plural(count, "záznam", "záznamy", "záznamů");
  return `${count} ${records} v tomto telefonu ${plural(count, "čeká", "čekají", "čeká")} na odeslání.`;
}

/** The storage, if it opens soon: nobody is kept from signing in by a database that does not answer. */
function openStore() {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("storage did not open in time")), STORAGE_TIMEOUT);
    LastingStore.open().then(resolve, reject);
  });
}

async function tellUnsent(store, owner) {
  const { waiting, refused, conflicts, photos } = tally(await store.records(owner), await store.photos(owner));
  const count = waiting + refused + conflicts || photos;
  if (count > 0) {
    document.querySelector("[data-unsent-count]").textContent = unsentWords(count);
    document.querySelector("[data-unsent]").hidden = false;
  }
}

const form = document.querySelector("[data-leaving]");
const owner = Number(form?.dataset.leaving) || null;

async function letGo() {
  const store = await openStore();
  await store.setHolder(null);
  if (owner) {
    await store.forgetPerson(owner);
  }
}

if (form) {
  let ready = false;
  // Before app.js takes the form for sent: it goes out by itself a moment later.
  form.addEventListener("submit", async (event) => {
    if (ready) {
      return;
    }
    event.preventDefault();
    ready = true;
    try {
      await letGo();
    } catch (error) {
      console.warn("this browser keeps nothing:", error);
    }
    form.requestSubmit();
  });
  if (owner) {
    try {
      await tellUnsent(await openStore(), owner);
    } catch (error) {
      console.warn("this browser keeps nothing:", error);
    }
  }
}
