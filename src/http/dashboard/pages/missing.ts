/** For a browser at an address where there is nothing, or nothing for people. */
import { findViewer } from "../../auth/viewer.ts";
import type { Problem } from "../../../problems.ts";
import type { PageContext } from "../page_context.ts";
import { FOR_PROGRAMS, NO_PAGE } from "../page_problems.ts";
import { showProblem } from "../render.tsx";

export function missingPage(c: PageContext): Promise<Response> {
  return withNavigation(c, NO_PAGE);
}

export function forProgramsPage(c: PageContext): Promise<Response> {
  return withNavigation(c, FOR_PROGRAMS);
}

/** People who are signed in get the navigation too. */
async function withNavigation(c: PageContext, problem: Problem): Promise<Response> {
  const viewer = await findViewer(c, c.var.teamKeys);
  if (viewer !== null) c.set("viewer", viewer);
  return showProblem(c, problem);
}
