import { describe, expect, test } from '@jest/globals'
import { scene, type Answer, type Asked } from './enginefakes.ts'
import { github, lockText, rev } from './locks.ts'

/** Of root inputs at revs of equal digits. */
function locked(digits: Readonly<Record<string, string>>, refs: Readonly<Record<string, string>> = {}) {
  const names = Object.keys(digits)
  const nodes = names.map((name) => {
    const ref = refs[name] === undefined ? '' : `/${refs[name]}`
    return [name, github(`acme/${name}${ref}`, digits[name] ?? '')] as const
  })
  return lockText(Object.fromEntries(names.map((name) => [name, name])), Object.fromEntries(nodes))
}

const before = locked({ a: '1', b: '2', c: '3' })
const news = (text: string, from: string, to: string): string =>
  text.replace(RegExp(`${from}{40,}`, 'g'), (digits) => to.repeat(digits.length))
const failing = (stderr: string): Answer => ({ code: 1, stderr })

describe('an update', () => {
  test('that succeeds is one run, in the directory of the flake', async () => {
    const after = locked({ a: '4', b: '5', c: '3' })
    const { computed, started } = await scene({ before, update: ['a', 'b'], answer: () => after })
    expect(computed).toMatchObject({ afterText: after, failed: [], heldBack: [] })
    expect(computed.after.inputs.get('b')?.locked?.rev).toBe(rev('5'))
    expect(started.map(({ argv }) => argv.slice(0, 3).join(' '))).toEqual(['nix flake update'])
    expect(started[0]?.options).toMatchObject({ cwd: '/checkout', timeoutMs: 600_000 })
  })

  test.each([
    ['fails', failing('error: unable to read b'), 'unable to read b'],
    ['takes too long', { code: null }, 'nix was killed, or did not end within 10 min'],
    ['writes nothing', '', 'nix wrote no lock'],
    ['brings a later lock', '{"version":8}', 'its lock is of version 8, and nix-vps reads 5 to 7'],
    ['has no program any more', undefined, 'there is no program nix any more'],
    [
      'makes do with its cache',
      {
        stderr:
          "warning: error: unable to download 'https://x.example/y': HTTP error 502; using cached version",
      },
      'x.example answered /y with the status 502',
    ],
    [
      'makes do with its cache, in more words',
      {
        stderr: `warning: another one
warning: error: unable to download 'https://x.example/y': HTTP error 502

         response body:

         {"message":"Not now"}; using cached version
`,
      },
      'x.example answered /y with the status 502',
    ],
  ])('of an input that %s goes on with the others', async (_, answer, words) => {
    const step = ({ inputs, begin }: Asked): Answer => {
      if (inputs.includes('b')) return answer
      return inputs.includes('a') ? news(begin, '1', '4') : news(begin, '3', '6')
    }
    const { computed, asked } = await scene({
      before,
      update: ['a', 'b', 'c'],
      answer: (one) => (one.inputs.length === 0 ? before : step(one)),
    })
    expect(computed.failed).toEqual([{ input: 'b', words }])
    expect(computed.afterText).toBe(locked({ a: '4', b: '2', c: '6' }))
    expect(asked.map(({ inputs }) => inputs.join(' '))).toEqual(['a b c', '', 'a', 'b', 'c'])
  })

  test('whose flake cannot be locked at all is one error', async () => {
    const answer = (): Answer => failing('error: undefined variable x')
    await expect(scene({ before, update: ['a', 'b'], answer })).rejects.toMatchObject({
      name: 'ActionError',
      message: 'flake.nix cannot be locked, whatever is updated: undefined variable x.',
    })
  })

  test('of names that nix does not take is none', async () => {
    const { computed, started } = await scene({ before, update: ['a.b'], answer: () => before })
    expect(computed.failed).toMatchObject([{ input: 'a.b', words: expect.stringContaining("'exclude'") }])
    expect([computed.afterText, started]).toEqual([before, []])
  })

  test('tells the log what nix said when it failed, without the tokens', async () => {
    const answer = ({ inputs }: Asked): Answer =>
      inputs.length === 0 ? before : failing('error: no ghs_own here')
    const { computed, log } = await scene({ before, update: ['a'], answer })
    expect(log.of('host')).toEqual(['error: no *** here\n', 'error: no *** here\n'])
    expect(computed.failed).toEqual([{ input: 'a', words: 'no *** here' }])
  })
})

