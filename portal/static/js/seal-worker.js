// @ts-check
// Everything that needs a key happens here, beside the page: the receipt, sealing, opening. Only what is sealed, and
// words for the person in front of the page, goes out. Nothing here asks the network for anything but these scripts.
//
// Rules: one call, one answer; a fault is told by its name; the receipt never leaves but to be shown to its owner.

import { instance, stewards, threshold } from "/stewards.js";
import { base64, bech32, bytesToHex, hexToBytes, randomBytes } from "../vendor/age.js";
import { FileSealer } from "./filesealer.js";
import { checkKey } from "./keynote.js";
import {
  hashOf, newNote, noteAfterReading, noteAfterSending, notePlaintext, open, readNote, seal, signedPlaintext, writeReport,
} from "./message.js";
import { derive, digitsOf, newSecret, parse, wordsOf } from "./receipt.js";

/** @typedef {import("./message.js").Note} Note */
/** @typedef {import("./receipt.js").Keys} Keys */

/** @type {{key?: import("./keynote.js").IntakeKey, keys?: Keys, note?: Note, after?: Note}} */
const held = {};
/** @type {Map<number, FileSealer>} */
const files = new Map();

/** @template T @param {T | undefined} value @returns {T} */
function need(value) {
  if (value === undefined) throw new Error("called too early");
  return value;
}

/** @type {import("./sealer.js").Calls} */
const calls = {
  /** Check the key note of this site. */
  async key(file) {
    held.key = checkKey(file, { instance, stewards, threshold }, Date.now());
  },

  /** A new receipt, to be shown. */
  async make() {
    const secret = newSecret();
    await hold(secret);
    return { digits: digitsOf(secret), words: wordsOf(secret) };
  },

  /** A receipt as it was typed. The mailbox's token is what its owner asks the intake with. */
  async enter(typed) {
    await hold(parse(typed));
  },

  async token() {
    return bytesToHex(need(held.keys).token);
  },

  /** What a mailbox holds, read and checked. */
  async read({ replies, note }) {
    // Only who comes back needs this part.
    const { readMailbox } = await import("./thread.js");
    const keys = need(held.keys);
    const kept = await openNote(keys, note);
    const mailbox = await readMailbox(replies, keys, instance, kept);
    held.note = noteAfterReading(kept, mailbox.replies.map((reply) => reply.hash), mailbox.heads);
    return {
      opened: mailbox.opened,
      alarm: mailbox.alarms.length > 0,
      messages: mailbox.replies.filter(({ kind }) => kind === "message").map(({ day, content }) => ({ day, text: String(content.text) })),
    };
  },

  /** Begin to seal a file; the answer names it and says how long it will be. */
  async file(file) {
    const sealer = new FileSealer(file);
    await sealer.begin(need(held.key).recipient);
    const name = files.size;
    files.set(name, sealer);
    return { name, length: sealer.length };
  },

  /** The next piece of a sealed file; none at its end. */
  async piece(name) {
    return need(files.get(name)).next();
  },

  async sum(name) {
    return need(files.get(name)).sum();
  },

  /** A message, sealed, and the note that goes with it. */
  async seal({ kind, content, files: entries }) {
    const [key, keys, note] = [need(held.key), need(held.keys), need(held.note)];
    const id = bytesToHex(randomBytes(16));
    const day = new Date().toISOString().slice(0, 10);
    const body = writeReport(keys, { instance, epoch: key.epoch, id, kind, day, content, files: entries }, note);
    const message = await seal(signedPlaintext(keys.signingSeed, body), key.recipient);
    held.after = noteAfterSending(note, hashOf(body));
    return {
      id,
      token: bytesToHex(keys.token),
      files: entries.map(({ object }) => object),
      message: base64.encode(message),
      note: base64.encode(await sealNote(keys, held.after)),
    };
  },

  /** The last sealed message is stored: the next one names it. */
  async stored() {
    held.note = need(held.after);
  },
};

/** @param {import("../vendor/age.js").Bytes} secret */
async function hold(secret) {
  held.keys = await derive(secret, hexToBytes(instance));
  held.note = newNote(held.keys.thread);
}

/** @param {Keys} keys @param {string} sealed */
async function openNote(keys, sealed) {
  try {
    return readNote(keys, await open(base64.decode(sealed), keys.identity));
  } catch {
    // There is none yet, or it is not ours: a chain that begins anew is seen by the reviewers, and costs nothing here.
    return newNote(keys.thread);
  }
}

/** @param {Keys} keys @param {Note} note */
function sealNote(keys, note) {
  return seal(notePlaintext(keys, note), bech32.encode("age1pq", bech32.toWords(keys.reply), false));
}

/** @param {MessageEvent<{id: number, call: keyof typeof calls, given: any}>} event */
self.onmessage = async ({ data: { id, call, given } }) => {
  try {
    const value = await (/** @type {(given: any) => Promise<unknown>} */ (calls[call]))(given);
    self.postMessage({ id, value });
  } catch (caught) {
    const fault = caught instanceof Error ? caught : new Error(String(caught));
    const { more } = /** @type {{more?: unknown}} */ (/** @type {unknown} */ (fault));
    self.postMessage({ id, fault: { kind: fault.constructor.name, message: fault.message, more } });
  }
};
self.postMessage({ ready: true });
