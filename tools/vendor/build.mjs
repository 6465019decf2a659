// Builds the vendored scripts into the folder named on the command line: age.js (what age-entry.js names, as one
// minified module), words-en.js (the English BIP39 list) and LICENSES.txt (the licences of everything inside).
//
// Rule it keeps: the same lock file gives the same bytes on every machine. No dates, no paths, no environment.

import { readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";
import { wordlist } from "@scure/bip39/wordlists/english.js";

const PACKAGES = [
  "age-encryption", "@noble/ciphers", "@noble/curves", "@noble/hashes", "@noble/post-quantum", "@scure/base",
];
const WORDS = "@scure/bip39";

const root = new URL("../../", import.meta.url);
const out = process.argv[2];
if (!out) {
  console.error("usage: node tools/vendor/build.mjs FOLDER");
  process.exit(2);
}

/** "name version (licence)" of an installed package. @param {string} name */
async function credit(name) {
  const about = JSON.parse(await readFile(new URL(`node_modules/${name}/package.json`, root), "utf8"));
  return `${about.name} ${about.version} (${about.license})`;
}

/** @param {string} name */
async function licence(name) {
  const text = await readFile(new URL(`node_modules/${name}/LICENSE`, root), "utf8");
  return `${await credit(name)}\n\n${text.trim()}\n`;
}

/** @param {string} what @param {string[]} names */
async function header(what, names) {
  const credits = await Promise.all(names.map(credit));
  return `/*! ${what}\n${credits.map((line) => ` * ${line}\n`).join("")}`
    + " * Licences: LICENSES.txt beside this file. Rebuilt byte for byte by `make vendor`. */";
}

await build({
  absWorkingDir: new URL(".", import.meta.url).pathname,
  entryPoints: ["age-entry.js"],
  outfile: new URL("age.js", new URL(`${out}/`, `file://${process.cwd()}/`)).pathname,
  banner: { js: await header("age files in the browser: a bundle of", PACKAGES) },
  bundle: true,
  format: "esm",
  minify: true,
  target: ["chrome80", "firefox115"],
  legalComments: "eof",
  logLevel: "warning",
});
await writeFile(
  `${out}/words-en.js`,
  `${await header("The English word list of BIP39, from", [WORDS])}\n`
    + `export const words = Object.freeze("${wordlist.join(" ")}".split(" "));\n`,
);
const licences = await Promise.all([...PACKAGES, WORDS].map(licence));
await writeFile(`${out}/LICENSES.txt`, licences.join(`\n${"-".repeat(72)}\n\n`));
