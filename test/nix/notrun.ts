import { appendFileSync } from 'node:fs'

/** Says what this run did not do, and why: `npm test` shows it before its last line. */
export function notRun(why: string, names: readonly string[], of = ''): void {
  const counted = names.length === 1 ? '1 test' : `${names.length} tests`
  const line = `not run: ${counted}${of === '' ? '' : ` of ${of}`} (${why}): ${names.join('; ')}`
  const file = process.env['NIX_VPS_NOT_RUN']
  if (file === undefined) console.log(line)
  else appendFileSync(file, `${line}\n`)
}
