/**
 * Single keys: <button data-key="1" data-key-says="…">. A key presses that element, or puts the cursor into it if it is a field.
 * J and K go through [data-rows] where nothing on the page claims them. "?" lists them all. They can be switched off (WCAG 2.1.4).
 */
import { open } from "./dialogs";
import { all, within } from "./dom";
import { recall, remember } from "./remember";

const SWITCH = "[data-keys-switch]";

export function keyboard(): void {
  show(on());
  document.addEventListener("keydown", pressed);
  document.addEventListener("keydown", sent);
  document.addEventListener("change", (event) => {
    const box = within(event, SWITCH);
    if (!(box instanceof HTMLInputElement)) return;
    remember("keys", box.checked ? null : "off");
    show(box.checked);
  });
  document.addEventListener("click", (event) => {
    if (within(event, "[data-keys-help]")) help();
  });
}

function on(): boolean {
  return recall("keys") !== "off";
}

function show(active: boolean): void {
  document.documentElement.dataset["keys"] = active ? "on" : "off";
  for (const box of all<HTMLInputElement>(SWITCH)) box.checked = active;
}

function pressed(event: KeyboardEvent): void {
  if (!on() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented || typing(event)) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const dialog = document.querySelector<HTMLElement>("dialog[open]");
  if (act(key, dialog ?? document, dialog === null)) event.preventDefault();
}

/** Ctrl and Enter in a text of several lines sends its form: Enter alone begins a new line there. */
function sent(event: KeyboardEvent): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !(event.target instanceof HTMLTextAreaElement)) return;
  event.preventDefault();
  event.target.form?.requestSubmit();
}

/** Does what the key means here; false where it means nothing. */
function act(key: string, where: ParentNode, pageIsFree: boolean): boolean {
  const claimed = all(`[data-key="${CSS.escape(key)}"]`, where).find((element) => element.offsetParent !== null);
  // Enter on a link or a button is that link's or button's own.
  if (key === "Enter" && document.activeElement !== document.body) return false;
  if (claimed) {
    if (claimed.matches("input, textarea, select")) claimed.focus();
    else claimed.click();
    return true;
  }
  if (!pageIsFree) return false;
  if (key === "?") return help();
  if (key === "j") return step(1);
  if (key === "k") return step(-1);
  return false;
}

function typing(event: KeyboardEvent): boolean {
  const field = within(event, "input, textarea, select, [contenteditable]");
  return field !== null && !(field instanceof HTMLInputElement && ["checkbox", "radio", "button", "submit"].includes(field.type));
}

/** Moves to the next or the last row's link; Enter then opens it, as with any link. */
function step(by: 1 | -1): boolean {
  const links = all("[data-rows] [data-row]");
  if (links.length === 0) return false;
  const here = links.indexOf(document.activeElement as HTMLElement);
  const next = here < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(here + by, 0), links.length - 1);
  links[next]?.focus();
  return true;
}

/** The dialog of all keys: those that always hold are in the page, those of this page are read from it. */
function help(): boolean {
  const list = document.querySelector("[data-keys-here]");
  if (list) {
    const rows = all("[data-key]").filter((element) => element.dataset["keySays"] !== undefined && !element.closest("dialog"));
    list.replaceChildren(...rows.flatMap((element) => pair(element.dataset["key"] ?? "", element.dataset["keySays"] ?? "")));
  }
  return open("keys") !== null;
}

function pair(key: string, says: string): HTMLElement[] {
  const term = document.createElement("dt");
  const cap = document.createElement("kbd");
  cap.textContent = key.length === 1 ? key.toUpperCase() : key;
  term.append(cap);
  const meaning = document.createElement("dd");
  meaning.textContent = says;
  return [term, meaning];
}
