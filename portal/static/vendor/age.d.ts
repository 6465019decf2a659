// What age.js offers, for the type checker. Kept in step with the bundle by tools/vendor/agrees.ts in `make lint`.

export type Bytes = Uint8Array<ArrayBufferLike>;

/** One recipient's part of an age header: the arguments of its first line and its body. */
export declare class Stanza {
  constructor(args: string[], body: Bytes);
  readonly args: string[];
  readonly body: Bytes;
}

export interface Recipient {
  wrapFileKey(fileKey: Bytes): Stanza[] | Promise<Stanza[]>;
}

export interface Identity {
  /** Null: no stanza is for this identity. An Error: one is, and it is damaged. */
  unwrapFileKey(stanzas: Stanza[]): Bytes | null | Promise<Bytes | null>;
}

/** A stream that tells the size of what it gives from the size of what it takes. */
export interface SizedStream extends ReadableStream<Bytes> {
  size(sourceSize: number): number;
}

/** Seals to the added recipients. It accepts mixed kinds of recipients: add only `age1pq1...` ones. */
export declare class Encrypter {
  addRecipient(recipient: string | Recipient): void;
  encrypt(file: Bytes | string): Promise<Bytes>;
  encrypt(file: ReadableStream<Bytes>): Promise<SizedStream>;
}

/** Opens with the added identities; whatever it gives counts only once the stream has ended without an error. */
export declare class Decrypter {
  addIdentity(identity: string | Identity): void;
  decrypt(file: Bytes, outputFormat?: "uint8array"): Promise<Bytes>;
  decrypt(file: Bytes, outputFormat: "text"): Promise<string>;
  decrypt(file: ReadableStream<Bytes>): Promise<SizedStream>;
  /** The file key of a complete header, MAC line included. */
  decryptHeader(header: Bytes): Promise<Bytes>;
}

/** A recipient from its `age1pq1...` form. */
export declare class HybridRecipient implements Recipient {
  constructor(recipient: string);
  wrapFileKey(fileKey: Bytes): Stanza[];
}

/** An identity from its `AGE-SECRET-KEY-PQ-1...` form. */
export declare class HybridIdentity implements Identity {
  constructor(identity: string);
  unwrapFileKey(stanzas: Stanza[]): Bytes | null;
}

export declare function generateHybridIdentity(): Promise<string>;
export declare function identityToRecipient(identity: string): Promise<string>;

export interface ParsedHeader {
  stanzas: Stanza[];
  MAC: Bytes;
  headerNoMAC: Bytes;
  headerSize: number;
  rest: ReadableStream<Bytes>;
}
export declare function parseHeader(file: ReadableStream<Bytes>): Promise<ParsedHeader>;
export declare function encodeHeaderNoMAC(stanzas: Stanza[]): Bytes;
export declare function encodeHeader(stanzas: Stanza[], mac: Bytes): Bytes;

/** The payload under its stream key, in chunks of 64 KiB. */
export declare function encryptSTREAM(key: Bytes): TransformStream<Bytes, Bytes>;
export declare function decryptSTREAM(key: Bytes): TransformStream<Bytes, Bytes>;
export declare function ciphertextSize(plaintextSize: number): number;
export declare function plaintextSize(ciphertextSize: number): number;

/** A hash as `hmac` and `hkdf` take it, and as a running computation. */
export interface Hash {
  (message: Bytes): Bytes;
  create(): RunningHash;
  readonly blockLen: number;
  readonly outputLen: number;
}
export interface RunningHash {
  update(part: Bytes): RunningHash;
  digest(): Bytes;
}
export declare const sha256: Hash;
export declare const hmac: {
  (hash: typeof sha256, key: Bytes, message: Bytes): Bytes;
  create(hash: typeof sha256, key: Bytes): RunningHash;
};
export declare function hkdf(
  hash: typeof sha256, ikm: Bytes, salt: Bytes | undefined, info: Bytes | undefined, length: number,
): Bytes;

export declare const ed25519: {
  /** `secret` is the 32-byte seed. */
  sign(message: Bytes, secret: Bytes): Bytes;
  /** Pass `{ zip215: false }`: only that is RFC 8032, and what the Python side accepts. */
  verify(signature: Bytes, message: Bytes, publicKey: Bytes, options: { zip215: false }): boolean;
  getPublicKey(secret: Bytes): Bytes;
};

export declare function bytesToHex(bytes: Bytes): string;
export declare function hexToBytes(hex: string): Bytes;
export declare function utf8ToBytes(text: string): Bytes;
export declare function concatBytes(...parts: Bytes[]): Bytes;
export declare function randomBytes(length?: number): Bytes;
/** Equality in constant time. */
export declare function equalBytes(a: Bytes, b: Bytes): boolean;

export interface Coder {
  encode(bytes: Bytes): string;
  decode(text: string): Bytes;
}
export declare const base64: Coder;
export declare const base64nopad: Coder;
/** Pass `false` as the limit: hybrid recipients are longer than the 90 characters of BIP 173. */
export declare const bech32: {
  encode(prefix: string, words: number[] | Bytes, limit: number | false): string;
  decode(text: `${string}1${string}`, limit: number | false): { prefix: string; words: number[] };
  toWords(bytes: Bytes): number[];
  fromWords(words: number[]): Bytes;
};
