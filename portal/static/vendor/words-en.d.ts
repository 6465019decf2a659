/** The 2,048 words of BIP39 in English, in order. */
export declare const words: readonly string[];
