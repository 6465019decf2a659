// A type error here means that portal/static/vendor/age.d.ts no longer says what the bundle's entry offers.
import type * as declared from "../../portal/static/vendor/age.js";
import * as entry from "./age-entry.js";

const checked: typeof declared = entry;
// And nothing is in the bundle that the declarations do not name.
const named: Record<keyof typeof entry, unknown> = {} as typeof declared;
export { checked, named };
