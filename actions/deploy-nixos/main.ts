import { clock } from '../shared/adapters/clock.ts'
import { keepYoungSpaceSmall } from '../shared/adapters/memory.ts'
import { random } from '../shared/adapters/random.ts'
import { log, mask, outputs, readInput, runAction, summary } from '../shared/adapters/runner.ts'
import { cancellation } from '../shared/adapters/signals.ts'
import type { Destination, Dial, HttpGet } from '../shared/ports.ts'
import { deployNixos } from './deploy.ts'
import { HELP } from './help.ts'
import { SECRET_INPUTS } from './inputs.ts'

// The SSH client takes longer to load than all the rest: it is loaded when the first line has been logged.
const dialTo = (destination: Destination): Dial => {
  const loading = import(/* webpackMode: "eager" */ '../shared/adapters/ssh.ts').then(({ ssh }) =>
    ssh(destination),
  )
  return async (options) => (await loading)(options)
}
const http: HttpGet = async (url, options) => {
  const { httpGet } = await import(/* webpackMode: "eager" */ '../shared/adapters/http.ts')
  return httpGet(url, options)
}

void runAction(HELP, async () => {
  keepYoungSpaceSmall()
  const cancel = cancellation()
  for (const name of SECRET_INPUTS) mask(readInput(name))
  const run = { runId: process.env['GITHUB_RUN_ID'] ?? '', attempt: process.env['GITHUB_RUN_ATTEMPT'] ?? '' }
  await deployNixos(readInput, { dialTo, http, clock, log, random, outputs, summary, cancel, run })
})
