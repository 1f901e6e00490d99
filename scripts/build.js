// Bundles each action into dist/<name>/. `--check` writes nothing and fails if dist/ is not what the sources build.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { giveUp, root } from './toolchain.js'

/** @typedef {{ code: string, assets: Record<string, { source: string | Buffer }> }} Bundle */
/** @type {unknown} */
const required = createRequire(import.meta.url)('@vercel/ncc')
const ncc = /** @type {(entry: string, options: object) => Promise<Bundle>} */ (required)

// ssh2 ships PuTTY's agent as an asset for Windows; no runner of ours starts it.
const UNUSED_ASSETS = new Set(['pagent.exe'])

/**
 * Modules that are loaded but never called, by action: the bundle requires a small one of Node's own in their place.
 * @actions/core loads undici for OIDC tokens, which this action never asks for; it would be half of the bundle, and
 * Node would need 35 ms more before the first line of the log (measured, of 90).
 * @type {Record<string, Record<string, string>>}
 */
const NEVER_CALLED = { 'deploy-nixos': { undici: 'node:util' } }

/** @param {string} action */
async function filesOf(action) {
  const { code, assets } = await ncc(join(root, 'actions', action, 'main.ts'), {
    cache: false,
    externals: NEVER_CALLED[action] ?? {},
    // ESM output breaks ssh2: its poly1305.js uses __dirname.
    esm: false,
    filename: 'index.js',
    target: 'es2024',
    license: 'licenses.txt',
    quiet: true,
  })
  const foreign = Object.keys(assets).filter((name) => name !== 'licenses.txt' && !UNUSED_ASSETS.has(name))
  if (foreign.length > 0)
    throw new Error(`${action}: the bundle would carry ${foreign.join(', ')}; only index.js may run.`)
  const licenses = assets['licenses.txt']?.source
  if (licenses === undefined) throw new Error(`${action}: ncc wrote no licenses.txt.`)
  return new Map([
    [`dist/${action}/index.js`, code],
    [`dist/${action}/licenses.txt`, licenses.toString()],
  ])
}

async function built() {
  const actions = readdirSync(join(root, 'actions')).filter((name) =>
    existsSync(join(root, 'actions', name, 'main.ts')),
  )
  const files = new Map([['dist/package.json', '{\n  "type": "commonjs"\n}\n']])
  for (const action of actions) for (const [path, text] of await filesOf(action)) files.set(path, text)
  return files
}

/** @returns {string[]} every file below dist/, relative to the project */
function present() {
  const dist = join(root, 'dist')
  if (!existsSync(dist)) return []
  const entries = readdirSync(dist, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

const files = await built().catch((/** @type {unknown} */ error) => {
  // ncc's own lines would bury the sentence: the whole bundler stands on one of them.
  giveUp(error instanceof Error ? error.message : String(error))
})
if (process.argv.includes('--check')) {
  const stale = [...new Set([...files.keys(), ...present()])].filter(
    (path) => !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== files.get(path),
  )
  for (const path of stale)
    console.error(`${path} is not what the sources build: run 'npm run build' and commit it.`)
  process.exitCode = stale.length > 0 ? 1 : 0
} else {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  for (const [path, text] of files) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), text)
    console.log(`${path} ${text.length.toLocaleString('en')} characters`)
  }
}
