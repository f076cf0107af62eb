/**
 * Moves what is stored from one host to another, so that collecting continues there without a repeat. I/O
 * through the stores.
 */
import { CollectorError } from "../../errors.ts";
import { ownerOf } from "../../pipelines/pipeline.ts";
import type { PipelineSettings } from "../../pipelines/pipelines.ts";
import {
  dropState,
  endImport,
  type ExportedPage,
  holdsWork,
  type ImportedPage,
  isMoved,
  JOURNAL_KEY,
  readState,
} from "../records/moved_state.ts";
import { isGenuine, sealOf, type SealOwner } from "../records/state_seal.ts";
import type { RunContext } from "./context.ts";

/**
 * What is stored after this key, as much as a page holds.
 * @throws {CollectorError} `collection_enabled`
 */
export async function exportState(
  { settings, platform }: RunContext,
  after: string | null,
): Promise<ExportedPage> {
  mustRest(settings);
  const page = await readState(platform.local, after);
  return { ...page, seal: sealOf(page, sealOwner(settings)) };
}

/**
 * Takes over a page of what was exported elsewhere: the one after this key, or the first if it is null.
 * The first one replaces everything that is kept here, such as dead letters that have been delivered
 * there since. The import counts once the last row is stored. `isTrial`: only checks that the page could be
 * taken over, whichever came before it, and writes nothing.
 * @throws {CollectorError} `collection_enabled`; `cursor_exists` if collecting or a backfill has begun here;
 * `cursor_unreadable` or `cursor_newer` if it isn't this pipeline's; `state_not_genuine`
 */
export async function importState(
  context: RunContext,
  page: ImportedPage,
  isTrial = false,
): Promise<void> {
  const { settings, cursors, platform: { local, log } } = context;
  mustRest(settings);
  if (await cursors.exists()) {
    throw new CollectorError("cursor_exists", {
      detail: "Events have already been collected here.",
    });
  }
  const { rows, after } = page;
  if (after === null && await holdsWork(local)) {
    throw new CollectorError("cursor_exists", {
      detail: "Events have already been collected here, by a backfill.",
    });
  }
  const journal = rows.find(({ key }) => key === JOURNAL_KEY);
  if (journal !== undefined) cursors.mustBeOwn(journal.value);
  mustBeGenuine(page, settings);
  if (isTrial) return;
  await mustFollow(page, context);
  if (after === null) await dropState(local);
  for (const { key, value } of rows) {
    if (key !== JOURNAL_KEY && isMoved(key)) await local.put(key, value);
  }
  if (journal === undefined) return;
  await cursors.takeOver(journal.value);
  await endImport(local);
  log({ level: "warn", event: "state_imported" });
}

/** Refuses what no collector of this pipeline has exported. */
function mustBeGenuine(page: ImportedPage, settings: PipelineSettings): void {
  if (isGenuine(page, sealOwner(settings))) return;
  throw new CollectorError("state_not_genuine", {
    detail: "It is not what a collector of this account and destination wrote.",
  });
}

/** Refuses a page without the one before it. */
async function mustFollow({ after }: ImportedPage, { platform }: RunContext): Promise<void> {
  if (after !== null && await platform.local.get(after) === null) {
    throw new CollectorError("state_not_genuine", { detail: "The page before it is missing." });
  }
}

function sealOwner({ pipeline, LIVEPERSON_CLIENT_SECRET: secret }: PipelineSettings): SealOwner {
  return { ...ownerOf(pipeline), secret };
}

/** Events collected during a move would be delivered twice. */
function mustRest({ FETCH_EVENTS }: PipelineSettings): void {
  if (!FETCH_EVENTS) return;
  throw new CollectorError("collection_enabled", {
    detail: "FETCH_EVENTS is true, so events may be collected in the meantime.",
  });
}
