// The tags of a release, on `origin`:
//   node scripts/release-tags.js tag 1.2.3    HEAD is v1.2.3 from now on; a tag never moves to another commit
//   node scripts/release-tags.js move 1.2.3   v1 is v1.2.3 from now on, unless a later v1.x.y is out already
//   node scripts/release-tags.js check 1      fails unless v1 is the latest v1.x.y
import { git, gitAgrees, gitOr, latestVersion, remoteTags } from './release-repository.js'
import { isLater, parsedVersion } from './release-text.js'
import { giveUp } from './toolchain.js'

/** @typedef {import('./release-repository.js').Tag} Tag */
/** @type {Record<string, (given: string) => void>} */
const VERBS = { tag, move, check }
/** https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps, below `workflow` */
const REFUSED =
  "GitHub takes no tag from a workflow that a rule protects, and none of a commit whose .github/workflows are on no branch any more: if that is it, run this command by hand, and then re-run the workflow's failed jobs."
const [verb = '', given = ''] = process.argv.slice(2)
const act = VERBS[verb]
if (act === undefined) giveUp('Usage: node scripts/release-tags.js tag|move VERSION, or check MAJOR')
act(given)

/** @param {string} version */
function tag(version) {
  const major = majorOf(version)
  const commit = git('rev-parse', 'HEAD').trim()
  const tags = remoteTags()
  const there = tags.get(`v${version}`)
  if (there !== undefined && there.commit !== commit)
    giveUp(
      `v${version} is out already, and is ${there.commit}, not ${commit}: release this commit under a later version.`,
    )
  const latest = latestVersion(tags.keys(), major) ?? version
  if (there === undefined && isLater(latest, version))
    giveUp(
      `v${latest} is out already, so v${version} would go back: release this commit under a later version.`,
    )
  if (there === undefined) push(commit, `v${version}`, '')
  console.log(`v${version} is ${commit}.`)
}

/** @param {string} version */
function move(version) {
  const name = `v${majorOf(version)}`
  const tags = remoteTags()
  const target = tags.get(`v${version}`)
  if (target === undefined) giveUp(`There is no tag v${version} that ${name} could move to.`)
  const latest = latestVersion(tags.keys(), majorOf(version)) ?? version
  if (isLater(latest, version)) {
    console.log(`${name} is left alone: v${latest} is later than v${version}.`)
    return
  }
  moveTo({ name, version, target, current: tags.get(name) })
}

/** @param {{ name: string, version: string, target: Tag, current: Tag | undefined }} wanted */
function moveTo({ name, version, target, current }) {
  if (current !== undefined && !gitAgrees('merge-base', '--is-ancestor', current.commit, target.commit))
    giveUp(
      `${name} is ${current.commit}, which v${version} does not contain: whoever uses ${name} would lose something.`,
    )
  if (current?.commit !== target.commit) push(target.commit, name, current?.oid ?? '')
  console.log(`${name} is v${version}, ${target.commit}.`)
}

/** @param {string} major */
function check(major) {
  const tags = remoteTags()
  const latest = latestVersion(tags.keys(), Number(major))
  if (latest === undefined) giveUp(`There is no release v${major}.x.y.`)
  const [moving, exact] = [tags.get(`v${major}`)?.commit, tags.get(`v${latest}`)?.commit]
  if (moving !== exact)
    giveUp(
      `v${major} is ${moving ?? 'no tag'}, but v${latest}, the latest, is ${exact ?? 'none'}: 'move ${latest}' mends it.`,
    )
  console.log(`v${major} is v${latest}, the latest.`)
}

/**
 * @param {string} commit
 * @param {string} name
 * @param {string} expected what the tag is now on `origin`; '' if it is not there. Anything else: the push is refused.
 */
function push(commit, name, expected) {
  const lease = `--force-with-lease=refs/tags/${name}:${expected}`
  gitOr(REFUSED, 'push', '--quiet', lease, 'origin', `${commit}:refs/tags/${name}`)
}

/** @param {string} version */
function majorOf(version) {
  const [major] = parsedVersion(version) ?? []
  if (major === undefined) giveUp(`The version is '${version}', expected one like 1.2.3.`)
  return major
}
