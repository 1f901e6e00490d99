/** The tags of a release, moved by the script that the workflow runs, in a real repository. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Clone } from './clone.ts'

let clone: Clone
beforeEach(() => {
  clone = new Clone(['scripts', 'package.json'])
})
afterEach(() => {
  clone[Symbol.dispose]()
})

const tags = (...args: readonly string[]) => clone.node('scripts/release-tags.js', ...args)
const onOrigin = (name: string) =>
  clone.git('--git-dir', clone.origin, 'rev-parse', `refs/tags/${name}^{commit}`)

/** A commit with this version's tag on origin. */
function released(version: string): string {
  const commit = clone.commit(version)
  expect(tags('tag', version)).toMatchObject({ code: 0, stderr: '' })
  return commit
}

describe('tag', () => {
  test('makes the tag of the version, and again does nothing', () => {
    const commit = released('1.2.3')
    expect(onOrigin('v1.2.3')).toBe(commit)
    expect(tags('tag', '1.2.3')).toEqual({ code: 0, stdout: `v1.2.3 is ${commit}.\n`, stderr: '' })
  })

  test('never moves one that is out', () => {
    const first = released('1.2.3')
    const second = clone.commit('more')
    const { code, stderr } = tags('tag', '1.2.3')
    expect([code, stderr]).toEqual([
      1,
      `v1.2.3 is out already, and is ${first}, not ${second}: release this commit under a later version.\n`,
    ])
    expect(onOrigin('v1.2.3')).toBe(first)
  })

  test('never goes back, whatever the clone that made the release knew', () => {
    released('1.10.0')
    clone.commit('more')
    expect(tags('tag', '1.9.9')).toMatchObject({
      code: 1,
      stderr: 'v1.10.0 is out already, so v1.9.9 would go back: release this commit under a later version.\n',
    })
    expect(() => onOrigin('v1.9.9')).toThrow('unknown revision')
  })

  test('says what to do where the server refuses it, and is content once it is done', () => {
    const hook = '../origin.git/hooks/update'
    clone.write(hook, '#!/bin/sh\necho refusing to allow it >&2\nexit 1\n', 0o755)
    const commit = clone.git('rev-parse', 'HEAD')
    const { code, stderr } = tags('tag', '1.2.3')
    expect([code, stderr]).toEqual([1, expect.stringContaining('refusing to allow it')])
    const command = /^'git (push .*)' failed: /.exec(stderr)?.[1] ?? ''
    expect(stderr).toMatch(/run this command by hand, and then re-run the workflow's failed jobs\.\n$/)
    clone.write(hook, '#!/bin/sh\n', 0o755)
    clone.git(...command.split(' '))
    expect(tags('tag', '1.2.3')).toEqual({ code: 0, stdout: `v1.2.3 is ${commit}.\n`, stderr: '' })
  })

  test('refuses what is no version', () => {
    for (const version of ['', '1.2', 'v1.2.3', '1.2.3-rc.1', '01.2.3']) {
      const stderr = `The version is '${version}', expected one like 1.2.3.\n`
      expect(tags('tag', version)).toEqual({ code: 1, stdout: '', stderr })
    }
  })
})

describe('move', () => {
  test('follows each release of the major, and leaves other majors alone', () => {
    for (const version of ['1.0.0', '1.9.0', '1.10.0', '2.0.0']) {
      const commit = released(version)
      expect(tags('move', version).stdout).toBe(`v${version[0] ?? ''} is v${version}, ${commit}.\n`)
      expect(onOrigin(`v${version[0] ?? ''}`)).toBe(commit)
    }
    expect(onOrigin('v1')).toBe(onOrigin('v1.10.0'))
  })

  test('never goes back to an older release', () => {
    released('1.9.9')
    const latest = released('1.10.0')
    tags('move', '1.10.0')
    expect(tags('move', '1.9.9')).toEqual({
      code: 0,
      stdout: 'v1 is left alone: v1.10.0 is later than v1.9.9.\n',
      stderr: '',
    })
    expect(onOrigin('v1')).toBe(latest)
  })

  test('moves an annotated tag as well, and one that this clone has elsewhere', () => {
    released('1.0.0')
    clone.git('tag', '--annotate', '--message', 'by hand', 'v1')
    clone.git('push', '--quiet', 'origin', 'refs/tags/v1')
    clone.git('tag', '--force', 'v1', 'HEAD~1')
    const commit = released('1.0.1')
    expect(tags('move', '1.0.1').code).toBe(0)
    expect(onOrigin('v1')).toBe(commit)
  })

  test('is refused where the release lacks what v1 has', () => {
    released('1.0.0')
    const before = clone.commit('a fix that was tagged by hand')
    clone.git('push', '--quiet', 'origin', 'HEAD:refs/tags/v1')
    clone.git('reset', '--quiet', '--hard', 'HEAD~1')
    released('1.0.1')
    const { code, stderr } = tags('move', '1.0.1')
    expect([code, stderr]).toEqual([
      1,
      `v1 is ${before}, which v1.0.1 does not contain: whoever uses v1 would lose something.\n`,
    ])
    expect(onOrigin('v1')).toBe(before)
  })

  test('is refused where somebody else moves it at the same time', () => {
    released('1.0.0')
    tags('move', '1.0.0')
    const theirs = clone.commit('theirs')
    clone.git('push', '--quiet', 'origin', 'HEAD:refs/heads/theirs')
    released('1.0.1')
    clone.write(
      '.git/hooks/pre-push',
      `#!/bin/sh\nexec git --git-dir='${clone.origin}' update-ref refs/tags/v1 ${theirs}\n`,
      0o755,
    )
    expect(tags('move', '1.0.1')).toMatchObject({ code: 1, stdout: '' })
    expect(onOrigin('v1')).toBe(theirs)
  })

  test('needs the tag of the version', () => {
    expect(tags('move', '1.0.0')).toMatchObject({
      code: 1,
      stderr: 'There is no tag v1.0.0 that v1 could move to.\n',
    })
  })
})

describe('check', () => {
  test('is content while v1 is the latest release, and with no other', () => {
    expect(tags('check', '1')).toMatchObject({ code: 1, stderr: 'There is no release v1.x.y.\n' })
    const first = released('1.0.0')
    expect(tags('check', '1')).toMatchObject({
      code: 1,
      stderr: `v1 is no tag, but v1.0.0, the latest, is ${first}: 'move 1.0.0' mends it.\n`,
    })
    tags('move', '1.0.0')
    released('2.0.0')
    expect(tags('check', '1')).toEqual({ code: 0, stdout: 'v1 is v1.0.0, the latest.\n', stderr: '' })
  })
})
