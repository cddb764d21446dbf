/** On a phone the menu is a bar with a button. */
import { within } from "./dom";

export function menu(): void {
  document.addEventListener("click", (event) => {
    const button = within(event, "[data-menu]");
    const side = button?.closest<HTMLElement>(".side");
    if (!button || !side) return;
    const open = side.toggleAttribute("data-open");
    button.setAttribute("aria-expanded", String(open));
  });
}
