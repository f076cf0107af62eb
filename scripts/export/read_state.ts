/** Reads everything that a target has stored of a pipeline, page by page. */
import type { ImportedPage } from "../../src/collector/records/moved_state.ts";
import type { Pipeline } from "../../src/pipelines/pipeline.ts";
import type { Target } from "../target/target.ts";

/** @throws {AnsweredProblem} `collection_enabled` while it may change */
export async function readState(target: Target, pipeline: Pipeline): Promise<ImportedPage[]> {
  const pages: ImportedPage[] = [];
  for (let next: string | null = null;;) {
    const { rows, after, seal, next: more } = await target.exportState(pipeline, next);
    pages.push({ rows, after, seal });
    if (more === null) return pages;
    next = more;
  }
}
