import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runStep } from '../../../actions/shared/adapters/step.ts'
import { joined } from './join.ts'

await runStep(({ read, output, log }) => {
  const folder = read('folder')
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.closure')) : []
  const lines = files.map((file) => readFileSync(join(folder, file), 'utf8').trim())
  const list = joined(
    read('names')
      .split('\n')
      .filter((name) => name !== ''),
    lines,
  )
  log.info(list)
  output('store-paths', list)
})
