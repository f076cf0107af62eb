/** Links from a problem to what its code means. */
import type { PastProblem } from "../../collector/health/history.ts";
import { titleWithService } from "./service_title.ts";

/** The problem's title as the link. */
export function ProblemLink({ code, title, service }: PastProblem) {
  return <a href={explanationHref(code)}>{titleWithService(title, service)}</a>;
}

/** The code as the link, after what to do. */
export function MoreAbout({ code }: { code: string }) {
  return (
    <a href={explanationHref(code)}>
      More about <code>{code}</code>
    </a>
  );
}

/** Where a problem's code is explained, for people who are signed in. */
function explanationHref(code: string): string {
  return `/docs#code-${code}`;
}
