// Sets up what the project needs, from Node 18 and npm 9 on and with nothing installed yet:
// Node 24 (what GitHub's runners start actions with) and the packages of package-lock.json.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
export const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'nix-vps')

const NODE_VERSION = '24.21.0'
/** The npm packages node-linux-<arch> hold the binary itself; their hashes, from the registry, pin it. */
const NODE_INTEGRITY = new Map([
  ['x64', 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q=='],
  [
    'arm64',
    'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  ],
])

/**
 * Ends the script with one line that says what to do.
 * @param {string} message
 * @returns {never}
 */
export function giveUp(message) {
  console.error(message)
  process.exit(1)
}

/** @returns {string} the path of a Node 24 binary, fetched from npm at the first call */
export function node24() {
  if (process.versions.node.startsWith('24.')) return process.execPath
  const integrity = NODE_INTEGRITY.get(process.arch)
  if (process.platform !== 'linux' || integrity === undefined)
    giveUp(
      `Node 24 is needed (this is ${process.version} on ${process.platform}-${process.arch}): install it, and run this again with it.`,
    )
  const home = join(cache, `node-${NODE_VERSION}-${process.arch}`)
  const name = `node-linux-${process.arch}`
  const binary = join(home, 'node_modules', name, 'bin', 'node')
  if (!existsSync(binary)) install(home, { name, integrity })
  return binary
}

/**
 * @param {string} home
 * @param {{ name: string, integrity: string }} wanted
 */
function install(home, { name, integrity }) {
  console.log(`Fetching Node ${NODE_VERSION} for ${process.arch} (once, into ${cache}) …`)
  mkdirSync(cache, { recursive: true })
  const scratch = mkdtempSync(join(cache, 'fetch-'))
  const dependencies = { [name]: NODE_VERSION }
  const packages = { '': { dependencies }, [`node_modules/${name}`]: { version: NODE_VERSION, integrity } }
  writeFileSync(join(scratch, 'package.json'), JSON.stringify({ private: true, dependencies }))
  writeFileSync(
    join(scratch, 'package-lock.json'),
    JSON.stringify({ lockfileVersion: 3, requires: true, packages }),
  )
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], {
    cwd: scratch,
    stdio: 'inherit',
    env: { ...withoutNpmConfig(process.env) },
  })
  if (status !== 0) {
    rmSync(scratch, { recursive: true, force: true })
    giveUp(`npm could not fetch ${name}@${NODE_VERSION}: see above. Is the npm registry reachable?`)
  }
  rmSync(home, { recursive: true, force: true })
  renameSync(scratch, home)
}

/**
 * `npm run` hands its own settings to children; the project's .npmrc must not decide for another directory.
 * @param {NodeJS.ProcessEnv} env
 */
function withoutNpmConfig(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_(package|lifecycle)_/.test(name)))
}

/** Two at a time would take each other's files away; whoever comes second finds it done. flock is of util-linux. */
const INSTALL = `command -v flock >/dev/null && exec 9<package-lock.json && flock 9
[ "$(cat "$STAMP" 2>/dev/null)" = "$WANTED" ] || { npm ci 9<&- && printf %s "$WANTED" >"$STAMP"; }`

/** Runs `npm ci` under Node 24 unless node_modules is what package-lock.json asks for already. */
export function dependencies() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  const stamp = join(root, 'node_modules', '.nix-vps-lock')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.log('Installing the packages of package-lock.json (once) …')
  // Debian's npm 9 uses what Node 24 warns of.
  const env = { ...environment(), NODE_NO_WARNINGS: '1', STAMP: stamp, WANTED: wanted }
  const { status } = spawnSync('sh', ['-c', INSTALL], { cwd: root, stdio: 'inherit', env })
  if (status !== 0) giveUp("'npm ci' failed: see above.")
}

/** @returns {NodeJS.ProcessEnv} the environment with Node 24 and the installed tools first on PATH */
export function environment() {
  const path = [dirname(node24()), join(root, 'node_modules', '.bin'), process.env['PATH'] ?? '']
  return { ...process.env, PATH: path.join(':') }
}

/** The arguments that start jest in ESM mode; the packages we bundle have no CommonJS entry. */
export const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
]

export const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()
let isForwarding = false

/** @param {NodeJS.Signals} signal */
function endRunning(signal) {
  for (const child of running) child.kill(signal)
}

/**
 * Runs a program to its end with the project as working directory. What interrupts us interrupts it.
 * @param {string[]} argv
 * @param {{ say?: (text: string) => void, env?: NodeJS.ProcessEnv }} [options] `say` gets what it writes, instead of our own output
 * @returns {Promise<{ code: number, output: string }>} `output` is empty without `say`
 */
export function run(argv, { say, env = environment() } = {}) {
  const [command, ...args] = argv
  if (!isForwarding) for (const signal of SIGNALS) process.once(signal, endRunning)
  isForwarding = true
  return new Promise((resolve, reject) => {
    const stream = say === undefined ? 'inherit' : 'pipe'
    const child = spawn(/** @type {string} */ (command), args, {
      cwd: root,
      env,
      stdio: ['ignore', stream, stream],
    })
    running.add(child)
    let output = ''
    for (const piped of [child.stdout, child.stderr])
      piped?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        output += text
        say?.(text)
      })
    child.on('error', (error) => {
      // Root's programs, which we may not end ourselves, are ended by their sudo.
      if (child.pid === undefined) reject(error)
    })
    child.on('close', (code, signal) => {
      running.delete(child)
      resolve({ code: code ?? (signal === null ? 1 : 128), output })
    })
  })
}
