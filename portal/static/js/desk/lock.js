// @ts-check
// While someone types, the desk is told so (at most once a minute), because only requests count as use. After fifteen
// minutes without a key or a touch the page hides what it shows: the desk behind it is locked by then.

const LOCK_AFTER = 15 * 60 * 1000;
const TELL_EVERY = 60 * 1000;

const main = /** @type {HTMLElement} */ (document.querySelector("main"));
const notice = /** @type {HTMLElement} */ (document.getElementById("locked"));
const token = document.querySelector("input[name=csrf_token]");
let used = Date.now();
let told = Date.now();

function tell() {
  told = Date.now();
  const body = new URLSearchParams({ csrf_token: token instanceof HTMLInputElement ? token.value : "" });
  fetch("/touch", { method: "POST", body }).then(
    (answer) => show(answer.ok),
    () => undefined,
  );
}

/** @param {boolean} open */
function show(open) {
  main.hidden = !open;
  notice.hidden = open;
}

function use() {
  used = Date.now();
  if (main.hidden || used - told > TELL_EVERY) tell();
}

for (const kind of ["keydown", "pointerdown", "input"]) document.addEventListener(kind, use, { passive: true });
// Coming back from the tab where the desk was unlocked again.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && main.hidden) tell();
});
setInterval(() => {
  if (Date.now() - used > LOCK_AFTER) show(false);
}, 5000);
