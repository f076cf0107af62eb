/** Histories in which the engine once failed, each named after what went wrong. */
import { type History, play } from "./history.ts";

const QUIET: Omit<History, "records"> = {
  limits: { pageSize: 5, maxFetch: 10, windowMinutes: 20, maxPagesInFlight: 1 },
  runs: [],
  faults: [],
  poison: false,
  tickSeconds: [0],
};

const at = (minute: number, content: number, delayMinutes = 0) => ({
  minute,
  content,
  delayMinutes,
});

const EXAMPLES: Record<string, History> = {
  "a late twin of the last record before the start is not delivered": {
    ...QUIET,
    records: [at(-1, 0, 2), at(-1, 0)],
    runs: [{ afterMinutes: 0, clockOffsetMinutes: 0 }],
  },
  "a record inserted while twins that fill a page are read is not lost": {
    ...QUIET,
    limits: { pageSize: 2, maxFetch: 12, windowMinutes: 3, maxPagesInFlight: 1 },
    records: [at(0, 1), at(0, 0, 2), at(0, 1)],
    runs: [{ afterMinutes: 0, clockOffsetMinutes: 0 }],
    tickSeconds: [50, 20],
  },
  "a clock that is behind does not make an event older than it is": {
    ...QUIET,
    limits: { pageSize: 2, maxFetch: 3, windowMinutes: 16, maxPagesInFlight: 1 },
    records: [at(0, 0, 11), at(39, 1), at(39, 0, 1), at(0, 1, 11)],
    runs: [
      { afterMinutes: 10, clockOffsetMinutes: 0 },
      { afterMinutes: 8, clockOffsetMinutes: 0 },
      { afterMinutes: 16, clockOffsetMinutes: -5 },
    ],
    tickSeconds: [58, 24, 12, 56],
  },
  "twins that fill a whole page are told apart": {
    ...QUIET,
    limits: { pageSize: 2, maxFetch: 10, windowMinutes: 17, maxPagesInFlight: 1 },
    records: [at(70, 2), at(70, 2)],
  },
  "a run that dies after a push repeats that batch alone": {
    ...QUIET,
    limits: { pageSize: 3, maxFetch: 6, windowMinutes: 18, maxPagesInFlight: 1 },
    records: [at(0, 0, 1), at(70, 0), at(0, 1, 1), at(0, 1, 1)],
    runs: [{ afterMinutes: 0, clockOffsetMinutes: 0 }],
    faults: [{ call: 9, fault: "die after" }],
  },
  "a commit of a part does not settle the push that failed after it": {
    ...QUIET,
    limits: { pageSize: 5, maxFetch: 7, windowMinutes: 17, maxPagesInFlight: 1 },
    records: [at(0, 0), at(0, 0), at(0, 0), at(0, 0), at(0, 1)],
    faults: [{ call: 3, fault: "fail before" }, { call: 10, fault: "fail after" }],
  },
  "a late twin does not stand in for the record that an older late one has moved away": {
    ...QUIET,
    limits: { pageSize: 500, maxFetch: 5000, windowMinutes: 15, maxPagesInFlight: 1 },
    records: [at(9, 1, 2), at(10, 0, 1), at(5, 0), at(10, 5), at(10, 0)],
    runs: [{ afterMinutes: 10, clockOffsetMinutes: 0 }],
  },
  "a batch of nothing but poison does not block what follows": {
    ...QUIET,
    limits: { pageSize: 4, maxFetch: 1, windowMinutes: 0, maxPagesInFlight: 1 },
    records: [at(1, 5), at(1, 5), at(2, 5), at(3, 5), at(9, 1)],
    poison: true,
  },
};

for (const [name, example] of Object.entries(EXAMPLES)) {
  Deno.test(name, () => play(example));
}
