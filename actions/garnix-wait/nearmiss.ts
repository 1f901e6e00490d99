/** Which names somebody may have meant who misspelled one. */

/** Nobody types a longer one. */
const MAX_LENGTH = 100
const MAX_NAMES = 3

/**
 * The nearest first, three at most. What Garnix puts around an attribute's name is left out of it: `homeConfig me`
 * is what somebody meant who waits for `nixosConfig me`.
 */
export function nearMisses(wanted: string, names: readonly string[]): readonly string[] {
  const goal = attributeOf(wanted)
  const limit = Math.max(1, Math.floor(goal.length / 3))
  return [...new Set(names)]
    .filter((name) => name !== wanted && name.length <= MAX_LENGTH)
    .map((name) => ({ name, far: distance(goal, attributeOf(name)) }))
    .filter(({ far }) => far <= limit)
    .sort((one, other) => one.far - other.far)
    .slice(0, MAX_NAMES)
    .map(({ name }) => name)
}

/** `package web [x86_64-linux]` is about `web`. */
function attributeOf(name: string): string {
  return name
    .slice(0, MAX_LENGTH)
    .replace(/ \[[\w-]+\]$/, '')
    .replace(/^[A-Za-z]+ (?=\S)/, '')
    .toLowerCase()
}

/** How many characters have to be put in, taken out or changed. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let at = 0; at < one.length; at++) {
    const next = [at + 1]
    for (const [column, above] of row.slice(1).entries()) {
      const diagonal = row[column] ?? Infinity
      const left = next[column] ?? Infinity
      const isSame = other[column] === one[at]
      next.push(Math.min(above + 1, left + 1, diagonal + (isSame ? 0 : 1)))
    }
    row = next
  }
  return row.at(-1) ?? Infinity
}
