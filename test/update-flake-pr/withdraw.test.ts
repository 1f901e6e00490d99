import { describe, expect, test } from '@jest/globals'
import type { Pull } from '../../actions/update-flake-pr/pulls.ts'
import { stateComment, stateIn } from '../../actions/update-flake-pr/state.ts'
import { withdraw } from '../../actions/update-flake-pr/withdraw.ts'
import { BRANCH, scenes, stateOf, type Fault } from './publishscene.ts'

const scene = scenes()

const NIXPKGS = { flake: '.', input: 'nixpkgs', rev: 'a'.repeat(40) }
const WHY = 'There is nothing left to update.'

/** One that was made by an earlier run. */
async function obsolete(body?: string): Promise<Pull> {
  const proposing = (sha: string) => `What changes.\r\n\r\n${stateComment(stateOf(sha, [NIXPKGS]))}\r\n`
  await scene().publish({ bodyFor: (sha) => body ?? proposing(sha) })
  const pull = await scene().open()
  if (pull === undefined) throw new Error('There is none.')
  return pull
}

const pull = () => scene().state.pulls[0]
const comments = () => scene().state.comments.map(({ body }) => body)

function failing(method: string, path: string, fault: Fault): void {
  scene().fault = ({ route }) => (route.startsWith(method) && route.includes(path) ? fault : undefined)
}

describe('an obsolete pull request', () => {
  test('is closed with a word, its branch is deleted, and it proposes nothing any more', async () => {
    const { status, words, problems } = await withdraw(await obsolete(), WHY, scene().world)
    expect([status, problems]).toEqual(['closed', []])
    expect(words).toMatch(/^Pull request #1 \(http.*\) is obsolete, and closed\.$/)
    expect(comments()).toEqual([WHY])
    expect(pull()).toMatchObject({ state: 'closed', closedBy: 'github-actions[bot]' })
    expect(pull()?.body).toMatch(/^What changes\./)
    expect(stateIn(pull()?.body ?? '')).toMatchObject({ proposed: [] })
    expect(scene().branches()).toEqual(['main'])
  })

  test('keeps a body that remembers nothing', async () => {
    await withdraw(await obsolete('Words $&'), WHY, scene().world)
    expect(pull()).toMatchObject({ state: 'closed', body: 'Words $&' })
  })

  test('stays when somebody pushes to its branch', async () => {
    const before = await obsolete()
    scene().state.push(BRANCH, { files: { a: 'b' } })
    expect(await withdraw(before, WHY, scene().world)).toMatchObject({ status: 'kept', problems: [] })
    expect(pull()?.state).toBe('open')
    expect(comments()).toEqual([])
  })

  test('keeps its branch when somebody pushes while it is closed', async () => {
    const before = await obsolete()
    scene().fault = ({ route }) => {
      if (route.includes('/comments')) scene().state.push(BRANCH, { files: { a: 'b' } })
      return undefined
    }
    expect(await withdraw(before, WHY, scene().world)).toMatchObject({
      status: 'closed',
      problems: [{ message: `Branch '${BRANCH}' is not deleted: somebody pushed to it.` }],
    })
    expect(scene().branches()).toEqual(['main', BRANCH])
  })

  test('that somebody closed meanwhile is left alone', async () => {
    const before = await obsolete()
    scene().state.setBranch(BRANCH, undefined)
    const { status, words } = await withdraw(before, WHY, scene().world)
    expect([status, words]).toEqual(['closed', expect.stringMatching(/is closed already\.$/)])
    expect(comments()).toEqual([])
  })

  test('may have no branch any more when it is deleted', async () => {
    const before = await obsolete()
    scene().fault = ({ route }) => {
      if (route.startsWith('GET') && route.includes('/git/ref/')) scene().state.setBranch(BRANCH, undefined)
      return undefined
    }
    expect(await withdraw(before, WHY, scene().world)).toMatchObject({ status: 'closed', problems: [] })
  })
})

describe('when GitHub refuses', () => {
  test('the comment, it is closed, and that is said', async () => {
    const before = await obsolete()
    failing('POST', '/comments', { status: 403 })
    const { status, problems } = await withdraw(before, WHY, scene().world)
    expect([status, problems[0]?.message]).toEqual([
      'closed',
      expect.stringMatching(/is closed without a word\.$/),
    ])
    expect(pull()?.state).toBe('closed')
  })

  test('to close it, that is an error, and the branch stays', async () => {
    const before = await obsolete()
    failing('PATCH', '/pulls/', { status: 403 })
    await expect(withdraw(before, WHY, scene().world)).rejects.toThrow(
      /#1 \(403\).* It is obsolete and still open\.$/,
    )
    expect([pull()?.state, scene().branches()]).toEqual(['open', ['main', BRANCH]])
  })

  test('to delete the branch, that is said', async () => {
    const before = await obsolete()
    failing('DELETE', '/git/refs/', { status: 422, message: 'Cannot delete this branch' })
    const { status, problems } = await withdraw(before, WHY, scene().world)
    expect([status, problems[0]?.message]).toEqual([
      'closed',
      expect.stringContaining('a rule of the repository'),
    ])
  })
})
