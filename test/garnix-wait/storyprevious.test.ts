/** What was recorded with commits: where the path comes from, and what the new closure is compared with. */
import { describe, expect, test } from '@jest/globals'
import type { FakeGitHub } from '../support/github/server.ts'
import { withSharedGitHub } from '../support/sharedgithub.ts'
import { SHA } from './given.ts'
import { fannedOut, pushNotes } from './recordscene.ts'
import { CLOSURE, GLIBC, OLD, OLD_GLIBC, StoryScene, VPS, WEB } from './storyscene.ts'

let github: FakeGitHub
let scene: StoryScene

withSharedGitHub((shared) => {
  github = shared
  scene = StoryScene.at(shared)
})

/** As `git notes` writes it. */
const note = (sha: string, text: string) => pushNotes(github, { [fannedOut(sha)]: text })
const asked = (part: string) => github.exchanges.filter(({ path }) => path.includes(part))

describe('the recorded note', () => {
  const GIVEN = { provider: 'none', configurations: 'vps-arm' }

  test('knows the path that nobody else knows', async () => {
    scene.hold(CLOSURE)
    note(SHA, `web ${WEB}\nvps-arm ${VPS}\n`)
    expect(await scene.wait(GIVEN)).toBeUndefined()
    expect(scene.output('store-paths')).toEqual({ 'vps-arm': VPS })
    expect(scene.minutes).toBeLessThan(1)
  })

  test('may be written while this waits, where there are others', async () => {
    scene.hold(CLOSURE)
    note('0'.repeat(40), `vps-arm ${OLD}\n`)
    github.catchUp = () => {
      if (scene.minutes >= 4) note(SHA, `vps-arm ${VPS}\n`)
    }
    expect(await scene.wait(GIVEN)).toBeUndefined()
    github.catchUp = () => undefined
    expect(scene.minutes).toBeLessThan(5)
  })

  test('that GitHub refuses does not end the wait, and is told where there is no path', async () => {
    note(SHA, `vps-arm ${VPS}\n`)
    github.disturb = () => ({ status: 403, headers: { 'content-type': 'application/json' }, body: '{}' })
    expect((await scene.wait(GIVEN))?.message).toContain('no route to it has an answer')
    expect(scene.minutes).toBeLessThan(1)
    expect(scene.summary.markdown).toContain('the recorded note')
    expect(scene.summary.markdown).toContain('403')
  })
})

