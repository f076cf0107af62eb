/** Refused events by reason: how many, and what can be done with a group or with all of them. */
import type { LetterGroup } from "../../collector/records/letter_choice.ts";
import { number } from "../../format.ts";
import type { Pipeline } from "../../pipelines/pipeline.ts";
import { hrefOfLetterAction, hrefOfLetters, type LetterView, toldReason } from "./letter_links.ts";

interface GroupsProps {
  readonly pipeline: Pipeline;
  /** The most frequent first. */
  readonly groups: readonly LetterGroup[];
  readonly view: LetterView;
  readonly mayAct: boolean;
}

export function LetterGroups({ pipeline, groups, view, mayAct }: GroupsProps) {
  const here = hrefOfLetters(pipeline);
  return (
    <section class="card" aria-labelledby="reasons">
      <h2 id="reasons">By reason</h2>
      <table class="stacked" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">Reason</th>
            <th scope="col" role="columnheader" class="right">Events</th>
            {mayAct && <th scope="col" role="columnheader">What can be done</th>}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {groups.map((group) => (
            <GroupRow
              key={group.reason}
              pipeline={pipeline}
              group={group}
              isShown={view.reason === group.reason}
              mayAct={mayAct}
            />
          ))}
        </tbody>
      </table>
      {mayAct && (
        <div class="actions">
          <a class="button second" href={hrefOfLetterAction("redeliver", pipeline, {}, here)}>
            Redeliver all
          </a>
          <a class="button second" href={hrefOfLetterAction("discard", pipeline, {}, here)}>
            Discard all
          </a>
        </div>
      )}
    </section>
  );
}

interface GroupRowProps extends Pick<GroupsProps, "pipeline" | "mayAct"> {
  readonly group: LetterGroup;
  /** True if the list below has only these. */
  readonly isShown: boolean;
}

function GroupRow({ pipeline, group, isShown, mayAct }: GroupRowProps) {
  const { reason, letters, dead } = group;
  const told = toldReason(pipeline, group);
  const to = hrefOfLetters(pipeline);
  const setAside = letters - dead;
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        <a
          href={hrefOfLetters(pipeline, { reason: isShown ? undefined : reason })}
          aria-current={isShown ? "true" : undefined}
        >
          {told}
        </a>
        {isShown && <span class="hint">Only these are listed.</span>}
      </th>
      <td role="cell" data-name="Events" class="right">
        {number(letters)}
        {setAside > 0 && <span class="hint">{number(setAside)} set aside</span>}
      </td>
      {mayAct && (
        <td role="cell">
          <span class="choices">
            <a
              href={hrefOfLetterAction("redeliver", pipeline, { reason }, to)}
              aria-label={`Redeliver these: ${told}`}
            >
              Redeliver these
            </a>
            <a
              href={hrefOfLetterAction("discard", pipeline, { reason }, to)}
              aria-label={`Discard these: ${told}`}
            >
              Discard these
            </a>
          </span>
        </td>
      )}
    </tr>
  );
}
