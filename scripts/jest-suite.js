// Runs a part of the jest tests, and reads what came of it.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { asRoot, isRoot } from './machine.js'
import { cache, environment, jest, node24, run } from './toolchain.js'

/** @typedef {import('./verdict.js').Suite} Suite */
/**
 * `patterns`: of paths, none for all of them; `privileged`: it needs root.
 * @typedef {{ patterns: string[], extra?: string[], isCovered?: boolean, privileged?: boolean }} JestOptions
 */

/**
 * @param {string} name
 * @param {JestOptions} options
 * @param {{ folder: string, say: (text: string) => void }} to a new folder for what jest reports
 * @returns {Promise<Suite>}
 */
export async function runJest(name, options, { folder, say }) {
  const argv = [node24(), ...jest, ...argumentsOf(options, folder)]
  const env = { ...environment(), FORCE_COLOR: '0' }
  const { code } = await run(options.privileged === true ? asRoot(argv) : argv, { env, say })
  const report = /** @type {{ testResults: Suite['files'] } | undefined} */ (read(join(folder, REPORT)))
  // No report: it was killed, or never began. No coverage: it could not be written, and nothing counts as reached.
  const coverage =
    options.isCovered === true
      ? /** @type {Suite['coverage']} */ (read(join(folder, COVERAGE)) ?? {})
      : undefined
  return { name, code, files: report?.testResults ?? [], coverage }
}

const REPORT = 'report.json'
const COVERAGE = 'coverage-final.json'

/**
 * @param {JestOptions} options
 * @param {string} folder
 */
function argumentsOf({ patterns, extra = [], isCovered = false, privileged = false }, folder) {
  // Root's transform cache must not land in the user's.
  const cacheDirectory = join(cache, privileged && !isRoot ? 'jest-root' : 'jest')
  const reporters = ['text', 'json'].map((reporter) => `--coverageReporters=${reporter}`)
  const coverage = isCovered ? ['--coverage', `--coverageDirectory=${folder}`, ...reporters] : []
  return [
    '--json',
    `--outputFile=${join(folder, REPORT)}`,
    `--cacheDirectory=${cacheDirectory}`,
    '--testLocationInResults',
    ...coverage,
    ...extra,
    ...patterns,
  ]
}

/**
 * The same options for some of its files, one after the other. Of the coverage only the sum of both runs can be judged.
 * @param {JestOptions} options
 * @param {string[]} paths
 * @returns {JestOptions}
 */
export function alone({ isCovered = false, privileged = false }, paths) {
  const threshold = isCovered ? ['--coverageThreshold={}'] : []
  // Without workers to end, what a test has left open would keep jest from ending.
  const extra = ['--runInBand', '--forceExit', ...threshold, '--runTestsByPath']
  return { patterns: paths, extra, isCovered, privileged }
}

/** @param {string} file */
function read(file) {
  if (!existsSync(file)) return
  /** @type {unknown} */
  const value = JSON.parse(readFileSync(file, 'utf8'))
  return value
}
