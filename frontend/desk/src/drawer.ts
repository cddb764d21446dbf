/**
 * <a href data-drawer> opens that page's <main data-part> in the drawer, and the list keeps its place. Without scripts, with Ctrl, or with
 * the middle button it is an ordinary link. Inside the drawer, links marked data-drawer stay in it.
 */
import htmx from "htmx.org";
import { within } from "./dom";
import { open } from "./dialogs";

const BODY = "#drawer-body";

export function drawer(): void {
  document.addEventListener("click", (event) => {
    const link = within(event, "a[data-drawer]");
    if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || elsewhere(event)) return;
    event.preventDefault();
    void show(link);
  });
}

async function show(link: HTMLAnchorElement): Promise<void> {
  const dialog = open("drawer");
  const title = dialog?.querySelector("[data-drawer-title]");
  const whole = dialog?.querySelector<HTMLAnchorElement>("[data-drawer-whole]");
  if (!dialog) {
    location.assign(link.href);
    return;
  }
  if (whole) whole.href = link.href;
  if (title) title.textContent = link.dataset["drawer"] ?? "";
  dialog.setAttribute("aria-busy", "true");
  mark(link);
  try {
    await htmx.ajax("get", link.href, { target: BODY, swap: "innerHTML", select: "[data-part]" });
  } finally {
    dialog.removeAttribute("aria-busy");
  }
  // A page with no such part (signed out in the meantime, say) is shown whole.
  if (!document.querySelector(`${BODY} [data-part]`)) location.assign(link.href);
}

/** Shows which row the drawer belongs to. */
function mark(link: HTMLAnchorElement): void {
  const row = link.closest("tr");
  if (!row) return;
  document.querySelectorAll("tr.chosen").forEach((other) => {
    other.classList.remove("chosen");
  });
  row.classList.add("chosen");
}

function elsewhere(event: MouseEvent): boolean {
  return event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
}
