/**
 * Rows chosen for an act on several: [data-pick] in each row, [data-pick-all] in the head, [data-batch] is the bar that shows while any is
 * chosen, [data-picked] in it the count. With Shift, everything between the last two.
 */
import { all, announce, within } from "./dom";

let last: HTMLInputElement | null = null;

export function picking(): void {
  document.addEventListener("click", (event) => {
    const box = within(event, "input[data-pick], input[data-pick-all]");
    if (!(box instanceof HTMLInputElement)) return;
    if (box.matches("[data-pick-all]")) for (const one of boxes()) one.checked = box.checked;
    else if (event.shiftKey && last) between(last, box);
    if (box.matches("[data-pick]")) last = box;
    count();
  });
  count();
}

function boxes(): HTMLInputElement[] {
  return all<HTMLInputElement>("input[data-pick]:not(:disabled)");
}

function between(from: HTMLInputElement, to: HTMLInputElement): void {
  const list = boxes();
  const [start, end] = [list.indexOf(from), list.indexOf(to)].sort((a, b) => a - b);
  for (const one of list.slice(start, (end ?? 0) + 1)) one.checked = to.checked;
}

function count(): void {
  const list = boxes();
  const chosen = list.filter((one) => one.checked).length;
  for (const box of all<HTMLInputElement>("input[data-pick-all]")) {
    box.checked = chosen > 0 && chosen === list.length;
    box.indeterminate = chosen > 0 && chosen < list.length;
  }
  for (const bar of all("[data-batch]")) {
    bar.hidden = chosen === 0;
    for (const place of all("[data-picked]", bar)) place.textContent = String(chosen);
    if (chosen > 0) announce(bar.querySelector("[data-picked-says]")?.textContent ?? "");
  }
}
