// `npm test`: every check and test there is, side by side; ends with `N passed, N failed`.
//   npm test -- --no-box     leaves out the suites that boot a host (they need Linux and root)
//   npm test -- --no-browser leaves out the suite that looks at pages in Chromium; so does --no-box where there is none
//   npm test -- <pattern>    only the jest tests whose path matches
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alone, runJest } from './jest-suite.js'
import { asRoot, browserProgram, prepareMachine } from './machine.js'
import { nixStage } from './nix-stage.js'
import { sideBySide, Stages } from './stages.js'
import { dependencies, node24, run, SIGNALS } from './toolchain.js'
import { countsOf, failureLine, failuresOf, secondChances, together } from './verdict.js'

/** @typedef {import('./jest-suite.js').JestOptions} JestOptions */
/** @typedef {import('./verdict.js').Suite} Suite */

const args = process.argv.slice(2)
const box = !args.includes('--no-box')
const browser = !args.includes('--no-browser')
const patterns = args.filter((arg) => !arg.startsWith('--'))

// What needs root is asked for first, while somebody still looks.
prepareMachine({ box, browser: box && browser, evaluation: (process.env['NIXPKGS'] ?? '') !== '' })
dependencies()
const node = node24()
const scratch = mkdtempSync(join(tmpdir(), 'nix-vps-test-'))

// What a suite could not do it writes down here; the report ends with it.
const notRun = join(scratch, 'not-run.txt')
process.env['NIX_VPS_NOT_RUN'] = notRun

const stages = new Stages({
  isAlone: patterns.length > 0,
  print: (text) => void process.stdout.write(text),
})
/** @type {Map<string, { suite: Suite, options: JestOptions }>} */
const suites = new Map()
/** @type {string[]} */
const passedAgain = []

for (const signal of SIGNALS)
  process.once(signal, () => {
    stages.interrupt()
  })

if (patterns.length > 0) await jestStage('tests', { patterns })
else await everything()
report()
rmSync(scratch, { recursive: true, force: true })

async function everything() {
  const boot = [
    () => check('box set-up', asRoot([node, 'test/box/cli.ts', 'setup'])),
    // Boxes wait for half of their time.
    () => jestStage('box', { patterns: ['/test/box/'], extra: ['--maxWorkers=4'], privileged: true }),
  ]
  const unit = { patterns: [], extra: ['--testPathIgnorePatterns=/test/(box|nix|pages)/'], isCovered: true }
  // The longest come first, so that none is left alone at the end.
  await sideBySide(
    [
      box ? boot : [],
      [() => jestStage('unit', unit)],
      browser ? [pagesStage] : [],
      [() => nixStage({ scratch, stages, jest: jestStage })],
      [() => check('lint', ['eslint', '--max-warnings=0', '.'])],
      [pythonStage],
      [() => check('dist is what the sources build', [node, 'scripts/build.js', '--check'])],
      [() => check('format', ['prettier', '--check', '--log-level=warn', '.'])],
      [() => check('types', ['tsc', '--noEmit'])],
      [() => check('Python types', ['pyright', '--project', 'nix/vps-deploy'])],
      [() => check('unused code', ['knip'])],
    ],
    box ? 3 : 2,
  )
  await runAgain()
}

/** What needs root is not asked for where no box is wanted: there a browser is used if it is at hand. */
async function pagesStage() {
  if (browserProgram() !== undefined) return jestStage('pages', { patterns: ['/test/pages/'] })
  appendFileSync(
    notRun,
    "not run: the pages in a browser: there is no Chromium here ('apt-get install chromium').\n",
  )
}

/**
 * A check counts as one test.
 * @param {string} name
 * @param {string[]} argv
 */
async function check(name, argv) {
  await stages.step(name, async (say) => {
    const { code } = await run(argv, { say })
    return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
  })
}

async function pythonStage() {
  const where = 'nix/vps-deploy/tests'
  const argv = ['python3', '-B', '-m', 'unittest', 'discover', '-s', where, '-t', 'nix/vps-deploy']
  await stages.step('Python', async (say) => {
    const { code, output } = await run(argv, { say })
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
 * @param {JestOptions} options
 */
async function jestStage(name, options) {
  await stages.step(name, async (say) => {
    const suite = await runJest(name, options, { folder: mkdtempSync(join(scratch, 'jest-')), say })
    suites.set(name, { suite, options })
    return countsOf(suite)
  })
}

/** A machine that is busy makes a test miss its time: what failed is run once more when nothing else runs. */
async function runAgain() {
  for (const { suite, paths } of secondChances([...suites.values()].map((one) => one.suite))) {
    const { options } = /** @type {{ options: JestOptions }} */ (suites.get(suite.name))
    const outcome = stages.outcomes.find(({ name }) => name === suite.name)
    await stages.step(`${suite.name}, again`, async (say) => {
      const folder = mkdtempSync(join(scratch, 'jest-'))
      const second = await runJest(suite.name, alone(options, paths), { folder, say })
      const both = together(suite, second)
      suites.set(suite.name, { suite: both, options })
      const healed = failuresOf(suite).filter(
        ({ file }) => !failuresOf(both).some((left) => left.file === file),
      )
      passedAgain.push(...healed.map(failureLine))
      Object.assign(outcome ?? {}, countsOf(both))
      // They are counted where they ran first.
      return { passed: 0, failed: 0 }
    })
  }
}

function report() {
  const { outcomes } = stages
  const failures = [...suites.values()].flatMap(({ suite }) => failuresOf(suite).map(failureLine))
  const others = outcomes.filter(({ name, failed }) => failed > 0 && !suites.has(name))
  list('Passed only when run again, alone:', passedAgain)
  list('Failed:', [...failures, ...others.map(({ name }) => name)])
  if (existsSync(notRun)) console.log(`\n${readFileSync(notRun, 'utf8').trim()}`)
  console.log('')
  const width = Math.max(...outcomes.map(({ name }) => name.length))
  for (const { name, passed, failed, seconds } of outcomes)
    console.log(`${name.padEnd(width)}  ${passed} passed, ${failed} failed  (${seconds.toFixed(0)} s)`)
  // What an interruption left undone has not passed.
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, stages.isInterrupted ? 1 : 0)
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0)
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed > 0 ? 1 : 0
}

/**
 * @param {string} heading
 * @param {string[]} lines
 */
function list(heading, lines) {
  if (lines.length > 0) console.log(`\n${heading}\n${lines.map((line) => `  ${line}`).join('\n')}`)
}
