// @ts-check
// What both pages with scripts do with the page itself: show and hide, say the texts that stand in it, and leave.
//
// Rules: texts come from the page, never from here; what people wrote is put in as text and never as markup; nothing is
// kept in the browser; leaving empties every field and ends the worker before anything else.

/** @param {string} id @returns {HTMLElement} */
export function $(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {string} id @returns {HTMLInputElement} */
export function input(id) {
  return /** @type {HTMLInputElement} */ ($(id));
}

/** A text of the page, its places filled in. @param {string} name @param {{[place: string]: unknown}} [more] */
export function text(name, more = {}) {
  const texts = /** @type {HTMLTemplateElement} */ ($("texts")).content;
  const found = texts.querySelector(`[data-text="${name}"]`);
  return String(found && found.textContent).trim().replace(/\{(\w+)\}/g, (_, place) => String(more[place]));
}

/** @param {HTMLElement} element @param {boolean} [visible] */
export function show(element, visible = true) {
  element.hidden = !visible;
}

/** Say a sentence in a place made for it; nothing hides the place. @param {string} id @param {string} sentence */
export function say(id, sentence) {
  $(id).textContent = sentence;
  show($(id), sentence !== "");
}

/** A new element with text in it. @param {string} name @param {string} [words] */
export function made(name, words = "") {
  const element = document.createElement(name);
  element.textContent = words;
  return element;
}

/** Bring a heading into sight, and the reader to it. @param {Element | null} heading */
export function lead(heading) {
  scrollTo(0, 0);
  if (!(heading instanceof HTMLElement)) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

const TITLE = document.title;

/** Titles begin with “Error:” while something has to be mended. @param {boolean} wrong */
export function markError(wrong) {
  document.title = wrong ? `${text("error")} ${TITLE}` : TITLE;
}

/** The page could not get ready, or must not be used. The other ways stay in sight unless `stop`. @param {string} name @param {boolean} [stop] */
export function cannot(name, stop = false) {
  show($("work"), false);
  show($("sending"), false);
  show($("start"));
  show($("waiting"), false);
  show($("other-door"), !stop);
  say("start-error", text(name));
}

/** Anything that nobody expected: nothing more can be pressed, and what was written stays to be copied. @param {() => void} stop */
export function whenBroken(stop) {
  const broken = () => {
    stop();
    const [work, sending] = [$("work").hidden, $("sending").hidden];
    cannot("broken");
    show($("work"), !work);
    show($("sending"), !sending);
    for (const button of document.querySelectorAll("button")) show(button, false);
    scrollTo(0, 0);
  };
  addEventListener("error", broken);
  addEventListener("unhandledrejection", broken);
}

/** Leaving, by the link or by Shift three times; and whatever else ends this page. @param {() => void} forget */
export function whenLeft(forget) {
  const link = /** @type {HTMLAnchorElement} */ ($("leave"));
  const wipe = () => {
    forget();
    for (const field of document.querySelectorAll("input, textarea, select")) empty(field);
    for (const shown of document.querySelectorAll("bdi, dd, .message")) shown.textContent = "";
  };
  const leave = () => {
    wipe();
    document.body.hidden = true;
    location.replace(link.href);
  };
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  onThreeShifts(leave);
  show($("shift"), matchMedia("(any-pointer: fine)").matches);
  addEventListener("pagehide", wipe);
  // A page that comes back from memory is empty; it begins anew.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

/** @param {Element} field */
function empty(field) {
  if (field instanceof HTMLInputElement && /^(checkbox|radio)$/.test(field.type)) field.checked = false;
  else if (field instanceof HTMLSelectElement) field.selectedIndex = 0;
  else if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) field.value = "";
}

/** Shift alone, three times within two seconds: nobody types capitals like that. @param {() => void} act */
function onThreeShifts(act) {
  /** @type {number[]} */
  let pressed = [];
  addEventListener("keydown", ({ key, repeat, timeStamp }) => {
    if (key !== "Shift") pressed = [];
    else if (!repeat) pressed = [...pressed.filter((time) => timeStamp - time < 2000), timeStamp];
    if (pressed.length === 3) act();
  });
}
