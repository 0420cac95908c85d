// The form of a shift: typing a time of one's own chooses „Jiný čas“, choosing a usual time clears what was typed.
// Without this script the server asks which of the two is meant.

const form = document.querySelector("form:has([data-other-time])");
const typed = form.querySelectorAll("[data-other-time] input");
const other = form.querySelector("input[name=usual][value=other]");

form.addEventListener("input", (event) => {
  if ([...typed].includes(event.target)) {
    other.checked = true;
  } else if (event.target.name === "usual" && event.target !== other) {
    for (const input of typed) input.value = "";
  }
});
