import { runStep } from '../../../actions/shared/adapters/step.ts'
import { STAGES, type Stage } from './fields.ts'
import { fleetOf } from './stages.ts'

await runStep(({ read, log, output }) => {
  const { stages, configurations } = fleetOf({
    lists: [read('hosts'), read('more-hosts')],
    mode: read('mode'),
    record: read('record'),
    hasKey: read('has-key') === 'true',
  })
  const names = Object.fromEntries(
    STAGES.map((stage) => [stage, stages[stage].map(({ name }) => name)]),
  ) as Record<Stage, unknown[]>
  for (const stage of STAGES) {
    output(stage === 'canary' ? stage : `stage-${stage}`, JSON.stringify(stages[stage]))
    log.info(`Stage ${stage}: ${names[stage].join(', ') || 'nobody'}`)
  }
  output('names', JSON.stringify(names))
  output('configurations', configurations.join('\n'))
})
