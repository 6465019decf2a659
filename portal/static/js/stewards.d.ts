// What the intake serves as /stewards.js, from the organisation's published root.
export declare const instance: string;
export declare const threshold: number;
export declare const stewards: { [keyid: string]: string };
