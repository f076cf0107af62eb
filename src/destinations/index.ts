/** Every kind of destination. Another one takes a folder, and a line here. */
import { xsiam } from "./xsiam/kind.ts";

export const DESTINATIONS = [xsiam] as const;