describe('nix', () => {
  const after = locked({ a: '4', b: '2', c: '3' })
  const accessTokens = [{ scope: 'gitlab.com', token: 'OAuth2:1' }]
  const run = { before, update: ['a'], answer: () => after, accessTokens }

  test('gets what it is told by its environment, after what the machine has', async () => {
    const env = { NIX_CONFIG: 'store = /private', NIX_STATE_DIR: '/state' }
    const { started } = await scene({
      ...run,
      env,
      settings: { show: 'access-tokens = x.example=1', older: '' },
    })
    const given = started.at(-1)?.options.env ?? {}
    expect(given).toMatchObject({ NIX_STATE_DIR: '/state', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' })
    expect(given['NIX_CONFIG']).toMatch(
      /cores = 1\nstore = \/private\n[^]*\naccess-tokens = gitlab.com=OAuth2:1 x.example=1 github.com=ghs_own$/,
    )
  })

  test('is not asked for what the machine has where no line names a host', async () => {
    const { started } = await scene({ ...run, accessTokens: [] })
    expect(started.at(-1)?.options.env?.['NIX_CONFIG']).toMatch(/^extra-access-tokens = github.com=ghs_own$/m)
    expect(started.length).toBe(1)
  })

  test('before 2.20 tells its settings by another command', async () => {
    const settings = { show: { code: 1 }, older: 'access-tokens = x.example=1' }
    const { started } = await scene({ ...run, settings })
    expect(started.at(-1)?.options.env?.['NIX_CONFIG']).toContain('x.example=1')
  })

  test.each([
    [{ code: 1, stderr: 'error: bad line' }, 'bad line'],
    [undefined, 'nix said nothing about it'],
  ])('that does not start is an error', async (show, words) => {
    const message = `nix does not start, or cannot tell how it is configured: ${words}.`
    const settings = { show, older: show }
    await expect(scene({ ...run, settings })).rejects.toMatchObject({ message })
  })
})

describe('an input that moved without being asked', () => {
  const moved = locked({ a: '4', b: '5', c: '3' })
  const retargeted = locked({ a: '4', b: '5', c: '3' }, { b: 'next' })

  /** Nix moves `b` whatever it is asked for, unless it is told where to. */
  const holding = (after: string, held: Answer) => async () =>
    scene({
      ...{ before, update: ['a'] },
      answer: ({ inputs }) => (inputs.some((one) => one.startsWith('b=')) ? held : after),
    })

  test('is held by its revision, and keeps what it was asked for', async () => {
    const held = locked({ a: '4', b: '2', c: '3' }, { b: 'next' })
    const { computed, asked } = await holding(retargeted, held)()
    expect(asked.map(({ inputs }) => inputs)).toEqual([['a'], ['a', `b=github:acme/b/${rev('2')}`]])
    expect(computed.after.inputs.get('b')?.original?.ref).toBeUndefined()
    expect(JSON.parse(computed.afterText)).toEqual(JSON.parse(locked({ a: '4', b: '2', c: '3' })))
    expect(computed.heldBack[0]?.words).toMatch(
      /^held at 22222222: flake.nix asks for github:acme\/b\/next and flake.lock still has github:acme\/b;/,
    )
  })

  test('is held where nothing tells why it moved', async () => {
    const { computed } = await holding(moved, locked({ a: '4', b: '2', c: '3' }))()
    expect(computed.heldBack).toEqual([
      { input: 'b', words: 'held at 22222222: nobody asked for a newer one' },
    ])
  })

  test.each([
    ['nix fails', failing('error: no such commit'), 'no such commit'],
    ['nix moves it', moved, 'nix moves it all the same'],
    ['it is gone', locked({ a: '4' }), 'nix moves it all the same'],
  ])('is told of where it cannot be held, because %s', async (_, held, problem) => {
    const { computed } = await holding(moved, held)()
    const words = `moved to 55555555 without being asked for, and could not be held (${problem}): nobody asked for a newer one`
    expect(computed.heldBack).toEqual([{ input: 'b', words }])
    expect(computed.afterText).toBe(moved)
  })

  test('is told of where nothing stands for what it was locked to', async () => {
    const relative = (path: string) => ({ locked: { type: 'path', path } })
    const of = (digit: string, path: string) =>
      lockText({ a: 'a', 'x.y': 'x' }, { a: github('acme/a', digit), x: relative(path) })
    const answer = () => of('2', './y')
    const { computed, asked } = await scene({ before: of('1', './x'), update: ['a'], answer })
    const words =
      'moved to path:./y without being asked for, and could not be held (no flake reference stands for path:./x): nobody asked for a newer one'
    expect(computed.heldBack).toEqual([{ input: 'x.y', words }])
    expect(asked.length).toBe(1)
  })

  test('is left alone if it is new, or follows another now', async () => {
    const nodes = { a: github('acme/a', '4'), d: github('acme/d', '7') }
    const after = lockText({ a: 'a', b: ['a'], d: 'd' }, nodes)
    const { computed } = await scene({ before, update: ['a'], answer: () => after })
    expect([computed.afterText, computed.heldBack]).toEqual([after, []])
  })

  test('is not one that was asked for: a pin counts as well', async () => {
    const pins = { b: `github:acme/b/${rev('5')}` }
    const { computed } = await scene({ before, update: ['a'], pins, answer: () => moved })
    expect([computed.afterText, computed.heldBack]).toEqual([moved, []])
  })
})
