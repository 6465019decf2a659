// @ts-check
// One message on its way: its files first, then the message that names them. Stopped at any place, it goes on there.

import { ask, patiently, Refused } from "./network.js";
import { Lost, Upload } from "./upload.js";

/** @typedef {import("./sealer.js").Sealer} Sealer */
/** @typedef {import("./sealer.js").Content} Content */
/** @typedef {import("./message.js").FileEntry} FileEntry */
/**
 * @typedef {object} Watcher Whoever shows how it goes.
 * @property {(part: number) => void} progress from 0 to 1
 * @property {(name: string | null) => void} sending a file by its name, or the words
 * @property {() => void} waiting for the connection
 */

// Of the whole, in bytes: what the message itself counts for.
const MESSAGE = 32 * 1024;
const ANEW = 2;

export class Delivery {
  /** @param {Sealer} sealer @param {string} kind @param {Content} content @param {File[]} files @param {Watcher} watcher */
  constructor(sealer, kind, content, files, watcher) {
    this.sealer = sealer;
    this.said = { kind, content };
    this.files = files;
    this.watcher = watcher;
    this.total = files.reduce((sum, file) => sum + file.size, MESSAGE);
    this.done = 0;
    /** @type {FileEntry[]} */
    this.entries = [];
    /** @type {{name: number, upload: Upload} | undefined} */
    this.current = undefined;
    /** @type {import("./sealer.js").SealedMessage | undefined} */
    this.sealed = undefined;
  }

  /** Returns once everything is stored. After Stopped, or a Refused that may pass, call it again. */
  async run() {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.sendFiles();
        await this.sendMessage();
        return;
      } catch (fault) {
        const files = fault instanceof Refused && fault.word === "files";
        if (!files && !(fault instanceof Lost)) throw fault;
        if (attempt >= ANEW) throw new Refused(409, "files");
        this.beginAnew(files);
      }
    }
  }

  async sendFiles() {
    while (this.entries.length < this.files.length) {
      const file = this.files[this.entries.length];
      this.watcher.sending(file.name);
      const { name, upload } = (this.current = this.current || await this.begin(file));
      const object = await upload.run((sent) => this.show(Math.min(sent, file.size)), this.watcher.waiting);
      const sum = await this.sealer.ask("sum", name);
      this.entries.push({ object, name: file.name, type: file.type || "application/octet-stream", ...sum });
      this.current = undefined;
      this.done += file.size;
    }
  }

  /** @param {File} file */
  async begin(file) {
    const { name, length } = await this.sealer.ask("file", file);
    return { name, upload: new Upload(() => this.sealer.ask("piece", name), length) };
  }

  async sendMessage() {
    this.watcher.sending(null);
    const sealed = (this.sealed = this.sealed || await this.sealer.ask("seal", { ...this.said, files: this.entries }));
    await patiently(() => ask("/deliver", sealed), this.watcher.waiting);
    await this.sealer.ask("stored");
    this.show(MESSAGE);
  }

  /** @param {number} sent */
  show(sent) {
    this.watcher.progress((this.done + sent) / this.total);
  }

  /** @param {boolean} all whether no file arrived, as far as the intake knows */
  beginAnew(all) {
    this.current = undefined;
    if (!all) return;
    this.entries = [];
    this.sealed = undefined;
    this.done = 0;
  }
}
