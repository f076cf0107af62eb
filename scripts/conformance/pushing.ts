/** A destination of the product, opened with settings as they are given to it. Pushes through its own code. */
import * as v from "valibot";
import type { AnyKind, DestinationTools, OpenDestination } from "../../src/destinations/kind.ts";
import type { EachAnswer, Line, PushAnswer } from "../../src/engine/ports.ts";
import { FORGETFUL } from "../../src/storage/vault.ts";
import { Upstream } from "../../src/upstream/upstream.ts";
import { ACCOUNT } from "./batches.ts";

const TIMEOUT_MS = 30_000;

/** `settings`: as text, by name. */
export function openDestination(
  kind: AnyKind,
  settings: Readonly<Record<string, string>>,
): OpenDestination {
  const parsed = v.parse(v.object(kind.settings), settings);
  const destination = kind.open(parsed, toolsNow());
  if (destination === null) throw new Error(`${kind.label} is not configured by these settings`);
  return destination;
}

/** Its harmless call. @throws {CollectorError} when it finds something wrong */
export async function checkConnection(
  kind: AnyKind,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const parsed = v.parse(v.object(kind.settings), settings);
  await kind.connectionCheck.check?.(parsed, toolsNow());
}

export function push(destination: OpenDestination, lines: readonly Line[]): Promise<PushAnswer> {
  return destination.push(lines, { probing: false });
}

/** Pushes all, and again what a push leaves unread. True when all was delivered, as it is. */
export async function deliversAll(
  destination: OpenDestination,
  lines: readonly Line[],
): Promise<boolean> {
  for (let left = lines; left.length > 0;) {
    const answer = await push(destination, left);
    if (!isDelivered(answer)) return false;
    const unread = (answer.unread ?? []).map((index) => left[index]);
    if (unread.length === left.length) return false;
    left = unread;
  }
  return true;
}

function isDelivered(answer: PushAnswer): answer is EachAnswer {
  return !("refusedWhole" in answer) && answer.refused.length === 0 &&
    answer.again.length === 0 && (answer.altered ?? 0) === 0;
}

function toolsNow(): DestinationTools {
  const upstream = new Upstream({
    fetch,
    now: Date.now,
    timeoutMs: TIMEOUT_MS,
    maxRequests: 1000,
    retryDelayMs: 0,
    deadlineMs: Infinity,
  });
  return { upstream, account: ACCOUNT, now: Date.now, vault: () => FORGETFUL };
}
