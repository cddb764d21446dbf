/** <button data-phrase="id"> puts its words into the field with that id: usual wordings, to be changed before they are sent. */
import { within } from "./dom";

export function phrases(): void {
  document.addEventListener("click", (event) => {
    const chosen = within(event, "[data-phrase]");
    const field = chosen ? document.getElementById(chosen.dataset["phrase"] ?? "") : null;
    if (!chosen || !(field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)) return;
    field.value = chosen.textContent.trim();
    field.focus();
  });
}
