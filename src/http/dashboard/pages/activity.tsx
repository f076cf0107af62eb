/** The record of who did what. */
import { ActivityPage } from "../activity.tsx";
import type { PageContext } from "../page_context.ts";
import { showPage } from "../render.tsx";

export async function activityPage(c: PageContext) {
  const { viewer, nowMs, door } = c.var;
  const actions = await door.operators.actions();
  return showPage(
    c,
    { title: "Activity", at: "/activity" },
    <ActivityPage actions={actions} viewer={viewer} nowMs={nowMs} />,
  );
}
