/** Who is who. */
import type { Person } from './git.ts'

/** As on github.com. */
const ACTIONS_ID = 41_898_282

export function userIdOf(login: string): number {
  if (login === 'github-actions[bot]') return ACTIONS_ID
  return Array.from(login).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_000, 7)
}

/** As commits name who makes them through the API. */
export function personOf(login: string, date: string): Person {
  return { name: login, email: `${userIdOf(login)}+${login}@users.noreply.github.com`, date }
}

export function webFlow(date: string): Person {
  return { name: 'GitHub', email: 'noreply@github.com', date }
}

/** Whose commit it is; GitHub knows it by the address. */
export function loginOf({ email }: Person): string | undefined {
  if (email === 'noreply@github.com') return 'web-flow'
  return /^(?:\d+\+)?(.+)@users\.noreply\.github\.com$/.exec(email)?.[1]
}
