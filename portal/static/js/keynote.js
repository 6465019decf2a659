// @ts-check
// The key note: the one small signed thing that is checked before anything is sealed. The same as portal/keynote.py.
//
// Rule: a note counts only with enough signatures of different stewards, whose keys came with the script and not with
// the note. A site that was taken over serves this check too: it protects whoever compares the printed words, and those
// who look from outside.

import { base64, bech32, bytesToHex, ed25519, hexToBytes, sha256 } from "../vendor/age.js";
import { framed } from "./message.js";

/** @typedef {{instance: string, threshold: number, stewards: {[keyid: string]: string}}} Trust */
/** @typedef {{recipient: string, epoch: string}} IntakeKey */

const DAY = 24 * 60 * 60 * 1000;
// A phone's clock may be wrong by two days: that is no reason to turn somebody away.
const SLACK = 2 * DAY;

/** The key that a site gave is not one to seal to. */
export class KeyFault extends Error {}

/** Check the file of `GET /key`. Throws KeyFault. @param {string} file @param {Trust} trust @param {number} now @returns {IntakeKey} */
export function checkKey(file, trust, now) {
  try {
    const { note, signatures } = JSON.parse(file);
    const raw = base64.decode(note);
    if (countSigners(raw, signatures, trust) < Math.max(1, trust.threshold)) throw new KeyFault("signatures");
    return readNote(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(raw)), trust, now);
  } catch (error) {
    throw error instanceof KeyFault ? error : new KeyFault("shape");
  }
}

/** @param {import("../vendor/age.js").Bytes} raw @param {{keyid: string, sig: string}[]} signatures @param {Trust} trust */
function countSigners(raw, signatures, trust) {
  const message = framed("key note", raw);
  const signers = new Set();
  for (const { keyid, sig } of signatures) {
    const steward = Object.prototype.hasOwnProperty.call(trust.stewards, keyid) ? trust.stewards[keyid] : undefined;
    if (steward && ed25519.verify(hexToBytes(sig), message, hexToBytes(steward), { zip215: false })) signers.add(steward);
  }
  return signers.size;
}

/** @param {any} note @param {Trust} trust @param {number} now @returns {IntakeKey} */
function readNote(note, trust, now) {
  const key = base64.decode(note.key);
  const epoch = bytesToHex(sha256(key).subarray(0, 16));
  const from = Date.parse(`${note.publish_from}T00:00:00Z`);
  const until = Date.parse(`${note.accept_until}T00:00:00Z`) + DAY;
  if (note.type !== "unhindered key note" || note.v !== 1 || note.instance !== trust.instance) throw new KeyFault("other");
  if (key.length !== 1216 || note.epoch !== epoch) throw new KeyFault("key");
  if (!(from - SLACK <= now && now <= until + SLACK)) throw new KeyFault("dates");
  return { recipient: bech32.encode("age1pq", bech32.toWords(key), false), epoch };
}
