// @ts-check
// What stands inside the seal: framing, authentication, padding. The same as portal/messages.py and portal/note.py.
//
// Rules: authentication is over the exact bytes of the body; a reply counts only if it reads in one way only, so a body
// that is not written as our own writer writes it is refused. tests/vectors/messages.json is read by both sides.

import {
  base64, bytesToHex, concatBytes, Decrypter, ed25519, Encrypter, equalBytes, hmac, sha256, utf8ToBytes,
} from "../vendor/age.js";

/** @typedef {import("../vendor/age.js").Bytes} Bytes */
/** @typedef {import("./receipt.js").Keys} Keys */
/** @typedef {{[name: string]: unknown}} Fields */
/** @typedef {{object: string, name: string, type: string, size: number, sha256: string}} FileEntry */
/**
 * @typedef {object} Reply A message to the reporter.
 * @property {string} id
 * @property {string} author
 * @property {string | null} prev
 * @property {string[]} heads
 * @property {string} kind
 * @property {string} day
 * @property {{text?: string, hash?: string}} content
 * @property {string} instance
 * @property {string} thread
 * @property {string} hash SHA-256 of the body
 */
/**
 * @typedef {object} Note Where a reporter's chain stands; see portal/note.py.
 * @property {string} thread
 * @property {number} count
 * @property {string | null} prev
 * @property {string[]} heads
 * @property {string[]} seen
 */

const MARK = utf8ToBytes("unhindered/1\n");
const NOTE_MARK = utf8ToBytes("unhindered/1 note\n");
const NOTE_SIZE = 4096;
const SMALLEST = 16 * 1024;
const LARGEST_MESSAGE = 1024 * 1024;
const STEPS_ABOVE = 8 * 1024 * 1024;
const SIGNED = 1;
const MACED = 2;
const HASH = /^[0-9a-f]{64}$/;
const ID = /^[0-9a-f]{32}$/;
const REPLY_NAMES = [
  "author", "content", "day", "direction", "door", "epoch", "files", "heads", "id", "instance", "keys", "kind", "prev",
  "thread", "v",
];
const REPLY_KINDS = new Map([["opened", "hash"], ["message", "text"]]);
const NOTE_NAMES = ["count", "heads", "prev", "seen", "thread", "v"];
export const MOST_SEEN = 40;
const MOST_HEADS = 8;

/** Not a message or note of this format, or not authentic. */
export class MessageFault extends Error {}

/** @param {Bytes} body */
export function hashOf(body) {
  return bytesToHex(sha256(body));
}

/** What is signed for one use is worth nothing in another. @param {string} context @param {Bytes} data */
export function framed(context, data) {
  return concatBytes(utf8ToBytes(`unhindered/1 ${context}\0`), data);
}

/** @param {Bytes} seed @param {string} context @param {Bytes} data */
export function sign(seed, context, data) {
  return ed25519.sign(framed(context, data), seed);
}

/** @param {Bytes} key @param {string} context @param {Bytes} data */
export function macOf(key, context, data) {
  return hmac(sha256, key, framed(context, data));
}

/** Bytes of a message's plaintext once padded. @param {number} size */
export function paddedMessageSize(size) {
  if (size > LARGEST_MESSAGE) throw new MessageFault("too big");
  return Math.max(SMALLEST, powerFrom(size));
}

/** Bytes of a file's plaintext once padded. @param {number} size */
export function paddedFileSize(size) {
  if (size <= STEPS_ABOVE) return Math.max(SMALLEST, powerFrom(size));
  const step = powerFrom(size) / 16;
  return Math.ceil(size / step) * step;
}

/** @param {number} size */
function powerFrom(size) {
  let power = 1;
  while (power < size) power *= 2;
  return power;
}

/** The only way in which we write JSON: short, names in order, whole characters. @param {unknown} value @returns {string} */
export function write(value) {
  return JSON.stringify(value, (_, part) => {
    // A lone surrogate is no character: it would break every page that shows it.
    if (typeof part === "string") return part.replace(/[\ud800-\udfff]/gu, "\ufffd");
    if (part === null || typeof part !== "object" || Array.isArray(part)) return part;
    return Object.fromEntries(Object.keys(part).sort().map((name) => [name, part[name]]));
  });
}

/**
 * The body of a reporter's message. @param {Keys} keys
 * @param {{instance: string, epoch: string, id: string, kind: string, day: string, content: Fields, files: FileEntry[]}} said
 * @param {Note} note
 */
export function writeReport(keys, said, note) {
  const own = { reply: base64.encode(keys.reply), sign: base64.encode(keys.signingPublic), mac: base64.encode(keys.replyMac) };
  return utf8ToBytes(write({
    ...said, v: 1, thread: keys.thread, direction: "report", door: "script", author: "reporter",
    prev: note.prev, heads: note.heads, keys: own,
  }));
}

/** The padded plaintext of a signed message. Throws MessageFault when it is too big. @param {Bytes} seed @param {Bytes} body */
export function signedPlaintext(seed, body) {
  return frame(MARK, body, concatBytes(Uint8Array.of(SIGNED), sign(seed, "message", body)), paddedMessageSize);
}

/** The body of an opened reply, whose MAC holds. Throws MessageFault. @param {Bytes} plaintext @param {Bytes} key */
export function replyBody(plaintext, key) {
  const { body, after } = unframe(MARK, plaintext);
  const used = plaintext.length - after.length + 33;
  if (after[0] !== MACED || after.length < 33) throw new MessageFault("not a reply");
  if (plaintext.length !== paddedMessageSize(used) || !empty(after.subarray(33))) throw new MessageFault("padding");
  if (!equalBytes(macOf(key, "message", body), after.subarray(1, 33))) throw new MessageFault("forged");
  return body;
}

