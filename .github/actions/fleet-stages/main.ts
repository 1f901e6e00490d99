import { appendFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { commandLine } from '../../../actions/shared/commands.ts'
import { ActionError } from '../../../actions/shared/errors.ts'
import { STAGES, type Stage } from './fields.ts'
import { fleetOf } from './stages.ts'

const input = (name: string): string => process.env[`INPUT_${name.toUpperCase()}`] ?? ''

function setOutput(name: string, value: string): void {
  const end = randomUUID()
  appendFileSync(process.env['GITHUB_OUTPUT'] ?? '', `${name}<<${end}\n${value}\n${end}\n`)
}

try {
  const { stages, configurations } = fleetOf({
    lists: [input('hosts'), input('more-hosts')],
    mode: input('mode'),
    hasKey: input('has-key') === 'true',
  })
  const names = Object.fromEntries(
    STAGES.map((stage) => [stage, stages[stage].map(({ name }) => name)]),
  ) as Record<Stage, unknown[]>
  for (const stage of STAGES) {
    setOutput(stage === 'canary' ? stage : `stage-${stage}`, JSON.stringify(stages[stage]))
    console.log(`Stage ${stage}: ${names[stage].join(', ') || 'nobody'}`)
  }
  setOutput('names', JSON.stringify(names))
  setOutput('configurations', configurations.join('\n'))
} catch (error) {
  if (!(error instanceof ActionError)) throw error
  const { message, hint } = error
  console.log(commandLine('error', hint === undefined ? message : `${message} ${hint}`))
  process.exitCode = 1
}
