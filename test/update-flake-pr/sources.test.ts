import { expect, test } from '@jest/globals'
import { ActionError } from '../../actions/shared/errors.ts'
import type { Files } from '../../actions/shared/ports.ts'
import { readSources } from '../../actions/update-flake-pr/sources.ts'
import { github, lockText } from './locks.ts'

const FLAKE = '{ outputs = _: { }; }'
const LOCK = lockText({ a: 'a' }, { a: github('acme/a', '1') })

/** A checkout of these files; an error is what reading one gives. */
function checkout(texts: Readonly<Record<string, string | Error>>) {
  const files: Files = {
    async read(path) {
      const text = texts[path]
      if (text instanceof Error) throw text
      return text
    },
    scratch: () => Promise.reject(new Error('not asked for')),
  }
  return { files, workspace: '/checkout' }
}

test('a flake is read with its lock, at the root and below it', async () => {
  const where = checkout({
    ...{ 'flake.nix': FLAKE, 'flake.lock': LOCK },
    ...{ 'nix/dev/flake.nix': `${FLAKE}\n`, 'nix/dev/flake.lock': LOCK },
  })
  const [root, below] = await readSources(['.', 'nix/dev'], where)
  expect(root).toMatchObject({
    flake: '.',
    directory: '/checkout',
    flakePath: 'flake.nix',
    flakeText: FLAKE,
  })
  expect(below).toMatchObject({
    directory: '/checkout/nix/dev',
    lockPath: 'nix/dev/flake.lock',
    lockText: LOCK,
  })
  expect([...(below?.lock.inputs.keys() ?? [])]).toEqual(['a'])
})

test.each([
  ['there is no flake', {}, 'The checkout has no nix/flake.nix.', /actions\/checkout/],
  [
    'there is no lock',
    { 'nix/flake.nix': FLAKE },
    'The checkout has a nix/flake.nix and no nix/flake.lock: there is nothing to update.',
    /'nix flake lock'/,
  ],
  [
    'the lock is broken',
    { 'nix/flake.nix': FLAKE, 'nix/flake.lock': '[]' },
    'nix/flake.lock is no lock of a flake: it holds no object.',
    /./,
  ],
  [
    'the lock is from the future',
    { 'nix/flake.nix': FLAKE, 'nix/flake.lock': LOCK.replace('"version":7', '"version":8') },
    'nix/flake.lock is of version 8, and nix-vps reads 5 to 7.',
    /newer/,
  ],
])('is an error if %s', async (...[, texts, message, hint]) => {
  const reading = readSources(['nix'], checkout(texts))
  await expect(reading).rejects.toMatchObject({
    ...{ name: 'ActionError', message },
    hint: expect.stringMatching(hint) as unknown,
  })
})

test('all problems are told at once', async () => {
  const link = new ActionError('b/flake.nix is a symbolic link.')
  const where = checkout({ 'b/flake.nix': link, 'c/flake.nix': FLAKE, 'c/flake.lock': LOCK })
  await expect(readSources(['a', 'b', 'c'], where)).rejects.toMatchObject({
    name: 'ActionError',
    message: expect.stringMatching(
      /^2 flakes cannot be updated:\n- The checkout has no a\/flake\.nix\. 'flakes' are .*\n- b\/flake\.nix is a symbolic link\.$/,
    ) as unknown,
  })
})

test('what was not expected is no problem of a flake', async () => {
  const bug = new TypeError('x is not a function')
  await expect(readSources(['a'], checkout({ 'a/flake.nix': bug }))).rejects.toBe(bug)
})
