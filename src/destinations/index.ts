/** Every kind of destination. To add one, add a folder, and a line here. */
import { elasticsearch } from "./elasticsearch/kind.ts";
import { hec } from "./hec/kind.ts";
import { s3 } from "./s3/kind.ts";
import { sentinel } from "./sentinel/kind.ts";
import { webhook } from "./webhook/kind.ts";
import { xsiam } from "./xsiam/kind.ts";

export const DESTINATIONS = [xsiam, hec, elasticsearch, webhook, sentinel, s3] as const;
