/** A page that can't be shown: why, what to do, and where its code is explained. */
import type { Problem } from "../../problems.ts";
import { MoreAbout } from "./problem_link.tsx";
import { Shape } from "./shapes.tsx";

interface ErrorPageProps {
  readonly problem: Problem;
  /** False for whoever can't open `/docs`: then it names the file with the same explanation. */
  readonly isSignedIn: boolean;
}

export function ErrorPage({ problem, isSignedIn }: ErrorPageProps) {
  const { title, detail, action, code } = problem;
  return (
    <section class="card headline bad" aria-labelledby="state">
      <div class="headline-top">
        <Shape state="failing" size={64} />
        <h1 id="state" class="title">{title}</h1>
      </div>
      <p>{detail}</p>
      <p>
        <strong>What to do:</strong> {action}
      </p>
      <p>
        {isSignedIn ? <MoreAbout code={code} /> : <Explained code={code} />}
      </p>
      <p>
        <a href="/">Status page</a>
      </p>
    </section>
  );
}

function Explained({ code }: { code: string }) {
  return (
    <>
      The repository explains <code>{code}</code> in <code>docs/problems.md</code>.
    </>
  );
}
