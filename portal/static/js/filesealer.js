// @ts-check
// Seals a file piece by piece: it is never whole in memory, and comes out padded with zeros to one of a few sizes.

import { concatBytes, Encrypter, sha256, bytesToHex } from "../vendor/age.js";
import { paddedFileSize } from "./message.js";

/** @typedef {import("../vendor/age.js").Bytes} Bytes */

const READ = 256 * 1024;
const PIECE = 1024 * 1024;

/** A file could not be read to the end that it promised. */
export class FileFault extends Error {}

export class FileSealer {
  /** @param {Blob} file */
  constructor(file) {
    this.file = file;
    this.hash = sha256.create();
    this.length = 0;
    /** @type {Bytes[]} */
    this.left = [];
    /** @type {ReadableStreamDefaultReader<Bytes> | undefined} */
    this.reader = undefined;
  }

  /** Begin; `length` is then the sealed file's. @param {string} recipient */
  async begin(recipient) {
    const seals = new Encrypter();
    seals.addRecipient(recipient);
    const sealed = await seals.encrypt(this.plaintext());
    this.length = sealed.size(paddedFileSize(this.file.size));
    this.reader = sealed.getReader();
  }

  /** The next piece of the sealed file, at most 1 MiB; empty at its end. @returns {Promise<Bytes>} */
  async next() {
    if (!this.reader) throw new FileFault("not begun");
    let size = this.left.reduce((sum, part) => sum + part.length, 0);
    while (size < PIECE) {
      const { done, value } = await this.reader.read();
      if (done) break;
      this.left.push(value);
      size += value.length;
    }
    const joined = concatBytes(...this.left);
    this.left = joined.length > PIECE ? [joined.subarray(PIECE)] : [];
    return joined.slice(0, PIECE);
  }

  /** What the message says of the file, once it was sealed to its end. */
  sum() {
    return { size: this.file.size, sha256: bytesToHex(this.hash.digest()) };
  }

  /** The file and its padding. @returns {ReadableStream<Bytes>} */
  plaintext() {
    const padded = paddedFileSize(this.file.size);
    let at = 0;
    return new ReadableStream({
      pull: async (control) => {
        const own = at < this.file.size;
        const end = Math.min(at + READ, own ? this.file.size : padded);
        const part = own ? await this.read(at, end) : new Uint8Array(end - at);
        if (own) this.hash.update(part);
        at = end;
        control.enqueue(part);
        if (at === padded) control.close();
      },
    }, { highWaterMark: 0 });
  }

  /** @param {number} from @param {number} to */
  async read(from, to) {
    let part;
    try {
      part = new Uint8Array(await this.file.slice(from, to).arrayBuffer());
    } catch {
      throw new FileFault("unreadable");
    }
    if (part.length !== to - from) throw new FileFault("shorter than it was");
    return part;
  }
}
