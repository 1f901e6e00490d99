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
  let row = Array.from({ length: other.length }, (_, at) => at + 1)
  let total = other.length
  for (let at = 0; at < one.length; at++) {
    let diagonal = at
    total = at + 1
    row = row.map((above, column) => {
      const changed = diagonal + (other[column] === one[at] ? 0 : 1)
      total = Math.min(above + 1, total + 1, changed)
      diagonal = above
      return total
    })
  }
  return total
}
