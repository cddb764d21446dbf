/** The queue is a list of its own height: the household that is open is in sight, also after J and K. */
export function queue(): void {
  const here = document.querySelector<HTMLElement>(".queue-item[aria-current]");
  const list = here?.closest<HTMLElement>("ol");
  if (!here || !list) return;
  const below = here.offsetTop - list.offsetTop;
  if (below + here.offsetHeight > list.clientHeight) list.scrollTop = below - list.clientHeight / 2;
}
