/** The page of one pipeline's undelivered events: each kind with its number, and the refused ones. */
import type { ListedLetters } from "../../collector/runs/list_letters.ts";
import { isLowerBound, type Missing, missingInWords } from "../../collector/health/missing.ts";
import type { ListedLetter } from "../../collector/records/listed_letter.ts";
import { number } from "../../format.ts";
import type { Gap } from "../../engine/progress.ts";
import type { Rights } from "../../operators/session.ts";
import type { Pipeline } from "../../pipelines/pipeline.ts";
import { GapsCard } from "./gaps.tsx";
import { AdviceList } from "./layout.tsx";
import { LetterGroups } from "./letter_groups.tsx";
import { hrefOfLetters, type LetterView } from "./letter_links.ts";
import { LetterList } from "./letter_list.tsx";
import { accountTitle, destinationName } from "./links.ts";
import type { Advice } from "./advice.ts";

interface UndeliveredProps {
  readonly pipeline: Pipeline;
  /** The page of the pipeline's state. */
  readonly statusHref: string;
  readonly undelivered: Missing;
  readonly gaps: readonly Gap[];
  readonly advice: readonly Advice[];
  /** Null if there are none. */
  readonly letters: ListedLetters | null;
  /** The letter whose content is shown. */
  readonly opened: ListedLetter | null;
  readonly view: LetterView;
  readonly rights: Rights;
  readonly nowMs: number;
}

export function UndeliveredPage(props: UndeliveredProps) {
  const { pipeline, statusHref, undelivered, gaps, advice, letters, nowMs } = props;
  const { total } = undelivered;
  return (
    <>
      <nav aria-label="Back to">
        <a href={statusHref}>Status of {accountTitle(pipeline)}</a>
      </nav>
      <section class={`card headline ${total === 0 ? "ok" : "warn"}`} aria-labelledby="undelivered">
        <p class="quiet">
          Account {accountTitle(pipeline)}
          {pipeline.destination && `, to ${destinationName(pipeline)}`}
        </p>
        <h1 id="undelivered" class="title">
          {total === 0
            ? "Nothing is known to be undelivered"
            : `${isLowerBound(undelivered, gaps) ? "At least " : ""}${number(total)} undelivered`}
        </h1>
        {total > 0 && <p>{missingInWords(undelivered, gaps).join(", ")}.</p>}
      </section>
      {advice.length > 0 && (
        <section class="card" aria-labelledby="advice">
          <h2 id="advice">Why, and what to do</h2>
          <AdviceList advice={advice.map(({ link: _, ...one }) => one)} tone="warn" />
        </section>
      )}
      <GapsCard gaps={gaps} nowMs={nowMs} />
      {letters !== null && <Letters {...props} letters={letters} />}
    </>
  );
}

type LettersProps = UndeliveredProps & { readonly letters: ListedLetters };

function Letters({ pipeline, letters, opened, view, rights, nowMs }: LettersProps) {
  const { next } = letters;
  return (
    <>
      <LetterGroups
        pipeline={pipeline}
        groups={letters.groups ?? []}
        view={view}
        mayAct={rights.act}
      />
      <LetterList
        pipeline={pipeline}
        letters={letters.letters}
        opened={opened}
        view={view}
        rights={rights}
        nowMs={nowMs}
      />
      {(view.after !== undefined || next !== null) && (
        <nav class="pages" aria-label="Pages of refused events">
          {view.after !== undefined && (
            <a href={hrefOfLetters(pipeline, { reason: view.reason })}>First page</a>
          )}
          {next !== null && (
            <a href={hrefOfLetters(pipeline, { reason: view.reason, after: next })}>Next page</a>
          )}
        </nav>
      )}
    </>
  );
}
