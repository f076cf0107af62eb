/** Keeps the health of a collector in its own storage. */
import { type Health, UNKNOWN_HEALTH } from "./health.ts";
import type { Host } from "../platform.ts";

const KEY = "health";

export class HealthRecord {
  constructor(private readonly host: Host) {}

  async read(): Promise<Health> {
    const stored = await this.host.local.get(KEY);
    return stored === null ? UNKNOWN_HEALTH : JSON.parse(stored);
  }

  async write(health: Health): Promise<void> {
    await this.host.local.put(KEY, JSON.stringify(health));
  }
}
