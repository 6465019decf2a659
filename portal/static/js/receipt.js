// @ts-check
// A receipt: 112 random bits that are a reporter's whole account, as 36 digits or 11 words.
//
// The same codec and derivation as crypto/receipt.py; tests/vectors/receipt.json is read by both. A slip of the pen is
// told at once, without asking anybody; any spacing, case, separator or digit script will do.

import {
  bech32, bytesToHex, concatBytes, ed25519, hexToBytes, hkdf, identityToRecipient, randomBytes, sha256, utf8ToBytes,
} from "../vendor/age.js";
import { words } from "../vendor/words-en.js";

/** @typedef {import("../vendor/age.js").Bytes} Bytes */
/**
 * @typedef {object} Keys What one receipt is at one instance.
 * @property {Bytes} token opens the mailbox
 * @property {string} thread what the intake knows it by, in hex
 * @property {string} identity opens replies, as age writes it
 * @property {Bytes} reply the recipient of replies, 1,216 bytes
 * @property {Bytes} signingSeed
 * @property {Bytes} signingPublic
 * @property {Bytes} replyMac
 */

const DIGITS = 36;
const WORDS = 11;
const GROUP = 4;
const BITS = 112n;
const CHECK_BITS = 9n;

/** A receipt that was mistyped: what is wrong, and where. */
export class ReceiptFault extends Error {
  /**
   * @param {string} fault "empty", "mixed", "letter", "digits", "word", "words" or "checksum"
   * @param {{place?: number, given?: string, nearest?: string, count?: number}} [more]
   */
  constructor(fault, more = {}) {
    super(fault);
    this.fault = fault;
    this.more = more;
  }
}

/** A new receipt's secret. */
export function newSecret() {
  return randomBytes(14);
}

/** Nine groups of four: 34 digits of value, then two that check them (ISO 7064 MOD 97-10). @param {Bytes} secret */
export function digitsOf(secret) {
  const value = toNumber(secret);
  const check = 98n - (value * 100n) % 97n;
  const text = String(value).padStart(DIGITS - 2, "0") + String(check).padStart(2, "0");
  return /** @type {string[]} */ (text.match(/.{4}/g)).join(" ");
}

/** Eleven words: the secret, then nine bits that check it. @param {Bytes} secret */
export function wordsOf(secret) {
  const bits = (toNumber(secret) << CHECK_BITS) | wordCheck(secret);
  const list = [];
  for (let place = WORDS - 1; place >= 0; place--) list.push(words[Number((bits >> BigInt(11 * place)) & 2047n)]);
  return list.join(" ");
}

/** Read what a person typed. Throws ReceiptFault. @param {string} text @returns {Bytes} */
export function parse(text) {
  // Accents, joiners and direction marks come along with keyboards and copied text, and mean nothing here.
  const plain = text.toLowerCase().normalize("NFKD").replace(/[\p{Cf}\p{Mn}]/gu, "");
  const digits = (plain.match(/\p{Nd}/gu) || []).length;
  const letters = (plain.match(/\p{L}/gu) || []).length;
  if (!digits && !letters) throw new ReceiptFault("empty");
  return digits > letters ? fromDigits(plain) : fromWords(plain);
}

/** The keys of a receipt at an instance (its 16-byte id). @param {Bytes} secret @param {Bytes} instance */
export async function derive(secret, instance) {
  /** @param {string} label */
  const key = (label) => hkdf(sha256, secret, instance, utf8ToBytes(`unhindered/1 ${label}`), 32);
  const token = key("mailbox token");
  const identity = bech32.encode("AGE-SECRET-KEY-PQ-", bech32.toWords(key("reply identity")), false).toUpperCase();
  const recipient = /** @type {`${string}1${string}`} */ (await identityToRecipient(identity));
  const signingSeed = key("signing seed");
  /** @type {Keys} */
  const keys = {
    token,
    thread: bytesToHex(sha256(concatBytes(utf8ToBytes("unhindered/1 mailbox"), instance, token))),
    identity,
    reply: bech32.fromWords(bech32.decode(recipient, false).words),
    signingSeed,
    signingPublic: ed25519.getPublicKey(signingSeed),
    replyMac: key("reply mac"),
  };
  return keys;
}

/** @param {string} plain */
function fromDigits(plain) {
  const found = plain.match(/[\p{Nd}\p{L}]/gu) || [];
  const letter = found.findIndex((sign) => /\p{L}/u.test(sign));
  if (letter >= 0) throw new ReceiptFault("letter", { place: Math.floor(letter / GROUP) + 1, given: found[letter] });
  const digits = found.map(digitValue).join("");
  if (digits.length !== DIGITS) {
    const groups = plain.match(/\p{Nd}+/gu) || [];
    const odd = groups.findIndex((group) => Array.from(group).length !== GROUP);
    const place = groups.length > 1 && odd >= 0 ? odd + 1 : undefined;
    throw new ReceiptFault("digits", { place, count: digits.length });
  }
  const value = BigInt(digits.slice(0, -2));
  if (BigInt(digits) % 97n !== 1n || value >> BITS) throw new ReceiptFault("checksum");
  return fromNumber(value);
}

/** @param {string} plain */
function fromWords(plain) {
  // A list that was copied with its numbers ("1. abandon 2. ability") is still the list.
  const entries = plain.match(/[\p{L}\p{Nl}\p{No}]+/gu) || [];
  if ((plain.match(/\p{Nd}+/gu) || []).some((number) => Array.from(number).length > 2)) throw new ReceiptFault("mixed");
  let bits = 0n;
  entries.forEach((entry, index) => {
    const value = indexOf(entry);
    if (value < 0) throw new ReceiptFault("word", { place: index + 1, given: entry, nearest: nearest(entry) });
    bits = (bits << 11n) | BigInt(value);
  });
  if (entries.length !== WORDS) throw new ReceiptFault("words", { count: entries.length });
  const secret = fromNumber(bits >> CHECK_BITS);
  if ((bits & 511n) !== wordCheck(secret)) throw new ReceiptFault("checksum");
  return secret;
}

/** The value of a word, or of its beginning from four letters on; -1 if it is not in the list. @param {string} entry */
function indexOf(entry) {
  const exact = words.indexOf(entry);
  return exact >= 0 || entry.length < GROUP ? exact : words.findIndex((word) => word.startsWith(entry));
}

/** The word of the list that looks most like the entry, if any does. @param {string} entry */
function nearest(entry) {
  if (entry.length > 12) return undefined;
  const ranked = words.map((word) => ({ word, far: distance(entry, word) }));
  const best = ranked.reduce((a, b) => (b.far < a.far ? b : a));
  return best.far <= 2 ? best.word : undefined;
}

/** How many letters to change, add or take away. @param {string} a @param {string} b */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}

/** Every script's ten digits stand in a row, so a digit is as far from its zero as it is worth. @param {string} sign */
function digitValue(sign) {
  const point = /** @type {number} */ (sign.codePointAt(0));
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(point - value - 1))) value++;
  return value;
}

/** @param {Bytes} secret */
function wordCheck(secret) {
  const digest = sha256(concatBytes(utf8ToBytes("unhindered/1 receipt words"), secret));
  return BigInt(((digest[0] << 8) | digest[1]) >> 7);
}

/** @param {Bytes} secret */
function toNumber(secret) {
  return BigInt(`0x${bytesToHex(secret)}`);
}

/** @param {bigint} value */
function fromNumber(value) {
  return hexToBytes(value.toString(16).padStart(28, "0"));
}
