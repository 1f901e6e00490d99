// Runs a script of the project, one of its tools (`--bin eslint …`) or jest (`--jest …`) under Node 24.
import { join } from 'node:path'
import { dependencies, jest, node24, root, run } from './toolchain.js'

const [first = '', ...rest] = process.argv.slice(2)
dependencies()
const { code } = await run([node24(), ...argumentsOf(first, rest)])
process.exitCode = code

/**
 * @param {string} first
 * @param {string[]} rest
 */
function argumentsOf(first, rest) {
  if (first === '--jest') return [...jest, ...rest]
  if (first === '--bin') {
    const [tool = '', ...args] = rest
    return [
      join(root, 'node_modules', tool, 'bin', tool === 'prettier' ? 'prettier.cjs' : `${tool}.js`),
      ...args,
    ]
  }
  return [first, ...rest]
}
