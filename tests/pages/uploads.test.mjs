// The scripts' uploads against an intake that answers late, loses answers, or is gone for a while.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Decrypter, generateHybridIdentity, identityToRecipient } from "../../portal/static/vendor/age.js";
import { FileFault, FileSealer } from "../../portal/static/js/filesealer.js";
import { ask, patiently, Refused, Stopped } from "../../portal/static/js/network.js";
import { Lost, Upload } from "../../portal/static/js/upload.js";

Object.defineProperty(globalThis, "location", { value: { href: "http://intake.example/en/report" } });
const WAITS = [0, 0, 0];

/** An intake that keeps one upload; `trouble` may spoil an answer, told what was asked and how many times before. */
class Intake {
  /** @param {(method: string, count: number) => string | undefined} trouble */
  constructor(trouble = () => undefined) {
    this.trouble = trouble;
    this.kept = new Uint8Array(0);
    /** @type {{[method: string]: number}} */
    this.asked = {};
    /** @type {number[]} */
    this.pieces = [];
    globalThis.fetch = /** @type {typeof fetch} */ ((address, options) => this.answer(String(address), options || {}));
  }

  /** @param {string} address @param {RequestInit} options */
  async answer(address, { method = "GET", headers, body }) {
    const count = (this.asked[method] = (this.asked[method] || 0) + 1);
    const trouble = this.trouble(method, count);
    if (trouble === "unreachable") throw new TypeError("no connection");
    if (trouble === "busy") return Response.json({ error: "busy" }, { status: 423 });
    if (trouble === "full") return Response.json({ error: "full" }, { status: 507 });
    if (trouble === "gone") return Response.json({ error: "unknown" }, { status: 404 });
    if (method === "POST") return this.say(201, { Location: `/files/${"ab".repeat(16)}` });
    if (method === "PATCH") {
      const given = new Headers(headers);
      if (Number(given.get("Upload-Offset")) !== this.kept.length) return Response.json({ error: "offset" }, { status: 409 });
      const piece = /** @type {Uint8Array} */ (body);
      this.pieces.push(piece.length);
      const arrived = trouble === "cut" ? piece.subarray(0, piece.length >> 1) : piece;
      this.kept = Uint8Array.of(...this.kept, ...arrived);
      if (trouble === "cut" || trouble === "unanswered") throw new TypeError("connection lost");
    }
    assert.ok(address.startsWith("/files/"));
    return this.say(method === "HEAD" ? 200 : 204, {});
  }

  /** @param {number} status @param {{[name: string]: string}} headers */
  say(status, headers) {
    return new Response(null, { status, headers: { "Upload-Offset": String(this.kept.length), ...headers } });
  }
}

/** Pieces of a file, one after the other. @param {number[]} sizes */
function pieces(sizes) {
  let at = 0;
  const file = Uint8Array.from({ length: sizes.reduce((a, b) => a + b, 0) }, (_, index) => index % 251);
  const next = async () => file.slice(at, (at += sizes.shift() || 0));
  return { file, next };
}

/** @param {Intake} intake */
async function uploaded(intake) {
  const { file, next } = pieces([1000, 1000, 500]);
  /** @type {number[]} */
  const progress = [];
  const upload = new Upload(next, file.length, WAITS);
  const id = await upload.run((sent) => progress.push(sent), () => undefined);
  assert.equal(id, "ab".repeat(16));
  assert.deepEqual(intake.kept, file);
  return progress;
}

test("a file arrives in its pieces, and progress is what is stored", async () => {
  const intake = new Intake();
  assert.deepEqual(await uploaded(intake), [1000, 2000, 2500]);
  assert.deepEqual(intake.pieces, [1000, 1000, 500]);
});

for (const [says, method, trouble] of [
  ["the first answer is lost", "POST", "unreachable"],
  ["a piece arrives and its answer is lost", "PATCH", "unanswered"],
  ["half a piece arrives", "PATCH", "cut"],
  ["the intake is busy", "PATCH", "busy"],
  ["the question where to go on is lost", "HEAD", "unreachable"],
]) {
  test(`it goes on when ${says}`, async () => {
    const intake = new Intake((asked, count) => {
      if (method === "HEAD" && asked === "PATCH" && count === 1) return "cut";
      return asked === method && count === 1 ? trouble : undefined;
    });
    await uploaded(intake);
  });
}

