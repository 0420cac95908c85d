// Whether this phone still holds records of the person who is about to confirm a month. Then there is nothing to
// confirm yet: the page says how many there are and leads to the queue. Without this script the person says it alone.

import { LastingStore } from "../field/store.js";

const notice = document.querySelector("[data-queue-left]");
const owner = Number(notice.dataset.queueLeft);

async function left() {
  const store = await LastingStore.open();
  const [records, photos] = await Promise.all([store.records(owner), store.photos(owner)]);
  return records.length + photos.length;
}

const count = await left().catch(() => 0);
if (count > 0) {
  notice.querySelector("[data-queue-count]").textContent = String(count);
  notice.hidden = false;
  for (const button of document.querySelectorAll("[data-confirm]")) {
    button.disabled = true;
  }
}
