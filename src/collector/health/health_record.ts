/** Keeps the health of a collector in its own storage. Does I/O. */
import { type Health, UNKNOWN_HEALTH } from "./health.ts";
import type { Platform } from "../platform.ts";

const KEY = "health";

export class HealthRecord {
  constructor(private readonly platform: Platform) {}

  async read(): Promise<Health> {
    const stored = await this.platform.local.get(KEY);
    return stored === null ? UNKNOWN_HEALTH : JSON.parse(stored);
  }

  async write(health: Health): Promise<void> {
    await this.platform.local.put(KEY, JSON.stringify(health));
  }
}
