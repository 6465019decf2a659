// @ts-check
// The questions as they stand in the page: which are asked, what was answered, and how it reads.
//
// Rule: the content has the names, codes and shape that portal/questions.py makes of the plain form.

import { $ } from "./page.js";

/** @typedef {import("./sealer.js").Content} Content */

const KEEPS_WORDS = "textarea, input:not([type])";

/** @returns {HTMLElement[]} */
export function sections() {
  return [...$("questions").querySelectorAll("section")];
}

/** @param {ParentNode} place @returns {HTMLInputElement[]} */
function controls(place) {
  /** @type {HTMLInputElement[]} */
  const found = [...place.querySelectorAll(/** @type {"input"} */ ("input[name]:not([type=file]), textarea[name], select[name]"))];
  return found.filter((control) => !control.closest("[data-only-if][hidden]"));
}

/** @param {string} typed */
function tidy(typed) {
  return typed.replace(/\r\n?/g, "\n").trim();
}

/** What was answered, by name. */
export function content() {
  /** @type {Content} */
  const answers = { language: document.documentElement.lang };
  for (const control of controls($("questions"))) {
    const { name, type, value } = control;
    const picks = type === "checkbox" || type === "radio";
    if (picks ? !control.checked : !tidy(value)) continue;
    if (type === "checkbox") answers[name] = [...(/** @type {string[]} */ (answers[name] || [])), value];
    else answers[name] = tidy(value);
  }
  return answers;
}

/** @returns {File[]} */
export function files() {
  return [.../** @type {FileList} */ (/** @type {HTMLInputElement} */ ($("f-files")).files)];
}

/** Whether anything was told in own words. */
export function hasWords() {
  return controls($("questions")).some((control) => control.matches(KEEPS_WORDS) && tidy(control.value));
}

/** The first field with more letters than may be, and how many may. @returns {{field: HTMLInputElement, most: number} | undefined} */
export function tooLong() {
  const { mostArea, mostText } = $("questions").dataset;
  for (const field of controls($("questions"))) {
    const most = Number(field.matches("textarea") ? mostArea : mostText);
    if (field.matches(KEEPS_WORDS) && Array.from(tidy(field.value)).length > most) return { field, most };
  }
  return undefined;
}

/**
 * What a section's answers read like: what was asked, where that is not the section's own title, and what was said.
 * @param {HTMLElement} section @returns {{asked: string, said: string[]}[]}
 */
export function described(section) {
  const fields = /** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll(".field:not([hidden])"));
  const answers = [...fields].map((field) => ({ asked: askedIn(field), said: saidIn(field) }));
  return answers.filter(({ said }) => said.length);
}

/** @param {HTMLElement} field */
function askedIn(field) {
  const words = field.querySelector("legend, label");
  // Its first piece of text: what follows only says that it is optional.
  return !words || field.querySelector("h2") ? "" : wordsOf(words.firstChild || words);
}

/** @param {HTMLElement} field */
function saidIn(field) {
  if (field.contains($("f-files"))) return files().map((file) => file.name);
  const said = controls(field).map((control) => {
    if (control.type === "checkbox" || control.type === "radio") return control.checked ? wordsBeside(control) : "";
    if (control instanceof HTMLSelectElement) return control.value && wordsOf(control.selectedOptions[0]);
    return tidy(control.value);
  });
  return said.filter(Boolean);
}

/** The questions that matter most and were left open: a section's title, or the field's own words. @param {Content} answers */
export function lacking(answers) {
  const asked = [...$("questions").querySelectorAll("[data-needed]")];
  const open = asked.filter((field) => !answers[/** @type {HTMLElement} */ (field).dataset.needed || ""]);
  return open.map((field) => wordsOf(field.querySelector("legend, label") || field));
}

/** Show what is asked only after another answer, and hide what is not asked. */
export function askOnlyIf() {
  for (const asked of /** @type {NodeListOf<HTMLElement>} */ ($("questions").querySelectorAll("[data-only-if]"))) {
    const [name, codes] = String(asked.dataset.onlyIf).split("=");
    const given = [...$("questions").querySelectorAll(`[name=${name}]:checked`)];
    asked.hidden = !given.some((control) => codes.split(",").includes(/** @type {HTMLInputElement} */ (control).value));
    if (asked instanceof HTMLDetailsElement) asked.open = true;
  }
}

/** @param {HTMLElement} control */
function wordsBeside(control) {
  return wordsOf(control.closest("label") || control);
}

/** @param {Node} element */
function wordsOf(element) {
  return String(element.textContent).replace(/\s+/g, " ").trim();
}
