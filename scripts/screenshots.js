// `npm run screenshots`: plays the demo, and writes pictures of what GitHub would show of it to docs/images.
//   npm run screenshots -- FOLDER   of a demo that was played before; nothing of it needs root
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { prepareMachine } from './machine.js'
import { dependencies, node24, run } from './toolchain.js'

const [given] = process.argv.slice(2)
// What needs root is asked for first, while somebody still looks.
prepareMachine({ box: given === undefined, browser: true, pictures: true })
dependencies()
const folder = resolve(given ?? mkdtempSync(join(tmpdir(), 'nix-vps-demo-')))
const played =
  given === undefined ? await run([node24(), 'scripts/box-program.js', 'demo/demo.ts', folder]) : { code: 0 }
const { code } = played.code === 0 ? await run([node24(), 'demo/screenshots.ts', folder]) : played
process.exitCode = code
