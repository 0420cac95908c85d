/** The screen of today: only the state of the outbox is alive on it. */

import { $, openOutbox } from "./page.js";

await openOutbox(({ counts }) => {
  const line = $("[data-queue-line]");
  const troubled = counts.refused + counts.conflicts + counts.refusedPhotos > 0;
  line.classList.toggle("troubled", troubled);
  line.classList.toggle("waiting", !troubled && counts.waiting + counts.photos > 0);
});
