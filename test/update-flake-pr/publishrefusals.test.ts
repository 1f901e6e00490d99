/** What GitHub refuses, in words that say what to do, and what there is then. */
import { describe, expect, test } from '@jest/globals'
import { fieldOf, messageOf } from '../../actions/shared/errors.ts'
import { textIn } from '../../actions/shared/json.ts'
import { publish } from '../../actions/update-flake-pr/publish.ts'
import { BRANCH, scenes, TOKENS } from './publishscene.ts'

const scene = scenes()
const state = () => scene().state

/** What a failing run says, with its hint. */
async function said(given: Parameters<ReturnType<typeof scene>['publish']>[0] = {}): Promise<string> {
  const error: unknown = await scene()
    .publish(given)
    .catch((reason: unknown) => reason)
  return `${messageOf(error)} ${textIn(fieldOf(error, 'hint'))}`.trim()
}

describe('a new pull request', () => {
  test.each<[string, () => void, RegExp]>([
    [
      'Actions may make none',
      () => (state().settings.mayActionsOpenPulls = false),
      /may not create pull requests here\..*is deleted again\. Turn on 'Allow GitHub Actions to create/s,
    ],
    [
      'the token lacks contents',
      () => {
        scene().allow(TOKENS.job, 'github-actions[bot]', ['contents: read', 'pull-requests: write'])
      },
      /make the commit \(403\): 'token' lacks 'contents: write'/,
    ],
    [
      'the token lacks pull requests',
      () => {
        scene().allow(TOKENS.job, 'github-actions[bot]', ['contents: write', 'pull-requests: read'])
      },
      /create a pull request .* \(403\): 'token' lacks 'pull-requests: write' .*is deleted again\./,
    ],
    [
      'a rule forbids the branch',
      () => {
        scene().state.addRule({ type: 'creation', branch: BRANCH })
      },
      /create branch .* a rule of the repository forbids it.*Nothing was changed\. Look under Settings → Rules/,
    ],
    [
      'there is a branch in its way',
      () => {
        state().setBranch(`${BRANCH}/nixpkgs`, scene().base)
      },
      /There is a branch 'update-flake-lock\/nixpkgs', and git has no room for 'update-flake-lock' beside it/,
    ],
  ])('is refused where %s', async (_, arrange, words) => {
    arrange()
    expect(await said()).toMatch(words)
    expect(
      scene()
        .branches()
        .filter((name) => name === BRANCH),
    ).toEqual([])
  })

  test('is refused where a branch above it is in its way', async () => {
    state().setBranch('a/b', scene().base)
    expect(await said({ branch: 'a/b/c' })).toContain(
      "There is a branch 'a/b', and git has no room for 'a/b/c'",
    )
  })

  test('is refused in other words where nobody can say what is in its way', async () => {
    scene().fault = ({ route, parameters }) =>
      (route.startsWith('POST') && route.endsWith('/git/refs')) || parameters['ref'] === 'heads/a'
        ? { status: 422 }
        : undefined
    expect(await said({ branch: 'a/b' })).toMatch(/Nothing was changed\.$/)
  })

  test('that is refused leaves a branch that was there before, and says so', async () => {
    state().setBranch(BRANCH, scene().base)
    state().settings.mayActionsOpenPulls = false
    expect(await said()).toMatch(
      /Branch 'update-flake-lock' \(http.*\/tree\/update-flake-lock\) has the commit, and no/,
    )
    expect(state().textAt(BRANCH, 'flake.lock')).toBe('new lock\n')
  })

  test('that is refused leaves a branch that somebody pushed to, and says so', async () => {
    scene().fault = ({ route }) => {
      if (!route.startsWith('POST') || !route.endsWith('/pulls')) return undefined
      state().push(BRANCH, { files: { a: 'b' } })
      return { status: 403 }
    }
    expect(await said()).toMatch(/which was made for it, is still there\. Branch .* somebody pushed to it\./)
  })

  test.each([
    [
      'it is said to be there and is not listed',
      { status: 422, message: 'A pull request already exists for x.' },
    ],
    ['nobody answers', 'cut'],
  ] as const)('may be there where %s: its branch stays', async (_, fault) => {
    let isAsked = false
    scene().fault = ({ route }) => {
      isAsked ||= route.startsWith('POST') && route.endsWith('/pulls')
      if (isAsked && route.endsWith('/pulls')) return route.startsWith('POST') ? fault : { status: 403 }
      return undefined
    }
    expect(await said()).toContain('has the commit, and there may be a pull request all the same')
    expect(scene().branches()).toEqual(['main', BRANCH])
    expect(state().pulls.filter((pull) => pull.state === 'closed')).toEqual([])
  })

  test('is not there where GitHub says that it is, and never lists it', async () => {
    scene().fault = ({ route }) =>
      route.startsWith('POST') && route.endsWith('/pulls')
        ? { status: 422, message: 'A pull request already exists for x.' }
        : undefined
    expect(await said()).toContain('there may be a pull request all the same')
  })
})

