/** Who gets how many of the characters that there are. */

/** Items as lines of a list, as many as there is room for; the others are counted. */
export function fittingList(items: readonly string[], max: number): string {
  const lines = items.map((item) => `- ${item}\n`)
  const whole = lines.join('')
  if (whole.length <= max) return whole
  let left = max - moreLine(items.length).length
  const kept = lines.filter((line) => (left -= line.length) >= 0)
  return kept.length === 0 ? '' : `${kept.join('')}${moreLine(items.length - kept.length)}`
}

function moreLine(count: number): string {
  return `- ${count} more\n`
}

/** Markdown of at most so many characters. */
export type Part = (max: number) => string

/** The same room for everybody, but for those who need less; what they leave is for the others. */
export function fairly(
  parts: readonly { readonly need: number; readonly part: Part }[],
  total: number,
): readonly string[] {
  let left = total
  const byNeed = parts.map((one, at) => ({ ...one, at })).sort((a, b) => a.need - b.need)
  const texts = byNeed.map(({ need, part, at }, served) => {
    const share = Math.min(need, Math.floor(left / (parts.length - served)))
    left -= share
    return { at, text: part(share) }
  })
  return texts.sort((a, b) => a.at - b.at).map(({ text }) => text)
}
