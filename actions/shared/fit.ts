/** Lists that must not grow beyond what can be handed on. */

/**
 * In bytes of UTF-8. GitHub takes 1 MB of outputs from a job, counted in UTF-16, and drops all of them beyond that;
 * Linux takes 128 KiB in one variable, and `env:` of a later step fails with more.
 */
export const MAX_OUTPUT = 100_000

export interface Fit {
  /** Always whole JSON. */
  readonly json: string
  /** How many entries were left out. */
  readonly omitted: number
}

type Lists = Readonly<Record<string, readonly unknown[]>>

/** The object as JSON, its longest lists cut if need be; `omitted` in it then says how many entries are gone. */
export function fitLists(lists: Lists, rest: object, maxBytes = MAX_OUTPUT): Fit {
  const whole = JSON.stringify({ ...lists, ...rest })
  if (Buffer.byteLength(whole) <= maxBytes) return { json: whole, omitted: 0 }
  const names = Object.keys(lists)
  const none = Object.fromEntries(names.map((name) => [name, []]))
  const frame = JSON.stringify({ ...none, ...rest, omitted: Number.MAX_SAFE_INTEGER })
  const budget = { bytes: maxBytes - Buffer.byteLength(frame) }
  // A short list is worth more whole than a piece of a long one.
  const shortFirst = Object.entries(lists).sort(([, one], [, other]) => one.length - other.length)
  const kept = new Map(shortFirst.map(([name, items]) => [name, affordable(items, budget)]))
  const cut = Object.fromEntries(names.map((name) => [name, kept.get(name)]))
  const omitted = countOf(Object.values(lists)) - countOf([...kept.values()])
  return { json: JSON.stringify({ ...cut, ...rest, omitted }), omitted }
}

/** The same for one list, which has no place to say so. */
export function fitList(items: readonly unknown[], maxBytes = MAX_OUTPUT): Fit {
  const kept = affordable(items, { bytes: maxBytes - 2 })
  return { json: JSON.stringify(kept), omitted: items.length - kept.length }
}

/** What fits, in order; something too large for it is passed over. */
function affordable(items: readonly unknown[], budget: { bytes: number }): readonly unknown[] {
  return items.filter((item) => {
    const bytes = Buffer.byteLength(JSON.stringify(item)) + 1
    if (bytes > budget.bytes) return false
    budget.bytes -= bytes
    return true
  })
}

function countOf(lists: readonly (readonly unknown[])[]): number {
  return lists.reduce((count, { length }) => count + length, 0)
}
