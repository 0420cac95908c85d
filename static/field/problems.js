/** The list of what is missing in a form: shown above it, each line leading to its part. */

const $ = (selector) => document.querySelector(selector);

export function markInvalid(form, names) {
  for (const part of form.querySelectorAll("[id^=field-]")) {
    part.classList.toggle("invalid", names.includes(part.id.slice("field-".length)));
  }
}

/** Shows what was found: [{field, message}]; nothing hides the list. */
export function showProblems(form, found) {
  markInvalid(
    form,
    found.map(({ field }) => field),
  );
  $("[data-problems]").hidden = found.length === 0;
  $("[data-problem-list]").replaceChildren(
    ...found.map(({ field, message }) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      Object.assign(link, { href: `#field-${field}`, textContent: message });
      item.append(link);
      return item;
    }),
  );
}

/** Opens what hides a part with a problem and leads the person to the list. */
export function leadToProblems(found) {
  if (found.some(({ field }) => field === "note" || field === "referral")) {
    $("[data-more]").open = true;
  }
  const box = $("[data-problems]");
  box.focus();
  box.scrollIntoView({ block: "start" });
}
