/** What the collector of one account works with. */
import type { Settings } from "../settings/settings.ts";
import type { Backfill } from "./backfill.ts";
import type { DeadLetterBox } from "./dead_letters.ts";
import type { HealthRecord } from "./health_record.ts";
import type { Host } from "./host.ts";
import type { Keeper } from "./keeper.ts";

export interface Workplace {
  readonly settings: Settings;
  readonly host: Host;
  readonly keeper: Keeper;
  readonly deadLetters: DeadLetterBox;
  readonly backfill: Backfill;
  readonly health: HealthRecord;
}
