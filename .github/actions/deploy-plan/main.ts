import { randomUUID } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { commandLine } from '../../../actions/shared/commands.ts'
import { ActionError } from '../../../actions/shared/errors.ts'
import { planOf } from './plan.ts'

try {
  const { lock, minutes } = planOf((name) => (process.env[`INPUT_${name.toUpperCase()}`] ?? '').trim())
  const end = randomUUID()
  const outputs = `lock<<${end}\n${lock}\n${end}\nminutes<<${end}\n${minutes}\n${end}\n`
  appendFileSync(process.env['GITHUB_OUTPUT'] ?? '', outputs)
} catch (error) {
  if (!(error instanceof ActionError)) throw error
  const { message, hint } = error
  console.log(commandLine('error', hint === undefined ? message : `${message} ${hint}`))
  process.exitCode = 1
}
