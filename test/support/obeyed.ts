export interface Command {
  readonly name: string
  /** The whole line. */
  readonly line: string
}

/**
 * The commands that GitHub's runner would obey in a log, read as it reads it: a carriage return ends a line as well,
 * white space before a command does not matter, and between stop-commands and its token only that token does.
 * https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs
 */
export function obeyed(log: string): readonly Command[] {
  const commands: Command[] = []
  let token = ''
  for (const line of log.split(/\r\n|\r|\n/).map((text) => text.trimStart())) {
    const name = nameOf(line)
    if (token !== '') token = name === token ? '' : token
    else if (name === 'stop-commands') token = line.slice('::stop-commands::'.length)
    else if (name !== undefined) commands.push({ name, line })
  }
  return commands
}

/** Of `::name properties::message`, or of the older `##[name properties]message` anywhere in the line. */
function nameOf(line: string): string | undefined {
  return /^::([^\s:]+)(?: .*?)?::/.exec(line)?.[1] ?? /##\[([^\s\]]+)/.exec(line)?.[1]
}
