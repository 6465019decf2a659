// @ts-check
// The page's hold on the worker that seals. The page never has a key; it has this.

/** @typedef {import("../vendor/age.js").Bytes} Bytes */
/** @typedef {import("./message.js").FileEntry} FileEntry */
/** @typedef {{[name: string]: string | string[]}} Content */
/** @typedef {{id: string, token: string, message: string, note: string, files: string[]}} SealedMessage */
/** @typedef {{opened: boolean, alarm: boolean, messages: {day: string, text: string}[]}} Opened */
/**
 * @typedef {object} Calls What the worker does when asked. See seal-worker.js.
 * @property {(file: string) => Promise<void>} key
 * @property {() => Promise<{digits: string, words: string}>} make
 * @property {(typed: string) => Promise<void>} enter
 * @property {() => Promise<string>} token
 * @property {(mailbox: {replies: {id: string, sealed: string}[], note: string}) => Promise<Opened>} read
 * @property {(file: Blob) => Promise<{name: number, length: number}>} file
 * @property {(name: number) => Promise<Bytes>} piece
 * @property {(name: number) => Promise<{size: number, sha256: string}>} sum
 * @property {(said: {kind: string, content: Content, files: FileEntry[]}) => Promise<SealedMessage>} seal
 * @property {() => Promise<void>} stored
 */
/** @typedef {{place?: number, given?: string, nearest?: string, count?: number}} More */

// The one address that may become a worker: the Trusted Types policy lets no other pass.
const WORKER = new URL("./seal-worker.js", import.meta.url).href;

/** Something that the worker could not do. `kind` is the name of its error. */
export class SealerFault extends Error {
  /** @param {string} kind @param {string} [message] @param {More} [more] */
  constructor(kind, message = "", more = {}) {
    super(message);
    this.kind = kind;
    this.more = more;
  }
}

export class Sealer {
  /** @param {Worker} worker */
  constructor(worker) {
    this.worker = worker;
    this.count = 0;
    /** @type {Map<number, {done: (value: any) => void, failed: (fault: Error) => void}>} */
    this.waiting = new Map();
    worker.onmessage = ({ data }) => this.hear(data);
    worker.onerror = () => this.end("worker");
  }

  /**
   * Ask the worker. Rejects with SealerFault.
   * @template {keyof Calls} Name @param {Name} call @param {Parameters<Calls[Name]>[0]} [given]
   * @returns {ReturnType<Calls[Name]>}
   */
  ask(call, given) {
    const id = this.count++;
    const answer = new Promise((done, failed) => this.waiting.set(id, { done, failed }));
    this.worker.postMessage({ id, call, given });
    return /** @type {ReturnType<Calls[Name]>} */ (answer);
  }

  /** Forget everything: receipt, keys, and what was being sealed. */
  forget() {
    this.worker.terminate();
    this.end("forgotten");
  }

  /** @param {{id: number, value?: any, fault?: {kind: string, message: string, more?: More}}} said */
  hear({ id, value, fault }) {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (fault) waiting?.failed(new SealerFault(fault.kind, fault.message, fault.more));
    else waiting?.done(value);
  }

  /** @param {string} kind */
  end(kind) {
    for (const { failed } of this.waiting.values()) failed(new SealerFault(kind));
    this.waiting.clear();
  }
}

/** Start the worker, and wait until all its parts are there. Rejects with SealerFault "too-old" or "no-worker". */
export function startSealer() {
  return new Promise((/** @type {(sealer: Sealer) => void} */ done, failed) => {
    const worker = newWorker();
    worker.onmessage = () => done(new Sealer(worker));
    worker.onerror = (event) => {
      event.preventDefault();
      failed(new SealerFault("no-worker"));
    };
  });
}

function newWorker() {
  if (typeof BigInt === "undefined" || typeof TransformStream === "undefined" || !("arrayBuffer" in Blob.prototype)) {
    throw new SealerFault("too-old");
  }
  let modules = false;
  /** @type {WorkerOptions} */
  const options = {
    // Read only by a browser that knows workers made of modules: Chrome 80, Firefox 114, Safari 15.
    get type() {
      modules = true;
      return /** @type {const} */ ("module");
    },
  };
  let worker;
  try {
    worker = new Worker(/** @type {any} */ (trusted(WORKER)), options);
  } catch {
    throw new SealerFault("no-worker");
  }
  if (modules) return worker;
  worker.terminate();
  throw new SealerFault("too-old");
}

/** @param {string} address */
function trusted(address) {
  const types = /** @type {any} */ (globalThis).trustedTypes;
  if (!types) return address;
  const policy = types.createPolicy("unhindered", {
    createScriptURL(/** @type {string} */ wanted) {
      if (wanted !== WORKER) throw new TypeError("no other script becomes a worker");
      return wanted;
    },
  });
  return policy.createScriptURL(address);
}
