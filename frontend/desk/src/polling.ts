/** [data-poll="2"] with hx-get and hx-trigger="poll": asks again every so many seconds, while somebody looks. */
import htmx from "htmx.org";
import { all } from "./dom";

export function polling(): void {
  let seconds = 0;
  setInterval(() => {
    if (document.hidden) return;
    seconds += 1;
    for (const part of all("[data-poll]")) {
      const every = Math.max(1, Number(part.dataset["poll"]) || 2);
      if (seconds % every === 0) htmx.trigger(part, "poll");
    }
  }, 1000);
  // Back at the page: at once.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) for (const part of all("[data-poll]")) htmx.trigger(part, "poll");
  });
}
