/** <button data-print hidden> prints the page; without scripts it stays hidden, and the browser's own menu does. */
import { all, within } from "./dom";

export function printing(): void {
  document.addEventListener("click", (event) => {
    if (within(event, "[data-print]")) window.print();
  });
}

/** Shows the buttons of a part of the page. */
export function showPrinting(part: ParentNode): void {
  for (const button of all("[data-print]", part)) button.hidden = false;
}
