// `npm run release -- 1.2.3` makes the commit of a release: versions, changelog, bundles. It pushes nothing, and changes
// nothing unless everything it needs is right. .github/workflows/release.yml publishes that commit once it is on main.
import { readFileSync, writeFileSync } from 'node:fs'
import { git, gitOr, latestVersion, project, textsWithVersions } from './release-repository.js'
import {
  bumped,
  disagreements,
  hasUnreleased,
  isLater,
  parsedVersion,
  releasedChangelog,
  sectionOf,
} from './release-text.js'
import { dependencies, giveUp, node24, root, run } from './toolchain.js'

process.chdir(root)
const version = process.argv[2] ?? ''
const { repository, major } = project()
const previous = latestVersion(git('tag', '--list').split('\n'))
const problems = refusals()
if (problems.length > 0)
  giveUp(`Nothing was changed.\n${problems.map((problem) => `- ${problem}`).join('\n')}`)

dependencies()
const { code } = await run([node24(), 'scripts/build.js'])
if (code !== 0)
  giveUp("The bundles could not be built: see above. 'git restore dist' puts back what was there.")
const texts = releasedTexts()
for (const [path, text] of texts) if (text !== readFileSync(path, 'utf8')) writeFileSync(path, text)
git('add', '--all', 'dist', ...texts.keys())
const left = git('status', '--porcelain')
  .split('\n')
  .filter((line) => line !== '' && !/^[AMDR] /.test(line))
if (left.length > 0) giveUp(`Something else changed meanwhile, so nothing was committed:\n${left.join('\n')}`)
const RESTORE = "Nothing was committed; 'git reset --hard' puts back what was there."
gitOr(RESTORE, 'commit', '--quiet', '--message', `chore: release ${version}`)
console.log(
  [
    `Committed ${git('rev-parse', '--short', 'HEAD').trim()}: release ${version}. Now`,
    '  1. push it to main, through a pull request if the branch asks for one;',
    `  2. gh workflow run release.yml -f version=${version}`,
  ].join('\n'),
)

function refusals() {
  if (parsedVersion(version) === undefined)
    return [`The version is '${version}', expected one like 1.2.3: npm run release -- 1.2.3`]
  const found = []
  if (parsedVersion(version)?.[0] !== major)
    found.push(
      `The version is '${version}', expected one of v${major}: see MAJOR in actions/shared/project.ts.`,
    )
  if (previous !== undefined && !isLater(version, previous))
    found.push(`${version} is not later than ${previous}, which has a tag already.`)
  const dirty = git('status', '--porcelain').trim()
  if (dirty !== '') found.push(`The tree is not clean; commit or stash this first:\n${dirty}`)
  return [...found, ...changelogProblems(readFileSync('CHANGELOG.md', 'utf8'))]
}

/** @param {string} changelog */
function changelogProblems(changelog) {
  const found = []
  if (sectionOf(changelog, version) !== undefined)
    found.push(
      `CHANGELOG.md tells of ${version} already: publish it by 'gh workflow run release.yml -f version=${version}', or take a later version.`,
    )
  if (!hasUnreleased(changelog))
    found.push("CHANGELOG.md has nothing below '## [Unreleased]': say what changes for those who use it.")
  return found
}

/** Every text with the new version; ends the script if they would not agree. */
function releasedTexts() {
  const released = new Map(
    [...textsWithVersions()].map(([path, text]) => [path, bumped(path, text, { version, repository })]),
  )
  const date = new Date().toISOString().slice(0, 10)
  const changelog = released.get('CHANGELOG.md') ?? ''
  released.set('CHANGELOG.md', releasedChangelog(changelog, { version, previous, date, repository }))
  const wrong = disagreements(released, { version, project: { repository, major } })
  if (wrong.length > 0)
    giveUp(`${wrong.join('\n')}\nNothing was committed; 'git restore dist' puts back the bundles.`)
  return released
}
