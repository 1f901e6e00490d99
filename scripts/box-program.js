// Runs one of the programs that boot a box, with all that it needs made first:
//   npm run demo · npm run bench · npm run box -- up
import { prepareMachine, asRoot } from './machine.js'
import { dependencies, node24, run } from './toolchain.js'

const [program = '', ...args] = process.argv.slice(2)
dependencies()
prepareMachine({ box: true })
const node = node24()
const setup = await run(asRoot([node, 'test/box/cli.ts', 'setup']))
const { code } = setup.code === 0 ? await run(asRoot([node, program, ...args])) : setup
process.exitCode = code
