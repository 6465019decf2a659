// The scripts' receipts against the vectors that pytest reads too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { bech32, bytesToHex, hexToBytes, sha256 } from "../../portal/static/vendor/age.js";
import * as receipt from "../../portal/static/js/receipt.js";

const vectors = JSON.parse(readFileSync(new URL("../vectors/receipt.json", import.meta.url), "utf8"));

for (const { secret, digits, words } of vectors.receipts) {
  test(`the receipt of ${secret} is written as everywhere, and reads back`, () => {
    assert.equal(receipt.digitsOf(hexToBytes(secret)), digits);
    assert.equal(receipt.wordsOf(hexToBytes(secret)), words);
    assert.equal(bytesToHex(receipt.parse(digits)), secret);
    assert.equal(bytesToHex(receipt.parse(words)), secret);
  });
}

for (const { says, text, secret } of vectors.entries) {
  test(`read: ${says}`, () => assert.equal(bytesToHex(receipt.parse(text)), secret));
}

for (const { says, text, fault, place, nearest } of vectors.refused) {
  test(`refused: ${says}`, () => {
    assert.throws(() => receipt.parse(text), (/** @type {any} */ error) => {
      assert.equal(error.fault, fault);
      assert.equal(error.more.place ?? null, place);
      if (nearest?.length) assert.ok(nearest.includes(error.more.nearest));
      return true;
    });
  });
}

for (const known of vectors.derived) {
  test(`the keys of ${known.secret} at ${known.instance}`, async () => {
    const keys = await receipt.derive(hexToBytes(known.secret), hexToBytes(known.instance));
    assert.equal(bytesToHex(keys.token), known.token);
    assert.equal(keys.thread, known.thread);
    assert.equal(keys.identity, known.reply_identity);
    assert.equal(bytesToHex(sha256(keys.reply)), known.reply_recipient_sha256);
    assert.equal(bytesToHex(keys.signingSeed), known.signing_seed);
    assert.equal(bytesToHex(keys.signingPublic), known.signing_public);
    assert.equal(bytesToHex(keys.replyMac), known.reply_mac);
    assert.equal(bech32.encode("AGE-SECRET-KEY-PQ-", bech32.toWords(hexToBytes(known.reply_seed)), false).toUpperCase(), keys.identity);
  });
}

test("digits of every script that Unicode knows are read", () => {
  const zeros = [0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xe50, 0xed0, 0xf20, 0x1040, 0x17e0, 0x1810, 0xa8d0, 0xff10, 0x1d7ce, 0x1e950];
  const plain = vectors.receipts[2].digits;
  for (const zero of zeros) {
    const written = plain.replace(/\d/g, (/** @type {string} */ digit) => String.fromCodePoint(zero + Number(digit)));
    assert.equal(bytesToHex(receipt.parse(written)), vectors.receipts[2].secret, zero.toString(16));
  }
});

test("a new receipt is random, and reads back in both forms", () => {
  const secrets = [receipt.newSecret(), receipt.newSecret()];
  assert.notDeepEqual(secrets[0], secrets[1]);
  for (const secret of secrets) {
    assert.deepEqual(receipt.parse(receipt.digitsOf(secret)), secret);
    assert.deepEqual(receipt.parse(receipt.wordsOf(secret).toUpperCase()), secret);
  }
});
