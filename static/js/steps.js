// The list of steps by keys: j and k (or the arrows) go down and up, x ticks or picks, / goes to the search.
// Single letters count only while the focus is in the list, so that they cost nobody anything they type elsewhere.

const rows = () => [...document.querySelectorAll(".steps > li")];
const link = (row) => row?.querySelector(".what");

function moved(by) {
  const all = rows();
  const here = all.indexOf(document.activeElement?.closest(".steps > li"));
  link(all[Math.min(Math.max(here + by, 0), all.length - 1)])?.focus();
}

function ticked(event) {
  const row = event.target.closest(".steps > li");
  const box = row.querySelector("input[type=checkbox]");
  if (box) box.checked = !box.checked;
  else row.querySelector("button.tick")?.click();
}

const KEYS = {
  j: () => moved(1),
  k: () => moved(-1),
  ArrowDown: () => moved(1),
  ArrowUp: () => moved(-1),
  x: ticked,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = event.target.closest("input:not([type=checkbox]), select, textarea");
  if (event.key === "/" && !typing) {
    document.querySelector("[role=search] [type=search]")?.focus();
    event.preventDefault();
    return;
  }
  const act = !typing && event.target.closest(".steps") && KEYS[event.key];
  if (!act) return;
  act(event);
  event.preventDefault();
});

for (const told of document.querySelectorAll(".keys-told")) told.hidden = false;
