/** The index with one line more: what `src/destinations/index.ts` would be with a second destination. */
import { xsiam } from "../../../src/destinations/xsiam/kind.ts";
import { lines } from "./lines/kind.ts";

export const DESTINATIONS = [xsiam, lines] as const;
