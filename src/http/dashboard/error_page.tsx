/** A page that can't be shown: why, and what to do. */
import type { Problem } from "../../problems.ts";
import { Shape } from "./shapes.tsx";

export function ErrorPage({ problem: { title, detail, action } }: { problem: Problem }) {
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
        <a href="/">Status page</a>
      </p>
    </section>
  );
}
