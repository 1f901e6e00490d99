/** Garnix writes the last 100 lines of a build's log into its check, between two fences. */
const MAX_LINES = 40
const MAX_LINE = 650

/** The end of the log in the text of a check, without what stands around it; `''` if there is none. */
export function logTail(text: string): string {
  const [, fenced] = /```[^\n]*\n([\s\S]*)\n?```\s*$/.exec(text) ?? []
  const lines = (fenced ?? text).split(/\r\n|\r|\n/).map((line) => line.slice(0, MAX_LINE))
  while (lines.at(-1)?.trim() === '') lines.pop()
  return lines.slice(-MAX_LINES).join('\n')
}
