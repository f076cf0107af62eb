/** The range of a backfill, as routes, the page and the script accept it. Pure. */
import * as v from "valibot";
import type { BackfillRange } from "../../collector/runs/backfill.ts";
import type { Named } from "../../pipelines/choose.ts";
import { PAST_FORMS } from "../../settings/duration.ts";
import {
  account,
  BY_NAME,
  type Called,
  destination,
  past,
  readArguments,
  UTC_RULE,
} from "./arguments.ts";
import { named } from "./schemas.ts";

export function backfillArguments(nowMs: number, called: Called = BY_NAME) {
  const [fromName, toName] = [called("from"), called("to")];
  const from = past(fromName, `Deliver events since this time: ${PAST_FORMS}. ${UTC_RULE}`, nowMs);
  const to = v.pipe(
    past(toName, "Deliver events before this time, written like `from`. By default, now.", nowMs),
    v.maxValue(nowMs, `${toName} must not be in the future.`),
  );
  return named(
    "BackfillArguments",
    v.pipe(
      v.strictObject(
        { from, to: v.optional(to), account, destination },
        `${fromName} must be ${PAST_FORMS}.`,
      ),
      v.check(({ from, to = nowMs }) => from < to, `${fromName} must be before ${toName}.`),
      v.transform(({ from, to = nowMs, ...rest }) => ({ fromMs: from, toMs: to, ...rest })),
    ),
  );
}

/**
 * The range of a backfill: `from`, and `to`, which is now if left out.
 * @throws {CollectorError} `arguments_invalid`, naming every bad argument
 */
export function readBackfillRange(
  given: Readonly<Record<string, unknown>>,
  nowMs: number,
  called?: Called,
): BackfillRange & Named {
  return readArguments(backfillArguments(nowMs, called), given);
}
