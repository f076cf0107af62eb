/** The confirmation before refused events are delivered again or discarded: which ones, and how many. */
import {
  inTotal,
  type LetterChoice,
  toldLetters,
} from "../../../collector/records/letter_choice.ts";
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
      const subject = await subjectOf(collector, pipeline, choice);
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

/** The letters in words, with their number; null if there are none. */
async function subjectOf(
  collector: CollectorService,
  pipeline: Pipeline,
  { ids, reason }: LetterChoice,
): Promise<string | null> {
  if (ids !== undefined && ids.length === 1) {
    const { letters: [letter] } = unwrap(await collector.deadLetters(1, { eventId: ids[0] }));
    if (letter === undefined) return null;
    return cut(toldLetter(letter), MAX_SUBJECT_LENGTH) + (letter.dead ? "" : ", set aside");
  }
  if (ids !== undefined) return count(ids.length, "refused event");
  const { groups = [] } = unwrap(await collector.deadLetters(1, { grouped: true }));
  const chosen = groups.filter((group) => reason === undefined || group.reason === reason);
  if (chosen.length === 0) return null;
  const [letters, dead] = inTotal(chosen);
  const told = toldLetters(letters, dead);
  if (reason !== undefined) return `${told} (${toldReason(pipeline, chosen[0])})`;
  return letters === 1 ? told : `All ${told}`;
}
