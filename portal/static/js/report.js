// @ts-check
// The report page: one question at a time, a look at the answers, the receipt, and then the sealed send.
//
// Rules: nothing goes to the network between getting ready and sending; the receipt is shown before anything is sent;
// “stored” is said only after the intake has said so; there is no other way out of this page than sealed.

import { askOnlyIf, content, described, files, hasWords, lacking, sections, tooLong } from "./answers.js";
import { $, input, lead, made, markError, say, show, text, whenBroken, whenLeft } from "./page.js";
import { getReady } from "./ready.js";
import { sendAll } from "./sending.js";

/** @typedef {import("./sealer.js").Sealer} Sealer */

/** @type {Sealer | undefined} */
let sealer;
/** @type {{digits: string, words: string} | undefined} */
let receipt;
let at = 0;
let warned = "";
let sending = false;

const questions = sections();
const CHECK = questions.length;
const RECEIPT = CHECK + 1;

function forget() {
  if (sealer) sealer.forget();
  receipt = undefined;
}

async function begin() {
  whenBroken(forget);
  whenLeft(forget);
  const ready = await getReady(true);
  if (!ready) return;
  sealer = ready.sealer;
  show($("start"), false);
  show($("work"));
  $("questions").addEventListener("change", askOnlyIf);
  $("next").addEventListener("click", () => go(at + 1));
  $("back").addEventListener("click", () => history.back());
  $("send").addEventListener("click", send);
  addEventListener("popstate", ({ state }) => sending || view(state ? state.at : 0));
  askOnlyIf();
  view(0);
}

/** On to a step. Each is a step for the browser's own Back too. @param {number} step */
async function go(step) {
  if (step > CHECK && !passes()) return;
  if (step === RECEIPT && sealer) receipt = receipt || await sealer.ask("make");
  history.pushState({ at: step }, "");
  view(step);
}

/** @param {number} step */
function view(step) {
  at = step;
  questions.forEach((question, index) => show(question, index === step));
  show($("questions"), step < CHECK);
  show($("check"), step === CHECK);
  show($("receipt"), step === RECEIPT);
  show($("next"), step < RECEIPT);
  show($("send"), step === RECEIPT);
  show($("back"), step > 0);
  $("step").textContent = text("step", { number: step + 1, count: questions.length });
  fault("");
  if (step === CHECK) listAnswers();
  if (step === RECEIPT) showReceipt();
  const place = questions[step] || (step === CHECK ? $("check") : $("receipt"));
  if (step > 0 || history.state) lead(place.querySelector("h2"));
}

/** Whether there is something to send; if not, the page says what is needed. */
function passes() {
  const long = tooLong();
  if (long) fault(text("too-long", { most: long.most }), long.field);
  else if (!hasWords() && !files().length) fault(text("nothing"), input("f-told"));
  else return true;
  return false;
}

/** The summary of what has to be mended, with a way to it. @param {string} sentence @param {HTMLElement} [field] */
function fault(sentence, field) {
  const summary = $("errors");
  show(summary, sentence !== "");
  markError(sentence !== "");
  if (!field) return;
  const link = /** @type {HTMLButtonElement} */ (made("button", sentence));
  link.type = "button";
  link.className = "link";
  link.addEventListener("click", () => {
    visit(questions.findIndex((question) => question.contains(field)));
    field.focus();
  });
  $("errors-list").replaceChildren(link);
  scrollTo(0, 0);
  summary.focus();
}

/** A step out of its order: Back leads here again. @param {number} step */
function visit(step) {
  history.pushState({ at: step }, "");
  view(step);
}

function listAnswers() {
  const rows = questions.map((question, index) => {
    const title = String(question.dataset.title);
    const change = /** @type {HTMLButtonElement} */ (made("button", text("change")));
    change.type = "button";
    change.className = "link";
    const hidden = made("span", ` ${title}`);
    hidden.className = "hidden";
    change.append(hidden);
    change.addEventListener("click", () => visit(index));
    const answers = described(question).map(answered);
    const act = made("dd");
    act.append(change);
    return [made("dt", title), ...(answers.length ? answers : [made("dd", text("open"))]), act];
  });
  $("answers").replaceChildren(...rows.flat());
}

/** @param {{asked: string, said: string[]}} answer */
function answered({ asked, said }) {
  const row = made("dd");
  if (asked) {
    const label = made("p", asked);
    label.className = "hint";
    row.append(label);
  }
  const words = made("p", said.join("\n"));
  words.dir = "auto";
  row.append(words);
  return row;
}

function showReceipt() {
  document.body.classList.add("prints-slip");
  const { digits, words } = receipt || { digits: "", words: "" };
  for (const place of document.querySelectorAll(".digits bdi")) {
    place.replaceChildren(...digits.split(" ").map((group) => made("span", group)).reduce(spaced, []));
  }
  for (const place of document.querySelectorAll(".words bdi")) place.textContent = words;
}

/** Groups that are copied have spaces between them. @param {(Node | string)[]} list @param {Node} group */
function spaced(list, group) {
  return /** @type {(Node | string)[]} */ ([...list, group, " "]);
}

/** Whether the receipt is kept, as far as we can know; a second press sends all the same. */
function kept() {
  const { digits, words } = receipt || { digits: "", words: "" };
  const typed = input("kept").value.normalize("NFKC").trim().toLowerCase();
  const name = !typed ? "kept-empty" : [digits, words].some((form) => form.endsWith(` ${typed}`)) ? "" : "kept-wrong";
  if (!name || name === warned) return true;
  warned = name;
  say("kept-error", text(name));
  input("kept").focus();
  return false;
}

async function send() {
  if (!sealer || sending || !kept()) return;
  sending = true;
  show($("work"), false);
  const answers = content();
  if (await sendAll(sealer, "report", answers, files())) {
    markError(false);
    const open = lacking(answers);
    $("lacking-list").replaceChildren(...open.map((question) => made("li", question)));
    show($("lacking"), open.length > 0);
    // What was written is nobody's business here any more.
    for (const place of [$("questions"), $("answers")]) place.replaceChildren();
    sealer.forget();
    show($("sent"));
    lead($("sent").querySelector("h2"));
  } else {
    sending = false;
    show($("sending"), false);
    show($("work"));
    visit(questions.length - 1);
    fault(text("unreadable"), input("f-files"));
  }
}

begin();
