/**
 * Forms: a second press of the button does not send twice; <form data-upload hx-boost="true"> shows how far the file is; a box that takes
 * a file shows which one it got, and also takes one that is dropped on it.
 */
import { all, announce, fill, within } from "./dom";

/** What htmx says while it sends. */
interface Sent {
  readonly elt?: Element;
  readonly loaded?: number;
  readonly total?: number;
}

const started = new WeakMap<Element, number>();

export function sending(): void {
  // Before htmx hears of it.
  document.addEventListener("submit", once, true);
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target instanceof Element ? event.target.closest("form") : null;
    if (form) release(form);
  });
  // Back by the browser's button: the form may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of all<HTMLFormElement>("form[data-sent]")) release(form);
  });
  document.addEventListener("htmx:xhr:progress", (event) => {
    progress((event as CustomEvent<Sent>).detail, event.target);
  });
  for (const failed of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failed, (event) => {
      broken(event.target);
    });
  }
  document.addEventListener("change", (event) => {
    const input = within(event, ".drop input[type=file]");
    if (input instanceof HTMLInputElement) named(input);
  });
  dropping();
}

function once(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method === "get" || form.method === "dialog") return;
  if (form.dataset["sent"] !== undefined) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset["sent"] = "";
  form.setAttribute("aria-busy", "true");
}

function release(form: Element): void {
  form.removeAttribute("data-sent");
  form.removeAttribute("aria-busy");
}

function formOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("form[data-upload]") : null;
}

function progress(sent: Sent, target: EventTarget | null): void {
  const form = formOf(target);
  const box = form?.querySelector<HTMLElement>("[data-upload-box]");
  const { loaded = 0, total = 0 } = sent;
  if (!form || !box || total === 0) return;
  box.hidden = false;
  const now = performance.now();
  const since = started.get(form) ?? now;
  started.set(form, since);
  const bar = box.querySelector("progress");
  if (bar) {
    bar.max = total;
    bar.value = loaded;
  }
  const rate = loaded / Math.max((now - since) / 1000, 0.1);
  const says = box.querySelector<HTMLElement>("[data-upload-says]");
  const text = fill(form.dataset["upload"] ?? "", { sent: size(loaded), total: size(total), rate: size(rate), left: left((total - loaded) / rate) });
  if (says) says.textContent = text;
}

function broken(target: EventTarget | null): void {
  const form = formOf(target);
  if (!form) return;
  release(form);
  started.delete(form);
  const says = form.querySelector<HTMLElement>("[data-upload-says]");
  const text = form.dataset["uploadBroken"] ?? "";
  if (says) says.textContent = text;
  announce(text);
}

function named(input: HTMLInputElement): void {
  const place = input.closest(".drop")?.querySelector(".drop-name");
  const file = input.files?.[0];
  if (place) place.textContent = file ? `${file.name} (${size(file.size)})` : "";
}

function dropping(): void {
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const box = within(event, ".drop");
      if (!box || !(event instanceof DragEvent)) return;
      event.preventDefault();
      box.classList.toggle("over", kind === "dragover");
      const input = box.querySelector<HTMLInputElement>("input[type=file]");
      if (kind !== "drop" || !input || !event.dataTransfer?.files.length) return;
      input.files = event.dataTransfer.files;
      named(input);
    });
  }
}

function size(bytes: number): string {
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}

function left(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
