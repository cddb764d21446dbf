/**
 * <details data-columns="name"> with check boxes whose values are the numbers of columns, for <table data-table="name">: hides columns,
 * and remembers it.
 */
import { all } from "./dom";
import { recall, remember } from "./remember";

export function chooseColumns(part: ParentNode): void {
  for (const chooser of all("[data-columns]", part)) prepare(chooser);
}

function prepare(chooser: HTMLElement): void {
  const name = chooser.dataset["columns"] ?? "";
  const boxes = all<HTMLInputElement>("input[type=checkbox]", chooser);
  const hidden = new Set((recall(`columns.${name}`) ?? "").split(",").filter(Boolean));
  for (const box of boxes) {
    if (recall(`columns.${name}`) !== null) box.checked = !hidden.has(box.value);
    box.addEventListener("change", () => {
      remember(`columns.${name}`, boxes.filter((b) => !b.checked).map((b) => b.value).join(","));
      apply(name, boxes);
    });
  }
  apply(name, boxes);
}

function apply(name: string, boxes: HTMLInputElement[]): void {
  const rows = all<HTMLTableRowElement>(`[data-table="${CSS.escape(name)}"] tr`);
  for (const box of boxes) {
    for (const row of rows) {
      const cell = row.cells[Number(box.value)];
      if (cell) cell.hidden = !box.checked;
    }
  }
}
