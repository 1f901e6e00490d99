// `node scripts/release-check.js 1.2.3 [FILE]` fails unless the checkout is the commit of that release: all versions, the
// examples and the changelog agree. Writes the changelog's section into FILE, for the release on GitHub.
import { writeFileSync } from 'node:fs'
import { project, textsWithVersions } from './release-repository.js'
import { disagreements, sectionOf } from './release-text.js'
import { giveUp } from './toolchain.js'

const [version = '', notes] = process.argv.slice(2)
const texts = textsWithVersions()
const problems = disagreements(texts, { version, project: project() })
if (problems.length > 0)
  giveUp(
    `${problems.join('\n')}\nMake the release's commit by 'npm run release -- ${version}', and push it to main.`,
  )
if (notes !== undefined)
  writeFileSync(notes, `${sectionOf(texts.get('CHANGELOG.md') ?? '', version) ?? ''}\n`)
console.log(`Every version is ${version}, and the changelog tells of it.`)
