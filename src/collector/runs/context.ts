/** What the runs of one pipeline work with. */
import type { PipelineSettings } from "../../pipelines/pipelines.ts";
import type { Backfill } from "./backfill.ts";
import type { UndeliveredBox } from "../records/undelivered_box.ts";
import type { HealthRecord } from "../health/health_record.ts";
import type { Platform } from "../platform.ts";
import type { CursorStore } from "../records/cursor_store.ts";

export interface RunContext {
  readonly settings: PipelineSettings;
  readonly platform: Platform;
  readonly cursors: CursorStore;
  readonly undelivered: UndeliveredBox;
  readonly backfill: Backfill;
  readonly health: HealthRecord;
}
