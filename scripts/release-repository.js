// The git repository that a release is made in: the one of the working directory.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { giveUp } from './toolchain.js'
import { OWN_PLACES, isDocument, isLater, parsedVersion, projectIn } from './release-text.js'

/** @typedef {{ oid: string, commit: string }} Tag an annotated one has an id of its own */

/**
 * @param {string[]} args
 * @returns {string} what it printed; ends the script if it fails
 */
export function git(...args) {
  return gitOr('', ...args)
}

/**
 * @param {string} hint what to do if it fails
 * @param {string[]} args
 */
export function gitOr(hint, ...args) {
  const { status, stdout, stderr } = spawnSync('git', args, { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (status !== 0) giveUp(`'git ${args.join(' ')}' failed: ${stderr.trim()}\n${hint}`.trim())
  return stdout
}

/** @param {string[]} args */
export function gitAgrees(...args) {
  return spawnSync('git', args).status === 0
}

export function project() {
  return projectIn(readFileSync('actions/shared/project.ts', 'utf8'))
}

/** @returns {Map<string, string>} the texts in which a version of the project may stand */
export function textsWithVersions() {
  const tracked = git('ls-files', '-z').split('\0').filter(isDocument)
  return new Map([...OWN_PLACES, ...tracked].map((path) => [path, readFileSync(path, 'utf8')]))
}

/**
 * @param {Iterable<string>} tags
 * @param {number} [major] only those of this one
 * @returns {string | undefined} the latest version that has a tag
 */
export function latestVersion(tags, major) {
  const versions = [...tags]
    .map((tag) => (tag.startsWith('v') ? tag.slice(1) : ''))
    .filter((version) => parsedVersion(version) !== undefined)
    .filter((version) => major === undefined || parsedVersion(version)?.[0] === major)
  return versions.sort((one, other) => (isLater(one, other) ? -1 : 1))[0]
}

/** @returns {Map<string, Tag>} the tags of `origin`, whose commits are here afterwards */
export function remoteTags() {
  git('fetch', '--quiet', '--force', 'origin', 'refs/tags/*:refs/tags/*')
  /** @type {Map<string, Tag>} */
  const tags = new Map()
  // An annotated tag has a second line, which ends with ^{} and names its commit.
  const lines = git('ls-remote', '--tags', 'origin').matchAll(/^(\S+)\trefs\/tags\/([^^\n]+)/gm)
  for (const [, id = '', name = ''] of lines) tags.set(name, { oid: tags.get(name)?.oid ?? id, commit: id })
  return tags
}
