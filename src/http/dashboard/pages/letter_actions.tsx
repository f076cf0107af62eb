/** The confirmation before dead letters are delivered again or discarded: which ones, and how many. */
import type { LetterChoice } from "../../../collector/records/letter_choice.ts";
import type { CollectorService } from "../../../collector/service.ts";
import { count, cut } from "../../../format.ts";
import type { Pipeline } from "../../../pipelines/pipeline.ts";
import { unwrap } from "../../routing/problems.ts";
import { ConfirmForm } from "../confirm.tsx";
import { LETTER_ACTIONS, readDiscarded, readRedelivered } from "../letter_actions.ts";
import { toldLetter, toldReason } from "../letter_links.ts";
import { localPath, type PageContext } from "../page_context.ts";
import { NO_LETTER } from "../page_problems.ts";
import { showPage, showProblem } from "../render.tsx";
import { onOne } from "./one_pipeline.ts";

const MAX_SUBJECT_LENGTH = 300;

export function letterActionPage(name: keyof typeof LETTER_ACTIONS) {
  const action = LETTER_ACTIONS[name];
  return (c: PageContext) => {
    const collectors = c.var.connect();
    const asked = c.req.query();
    return onOne(c, collectors.pipelines, asked, async (pipeline) => {
      const choice = name === "discard" ? readDiscarded(asked) : readRedelivered(asked);
      const collector = collectors.of(pipeline);
      const subject = await subjectOf(collector, pipeline, choice, name === "discard");
      if (subject === null) return showProblem(c, NO_LETTER);
      return showPage(
        c,
        { title: `${action.name}?` },
        <ConfirmForm
          action={action}
          pipeline={pipeline}
          viewer={c.var.viewer}
          subject={subject}
          fields={fieldsOf(asked)}
          back={asked.to === undefined ? undefined : localPath(asked.to)}
        />,
      );
    });
  };
}

/** The parts of the request that the form passes on. */
function fieldsOf({ ids, reason, all, to }: Readonly<Record<string, string>>) {
  const given = { ids, reason, all, to };
  return Object.fromEntries(
    Object.entries(given).filter((one): one is [string, string] => one[1] !== undefined),
  );
}

/**
 * The letters in words, with their number; null if there are none. Events that are only set aside are not
 * discarded.
 */
async function subjectOf(
  collector: CollectorService,
  pipeline: Pipeline,
  { ids, reason }: LetterChoice,
  isDiscard: boolean,
): Promise<string | null> {
  if (ids !== undefined && ids.length === 1) {
    const { letters: [letter] } = unwrap(await collector.deadLetters(1, { eventId: ids[0] }));
    return letter === undefined ? null : cut(toldLetter(letter), MAX_SUBJECT_LENGTH);
  }
  if (ids !== undefined) return count(ids.length, "dead letter");
  const { groups = [] } = unwrap(await collector.deadLetters(1, { grouped: true }));
  const chosen = groups.filter((group) => reason === undefined || group.reason === reason);
  const letters = chosen.reduce((sum, one) => sum + (isDiscard ? one.dead : one.letters), 0);
  if (letters === 0) return null;
  if (reason === undefined) return `All ${count(letters, "dead letter")}`;
  return `${count(letters, "dead letter")} (${toldReason(pipeline, chosen[0])})`;
}
