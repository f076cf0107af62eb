/** `deno task problems`: writes docs/problems.md again, after a change to the codes or their texts. */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { problemsPage } from "./page.ts";

const PAGE = fileURLToPath(new URL("../../docs/problems.md", import.meta.url));

await writeFile(PAGE, problemsPage());
const { code } = await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", PAGE] })
  .spawn().status;
Deno.exit(code);
