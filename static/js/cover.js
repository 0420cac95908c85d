// Rectangles drawn over a photo: each drag adds a line to the field, the field is what is sent. Without a pointer, or
// without this script, the same lines are typed.

import { areaOf, areasIn } from "./cover-areas.js";

const box = document.querySelector("[data-cover]");
const field = box && document.getElementById(box.dataset.cover);
const clear = document.querySelector("[data-cover-clear]");

if (field) {
  const svg = box.querySelector("svg");
  let from = null;

  const at = (event) => {
    const { left, top, width, height } = box.getBoundingClientRect();
    return { x: (100 * (event.clientX - left)) / width, y: (100 * (event.clientY - top)) / height };
  };
  const rectangle = ([x, y, width, height]) => {
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [name, value] of Object.entries({ x, y, width, height })) rect.setAttribute(name, value);
    return rect;
  };
  const show = (drawn = null) => svg.replaceChildren(...[...areasIn(field.value), ...(drawn ? [drawn] : [])].map(rectangle));

  box.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    box.setPointerCapture(event.pointerId);
    from = at(event);
  });
  box.addEventListener("pointermove", (event) => {
    if (from) show(areaOf(from, at(event)));
  });
  box.addEventListener("pointerup", (event) => {
    const area = from && areaOf(from, at(event));
    from = null;
    if (area) field.value = `${field.value.trim()}\n${area.join(" ")}`.trim();
    show();
  });
  box.addEventListener("pointercancel", () => {
    from = null;
    show();
  });
  field.addEventListener("input", () => show());
  clear.hidden = false;
  clear.addEventListener("click", () => {
    field.value = "";
    show();
  });
  show();
}
