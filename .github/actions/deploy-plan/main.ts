import { runStep } from '../../../actions/shared/adapters/step.ts'
import { planOf } from './plan.ts'

await runStep(({ read, output }) => {
  const { lock, minutes } = planOf(read)
  output('lock', lock)
  output('minutes', String(minutes))
})
