/** <button data-dialog="id"> opens <dialog id>; <button data-shut> and a click beside it close it; one with data-open opens with the page. Focus goes back by itself. */
import { within } from "./dom";

export function dialogs(): void {
  // What could not be done is said where it was typed.
  const again = document.querySelector<HTMLDialogElement>("dialog[data-open]");
  if (again) open(again.id);
  document.addEventListener("click", (event) => {
    const opener = within(event, "[data-dialog]");
    if (opener) open(opener.dataset["dialog"] ?? "");
    const shut = within(event, "[data-shut]")?.closest("dialog");
    // The backdrop counts as the dialog itself.
    const beside = event.target instanceof HTMLDialogElement ? event.target : null;
    (shut ?? beside)?.close();
  });
}

/** Opens the dialog with this id, once. */
export function open(id: string): HTMLDialogElement | null {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement)) return null;
  if (!dialog.open) dialog.showModal();
  return dialog;
}
