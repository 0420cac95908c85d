/**
 * The application as something that stays in the phone: its service worker, updates, lasting storage.
 */

const TAG = "apk-outbox";

/** Registers the worker; resolves to the registration, or null where the browser has or allows none. */
async function registered({ worker, scope }) {
  if (!navigator.serviceWorker) {
    return null;
  }
  const options = { scope, updateViaCache: "none" };
  try {
    return await navigator.serviceWorker.register(`${worker}?modul`, { ...options, type: "module" });
  } catch (error) {
    console.info("workers of this browser do not import, the queue is sent only while a screen is open:", error);
  }
  try {
    return await navigator.serviceWorker.register(worker, options);
  } catch (error) {
    console.warn("no service worker:", error);
    return null;
  }
}

/** Calls `offer(takeOver)` once a new version is ready while this screen still runs the old one. */
function watchUpdates(registration, offer) {
  const ready = () => {
    if (registration.waiting && navigator.serviceWorker.controller) {
      offer(() => registration.waiting?.postMessage("take-over"));
    }
  };
  ready();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", ready));
}

/**
 * Makes the application open without a connection.
 *
 * @param {{worker: string, scope: string}} addresses
 * @param {(takeOver: () => void) => void} offerUpdate
 * @param {() => boolean} isWriting whether a reload would lose what the person has typed
 * @returns {Promise<ServiceWorkerRegistration | null>}
 */
export async function install(addresses, offerUpdate, isWriting) {
  const registration = await registered(addresses);
  if (!registration) {
    return null;
  }
  watchUpdates(registration, offerUpdate);
  // The first version takes over silently; a later one only because the person asked for it here or in another tab.
  let controlled = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (controlled && isWriting()) {
      offerUpdate(() => location.reload());
    } else if (controlled) {
      location.reload();
    }
    controlled = true;
  });
  return registration;
}

/** Asks the browser to send the queue when it can, even after the screen is closed. It may decline. */
export async function askForSync(registration) {
  try {
    await registration?.sync?.register(TAG);
  } catch (error) {
    console.info("no background sync:", error);
  }
}

/** Shows the buttons that put the application on the home screen, once the browser offers to do it. */
export function offerHomeScreen() {
  const parts = document.querySelectorAll("[data-install], [data-install-hint]");
  const show = (shown) => parts.forEach((part) => (part.hidden = !shown));
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    show(true);
    const ask = async () => {
      await event.prompt();
      show(false);
    };
    document.querySelectorAll("[data-install]").forEach((button) => button.addEventListener("click", ask, { once: true }));
  });
  window.addEventListener("appinstalled", () => show(false));
}
