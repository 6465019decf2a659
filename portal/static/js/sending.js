// @ts-check
// The part of a page that shows how sending goes, and lets it go on when it stopped.

import { $, input, lead, say, show, text } from "./page.js";
import { Delivery } from "./delivery.js";
import { Refused, Stopped } from "./network.js";
import { SealerFault } from "./sealer.js";

/**
 * Send, and return once it is stored. While it is not, the page says so, and a button tries again. Returns false when a
 * file cannot be read: the person has to choose it again.
 * @param {import("./sealer.js").Sealer} sealer @param {string} kind
 * @param {import("./sealer.js").Content} content @param {File[]} files @returns {Promise<boolean>}
 */
export async function sendAll(sealer, kind, content, files) {
  const bar = /** @type {HTMLProgressElement} */ ($("bar"));
  bar.value = 0;
  show($("sending"));
  lead($("sending").querySelector("h2"));
  const delivery = new Delivery(sealer, kind, content, files, {
    progress: (part) => (bar.value = Math.round(part * 1000)),
    sending: (name) => say("said", name === null ? text("sending-message") : text("sending-file", { name })),
    waiting: () => say("said", text("waiting-line")),
  });
  for (;;) {
    try {
      await delivery.run();
      show($("sending"), false);
      return true;
    } catch (fault) {
      const name = nameOf(fault);
      say("said", text(name));
      if (name === "unreadable") return false;
      await pressed(input("retry"));
    }
  }
}

/** The text that says what went wrong. @param {unknown} fault */
function nameOf(fault) {
  if (fault instanceof Stopped) return "stopped";
  if (fault instanceof Refused) return { closed: "closed", full: "full" }[fault.word] || "refused";
  if (fault instanceof SealerFault && fault.kind === "FileFault") return "unreadable";
  throw fault;
}

/** @param {HTMLElement} button */
async function pressed(button) {
  show(button);
  await new Promise((resolve) => button.addEventListener("click", resolve, { once: true }));
  show(button, false);
}
