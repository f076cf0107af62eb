/** For a browser at an address where there is nothing. */
import { findViewer } from "../../auth/viewer.ts";
import type { PageContext } from "../page_context.ts";
import { NO_PAGE } from "../page_problems.ts";
import { showProblem } from "../render.tsx";

/** People who are signed in get the navigation too. */
export async function missingPage(c: PageContext): Promise<Response> {
  const viewer = await findViewer(c, c.var.teamKeys);
  if (viewer !== null) c.set("viewer", viewer);
  return showProblem(c, NO_PAGE);
}
