// `npm test`: every check and test there is, one after the other; ends with `N passed, N failed`.
//   npm test -- --no-box     leaves out the suites that boot a host (they need Linux and root)
//   npm test -- --no-browser leaves out the suite that looks at pages in Chromium; so does --no-box where there is none
//   npm test -- <pattern>    only the jest tests whose path matches
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asRoot, browserProgram, isRoot, prepareMachine } from './machine.js'
import { nixStage } from './nix-stage.js'
import { cache, dependencies, environment, jest, node24, run } from './toolchain.js'

/** @typedef {{ name: string, passed: number, failed: number, seconds: number }} Outcome */

const args = process.argv.slice(2)
const box = !args.includes('--no-box')
const browser = !args.includes('--no-browser')
const patterns = args.filter((arg) => !arg.startsWith('--'))

// What needs root is asked for first, while somebody still looks.
prepareMachine({ box, browser: box && browser, evaluation: (process.env['NIXPKGS'] ?? '') !== '' })
dependencies()
const scratch = mkdtempSync(join(tmpdir(), 'nix-vps-test-'))

// What a suite could not do it writes down here; the report ends with it.
const notRun = join(scratch, 'not-run.txt')
process.env['NIX_VPS_NOT_RUN'] = notRun

/** @type {Outcome[]} */
const outcomes = []
if (patterns.length > 0) await jestSuite('tests', { patterns })
else await everything()
report()
rmSync(scratch, { recursive: true, force: true })

async function everything() {
  const node = node24()
  await check('types', ['tsc', '--noEmit'])
  await check('lint', ['eslint', '--max-warnings=0', '.'])
  await check('format', ['prettier', '--check', '--log-level=warn', '.'])
  await check('unused code', ['knip'])
  await check('Python types', ['pyright', '--project', 'nix/vps-deploy'])
  await check('dist is what the sources build', [node, 'scripts/build.js', '--check'])
  await pythonSuite()
  await jestSuite('unit', {
    patterns: [],
    extra: ['--testPathIgnorePatterns=/test/(box|nix|pages)/', '--coverage'],
  })
  if (browser) await pages()
  await nixStage({ scratch, step, jestSuite })
  if (!box) return
  await check('box', asRoot([node, 'test/box/cli.ts', 'setup']))
  await jestSuite('box', { patterns: ['/test/box/'], privileged: true })
}

/** What needs root is not asked for where no box is wanted: there a browser is used if it is at hand. */
async function pages() {
  if (browserProgram() !== undefined) return jestSuite('pages', { patterns: ['/test/pages/'] })
  appendFileSync(
    notRun,
    "not run: the pages in a browser: there is no Chromium here ('apt-get install chromium').\n",
  )
}

/**
 * @param {string} name
 * @param {() => Promise<{ passed: number, failed: number }>} counted
 */
async function step(name, counted) {
  console.log(`\n## ${name}`)
  const start = process.hrtime.bigint()
  const { passed, failed } = await counted()
  outcomes.push({ name, passed, failed, seconds: Number(process.hrtime.bigint() - start) / 1e9 })
}

/**
 * A check counts as one test.
 * @param {string} name
 * @param {string[]} argv
 */
async function check(name, argv) {
  await step(name, async () => {
    const { code } = await run(argv)
    return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
  })
}

async function pythonSuite() {
  const where = 'nix/vps-deploy/tests'
  const argv = ['python3', '-B', '-m', 'unittest', 'discover', '-s', where, '-t', 'nix/vps-deploy']
  await step('Python', async () => {
    const { code, output } = await run(argv, { capture: true })
    process.stdout.write(output)
    const total = Number(/^Ran (\d+) tests?/m.exec(output)?.[1] ?? 0)
    const skipped = Number(/skipped=(\d+)/.exec(output)?.[1] ?? 0)
    const bad = [...output.matchAll(/(?:failures|errors|unexpected successes)=(\d+)/g)]
    const failed = bad.reduce((sum, [, count]) => sum + Number(count), 0) + skipped
    if (total === 0) return { passed: 0, failed: 1 }
    return { passed: total - failed, failed: code !== 0 && failed === 0 ? 1 : failed }
  })
}

/**
 * @param {string} name
 * @param {{ patterns: string[], extra?: string[], privileged?: boolean }} options
 */
async function jestSuite(name, { patterns, extra = [], privileged = false }) {
  const outputFile = join(scratch, `${name}.json`)
  // Root's transform cache must not land in the user's.
  const cacheDirectory = join(cache, privileged && !isRoot ? 'jest-root' : 'jest')
  const options = [
    '--json',
    `--outputFile=${outputFile}`,
    `--cacheDirectory=${cacheDirectory}`,
    '--testLocationInResults',
  ]
  const argv = [node24(), ...jest, ...options, ...extra, ...patterns]
  await step(name, async () => {
    const { code } = await run(privileged ? asRoot(argv) : argv, {
      env: { ...environment(), FORCE_COLOR: '0' },
    })
    return jestCounts(code, outputFile)
  })
}

/**
 * A suite that could not start, a skipped test and a missed coverage threshold each count as a failure.
 * @param {number} code
 * @param {string} outputFile
 */
function jestCounts(code, outputFile) {
  // It was killed, or never began.
  if (!existsSync(outputFile)) return { passed: 0, failed: 1 }
  /** @type {unknown} */
  const report = JSON.parse(readFileSync(outputFile, 'utf8'))
  const counts = /** @type {Record<string, number>} */ (report)
  const number = (/** @type {string} */ key) => counts[key] ?? 0
  const failed =
    number('numFailedTests') +
    number('numRuntimeErrorTestSuites') +
    number('numPendingTests') +
    number('numTodoTests')
  const passed = number('numPassedTests')
  return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed }
}

function report() {
  const width = Math.max(...outcomes.map(({ name }) => name.length))
  console.log('')
  for (const { name, passed, failed, seconds } of outcomes)
    console.log(`${name.padEnd(width)}  ${passed} passed, ${failed} failed  (${seconds.toFixed(0)} s)`)
  if (existsSync(notRun)) console.log(`\n${readFileSync(notRun, 'utf8').trim()}`)
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0)
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0)
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 ? 1 : 0
}
