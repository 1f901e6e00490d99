// What a run of jest comes to: its counts, which of its files get a second chance, and the words of the report.

/** @typedef {{ fullName: string, status: string }} Assertion */
/** @typedef {{ name: string, status: string, message: string, assertionResults: Assertion[] }} FileResult jest's own shape */
/** @typedef {Record<string, { s: Record<string, number>, f: Record<string, number>, b: Record<string, number[]> }>} Coverage */
/** @typedef {import('./stages.js').Counts} Counts */
/**
 * `isWhole`: jest ended well but for the failures in `files` and for the coverage.
 * @typedef {{ name: string, code: number, files: FileResult[], coverage?: Coverage | undefined }} Suite
 */
/** @typedef {{ stage: string, file: string, title: string, message: string }} Failure */

/** More files than this fail for a reason that a second run would only hide. */
export const MOST_SECOND_CHANCES = 5

/** @param {FileResult} file */
function notPassed(file) {
  return file.assertionResults.filter(({ status }) => status !== 'passed')
}

/**
 * A file that could not start counts as one failure, and so does a skipped test.
 * @param {FileResult} file
 * @returns {Counts}
 */
function countsOfFile(file) {
  const bad = notPassed(file)
  const hasFailed = bad.some(({ status }) => status === 'failed')
  return {
    passed: file.assertionResults.length - bad.length,
    failed: bad.length + (file.status === 'failed' && !hasFailed ? 1 : 0),
  }
}

/**
 * @param {Suite} suite
 * @returns {Counts} with one failure where jest itself failed: nothing ran, or a line is not covered
 */
export function countsOf({ code, files }) {
  const counts = files.map(countsOfFile)
  const passed = counts.reduce((sum, count) => sum + count.passed, 0)
  const failed = counts.reduce((sum, count) => sum + count.failed, 0)
  return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed }
}

/**
 * @param {Suite} suite
 * @returns {Failure[]}
 */
export function failuresOf({ name, code, files }) {
  const failures = files
    .filter((file) => countsOfFile(file).failed > 0)
    .flatMap((file) => {
      const titles = notPassed(file).map(({ fullName, status }) =>
        status === 'failed' ? fullName : `${fullName} (${status})`,
      )
      const all = titles.length > 0 ? titles : ['the file itself']
      return all.map((title) => ({ stage: name, file: file.name, title, message: file.message }))
    })
  if (failures.length > 0 || countsOf({ name, code, files }).failed === 0) return failures
  const title = files.length === 0 ? 'jest could not run' : 'jest failed with every test passed: coverage?'
  return [{ stage: name, file: '', title, message: '' }]
}

/**
 * @param {Suite[]} suites
 * @returns {{ suite: Suite, paths: string[] }[]} what is run once more, alone; nothing where too much failed
 */
export function secondChances(suites) {
  const chances = suites
    .map((suite) => ({
      suite,
      paths: suite.files.filter(({ status }) => status === 'failed').map(({ name }) => name),
    }))
    .filter(({ paths }) => paths.length > 0)
  const files = chances.reduce((sum, { paths }) => sum + paths.length, 0)
  return files > MOST_SECOND_CHANCES ? [] : chances
}

/**
 * @param {Suite} first
 * @param {Suite} second the files of `first` that failed, run again
 * @returns {Suite} green only if every file of both is, and what one run left uncovered the other covered
 */
export function together(first, second) {
  const again = new Map(second.files.map((file) => [file.name, file]))
  const files = first.files.map((file) => again.get(file.name) ?? file)
  const isCovered = first.coverage === undefined || isWhollyCovered([first.coverage, second.coverage ?? {}])
  return { name: first.name, code: second.code === 0 && isCovered ? 0 : 1, files }
}

/**
 * @param {Coverage[]} runs
 * @returns {boolean} whether each statement, function and branch was reached in one of the runs, and there are any
 */
export function isWhollyCovered(runs) {
  const files = [...new Set(runs.flatMap((run) => Object.keys(run)))]
  if (files.length === 0) return false
  return files.every((file) => {
    const [first, ...others] = runs.flatMap((run) => run[file] ?? []).map(hits)
    return first?.every((count, place) => count > 0 || others.some((other) => (other[place] ?? 0) > 0))
  })
}

/** @param {Coverage[string]} file */
function hits({ s, f, b }) {
  return [...Object.values(s), ...Object.values(f), ...Object.values(b).flat()]
}

/** @param {Failure} failure */
export function failureLine({ stage, file, title }) {
  return [stage, file, title].filter((word) => word !== '').join(' › ')
}
