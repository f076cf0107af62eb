/** All routes except the status page's, in the order of the description. No code. */
import type { Route } from "../routing/route.ts";
import { cancelBackfill, startBackfill } from "./backfill.ts";
import { collect } from "./collect.ts";
import { forgetCursor } from "./cursor.ts";
import { discardDeadLetters, listDeadLetters, redeliver } from "./dead_letters.ts";
import { descriptionRoutes } from "./description.tsx";
import { getEvents, pushEvents } from "./get_events.ts";
import { getHealth } from "./health.ts";
import { getMetrics } from "./metrics.ts";
import { exportState, importState } from "./state.ts";
import { getStatus } from "./status.ts";
import { testConnection } from "./test_connection.ts";

export const ROUTES: readonly Route[] = [
  getEvents,
  pushEvents,
  testConnection,
  collect,
  getStatus,
  getHealth,
  getMetrics,
  listDeadLetters,
  redeliver,
  discardDeadLetters,
  startBackfill,
  cancelBackfill,
  forgetCursor,
  exportState,
  importState,
  ...descriptionRoutes(() => ROUTES),
];
