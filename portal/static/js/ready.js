// @ts-check
// Getting ready: the worker started, and the key of this site checked against the stewards' signatures.

import { cannot } from "./page.js";
import { good, Refused, request, Stopped } from "./network.js";
import { Sealer, SealerFault, startSealer } from "./sealer.js";

/**
 * A worker that may be used, or nothing: then the page says why, and what else can be done.
 * `keyNeeded` is false where a page is of use without a key in force; `open` tells whether there is one.
 * @param {boolean} keyNeeded @returns {Promise<{sealer: Sealer, open: boolean} | undefined>}
 */
export async function getReady(keyNeeded) {
  /** @type {Sealer | undefined} */
  let sealer;
  try {
    sealer = await startSealer();
    const file = await key();
    if (file !== undefined) await sealer.ask("key", file);
    else if (keyNeeded) throw new Refused(503, "closed");
    return { sealer, open: file !== undefined };
  } catch (fault) {
    if (sealer) sealer.forget();
    if (fault instanceof SealerFault && fault.kind === "KeyFault") cannot("bad-key", true);
    else if (fault instanceof SealerFault) cannot(fault.kind === "too-old" ? "too-old" : "no-worker");
    else if (fault instanceof Refused) cannot("closed", true);
    else if (fault instanceof Stopped) cannot("no-answer");
    else throw fault;
    return undefined;
  }
}

/** The key note in force, as it was signed; none while the site is closed. */
async function key() {
  try {
    return await (await good(await request("/key"))).text();
  } catch (fault) {
    if (fault instanceof Refused && fault.word === "closed") return undefined;
    throw fault;
  }
}
