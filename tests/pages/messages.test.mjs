// What the scripts put inside the seal, and read out of it, against the vectors that pytest reads too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { base64, bytesToHex, concatBytes, generateHybridIdentity, hexToBytes, identityToRecipient, sha256, utf8ToBytes } from "../../portal/static/vendor/age.js";
import * as message from "../../portal/static/js/message.js";
import { derive } from "../../portal/static/js/receipt.js";

/** @param {string} name */
const read = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));
const vectors = read("messages");
const padding = read("padding");
const keys = await derive(hexToBytes(vectors.receipt), hexToBytes(vectors.instance));
/** @param {any[]} list @param {string} direction */
const of = (list, direction) => list.filter(({ body }) => JSON.parse(body).direction === direction);

test("signatures and codes are over the same framing", () => {
  for (const { context, data, signature, mac } of vectors.signatures) {
    assert.equal(bytesToHex(message.sign(keys.signingSeed, context, hexToBytes(data))), signature);
    assert.equal(bytesToHex(message.macOf(keys.replyMac, context, hexToBytes(data))), mac);
  }
});

test("padded sizes are those of the table", () => {
  for (const { size, padded } of padding.messages) assert.equal(message.paddedMessageSize(size), padded);
  for (const { size, padded } of padding.files) assert.equal(message.paddedFileSize(size), padded);
  for (const size of padding.too_big) assert.throws(() => message.paddedMessageSize(size), message.MessageFault);
});

for (const { says, body, hash, auth, plaintext_size, plaintext_sha256 } of of(vectors.messages, "report")) {
  test(`written: ${says}`, () => {
    const said = JSON.parse(body);
    const note = { ...message.newNote(keys.thread), prev: said.prev, heads: said.heads };
    const { instance, epoch, id, kind, day, content, files } = said;
    const written = message.writeReport(keys, { instance, epoch, id, kind, day, content, files }, note);
    assert.equal(new TextDecoder().decode(written).replace('"door":"script"', `"door":"${said.door}"`), body);
    const plaintext = message.signedPlaintext(keys.signingSeed, utf8ToBytes(body));
    assert.equal(message.hashOf(utf8ToBytes(body)), hash);
    assert.ok(bytesToHex(plaintext).includes(auth));
    assert.equal(plaintext.length, plaintext_size);
    assert.equal(bytesToHex(sha256(plaintext)), plaintext_sha256);
  });
}

/** @param {string} body @param {string} auth @param {number} size */
const maced = (body, auth, size) => {
  const bytes = utf8ToBytes(body);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  const plaintext = new Uint8Array(size);
  plaintext.set(concatBytes(utf8ToBytes("unhindered/1\n"), length, bytes, Uint8Array.of(2), hexToBytes(auth)));
  return plaintext;
};

for (const { says, body, hash, auth, plaintext_size, plaintext_sha256 } of of(vectors.messages, "reply")) {
  test(`read: ${says}`, () => {
    const plaintext = maced(body, auth, plaintext_size);
    assert.equal(bytesToHex(sha256(plaintext)), plaintext_sha256);
    const reply = message.readReply(message.replyBody(plaintext, keys.replyMac));
    assert.equal(reply.hash, hash);
    assert.deepEqual(reply.content, JSON.parse(body).content);
  });
  test(`refused when a bit of it changes: ${says}`, () => {
    const plaintext = maced(body, auth, plaintext_size);
    for (const place of [13, 20, 40, 17 + utf8ToBytes(body).length, 19 + utf8ToBytes(body).length, plaintext_size - 1]) {
      const altered = plaintext.slice();
      altered[place] ^= 1;
      assert.throws(() => message.readReply(message.replyBody(altered, keys.replyMac)), message.MessageFault, String(place));
    }
    assert.throws(() => message.replyBody(plaintext, sha256(keys.replyMac)), message.MessageFault);
    assert.throws(() => message.replyBody(concatBytes(plaintext, plaintext), keys.replyMac), message.MessageFault);
  });
}

for (const { says, body } of vectors.refused) {
  test(`no reply: ${says}`, () => assert.throws(() => message.readReply(utf8ToBytes(body)), message.MessageFault));
}

test("a note is written as everywhere, is sealed to its size, and reads back", async () => {
  const { body, signature, plaintext_size, sealed_size, plaintext_sha256 } = vectors.note;
  const { v, ...note } = JSON.parse(body);
  assert.equal(v, 1);
  const plaintext = message.notePlaintext(keys, note);
  assert.ok(bytesToHex(plaintext).includes(signature));
  assert.equal(plaintext.length, plaintext_size);
  assert.equal(bytesToHex(sha256(plaintext)), plaintext_sha256);
  const sealed = await message.seal(plaintext, await identityToRecipient(keys.identity));
  assert.equal(sealed.length, sealed_size);
  assert.deepEqual(message.readNote(keys, await message.open(sealed, keys.identity)), note);
});

test("a note that its owner did not write is refused", () => {
  const plaintext = message.notePlaintext(keys, message.newNote(keys.thread));
  plaintext[30] ^= 1;
  assert.throws(() => message.readNote(keys, plaintext), message.MessageFault);
  const elsewhere = message.notePlaintext(keys, message.newNote("00".repeat(32)));
  assert.throws(() => message.readNote(keys, elsewhere), message.MessageFault);
});

test("a note remembers what was sent and read, and always has room", () => {
  let note = message.newNote(keys.thread);
  const hashes = Array.from({ length: 60 }, (_, place) => message.hashOf(Uint8Array.of(place)));
  for (const hash of hashes) note = message.noteAfterSending(message.noteAfterReading(note, [hash], hashes), hash);
  assert.equal(note.count, 60);
  assert.equal(note.prev, hashes[59]);
  assert.deepEqual(note.seen, hashes.slice(-40));
  assert.equal(note.heads.length, 8);
  assert.equal(message.notePlaintext(keys, note).length, 4096);
});

test("a message of more than 1 MiB is refused", () => {
  assert.throws(() => message.signedPlaintext(keys.signingSeed, new Uint8Array(1 << 20)), message.MessageFault);
});

test("half a character becomes a sign that it was lost, and the body still reads in one way", () => {
  assert.equal(message.write({ b: "\ud800x", a: 1 }), '{"a":1,"b":"\ufffdx"}');
});

test("what is sealed opens with its identity, and with no other", async () => {
  const [own, other] = [await generateHybridIdentity(), await generateHybridIdentity()];
  const sealed = await message.seal(utf8ToBytes("told"), await identityToRecipient(own));
  assert.equal(new TextDecoder().decode(await message.open(sealed, own)), "told");
  await assert.rejects(message.open(sealed, other));
  assert.ok(base64.encode(sealed).startsWith("YWdlLWVuY3J5cHRpb24ub3JnL3Yx"));
});
