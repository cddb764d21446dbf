/**
 * <form data-filters="name" method="get">: sends itself when a choice changes, leaves empty fields out of the address, and remembers the
 * choices (never typed text: it may be a name) for the next visit without a query. <a data-filters-clear> forgets them.
 */
import { within } from "./dom";
import { recall, remember } from "./remember";

export function filters(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-filters]");
  if (form && location.search === "" && restore(form)) return;
  if (form) remember(nameOf(form), choices(form).toString() || null);
  document.addEventListener("change", (event) => {
    const field = within(event, "form[data-filters] select, form[data-filters] input[type=checkbox], form[data-filters] input[type=radio]");
    field?.closest("form")?.requestSubmit();
  });
  document.addEventListener("formdata", (event) => {
    if (!(event.target instanceof HTMLFormElement) || !event.target.matches("[data-filters]")) return;
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
  document.addEventListener("click", (event) => {
    const link = within(event, "[data-filters-clear]");
    if (link) remember(`filters.${link.dataset["filtersClear"] ?? ""}`, null);
  });
}

function restore(form: HTMLFormElement): boolean {
  const before = recall(nameOf(form));
  if (!before) return false;
  location.replace(`${location.pathname}?${before}`);
  return true;
}

function nameOf(form: HTMLFormElement): string {
  return `filters.${form.dataset["filters"] ?? ""}`;
}

function choices(form: HTMLFormElement): URLSearchParams {
  const kept = new URLSearchParams();
  for (const field of form.elements) {
    const chosen = field instanceof HTMLSelectElement || (field instanceof HTMLInputElement && field.type === "checkbox" && field.checked);
    if (chosen && field.name && field.value) kept.append(field.name, field.value);
  }
  return kept;
}
