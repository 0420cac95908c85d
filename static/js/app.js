// What every page needs. Each page works without it.

// A refused form: say so in the window's title and lead the reader to the list of errors.
const summary = document.querySelector("[data-error-summary]");
if (summary) {
  document.title = `Chyba: ${document.title}`;
  summary.focus();
}

// A form sent twice in a hurry would do its work twice. Forms that may be sent again say data-repeatable.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "repeatable" in form.dataset) return;
  if ("sent" in form.dataset) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  for (const button of form.querySelectorAll("button[type=submit]")) {
    button.setAttribute("aria-disabled", "true");
    button.dataset.busy = "";
  }
});

// Coming back by the Back button shows the page as it was left: forms must be usable again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button[data-busy]")) {
      button.removeAttribute("aria-disabled");
      delete button.dataset.busy;
    }
  }
});

// Open menus close by Escape (the focus returns to what opened them) and by a click elsewhere.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// A filter or a switch that takes effect at once: <select data-submit>.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// An answer that came by a redirect is a page of its own, not a fragment: after a sign-out elsewhere, polling would
// otherwise put the sign-in form into the progress bar.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const asked = new URL(requestConfig.path, location.href).pathname;
  if (!xhr.responseURL || new URL(xhr.responseURL).pathname === asked) return;
  event.detail.shouldSwap = false;
  if (requestConfig.verb === "get") location.reload();
  else location.assign(xhr.responseURL);
});