test("no byte is sent twice that the intake said it has", async () => {
  const intake = new Intake((asked, count) => (asked === "PATCH" && count === 2 ? "cut" : undefined));
  await uploaded(intake);
  assert.deepEqual(intake.pieces, [1000, 1000, 500, 500]);
});

test("after a long time without connection it stops, and goes on when it is told to", async () => {
  let away = true;
  const intake = new Intake((asked) => (away && asked !== "POST" ? "unreachable" : undefined));
  const { file, next } = pieces([1000, 500]);
  const upload = new Upload(next, file.length, WAITS);
  let waited = 0;
  await assert.rejects(upload.run(() => undefined, () => waited++), Stopped);
  assert.equal(waited, WAITS.length);
  away = false;
  await upload.run(() => undefined, () => undefined);
  assert.deepEqual(intake.kept, file);
});

test("an upload that the intake no longer knows is begun anew by whoever sends it", async () => {
  const intake = new Intake((asked) => (asked === "PATCH" || asked === "HEAD" ? "gone" : undefined));
  await assert.rejects(uploaded(intake), Lost);
});

test("what the intake refuses for good is told at once, by its word", async () => {
  const intake = new Intake((asked) => (asked === "POST" ? "full" : undefined));
  await assert.rejects(uploaded(intake), (fault) => fault instanceof Refused && fault.word === "full");
  assert.equal(intake.asked.POST, 1);
});

test("a closed intake is no connection trouble", async () => {
  globalThis.fetch = async () => Response.json({ error: "closed" }, { status: 503 });
  await assert.rejects(ask("/deliver", {}), (fault) => fault instanceof Refused && fault.word === "closed");
  globalThis.fetch = async () => new Response("proxy", { status: 503 });
  await assert.rejects(ask("/deliver", {}), Stopped);
});

test("an answer that is not JSON counts as none", async () => {
  globalThis.fetch = async () => new Response("<p>Welcome to this network", { status: 200 });
  await assert.rejects(ask("/deliver", {}), Stopped);
});

test("waiting ends with the first answer", async () => {
  let tries = 0;
  const answer = await patiently(async () => (++tries < 3 ? Promise.reject(new Stopped()) : "here"), () => undefined, WAITS);
  assert.equal(answer, "here");
});

for (const size of [0, 1, 16_384, 16_385, 3_000_000]) {
  test(`a file of ${size} bytes is sealed in pieces of at most 1 MiB, padded, and summed`, async () => {
    const identity = await generateHybridIdentity();
    const bytes = Uint8Array.from({ length: size }, (_, index) => index % 253);
    const sealer = new FileSealer(new Blob([bytes]));
    await sealer.begin(await identityToRecipient(identity));
    const parts = [];
    for (let piece = await sealer.next(); piece.length; piece = await sealer.next()) parts.push(piece);
    assert.ok(parts.every((piece, index) => piece.length === 1 << 20 || index === parts.length - 1));
    const sealed = new Uint8Array(await new Blob(parts).arrayBuffer());
    assert.equal(sealed.length, sealer.length);
    const opens = new Decrypter();
    opens.addIdentity(identity);
    const opened = await opens.decrypt(sealed);
    assert.deepEqual(opened.subarray(0, size), bytes);
    assert.ok(opened.subarray(size).every((byte) => byte === 0));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    assert.deepEqual(sealer.sum(), { size, sha256: Buffer.from(digest).toString("hex") });
  });
}

test("a file that became shorter, or cannot be read, is a fault and no shorter file", async () => {
  for (const arrayBuffer of [async () => new ArrayBuffer(5), () => Promise.reject(new Error("gone"))]) {
    const file = /** @type {Blob} */ (/** @type {unknown} */ ({ size: 10, slice: () => ({ arrayBuffer }) }));
    const sealer = new FileSealer(file);
    await sealer.begin(await identityToRecipient(await generateHybridIdentity()));
    await assert.rejects(sealer.next(), FileFault);
  }
});
