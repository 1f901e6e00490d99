import { clipped, plainName } from './defused.ts'
import type { FlakeUpdate } from './facts.ts'
import { isOfRoot } from './rootchange.ts'

/** GitHub takes 256 characters. */
const MAX_TITLE = 250

/** A title, or the first line of a commit message. */
export function filled(template: string, updates: readonly FlakeUpdate[]): string {
  const line = withNames(template, updates)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim()
  return clipped(line, MAX_TITLE)
}

/** The placeholders filled in. */
export function withNames(template: string, updates: readonly FlakeUpdate[]): string {
  const words = { '{inputs}': inputWords(updates), '{flakes}': flakeWords(updates) }
  return template.replace(/\{(?:inputs|flakes)\}/g, (name) => words[name as keyof typeof words])
}

/** Of root inputs; of what they bring along only if no root input changes. */
function inputWords(updates: readonly FlakeUpdate[]): string {
  const all = updates.flatMap(({ changes }) => changes)
  const roots = all.filter(isOfRoot)
  return listed((roots.length === 0 ? all : roots).map(({ path }) => path))
}

function flakeWords(updates: readonly FlakeUpdate[]): string {
  return listed(updates.filter(({ changes }) => changes.length > 0).map(({ flake }) => flake))
}

/** `a`, `a and b`, `a, b and c`, `a, b and 2 more`. */
function listed(names: readonly string[]): string {
  const [first = 'nothing', second, third, ...others] = [...new Set(names)].map(plainName)
  if (second === undefined) return first
  if (third === undefined) return `${first} and ${second}`
  return `${first}, ${second} and ${others.length === 0 ? third : `${others.length + 1} more`}`
}
