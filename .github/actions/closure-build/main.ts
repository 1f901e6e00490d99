import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { built, wantedOf } from './build.ts'
import { runStep } from '../../../actions/shared/adapters/step.ts'

await runStep(async ({ read, log, output }) => {
  for (const token of read('access-tokens').split(/[\s=]+/)) if (token.length > 16) log.mask(token)
  const wanted = wantedOf(read)
  const path = await built(wanted, process.env['GITHUB_WORKSPACE'] ?? '.', log)
  const folder = join(process.env['RUNNER_TEMP'] ?? '', 'closure')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${wanted.name}.closure`), `${wanted.name}=${path}\n`)
  log.info(`${wanted.name}=${path}`)
  output('path', path)
  output('folder', folder)
})
