/**
 * Bubblewrap's own tie to its parent, `--die-with-parent`, is in place only once it has made the sandbox: what kills
 * the preview before that leaves the sandbox with all that runs in it. So a shell outside of the sandbox waits for the
 * preview's end. It stops bubblewrap, which then makes no more processes, and kills the sandbox's first process, which
 * ends all others, or bubblewrap where there is none yet. Nothing in the sandbox can reach the shell.
 */
const script = [
  '"$@" 6<&- &',
  "sandbox=$!",
  // What a guest closes, the preview sees closed: only what runs in the sandbox holds it.
  "exec >/dev/null 2>&1 3<&- 4<&- 5<&-",
  "{",
  "read -r nothing <&6",
  "kill -STOP $sandbox",
  // A process that it has begun to make is made before it stops.
  "while read -r id name state rest </proc/$sandbox/stat; do case $state in [TZX]) break;; esac; done",
  "read -r first </proc/$sandbox/task/$sandbox/children",
  // Bubblewrap itself waits until the first process is gone, and so all that were with it.
  'if [ -n "$first" ]; then kill -KILL $first; kill -CONT $sandbox; else kill -KILL $sandbox; fi',
  "} &",
  "watcher=$!",
  "wait $sandbox",
  "status=$?",
  // What bubblewrap tells the preview ends it by SIGPIPE where that is gone; what it had begun is in this group.
  "read -r id name state parent rest </proc/$$/stat",
  'if [ $status -eq 141 ] || [ "$parent" != "$PPID" ]; then kill -KILL 0; fi',
  "kill -KILL $watcher",
  "wait $watcher",
  "exit $status",
].join("\n");

/** A command that ends with the preview, and with the status of the one that it runs. */
export function supervised(command: string, args: readonly string[]): { command: string; args: string[] } {
  return { command: "/bin/sh", args: ["-c", script, "sandbox", command, ...args] };
}
