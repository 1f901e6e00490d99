import { log, mask, outputs, readInput, runAction, summary } from '../../../actions/shared/adapters/runner.ts'
import { act } from './act.ts'

void runAction({ action: 'an-action', headings: {} }, () =>
  act({ log: { ...log, mask }, readInput, outputs, summary }),
)
