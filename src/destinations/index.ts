/** Every kind of destination that there is. A further one is a folder, and a line here. */
import { xsiam } from "./xsiam/kind.ts";

export const DESTINATIONS = [xsiam] as const;
