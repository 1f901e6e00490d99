import { runStep } from '../../../actions/shared/adapters/step.ts'
import { push, SECRETS } from './push.ts'

await runStep(async ({ read, log }) => {
  for (const line of SECRETS.flatMap((name) => read(name).split('\n'))) log.mask(line.trim())
  const { RUNNER_TEMP: temporary = '', GITHUB_WORKSPACE: workspace = '.' } = process.env
  await push(read, { temporary, workspace }, log)
})
