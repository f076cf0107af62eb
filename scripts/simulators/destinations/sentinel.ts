/** Azure Monitor, by which Microsoft Sentinel is reached, simulated, as scripts start it. Loopback only. */
import { FIELD_COLUMNS } from "../../../src/destinations/sentinel/columns.ts";
import { startAzureMonitor } from "../azure_monitor.ts";
import type { TableRow } from "../azure_rows.ts";
import {
  type SimulatedDestination,
  type StartOptions,
  STORED_FIELDS,
  type StoredEvent,
} from "./destination.ts";

export async function startSimulatedSentinel(options: StartOptions): Promise<SimulatedDestination> {
  const { secret: clientSecret = "simulated-secret", ...others } = options;
  const azure = await startAzureMonitor({ ...others, clientSecret });
  const { url, settings, faults, ids, rows } = azure;
  return {
    name: "Microsoft Sentinel",
    what: "Logs Ingestion API and Entra ID",
    ...{ url, settings, faults },
    ids: () => ids,
    events: () => rows.map(fromColumns),
    misbehave() {
      azure.revokeTokens();
      faults.next("push", { status: 429, headers: { "retry-after": "1" } });
      return "is too busy for the first push (429), and then knows its token no more (401)";
    },
    [Symbol.asyncDispose]: azure.close,
  };
}

function fromColumns(row: TableRow): StoredEvent {
  const column = (field: string) =>
    field === "_time" ? "ChangeDate" : FIELD_COLUMNS[field as keyof typeof FIELD_COLUMNS];
  return Object.fromEntries(
    STORED_FIELDS.map((field) => [field, row[column(field)]]),
  ) as StoredEvent;
}
