import { parseDuration } from './duration.ts'
import { ActionError, messageOf } from './errors.ts'
import type { ReadInput } from './ports.ts'

export interface Range {
  readonly min?: number
  readonly max?: number
}

export interface Form {
  readonly pattern: RegExp
  /** Completes the sentence "expected …". */
  readonly expected: string
}

/**
 * Parses every input of an action and throws one `ActionError` that names all bad ones. `parse` gets an `Inputs` and
 * builds the action's value from it; what a bad input yields in the meantime fits its type and is never used.
 */
export function parseWith<T>(read: ReadInput, parse: (inputs: Inputs) => T): T {
  const inputs = new Inputs(read)
  const value = parse(inputs)
  inputs.throwIfBad()
  return value
}

/** Reads inputs one by one and remembers what is wrong with them. */
export class Inputs {
  readonly #read: ReadInput
  readonly #problems: string[] = []

  constructor(read: ReadInput) {
    this.#read = read
  }

  /** `undefined` if it is not given. */
  optional(name: string): string | undefined {
    return this.#read(name) || undefined
  }

  required(name: string): string {
    const value = this.#read(name)
    if (value === '') this.#problems.push(`'${name}' is required and not given`)
    return value
  }

  /** A required input of a certain form. */
  matching(name: string, form: Form): string {
    const value = this.required(name)
    if (value !== '' && !form.pattern.test(value)) this.bad(name, value, form.expected)
    return value
  }

  /** `NaN` for a bad one: every comparison with it is false, so that a check across inputs adds no second complaint. */
  integer(name: string, range: Range = {}): number {
    const value = this.required(name)
    if (value === '') return NaN
    const number = /^-?\d{1,15}$/.test(value) ? Number(value) : NaN
    return isWithin(number, range)
      ? number
      : this.#badNumber(name, value, `a whole number${rangeText(range)}`)
  }

  /** Milliseconds; the range is in seconds. */
  duration(name: string, range: Range = {}): number {
    const value = this.required(name)
    if (value === '') return NaN
    const ms = parseDuration(value) ?? NaN
    const expected = `whole seconds or a number with s, m, h or d (90, 90s, 5m, 1h, 7d)${rangeText(range, ' s')}`
    return isWithin(ms / 1_000, range) ? ms : this.#badNumber(name, value, expected)
  }

  boolean(name: string): boolean {
    return this.choice(name, ['true', 'false']) === 'true'
  }

  choice<const C extends string>(name: string, choices: readonly [C, ...C[]]): C {
    const value = this.required(name)
    const chosen = choices.find((choice) => choice === value)
    if (chosen === undefined && value !== '') this.bad(name, value, `one of ${choices.join(', ')}`)
    return chosen ?? choices[0]
  }

  /** One item a line; blank lines do not count. */
  lines(name: string): readonly string[] {
    const lines = this.#read(name).split(/\r\n|\r|\n/)
    return lines.map((line) => line.trim()).filter((line) => line !== '')
  }

  /**
   * What `parse` makes of an input (`''` if it is not given); an `ActionError` of it becomes this input's complaint,
   * and its words are all that is shown, so this is the method for secrets.
   */
  parsed<T>(name: string, parse: (value: string) => T): T | undefined {
    return this.attempt(`'${name}'`, () => parse(this.#read(name)))
  }

  /** The same for what depends on several inputs, or on none: `subject` begins the complaint. */
  attempt<T>(subject: string, parse: () => T): T | undefined {
    try {
      return parse()
    } catch (error) {
      if (!(error instanceof ActionError)) throw error
      const hint = error.hint === undefined ? '' : ` ${error.hint}`
      this.#problems.push(`${subject}: ${messageOf(error)}${hint}`)
      return undefined
    }
  }

  /** Records a bad value. Never for secrets: those go through `problem`. */
  bad(name: string, value: string, expected: string): void {
    this.#problems.push(`'${name}' is '${value}', expected ${expected}`)
  }

  /** Records anything else that is wrong, in words that end without a period. */
  problem(text: string): void {
    this.#problems.push(text)
  }

  throwIfBad(): void {
    const [first, ...others] = this.#problems.map((words) => (/[.?]$/.test(words) ? words : `${words}.`))
    if (first === undefined) return
    if (others.length === 0) throw new ActionError(`Bad input: ${first}`)
    const list = [first, ...others].map((problem) => `- ${problem}`).join('\n')
    throw new ActionError(`${others.length + 1} bad inputs:\n${list}`)
  }

  #badNumber(name: string, value: string, expected: string): number {
    this.bad(name, value, expected)
    return NaN
  }
}

function isWithin(number: number, { min = -Infinity, max = Infinity }: Range): boolean {
  return number >= min && number <= max
}

function rangeText({ min, max }: Range, unit = ''): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}${unit}`
  if (min !== undefined) return ` of at least ${min}${unit}`
  return max === undefined ? '' : ` of at most ${max}${unit}`
}
