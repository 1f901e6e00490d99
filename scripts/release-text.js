// What a release changes in the texts of the project, and what must agree in them: data in, data out.
/** @typedef {{ repository: string, major: number }} Project */
/** @typedef {Map<string, string>} Files texts by path in the project */

const CHANGELOG = 'CHANGELOG.md'
const UNRELEASED = 'Unreleased'

/**
 * Where a version stands on its own: the second group is it.
 * @type {Record<string, RegExp>}
 */
const PLACES = {
  'package.json': /^( {2}"version": ")([^"]+)/gm,
  'package-lock.json': /("name": "nix-vps",\s+"version": ")([^"]+)/g,
  'nix/vps-deploy/vps_deploy/__init__.py': /^(VERSION = ')([^']+)/gm,
}

/** What `release` reads and may change. */
export const OWN_PLACES = Object.keys(PLACES).concat(CHANGELOG)

/** @param {string} path */
export function isDocument(path) {
  return path !== CHANGELOG && /\.(?:md|ya?ml)$/.test(path) && !path.startsWith('dist/')
}

/**
 * @param {string} text
 * @returns {number[] | undefined} `1.2.3` as its numbers
 */
export function parsedVersion(text) {
  const match = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(text)
  return match === null ? undefined : match.slice(1).map(Number)
}

/**
 * @param {string} one
 * @param {string} other
 * @returns {boolean} whether `one` is the later version
 */
export function isLater(one, other) {
  const [left, right] = [parsedVersion(one) ?? [], parsedVersion(other) ?? []]
  const index = left.findIndex((number, place) => number !== right[place])
  return index >= 0 && (left[index] ?? 0) > (right[index] ?? 0)
}

/**
 * @param {string} source the text of actions/shared/project.ts
 * @returns {Project}
 */
export function projectIn(source) {
  const repository = /^export const REPOSITORY = '([^']+)'$/m.exec(source)?.[1]
  const major = /^export const MAJOR = 'v(\d+)'$/m.exec(source)?.[1]
  if (repository === undefined || major === undefined)
    throw new Error('actions/shared/project.ts has no REPOSITORY or no MAJOR.')
  return { repository, major: Number(major) }
}

/**
 * @param {string} changelog
 * @param {string} version or `Unreleased`
 * @returns {string | undefined} what stands below its heading; `undefined` if it has none
 */
export function sectionOf(changelog, version) {
  const sections = changelog.split(/^## /m).slice(1)
  const found = sections.find((section) => section.startsWith(`[${version}]`))
  return found
    ?.replace(/^.*\n/, '')
    .replaceAll(/^\[[^\]]+\]: .*$/gm, '')
    .trim()
}

/** @param {string} changelog */
export function hasUnreleased(changelog) {
  return (sectionOf(changelog, UNRELEASED) ?? '') !== ''
}

/**
 * The changelog in which what was unreleased is a version of this day, with the links that go with it.
 * @param {string} changelog
 * @param {{ version: string, previous: string | undefined, date: string, repository: string }} release
 */
export function releasedChangelog(changelog, { version, previous, date, repository }) {
  const address = `https://github.com/${repository}`
  const changes =
    previous === undefined
      ? `${address}/releases/tag/v${version}`
      : `${address}/compare/v${previous}...v${version}`
  return changelog
    .replace(`## [${UNRELEASED}]\n`, `## [${UNRELEASED}]\n\n## [${version}] - ${date}\n`)
    .replace(
      /^\[Unreleased\]: .*$/m,
      `[${UNRELEASED}]: ${address}/compare/v${version}...main\n[${version}]: ${changes}`,
    )
}

/**
 * The text of a file with every mention of an exact version of this project as `version`.
 * @param {string} path
 * @param {string} text
 * @param {{ version: string, repository: string }} release
 */
export function bumped(path, text, { version, repository }) {
  const place = placeIn(path, repository)
  return place === undefined
    ? text
    : text.replaceAll(place, (_, /** @type {string} */ before) => before + version)
}

/**
 * What is not of this version, a sentence each.
 * @param {Files} files
 * @param {{ version: string, project: Project }} release
 */
export function disagreements(files, { version, project: { repository, major } }) {
  const problems = []
  if (parsedVersion(version)?.[0] !== major)
    problems.push(`'${version}' is no version of v${major}: see MAJOR in actions/shared/project.ts.`)
  for (const [path, text] of files)
    problems.push(...otherVersions(path, versionsIn(path, text, repository), version))
  if ((sectionOf(files.get(CHANGELOG) ?? '', version) ?? '') === '')
    problems.push(`${CHANGELOG} says nothing of ${version}.`)
  return problems
}

/**
 * @param {string} path
 * @param {string[]} found
 * @param {string} version
 */
function otherVersions(path, found, version) {
  if (path in PLACES && found.length === 0) return [`${path} names no version.`]
  const others = [...new Set(found)].filter((other) => other !== version)
  return others.map((other) => `${path} names version ${other}, not ${version}.`)
}

/**
 * @param {string} path
 * @param {string} text
 * @param {string} repository
 */
function versionsIn(path, text, repository) {
  const place = placeIn(path, repository)
  return place === undefined ? [] : [...text.matchAll(place)].map((match) => match[2] ?? '')
}

/**
 * @param {string} path
 * @param {string} repository
 * @returns {RegExp | undefined}
 */
function placeIn(path, repository) {
  if (path in PLACES) return PLACES[path]
  // `@v1` is the major, which moves by itself; `@v1.2.3` is one release.
  return isDocument(path) ? new RegExp(`(${repository}[^\\s@]*@v)(\\d+\\.\\d+\\.\\d+)`, 'g') : undefined
}
