/**
 * Which pipelines there are: of each account in the settings, one for each destination that it has. Pure.
 * A broken pipeline fails only when it is read, so that it never holds up another account's.
 */
import * as v from "valibot";
import { KINDS } from "../destinations/catalog.ts";
import type { AnyKind } from "../destinations/kind.ts";
import { givenSettings } from "../settings/read.ts";
import { type AccountEntry, accountNameOf, listAccounts, readAccount } from "./accounts.ts";
import { type Pipeline, type PipelineDestination, pipelineName } from "./pipeline.ts";
import type { PlatformName, Settings } from "./settings.ts";

export interface PipelineEntry {
  /** The name of its state: see `pipelineName`. */
  readonly name: string;
  readonly pipeline: Pipeline;
  readonly account: AccountEntry;
}

/** What a pipeline works with: the settings of its account, and which of the account's pipelines it is. */
export interface PipelineSettings extends Settings {
  readonly pipeline: Pipeline;
}

/**
 * The pipelines, not yet validated.
 * @throws {CollectorError} `configuration_invalid` when there is no account, or a list can't be read
 */
export function listPipelines(
  variables: Readonly<Record<string, unknown>>,
  platform: PlatformName,
): readonly PipelineEntry[] {
  return listAccounts(variables, platform).flatMap(pipelinesOf);
}

/**
 * The settings of a pipeline. Those of the account's other destinations are not read: a fault there does
 * not concern this pipeline.
 * @throws {CollectorError} `configuration_invalid`, naming every bad setting of its account and destination
 */
export function readPipeline(
  { account, pipeline }: PipelineEntry,
  platform: PlatformName,
): PipelineSettings {
  return { ...readAccount(account, platform, pipeline.destination?.kind), pipeline };
}

/** A pipeline of which nothing is known but its problems. */
export function brokenPipeline(id: string, problem: string): PipelineEntry {
  return entryOf({ id, variables: {}, problems: [problem], listed: true }, null);
}

/** The pipeline, with further problems of its account. */
export function withProblems(entry: PipelineEntry, problems: readonly string[]): PipelineEntry {
  return { ...entry, account: { ...entry.account, problems } };
}

function pipelinesOf(account: AccountEntry): readonly PipelineEntry[] {
  const destinations = destinationsOf(account.variables);
  if (destinations.length === 0) return [entryOf(account, null)];
  return destinations.map((destination) => entryOf(account, destination));
}

function entryOf(account: AccountEntry, destination: PipelineDestination | null): PipelineEntry {
  const accountName = accountNameOf(account);
  const pipeline: Pipeline = {
    account: account.id,
    ...(accountName !== undefined && { accountName }),
    feed: "audit",
    destination,
  };
  return { name: pipelineName(pipeline), pipeline, account };
}

/**
 * The destinations that are configured. One with invalid settings is included, so that this can be
 * reported.
 */
function destinationsOf(
  variables: Readonly<Record<string, unknown>>,
): readonly PipelineDestination[] {
  return KINDS.flatMap((kind) => {
    const given = givenSettings(Object.keys(kind.settings), variables);
    if (!isBegun(kind, given)) return [];
    return [{ kind: kind.id, identity: identityOf(kind, given) }];
  });
}

/**
 * True if a setting is given that makes no sense without the destination. A text is not a binding, even
 * under the name of one.
 */
function isBegun(kind: AnyKind, given: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(kind.needed).some((name) => name in given) ||
    (kind.binding !== undefined && typeof given[kind.binding] === "object") ||
    (kind.contradictions?.(given) ?? []).length > 0;
}

function identityOf(kind: AnyKind, given: Readonly<Record<string, unknown>>): string | null {
  const result = v.safeParse(v.object(kind.settings), given);
  return result.success ? kind.identity(result.output) : null;
}
