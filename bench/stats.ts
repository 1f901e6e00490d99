/** One figure of the run: a ratio of two things measured in turns, so that the machine's mood cancels out. */
export interface Figure {
  readonly name: string
  readonly ratio: number
  readonly atMost: number
  /** What the ratio is made of, for people. */
  readonly detail: string
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) throw new Error('The median of nothing was asked for.')
  return middle
}

/** Runs each measurement once a round, in turns; returns the median of each. */
export async function inTurns<Name extends string>(
  rounds: number,
  measurements: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(measurements) as Name[]
  const taken = new Map<Name, number[]>(names.map((name) => [name, []]))
  for (let round = -1; round < rounds; round++)
    for (const name of names) {
      const value = await measurements[name]()
      // The first round only warms up.
      if (round >= 0) taken.get(name)?.push(value)
    }
  return Object.fromEntries(names.map((name) => [name, median(taken.get(name) ?? [])])) as Record<
    Name,
    number
  >
}

export function ms(value: number): string {
  return `${value.toFixed(0)} ms`
}
