/** What became of one test of the evaluation. */
export type Outcome =
  | { readonly kind: 'passed'; readonly name: string; readonly detail?: string }
  | { readonly kind: 'failed'; readonly name: string; readonly detail: string }
  | { readonly kind: 'not run'; readonly name: string; readonly why: string }

const marks = { passed: '✓', failed: '✘', 'not run': '–' }

export function shown(outcome: Outcome): string {
  const more = outcome.kind === 'not run' ? `not run: ${outcome.why}` : (outcome.detail ?? '')
  const oneLine = more === '' || more.includes('\n') ? '' : ` (${more})`
  const block = more.includes('\n') ? `\n${more.replaceAll(/^/gm, '      ')}` : ''
  return `  ${marks[outcome.kind]} ${outcome.name}${oneLine}${block}`
}

export function verdict(name: string, problem: string | undefined): Outcome {
  return problem === undefined ? { kind: 'passed', name } : { kind: 'failed', name, detail: problem }
}
