/** The screen of the phone itself: whose it is, the lock, what it stores, how to put it on the home screen. */

import { newLock, pinProblem } from "./lock.js";
import { $, openScreen, text } from "./page.js";
import { counted } from "./words.js";

const form = $("[data-pin-form]");

function know({ name }) {
  text("[data-name]", name);
}

function render({ records, photos, counts }) {
  const unsent = records.length + photos.length;
  text(
    "[data-leaving-words]",
    unsent === 0
      ? "V telefonu nic nečeká, můžete se odhlásit."
      : `V telefonu zůstane ${counted(unsent, "neodeslaná položka", "neodeslané položky", "neodeslaných položek")}. ` +
          "Nikdo jiný je neuvidí; odešlou se, až se tu znovu přihlásíte.",
  );
  $("[data-leaving]").classList.toggle("troubled", counts.waiting + counts.photos > 0);
}

async function showStorage() {
  const manager = navigator.storage;
  if (!manager?.estimate) {
    text("[data-storage]", "Tento prohlížeč neřekne, kolik má místa.");
    return;
  }
  const { usage, quota } = await manager.estimate();
  const free = Math.max(0, Math.round((quota - usage) / 1_000_000));
  const lasting = await manager.persisted?.();
  const promise = lasting
    ? "Prohlížeč slíbil, že záznamy sám nesmaže."
    : "Prohlížeč zatím neslíbil, že záznamy při nedostatku místa nesmaže; přidejte aplikaci na plochu.";
  text("[data-storage]", `Volné místo pro záznamy asi ${free.toLocaleString("cs")} MB. ${promise}`);
}

function showLock(lock) {
  $("[data-pin-remove]").hidden = !lock;
  text("[data-pin-words]", lock ? "Změnit PIN" : "Zapnout zámek");
  text("[data-pin-state]", lock ? "Zámek je zapnutý. Zamkne se po 5 minutách bez dotyku." : "Zámek je vypnutý.");
}

showStorage();
const { store, owner, lockScreen } = await openScreen({ know, render });
showLock(await store.lock(owner));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { pin, again } = Object.fromEntries(new FormData(form));
  const problem = pinProblem(pin, again);
  text("[data-pin-problem]", problem);
  $("[data-pin-problem]").hidden = !problem;
  if (problem) {
    form.elements.namedItem("pin").focus();
    return;
  }
  const lock = await newLock(pin);
  await store.setLock(owner, lock);
  lockScreen.take(lock);
  form.reset();
  showLock(lock);
});
$("[data-pin-remove]").addEventListener("click", async () => {
  await store.setLock(owner, null);
  lockScreen.take(null);
  showLock(null);
});
