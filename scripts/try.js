// `npm run try -- deploy-nixos` runs an action from its sources: no build, no push. Inputs come from the environment
// as the runner gives them: `env 'INPUT_HOST=…' 'INPUT_SSH-KEY=…' npm run try -- deploy-nixos`.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { giveUp, root, run } from './toolchain.js'

const [action = ''] = process.argv.slice(2)
const main = join(root, 'actions', action, 'main.ts')
if (action === '' || !existsSync(main))
  giveUp(`There is no action '${action}': name a directory of actions/.`)
const { code } = await run([process.execPath, '--disable-warning=ExperimentalWarning', main])
process.exitCode = code
