// @ts-check
// Asking the intake. A lost connection is waited for; what the intake refuses is told by its own word for it.

const WAITS = [500, 1000, 2000, 4000, 8000, 15000, 30000];
// Busy, or a proxy or server in trouble: the same request may pass later.
const PASSING = new Set([408, 423, 425, 429, 500, 502, 503, 504]);

/** There is no connection, or none for long. Doing the same again goes on where it stopped. */
export class Stopped extends Error {}

/** The intake does not take it. `word` is "closed", "full", "files", "sealed", … */
export class Refused extends Error {
  /** @param {number} status @param {string} word */
  constructor(status, word) {
    super(`${status} ${word}`);
    this.status = status;
    this.word = word;
  }
}

/** One request. Rejects with Stopped when there is no answer. @param {string} address @param {RequestInit} [options] */
export async function request(address, options = {}) {
  try {
    return await fetch(address, { credentials: "omit", cache: "no-store", redirect: "error", ...options });
  } catch {
    throw new Stopped();
  }
}

/** Throw what an answer means, unless it is a good one. @param {Response} response */
export async function good(response) {
  if (response.ok) return response;
  const word = await response.json().then((said) => String(said.error), () => "");
  if (PASSING.has(response.status) && word !== "closed") throw new Stopped();
  throw new Refused(response.status, word);
}

/** Ask with JSON, be answered in JSON. @param {string} address @param {unknown} said @returns {Promise<any>} */
export async function ask(address, said) {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(said) };
  const response = await good(await request(address, options));
  try {
    return await response.json();
  } catch {
    throw new Stopped();
  }
}

/**
 * Do it until it is done, waiting longer each time. Rejects with Stopped in the end, and with anything else at once.
 * @template T @param {() => Promise<T>} act @param {() => void} onWait @param {number[]} [waits] milliseconds
 * @returns {Promise<T>}
 */
export async function patiently(act, onWait, waits = WAITS) {
  for (const wait of waits) {
    try {
      return await act();
    } catch (fault) {
      if (!(fault instanceof Stopped)) throw fault;
      onWait();
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return act();
}
