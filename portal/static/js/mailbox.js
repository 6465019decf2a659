// @ts-check
// The page of whoever comes back: the receipt is typed, answers are fetched sealed and opened here, and more is sent.
//
// Rules: a receipt that is mistyped is told without asking anybody; only the mailbox's token goes to the intake; what
// did not come from the people who read the report is an alarm, and is not shown.

import { $, input, lead, made, markError, say, show, text, whenBroken, whenLeft } from "./page.js";
import { ask, Refused, Stopped } from "./network.js";
import { getReady } from "./ready.js";
import { SealerFault } from "./sealer.js";
import { sendAll } from "./sending.js";

/** @typedef {import("./sealer.js").Sealer} Sealer */

/** @type {Sealer | undefined} */
let sealer;
let busy = false;

function forget() {
  if (sealer) sealer.forget();
}

async function begin() {
  whenBroken(forget);
  whenLeft(forget);
  const ready = await getReady(false);
  if (!ready) return;
  sealer = ready.sealer;
  show($("start"), false);
  show($("work"));
  show($("answer"), ready.open);
  show($("closed"), !ready.open);
  $("open").addEventListener("click", () => once(enter));
  $("send").addEventListener("click", () => once(() => answer("message")));
  $("withdraw").addEventListener("click", () => once(() => answer("withdraw")));
}

/** One act at a time, however often a button is pressed. @param {() => Promise<void>} act */
async function once(act) {
  if (busy) return;
  busy = true;
  try {
    await act();
  } finally {
    busy = false;
  }
}

async function enter() {
  if (!sealer) return;
  complain("receipt-error", "");
  try {
    await sealer.ask("enter", input("f-receipt").value);
    await look(sealer);
  } catch (fault) {
    complain("receipt-error", wrong(fault));
    input("f-receipt").focus();
    return;
  }
  input("f-receipt").value = "";
  show($("enter"), false);
  show($("mailbox"));
  lead($("mailbox").querySelector("h2"));
}

/** What is wrong, in a sentence. @param {unknown} fault */
function wrong(fault) {
  if (fault instanceof SealerFault && fault.kind === "ReceiptFault") {
    const { more } = fault;
    const known = { digits: more.place ? "digits-place" : "digits", word: more.nearest ? "word-nearest" : "word" };
    const name = known[/** @type {"digits" | "word"} */ (fault.message)] || fault.message;
    return text(`receipt-${name}`, more);
  }
  if (fault instanceof Stopped || fault instanceof Refused) return text("no-answer");
  throw fault;
}

/** Fetch the mailbox, open it, and show what is in it. @param {Sealer} opener */
async function look(opener) {
  const token = await opener.ask("token");
  const [mailbox, kept] = [await ask("/mailbox", { token }), await ask("/mailbox/note", { token })];
  const { opened, alarm, messages } = await opener.ask("read", { replies: mailbox.replies, note: kept.note });
  show($("alarm"), alarm);
  show($("opened"), opened);
  show($("no-news"), !opened && !messages.length);
  $("messages").replaceChildren(...messages.map(drawn));
}

/** @param {{day: string, text: string}} message */
function drawn(message) {
  const article = made("article");
  article.className = "message";
  const day = made("p", text("day", { day: message.day }));
  day.className = "hint";
  const words = made("p", message.text);
  words.dir = "auto";
  article.append(day, words);
  return article;
}

/** @param {string} kind */
async function answer(kind) {
  if (!sealer) return;
  const written = input("f-text").value.replace(/\r\n?/g, "\n").trim();
  const chosen = [.../** @type {FileList} */ (input("f-files").files)];
  const most = Number($("answer").dataset.mostArea);
  if (Array.from(written).length > most) return complain("text-error", text("too-long", { most }));
  if (kind === "message" && !written && !chosen.length) return complain("text-error", text("nothing"));
  complain("text-error", "");
  show($("work"), false);
  show($("stored"), false);
  const stored = await sendAll(sealer, kind, { text: written }, chosen);
  show($("sending"), false);
  show($("work"));
  input("f-files").value = "";
  if (!stored) return complain("text-error", text("unreadable"));
  input("f-text").value = "";
  show($("stored"));
  lead($("mailbox").querySelector("h2"));
}

/** @param {string} place @param {string} sentence */
function complain(place, sentence) {
  say(place, sentence);
  markError(sentence !== "");
}

begin();
