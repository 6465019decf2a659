// The vendored bundle by itself, in node: what it seals, it opens; and it needs no crypto.subtle.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as age from "../../portal/static/vendor/age.js";
import { words } from "../../portal/static/vendor/words-en.js";

Object.defineProperty(globalThis.crypto, "subtle", { get: () => assert.fail("crypto.subtle was touched") });

/** @param {number} size */
function* pieces(size) {
  for (let sent = 0; sent < size; sent += 50_000) yield new Uint8Array(Math.min(50_000, size - sent)).fill(sent % 251);
}

/** @param {ReadableStream<Uint8Array>} stream */
const read = async (stream) => new Uint8Array(await new Response(stream).arrayBuffer());

for (const size of [0, 200, 65_536, 1 << 20]) {
  test(`a stream of ${size} bytes is sealed to a hybrid recipient, has the size foretold, and opens`, async () => {
    const identity = await age.generateHybridIdentity();
    const seals = new age.Encrypter();
    seals.addRecipient(await age.identityToRecipient(identity));
    const stream = await seals.encrypt(new Blob([...pieces(size)]).stream());
    const foretold = stream.size(size);
    const sealed = await read(stream);
    assert.equal(sealed.length, foretold);
    const opens = new age.Decrypter();
    opens.addIdentity(identity);
    const opened = await read(await opens.decrypt(new Blob([sealed]).stream()));
    assert.ok(age.equalBytes(opened, age.concatBytes(...pieces(size))));
  });
}

test("a damaged last byte is an error, not a shorter file", async () => {
  const identity = await age.generateHybridIdentity();
  const seals = new age.Encrypter();
  seals.addRecipient(await age.identityToRecipient(identity));
  const sealed = await seals.encrypt("told");
  sealed[sealed.length - 1] ^= 1;
  const opens = new age.Decrypter();
  opens.addIdentity(identity);
  await assert.rejects(opens.decrypt(sealed));
});

test("Ed25519 is that of RFC 8032, section 7.1, test 2", () => {
  const secret = age.hexToBytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  const known = age.hexToBytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const message = Uint8Array.of(0x72);
  assert.deepEqual(age.ed25519.getPublicKey(secret), known);
  const signature = age.ed25519.sign(message, secret);
  assert.ok(age.bytesToHex(signature).startsWith("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8f"));
  assert.ok(age.ed25519.verify(signature, message, known, { zip215: false }));
});

test("the word list is BIP39's", () => {
  assert.equal(words.length, 2048);
  const digest = age.bytesToHex(age.sha256(age.utf8ToBytes(`${words.join("\n")}\n`)));
  assert.equal(digest, "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda");
});
