// Which key of the review somebody pressed. Pure.

const TYPED = new Set(["text", "search", "date", "number", "password", "email", "tel", "url", "time", "month"]);

/** Whether what is typed belongs to the element. */
function takesText({ tagName, type, isContentEditable }) {
  return isContentEditable || tagName === "TEXTAREA" || tagName === "SELECT" || (tagName === "INPUT" && TYPED.has(type));
}

/**
 * The letter in lower case; null when it belongs to a field, to the browser, or is a key held down: nobody confirms
 * twenty findings by leaning on the keyboard.
 *
 * @param {KeyboardEvent} event
 */
export function keyFor({ key, target, ctrlKey, altKey, metaKey, repeat, isComposing }) {
  if (ctrlKey || altKey || metaKey || repeat || isComposing || key.length !== 1 || takesText(target)) {
    return null;
  }
  return key.toLowerCase();
}
