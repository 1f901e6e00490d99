// Runs one of the programs that boot a box, with all that it needs made first:
//   npm run demo · npm run bench · npm run box -- up
import { prepareMachine, asRoot } from './machine.js'
import { dependencies, node24, run } from './toolchain.js'

const [program = '', ...args] = process.argv.slice(2)
// What needs root is asked for first, while somebody still looks.
prepareMachine({ box: true, evaluation: false })
dependencies()
const node = node24()
const setup = await run(asRoot([node, 'test/box/cli.ts', 'setup']))
const { code } = setup.code === 0 ? await run(asRoot([node, program, ...args])) : setup
process.exitCode = code
