// What portal/static/vendor/age.js offers to our scripts: age files and the few primitives under them.
//
// Rules it keeps: everything is from the pinned packages, nothing is written here but the names. The two pieces that
// age-encryption does not export are taken by path, so its version is pinned exactly. Nothing that the hybrid
// recipients need touches crypto.subtle, which does not exist on a plain http onion address.

export { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient, Stanza } from "age-encryption";
export { encodeHeader, encodeHeaderNoMAC, parseHeader } from "../../node_modules/age-encryption/dist/format.js";
export { HybridIdentity, HybridRecipient } from "../../node_modules/age-encryption/dist/recipients.js";
export {
  ciphertextSize, decryptSTREAM, encryptSTREAM, plaintextSize,
} from "../../node_modules/age-encryption/dist/stream.js";
export { equalBytes } from "@noble/ciphers/utils.js";
export { ed25519 } from "@noble/curves/ed25519.js";
export { hkdf } from "@noble/hashes/hkdf.js";
export { hmac } from "@noble/hashes/hmac.js";
export { sha256 } from "@noble/hashes/sha2.js";
export { bytesToHex, concatBytes, hexToBytes, randomBytes, utf8ToBytes } from "@noble/hashes/utils.js";
export { base64, base64nopad, bech32 } from "@scure/base";