/** Read a reply's body. Throws MessageFault. @param {Bytes} body @returns {Reply} */
export function readReply(body) {
  const value = readObject(body, REPLY_NAMES);
  const { content, heads, kind, prev } = value;
  const asked = REPLY_KINDS.get(String(kind));
  const good = value.v === 1 && value.direction === "reply" && asked !== undefined
    && [value.id, value.instance, value.author].every((id) => is(ID, id)) && is(HASH, value.thread) && isDay(value.day)
    && (prev === null || is(HASH, prev)) && isHashes(heads) && isSorted(heads)
    && [value.door, value.epoch, value.keys].every((absent) => absent === null)
    && Array.isArray(value.files) && !value.files.length
    && isObject(content) && typeof content[asked] === "string";
  if (!good) throw new MessageFault("fields");
  return /** @type {Reply} */ (/** @type {unknown} */ ({ ...value, hash: hashOf(body) }));
}

/** The note of somebody who has sent nothing yet. @param {string} thread @returns {Note} */
export function newNote(thread) {
  return { thread, count: 0, prev: null, heads: [], seen: [] };
}

/** After replies were read. @param {Note} note @param {string[]} replies @param {string[]} heads @returns {Note} */
export function noteAfterReading(note, replies, heads) {
  return { ...note, heads: sortedOnce(heads).slice(0, MOST_HEADS), seen: seenWith(note, replies) };
}

/** After a message was sent. @param {Note} note @param {string} hash @returns {Note} */
export function noteAfterSending(note, hash) {
  return { ...note, count: note.count + 1, prev: hash, seen: seenWith(note, [hash]) };
}

/** @param {Note} note @param {string[]} more */
function seenWith(note, more) {
  return [...new Set([...note.seen, ...more])].slice(-MOST_SEEN);
}

/** The padded plaintext of a note. @param {Keys} keys @param {Note} note */
export function notePlaintext(keys, note) {
  const body = utf8ToBytes(write({ ...note, v: 1 }));
  return frame(NOTE_MARK, body, sign(keys.signingSeed, "note", body), () => NOTE_SIZE);
}

/** Read an opened note. Throws MessageFault. @param {Keys} keys @param {Bytes} plaintext @returns {Note} */
export function readNote(keys, plaintext) {
  const { body, after } = unframe(NOTE_MARK, plaintext);
  if (plaintext.length !== NOTE_SIZE || after.length < 64 || !empty(after.subarray(64))) throw new MessageFault("padding");
  const signed = ed25519.verify(after.subarray(0, 64), framed("note", body), keys.signingPublic, { zip215: false });
  if (!signed) throw new MessageFault("forged");
  const { v, ...note } = readObject(body, NOTE_NAMES);
  const good = v === 1 && note.thread === keys.thread && Number.isSafeInteger(note.count) && Number(note.count) >= 0
    && (note.prev === null || is(HASH, note.prev)) && isHashes(note.heads) && isHashes(note.seen);
  if (!good) throw new MessageFault("fields");
  return /** @type {Note} */ (/** @type {unknown} */ (note));
}

/** Seal to one hybrid recipient. @param {Bytes} plaintext @param {string} recipient */
export function seal(plaintext, recipient) {
  const seals = new Encrypter();
  seals.addRecipient(recipient);
  return seals.encrypt(plaintext);
}

/** Open with one hybrid identity. @param {Bytes} sealed @param {string} identity */
export function open(sealed, identity) {
  const opens = new Decrypter();
  opens.addIdentity(identity);
  return opens.decrypt(sealed);
}

/** @param {Bytes} mark @param {Bytes} body @param {Bytes} after @param {(size: number) => number} padded */
function frame(mark, body, after, padded) {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, body.length);
  const text = concatBytes(mark, length, body, after);
  const size = padded(text.length);
  if (text.length > size) throw new MessageFault("too big");
  const plaintext = new Uint8Array(size);
  plaintext.set(text);
  return plaintext;
}

/** @param {Bytes} mark @param {Bytes} plaintext */
function unframe(mark, plaintext) {
  const start = mark.length + 4;
  if (plaintext.length < start || !equalBytes(plaintext.subarray(0, mark.length), mark)) throw new MessageFault("mark");
  const end = start + new DataView(plaintext.buffer, plaintext.byteOffset + mark.length, 4).getUint32(0);
  if (end > plaintext.length) throw new MessageFault("length");
  return { body: plaintext.subarray(start, end), after: plaintext.subarray(end) };
}

/** @param {Bytes} body @param {string[]} names @returns {Fields} */
function readObject(body, names) {
  let value;
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    value = JSON.parse(text);
  } catch {
    throw new MessageFault("no JSON");
  }
  if (!isObject(value) || write(value) !== text || Object.keys(value).join() !== names.join()) throw new MessageFault("fields");
  return value;
}

/** @param {unknown} value @returns {value is Fields} */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {RegExp} pattern @param {unknown} value */
function is(pattern, value) {
  return typeof value === "string" && pattern.test(value);
}

/** @param {unknown} value @returns {value is string[]} */
function isHashes(value) {
  return Array.isArray(value) && value.every((entry) => is(HASH, entry));
}

/** @param {string[]} hashes */
function isSorted(hashes) {
  return sortedOnce(hashes).join() === hashes.join();
}

/** @param {string[]} hashes */
function sortedOnce(hashes) {
  return [...new Set(hashes)].sort();
}

/** A day that exists. @param {unknown} value */
function isDay(value) {
  if (!is(/^\d{4}-\d\d-\d\d$/, value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(String(value));
}

/** @param {Bytes} bytes */
function empty(bytes) {
  return bytes.every((byte) => byte === 0);
}
