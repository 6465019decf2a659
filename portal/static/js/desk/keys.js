// @ts-check
// Single-letter keys in the inbox: j and k move between cases, ? shows the list of keys. None of them changes anything.

const links = /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll("#cases tbody th a")]);

/** @param {number} step */
function move(step) {
  const at = links.findIndex((link) => link === document.activeElement);
  const next = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step];
  if (next) next.focus();
}

document.addEventListener("keydown", (event) => {
  const target = /** @type {Element | null} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || target?.closest("input, textarea, select")) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "?") {
    const help = document.querySelector("main details");
    if (help instanceof HTMLDetailsElement) {
      help.open = !help.open;
      help.querySelector("summary")?.focus();
    }
  } else return;
  event.preventDefault();
});