describe('compared with what was recorded before', () => {
  const GIVEN = { provider: 'none', configurations: 'vps-arm\nweb', 'compare-with': 'previous' }
  const KNOWN = { ...GIVEN, 'store-paths': `vps-arm=${VPS}\nweb=${WEB}` }
  let base: string

  /** `main` has two commits, and the one that is waited for is the third. */
  function history(): string {
    github.state.seed({ 'flake.nix': '{}' })
    base = github.state.push('main')
    scene.hold([...CLOSURE, WEB, OLD, OLD_GLIBC])
    return github.state.push('main')
  }

  test('each configuration is told what changes, since which commit', async () => {
    const sha = history()
    note(base, `vps-arm ${OLD}\nweb ${WEB}\n`)
    expect(await scene.wait({ ...KNOWN, sha })).toBeUndefined()
    const link = `<a href="https://github.com/acme/infra/commit/${base}">${base.slice(0, 12)}</a>`
    expect(scene.summary.markdown).toContain(`Compared with ${link}, <code>${OLD}</code>: 2 changed, 1 added`)
    expect(scene.summary.markdown).toContain(
      `Nothing changes: this is the very same system, compared with ${link}, <code>${WEB}</code>.`,
    )
    expect(scene.output('closure-diff')).toMatchObject({ 'vps-arm': { added: [{ name: 'etc' }] } })
    expect(scene.warnings()).toEqual([])
  })

  test('a path that is given goes first', async () => {
    const sha = history()
    note(base, `vps-arm ${VPS}\nweb ${WEB}\n`)
    const given = { ...KNOWN, sha, 'compare-with': `previous\nvps-arm=${OLD}` }
    expect(await scene.wait(given)).toBeUndefined()
    expect(scene.summary.markdown).toContain(`Compared with <code>${OLD}</code>: 2 changed`)
    expect(scene.summary.markdown).toContain('Nothing changes')
  })

  test('with nothing, that is said, and no error', async () => {
    const sha = history()
    note(base, `vps-arm ${OLD}\n`)
    expect(await scene.wait({ ...KNOWN, sha })).toBeUndefined()
    const why = 'no closure is recorded for any of the 2 commits before it'
    expect(scene.summary.markdown).toContain(`#### Changes of web\n\nNot compared: ${why}.\n`)
    expect(scene.log.of('info')).toContain(`There is nothing to compare: ${why}.`)
    expect(scene.warnings()).toEqual([])
  })

  test('the comment says the same, from where the pull request begins', async () => {
    history()
    const head = github.state.commit({ parents: [base] })
    github.state.addPull({ headSha: head })
    note(base, `vps-arm ${OLD}\nweb ${WEB}\n`)
    const given = { ...KNOWN, sha: head, comment: 'true' }
    expect(await scene.wait(given)).toBeUndefined()
    expect(await scene.wait(given)).toBeUndefined()
    expect(github.state.comments).toHaveLength(1)
    expect(github.state.comments[0]?.body).toContain(`>${base.slice(0, 12)}</a>, <code>${OLD}</code>`)
    expect(asked('/compare/')).toHaveLength(2)
  })

  test('a pull request whose base GitHub does not tell is compared all the same', async () => {
    const sha = history()
    const { number } = github.state.addPull({ headSha: sha })
    note(base, `vps-arm ${OLD}\nweb ${WEB}\n`)
    github.disturb = ({ path }) => (path.includes('/pulls') ? { status: 403, body: '{}' } : undefined)
    const given = { ...KNOWN, sha, 'pull-request': String(number) }
    expect(await scene.wait(given)).toBeUndefined()
    expect(scene.warnings()).toEqual([
      expect.stringMatching(
        /^Where the pull request begins is not known: The token may not have the pull request \(403\)/,
      ),
    ])
    expect(scene.summary.markdown).toContain(`, <code>${OLD}</code>: 2 changed`)
  })

  test.each([
    ['/git/', 'the recorded closures|notes|permission'],
    ['/commits?', 'the commits before this one'],
  ])('where GitHub refuses %s there is a warning, and a verdict', async (part, words) => {
    const sha = history()
    note(base, `vps-arm ${OLD}\n`)
    github.disturb = ({ path }) =>
      path.includes(part)
        ? { status: 403, headers: { 'content-type': 'application/json' }, body: '{}' }
        : undefined
    const given = { ...KNOWN, sha, 'compare-with': `previous\nweb=${WEB}` }
    expect(await scene.wait(given)).toBeUndefined()
    expect(scene.warnings()).toEqual([
      expect.stringMatching(`^What was recorded before cannot be compared with: .*(${words})`),
    ])
    expect(scene.summary.markdown).toContain('Nothing changes')
    expect(scene.summary.markdown).toContain('#### Changes of vps-arm\n\nNot compared: ')
  })

  test('without a token nobody is asked', async () => {
    const sha = history()
    expect(await scene.wait({ ...KNOWN, sha, token: '' })).toBeUndefined()
    expect(scene.summary.markdown).toContain("Not compared: There is no 'token'")
    expect(github.exchanges).toEqual([])
  })

  test('what is not complete is not looked for', async () => {
    const sha = history()
    scene.held.delete(`${GLIBC.slice(11, 43)}.narinfo`)
    expect(await scene.wait({ ...KNOWN, sha, 'cache-timeout': '1m' })).toBeDefined()
    expect(scene.summary.markdown).toContain('Not compared: the new closure is not complete.')
    expect(asked('/commits')).toEqual([])
  })

  test('a bug in it ends red, and everything else is told', async () => {
    const sha = history()
    scene.github = () => async () => {
      throw new TypeError('x is not a function')
    }
    expect(await scene.wait({ ...KNOWN, sha })).toBeInstanceOf(TypeError)
    expect(scene.outputs.values).toMatchObject({ status: 'failed', missing: '[]' })
  })
})
