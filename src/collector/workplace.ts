/** What the collector of one account works with. */
import type { Settings } from "../pipelines/settings.ts";
import type { Backfill } from "./runs/backfill.ts";
import type { DeadLetterBox } from "./records/dead_letters.ts";
import type { HealthRecord } from "./records/health_record.ts";
import type { Host } from "./platform.ts";
import type { Keeper } from "./records/cursor_store.ts";

export interface Workplace {
  readonly settings: Settings;
  readonly host: Host;
  readonly keeper: Keeper;
  readonly deadLetters: DeadLetterBox;
  readonly backfill: Backfill;
  readonly health: HealthRecord;
}
