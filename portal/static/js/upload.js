// @ts-check
// Sends one sealed file in numbered pieces, as tus 1.0 has it (core and creation): tus.io/protocols/resumable-upload.
//
// Rules: a piece is let go only after the intake has said that it is stored; after a lost connection the intake is
// asked where to go on; no request has a stream for a body (browsers send them wrongly or not at all).

import { good, patiently, Refused, request, Stopped } from "./network.js";

/** @typedef {import("../vendor/age.js").Bytes} Bytes */

const VERSION = { "Tus-Resumable": "1.0.0" };

/** What the intake has of this file is not what we sent: begin it anew. */
export class Lost extends Error {}

export class Upload {
  /**
   * @param {() => Promise<Bytes>} next the next piece; empty at the end
   * @param {number} length of the sealed file
   * @param {number[]} [waits] milliseconds between attempts
   */
  constructor(next, length, waits) {
    this.next = next;
    this.length = length;
    this.waits = waits;
    this.at = 0;
    this.address = "";
    /** @type {Bytes} */
    this.piece = new Uint8Array(0);
  }

  /**
   * Send what is left, and give the file's id. After Stopped, call it again. Rejects with Lost and Refused.
   * @param {(sent: number) => void} onProgress @param {() => void} onWait
   */
  async run(onProgress, onWait) {
    if (!this.address) this.address = await patiently(() => this.create(), onWait, this.waits);
    while (this.at < this.length) {
      if (!this.piece.length) this.piece = await this.next();
      if (!this.piece.length) throw new Lost();
      await patiently(() => this.send(), onWait, this.waits);
      onProgress(this.at);
    }
    return this.address.slice(this.address.lastIndexOf("/") + 1);
  }

  async create() {
    const headers = { ...VERSION, "Upload-Length": String(this.length) };
    const response = await good(await request("/files", { method: "POST", headers }));
    return new URL(String(response.headers.get("Location")), location.href).pathname;
  }

  /** Send the piece from where the intake stands. */
  async send() {
    const headers = { ...VERSION, "Upload-Offset": String(this.at), "Content-Type": "application/offset+octet-stream" };
    let offset;
    try {
      const response = await good(await request(this.address, { method: "PATCH", headers, body: /** @type {BodyInit} */ (this.piece) }));
      offset = Number(response.headers.get("Upload-Offset"));
    } catch (fault) {
      // The piece, or a part of it, may have arrived although no answer did.
      await this.ask();
      if (!this.piece.length) return;
      throw fault instanceof Refused && fault.word !== "offset" ? fault : new Stopped();
    }
    this.move(offset);
  }

  /** Ask how much the intake has. */
  async ask() {
    const response = await request(this.address, { method: "HEAD", headers: VERSION });
    if (response.status === 404 || response.status === 410) throw new Lost();
    await good(response);
    this.move(Number(response.headers.get("Upload-Offset")));
  }

  /** Let go of what the intake has. @param {number} offset */
  move(offset) {
    const had = offset - this.at;
    if (!Number.isSafeInteger(had) || had < 0 || had > this.piece.length) throw new Lost();
    this.piece = this.piece.subarray(had);
    this.at = offset;
  }
}
