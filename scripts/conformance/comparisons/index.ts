/** Every comparison, in the order in which they are made. */
import type { Comparison } from "./comparison.ts";
import { elasticsearch } from "./elasticsearch.ts";
import { hec } from "./hec.ts";
import { s3 } from "./s3.ts";
import { webhook } from "./webhook.ts";

export const COMPARISONS: readonly Comparison[] = [elasticsearch, hec, s3, webhook];
