// The other implementation: typage, doing what test_interop_node.py asks. Reads one JSON list of jobs from standard
// input; each job names files, so that no size is a problem; prints one JSON list of results.
import { readFile, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { Decrypter, Encrypter, armor, identityToRecipient } from "age-encryption";

async function seal({ plain, sealed, recipients = [], passphrase, armored }) {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  if (passphrase) {
    encrypter.setScryptWorkFactor(10);
    encrypter.setPassphrase(passphrase);
  }
  const file = await encrypter.encrypt(await readFile(plain));
  await writeFile(sealed, armored ? armor.encode(file) : file);
  return "sealed";
}

async function open({ plain, sealed, identity, passphrase, armored }) {
  const decrypter = new Decrypter();
  if (identity) decrypter.addIdentity(identity);
  if (passphrase) decrypter.addPassphrase(passphrase);
  const file = await readFile(sealed);
  try {
    await writeFile(plain, await decrypter.decrypt(armored ? armor.decode(file.toString("ascii")) : file));
    return "opened";
  } catch (error) {
    return error.message;
  }
}

const acts = { seal, open, recipient: ({ identity }) => identityToRecipient(identity) };
const results = [];
for (const job of JSON.parse(await text(process.stdin))) results.push(await acts[job.act](job));
console.log(JSON.stringify(results));
