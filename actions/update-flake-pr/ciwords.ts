import { nameCode } from './defused.ts'
import type { Proposal } from './facts.ts'

/** How the checks of this pull request start: that depends on whose token made it. Markdown. */
export function ciWords({ token, isEnterprise, dispatched }: Proposal): string {
  const words = token.kind === 'github-token' ? (isEnterprise ? NOTHING : APPROVAL) : OTHERS[token.kind]
  return `${words}\n${dispatchedWords(dispatched)}`
}

/** Since 2026-06-11. https://docs.github.com/en/actions/concepts/security/github_token */
const APPROVAL =
  'This pull request was made with `GITHUB_TOKEN`, so its workflows wait: somebody with write access starts them by ' +
  '“Approve workflows to run”, after each update of this pull request again. With the token of a GitHub App, or a ' +
  'personal one, they start by themselves.'

const NOTHING =
  'This pull request was made with `GITHUB_TOKEN`, so none of its workflows starts by itself: close it and open it ' +
  'again to start them. With the token of a GitHub App, or a personal one, they start by themselves.'

const OTHERS = {
  app: 'This pull request was made with the token of a GitHub App, so its workflows start by themselves.',
  personal: 'This pull request was made with a personal token, so its workflows start by themselves.',
}

const MAX_NAMED = 20

function dispatchedWords(files: readonly string[]): string {
  if (files.length === 0) return ''
  const more = files.length > MAX_NAMED ? ` and ${files.length - MAX_NAMED} more` : ''
  const names = files.slice(0, MAX_NAMED).map(nameCode).join(', ')
  return `\nStarted on its branch whenever this pull request is updated: ${names}${more}.\n`
}
