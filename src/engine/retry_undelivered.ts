/** Tries again what the destination has refused and what is due by now. I/O through the ports. */
import { Batch, lineOf } from "./batch.ts";
import { letterAgain } from "./letters.ts";
import type { DestinationLimits, Line, Listed, Ports, Undelivered } from "./ports.ts";
import type { Progress } from "./progress.ts";
import { MAX_FRUITLESS, type Pushes, type PushOptions } from "./pushes.ts";
import type { Outcome, Refusal } from "./take_apart.ts";

/** Refused events take at most this many pushes before anything is read: the rest is for new events. */
const MAX_PUSHES_BEFORE_READING = 20;

/** What trying again needs. */
interface Tools {
  readonly ports: Pick<
    Ports<Listed>,
    "destination" | "cursors" | "undelivered" | "hasBudget" | "toLineAgain"
  >;
  readonly progress: Progress;
  readonly pushes: Pushes;
}

/**
 * Tries batch after batch, until too many pushes in a row were in vain. `purpose`: "pushing" when nothing
 * is to be read any more, so that all requests may be used.
 */
export async function retryUndelivered(tools: Tools, purpose?: "pushing"): Promise<void> {
  const { undelivered, destination, cursors, toLineAgain = lineOf } = tools.ports;
  const { targetBytes: maxBytes, maxEvents, envelopeBytes = 1 } = destination.limits;
  let left = purpose === "pushing" ? Infinity : MAX_PUSHES_BEFORE_READING;
  let inVain = 0;
  while (left > 0 && inVain < MAX_FRUITLESS.usual && tools.ports.hasBudget(purpose)) {
    const accepting = tools.pushes.accepting === true;
    const letters = await undelivered.due({ maxEvents, maxBytes, envelopeBytes, accepting });
    if (letters.length === 0) return;
    const lines = fitting(letters.map((letter) => toLineAgain(letter)), destination.limits);
    await cursors.markInFlight(lines.length);
    const { pushes, isInVain } = await retry(
      lines,
      letters.slice(0, lines.length),
      { accepting, maxPushes: left, purpose },
      tools,
    );
    left -= pushes;
    inVain = isInVain ? inVain + pushes : 0;
    await cursors.markInFlight(0);
  }
}

/** Those that one push may hold, at least the first: in another format they may be longer than before. */
function fitting(lines: readonly Line[], limits: DestinationLimits): readonly Line[] {
  const batch = new Batch(limits);
  for (const line of lines) {
    if (!batch.hasRoomFor(line.bytes)) break;
    batch.add(line);
  }
  return batch.drain();
}

/** Tries one batch of letters, whose lines these are. `accepting`: the destination takes others. */
async function retry(
  lines: readonly Line[],
  letters: readonly Undelivered[],
  { accepting, ...budget }: Pick<PushOptions<Line>, "maxPushes" | "purpose"> & {
    readonly accepting: boolean;
  },
  { ports: { undelivered }, progress, pushes }: Tools,
): Promise<{ readonly pushes: number; readonly isInVain: boolean }> {
  const byId = new Map(letters.map((letter) => [letter.eventId, letter]));
  const letterOf = ({ eventId }: Line) => byId.get(eventId)!;
  const deaths = (refused: readonly Refusal<Line>[]) =>
    refused.filter(({ line, dead }) => dead && !letterOf(line).dead).length;
  const options: PushOptions<Line> = {
    maxFruitless: accepting || letters.some(({ isDoubted }) => isDoubted)
      ? MAX_FRUITLESS.retrying
      : MAX_FRUITLESS.usual,
    isDoubted(line) {
      const { refusedAlone, isDoubted } = letterOf(line);
      return isDoubted || (accepting && refusedAlone);
    },
    ...budget,
  };
  const noteDelivered = async (delivered: readonly Line[]) => {
    if (delivered.length > 0) await undelivered.remove(delivered.map(({ eventId }) => eventId));
    progress.redelivered += delivered.length;
    return true;
  };
  const settle = async (
    { delivered, refused }: Outcome<Line>,
    _failed: boolean,
    early: readonly Line[],
  ) => {
    const tookNone = delivered.length + early.length === 0 && !accepting;
    // what is still refused fails a run; once that has lasted, it is known, and only waits
    const aside = refused.filter(({ line }) => !letterOf(line).dead);
    if (tookNone && !pushes.isRefusingForLong) pushes.noteRefusal(aside);
    // an event that was only part of a refused batch stays due, unless nothing gets through at all
    const tried = refused.filter(({ alone }) => alone || tookNone);
    const again = tried.map((refusal) => letterAgain(letterOf(refusal.line), refusal));
    await noteDelivered(delivered);
    if (again.length > 0) await undelivered.refusedAgain(again);
    progress.deadLettered += deaths(refused);
  };
  const settling = { settle, settleEarly: noteDelivered };
  const outcome = await pushes.push(lines, options, settling);
  const { delivered, refused } = outcome;
  return { pushes: outcome.pushes, isInVain: delivered.length + deaths(refused) === 0 };
}
