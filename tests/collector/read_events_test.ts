/** How many pages `get-events` reads to show what came since an instant. */
import assert from "node:assert/strict";
import type { AuditRecord } from "../../scripts/simulators/records.ts";
import { changeAt, DAY_MS, HOUR_MS, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";
import { mortalHost, newStorage } from "./mortal_host.ts";

const NOW = Date.parse("2026-03-11T16:00:00Z");

/** Records of two days, 9,000 on each. `pace`: how busy each hour of the day is, compared to others. */
function twoDays(pace: (hour: number) => number): AuditRecord[] {
  const hours = Array.from({ length: 24 }, (_, hour) => pace(hour));
  const sum = hours.reduce((all, one) => all + one, 0);
  const records: AuditRecord[] = [];
  for (let fromMs = NOW - 2 * DAY_MS; fromMs < NOW; fromMs += HOUR_MS) {
    const count = Math.round(9000 * hours[new Date(fromMs).getUTCHours()] / sum);
    for (let i = 0; i < count; i++) {
      const timeMs = fromMs + Math.floor(i * HOUR_MS / count / 1000) * 1000;
      records.push(changeAt(timeMs, { newValue: String(records.length) }));
    }
  }
  return records;
}

const EVENLY = () => 1;
/** Ten times as many changes in office hours. */
const OFFICE = (hour: number) => hour >= 8 && hour < 18 ? 10 : 1;

/** The most pages to read, by how many minutes ago the instant is. */
const RECENT = [5, 15, 60, 180];
const MOST_RECENT = 3;
const LONG_AGO = [360, 720, 1440];
const MOST_LONG_AGO = 7;

for (const wire of ["graphql", "rest"] as const) {
  for (const totalCountMeaning of ["all", "page", "none"] as const) {
    Deno.test(`get-events from a recent instant reads at most ${MOST_RECENT} pages of 9,000 records a day: ${wire}, X-Total-Count: ${totalCountMeaning}`, async () => {
      for (const pace of [EVENLY, OFFICE]) {
        const livePerson = { now: () => NOW, wire, totalCountMeaning };
        await using environment = await openEnvironment({ livePerson });
        const records = twoDays(pace);
        environment.livePerson.add(records);
        const host = mortalHost(newStorage(), () => NOW);
        const collector = collectorIn(environment, host, { LIVEPERSON_AUDIT_API: wire });
        for (const minutes of [...RECENT, ...LONG_AGO]) {
          const startMs = NOW - minutes * MINUTE_MS;
          const before = environment.livePerson.requests.length;
          const { events } = await collector.getEvents({ limit: 50, startMs, push: false });
          const pages = environment.livePerson.requests.slice(before)
            .filter(({ target }) => target === "audit").length;
          const expected = records.filter((record) => record.changeTimestampMs >= startMs)
            .slice(0, 50).map((record) => record.changeTimestampMs);
          assert.deepEqual(events.map(({ _time }) => Date.parse(_time)), expected);
          const most = RECENT.includes(minutes) ? MOST_RECENT : MOST_LONG_AGO;
          assert.ok(pages <= most, `${pace.name}, ${minutes} minutes ago: ${pages} pages`);
        }
      }
    });
  }
}
