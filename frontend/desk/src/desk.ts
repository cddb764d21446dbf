/** Scripts of the office pages. Every page works without them; they save time. Texts come from the page, which is translated. */
import htmx from "htmx.org";
import { chooseColumns } from "./columns";
import { dialogs } from "./dialogs";
import { drawer } from "./drawer";
import { filters } from "./filters";
import { keyboard } from "./keyboard";
import { keys } from "./keys";
import { menu } from "./menu";
import { phrases } from "./phrases";
import { picking } from "./picking";
import { polling } from "./polling";
import { printing, showPrinting } from "./printing";
import { queue } from "./queue";
import { forget } from "./remember";
import { sending } from "./sending";

document.documentElement.classList.add("js");
// On the sign-in page: nothing that the last person chose stays on this machine.
if (document.querySelector("[data-forget]")) forget();

menu();
dialogs();
drawer();
keyboard();
keys();
filters();
phrases();
picking();
polling();
printing();
queue();
sending();
// Also for what htmx has put into the page.
htmx.onLoad((part) => {
  if (!(part instanceof Element)) return;
  chooseColumns(part);
  showPrinting(part);
});
