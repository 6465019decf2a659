// @ts-check
// The reporter's side of a thread: replies opened, verified and put in order, and an alarm for what is not as it should
// be. What portal/threads.py does for the reporter's own mailbox; a test reads the same mailboxes with both.

import { base64 } from "../vendor/age.js";
import { MessageFault, MOST_SEEN, open, readReply, replyBody } from "./message.js";

/** @typedef {import("./message.js").Reply} Reply */
/** @typedef {import("./message.js").Note} Note */
/** @typedef {import("./receipt.js").Keys} Keys */
/** @typedef {{replies: Reply[], heads: string[], alarms: string[], opened: boolean}} Mailbox */

/**
 * Everything in a mailbox that counts, in order, and the kinds of alarm.
 * @param {{id: string, sealed: string}[]} found @param {Keys} keys @param {string} instance @param {Note} note
 * @returns {Promise<Mailbox>}
 */
export async function readMailbox(found, keys, instance, note) {
  /** @type {Set<string>} */
  const alarms = new Set();
  /** @type {{object: string, reply: Reply}[]} */
  const entries = [];
  for (const { id, sealed } of found) {
    const reply = await readOne(sealed, keys, alarms);
    if (reply && (reply.instance !== instance || reply.thread !== keys.thread)) alarms.add("other thread");
    else if (reply) entries.push({ object: id, reply });
  }
  const replies = once(entries.sort((a, b) => compare(rank(a), rank(b))), alarms);
  holesAndForks(replies, new Set(note.seen), alarms);
  const ordered = inOrder(replies);
  const opened = ordered.filter((reply) => reply.kind === "opened").map((reply) => String(reply.content.hash));
  // A note has room for so many hashes; before that is reached, what was opened must be among what was sent.
  if (note.seen.length < MOST_SEEN && opened.some((hash) => !note.seen.includes(hash))) alarms.add("altered");
  const newest = new Map(ordered.map((reply) => [reply.author, reply.hash]));
  return { replies: ordered, heads: [...newest.values()].sort(), alarms: [...alarms], opened: opened.length > 0 };
}

/** @param {string} sealed @param {Keys} keys @param {Set<string>} alarms @returns {Promise<Reply | undefined>} */
async function readOne(sealed, keys, alarms) {
  let plaintext;
  try {
    plaintext = await open(base64.decode(sealed), keys.identity);
  } catch {
    alarms.add("unreadable");
    return undefined;
  }
  try {
    return readReply(replyBody(plaintext, keys.replyMac));
  } catch (fault) {
    if (!(fault instanceof MessageFault)) throw fault;
    alarms.add(fault.message === "forged" ? "injected" : "altered");
    return undefined;
  }
}

/** By day, beginnings first; then alike for whoever sorts. @param {{object: string, reply: Reply}} entry */
function rank({ object, reply }) {
  return [reply.day, reply.prev === null ? "0" : "1", reply.hash, object === reply.id ? "0" : "1", object];
}

/** @param {string[]} a @param {string[]} b */
function compare(a, b) {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? 0 : a[at] < b[at] ? -1 : 1;
}

/** @param {{object: string, reply: Reply}[]} entries @param {Set<string>} alarms */
function once(entries, alarms) {
  const seen = new Set();
  const good = [];
  for (const { reply } of entries) {
    if (seen.has(reply.id) || seen.has(reply.hash)) {
      alarms.add("replayed");
    } else {
      good.push(reply);
      seen.add(reply.id).add(reply.hash);
    }
  }
  return good;
}

/** @param {Reply[]} replies @param {Set<string>} known @param {Set<string>} alarms */
function holesAndForks(replies, known, alarms) {
  const writers = new Map(replies.map((reply) => [reply.hash, reply.author]));
  const followed = new Set();
  for (const { author, heads, prev } of replies) {
    if (heads.some((hash) => !writers.has(hash) && !known.has(hash))) alarms.add("missing");
    if (prev !== null && writers.get(prev) !== author && !(known.has(prev) && !writers.has(prev))) alarms.add("missing");
    if (followed.has(`${author} ${prev}`)) alarms.add("forked");
    followed.add(`${author} ${prev}`);
  }
}

/** Each reply after those it names; by rank where they do not say. @param {Reply[]} replies given by rank */
function inOrder(replies) {
  const here = new Set(replies.map((reply) => reply.hash));
  const done = new Set();
  const ordered = [];
  let waiting = replies;
  while (waiting.length) {
    const next = waiting.find(({ heads, prev }) => [...heads, prev].every((hash) => !here.has(String(hash)) || done.has(hash)));
    if (!next) return [...ordered, ...waiting];
    ordered.push(next);
    done.add(next.hash);
    waiting = waiting.filter((reply) => reply !== next);
  }
  return ordered;
}
