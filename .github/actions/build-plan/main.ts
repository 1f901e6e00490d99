import { runStep } from '../../../actions/shared/adapters/step.ts'
import { planOf } from './plan.ts'

await runStep(({ read, output, log }) => {
  const { builds, pushes } = planOf(read, process.env['GITHUB_EVENT_NAME'] ?? '')
  for (const { name, system, runner } of builds) log.info(`${name}: ${system}, on ${runner}`)
  if (!pushes) log.notice('Pull requests are built, and neither signed nor pushed.')
  output('builds', JSON.stringify(builds))
  output('names', builds.map(({ name }) => name).join('\n'))
  output('pushes', String(pushes))
})
