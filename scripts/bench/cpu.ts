/** The CPU time of processes. Linux reports it, in hundredths of a second; elsewhere it is unknown. */

/** The newest workerd process that this process started; null where there is no /proc. */
export function findWorkerd(): string | null {
  try {
    const pids = [...Deno.readDirSync("/proc")].map((entry) => entry.name)
      .filter((name) => /^\d+$/.test(name));
    return pids.findLast((pid) => {
      try {
        const [name, fields] = stat(pid);
        return name === "workerd" && Number(fields[1]) === Deno.pid;
      } catch {
        return false; // it has ended meanwhile
      }
    }) ?? null;
  } catch {
    return null;
  }
}

/** The CPU time of all threads of a process so far, in milliseconds. */
export function cpuMsOf(pid: string): number {
  const [, fields] = stat(pid);
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** A process's name, and the fields of /proc/<pid>/stat behind it. */
function stat(pid: string): [string, string[]] {
  const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const end = text.lastIndexOf(")");
  return [text.slice(text.indexOf("(") + 1, end), text.slice(end + 2).split(" ")];
}
