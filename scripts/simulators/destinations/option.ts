/** The option of a script that starts simulated destinations. Pure. */
import { Option } from "commander";
import { someOf } from "../../cli/command_line.ts";
import { DESTINATION_IDS } from "./index.ts";

export function destinationOption(): Option {
  const ids = DESTINATION_IDS.join(", ");
  return new Option("--destination <ids>", `some of ${ids}, separated by commas; or all`)
    .argParser(someOf(DESTINATION_IDS))
    .default(["xsiam"], "xsiam");
}