test('a new pull request that GitHub tells nothing of is looked for', async () => {
  scene().fault = ({ route }) => {
    if (!route.startsWith('POST') || !route.endsWith('/pulls')) return undefined
    state().openPull({ head: BRANCH, headSha: state().branch(BRANCH) ?? '', author: 'bot', title: 'x' })
    return { status: 201, body: [] }
  }
  expect(await scene().publish()).toMatchObject({ status: 'created', number: 1 })
})

test('a branch without a pull request stays where a rule forbids to move it', async () => {
  state().setBranch(BRANCH, scene().base)
  state().addRule({ type: 'update', branch: BRANCH })
  expect(await said()).toMatch(/move branch .*Nothing was changed\./)
  expect(state().branch(BRANCH)).toBe(scene().base)
})

describe('a pull request that is there', () => {
  test('stays as it was where a rule forbids to move its branch', async () => {
    await scene().publish()
    const head = state().branch(BRANCH)
    state().addRule({ type: 'non_fast_forward', branch: BRANCH })
    expect(await said()).toMatch(/move branch .* a rule of .*Pull request #1 \(http.*\) stays as it was\./)
    expect(state().branch(BRANCH)).toBe(head)
  })

  test('that somebody closes while it is updated is said to be closed', async () => {
    await scene().publish()
    scene().fault = ({ route }) => {
      if (route.startsWith('PATCH') && route.includes('/pulls/'))
        Object.assign(state().pulls[0] ?? {}, { state: 'closed' })
      return undefined
    }
    const files = [{ path: 'flake.lock', content: 'newer\n' }]
    expect(await scene().publish({ files })).toMatchObject({
      status: 'updated',
      problems: [{ message: expect.stringContaining('#1 was closed while this run was updating it.') }],
    })
  })
})

describe('a run that is canceled is over', () => {
  test.each<[string, string, string, number]>([
    ['while it makes the commit', 'POST', '/git/trees', 0],
    ['while it makes the branch', 'POST', '/git/refs', 0],
    ['while it looks for what is in the way', 'GET', '/git/matching-refs/{ref}', 422],
    ['while it makes the pull request', 'POST', '/pulls', 0],
    ['while it looks for the pull request', 'GET', '/pulls', 500],
    ['while it labels it', 'POST', '/labels', 0],
  ])('%s', async (...[, method, path, status]) => {
    const desired = await scene().desired({ options: { labels: ['flake'] } })
    scene().fault = ({ route }) => {
      if (route.startsWith(method) && route.endsWith(path)) scene().cancel.abort(new Error('canceled'))
      const isRefused = path === '/pulls' ? route.endsWith(path) : route.endsWith('/git/refs')
      return status > 0 && route.startsWith('POST') && isRefused ? { status } : undefined
    }
    await expect(publish(desired, scene().world)).rejects.toThrow('canceled')
  })
})
