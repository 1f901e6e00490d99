import { describe, expect, test } from '@jest/globals'
import { blobOf } from '../../actions/update-flake-pr/blob.ts'
import { checkCheckout, type Source } from '../../actions/update-flake-pr/checkout.ts'
import { FILES, scenes } from './publishscene.ts'

const scene = scenes()

const ROOT: Source = {
  ...{ flake: '.', flakePath: 'flake.nix', lockPath: 'flake.lock' },
  ...{ flakeText: FILES['flake.nix'], lockText: FILES['flake.lock'] },
}
const BELOW: Source = {
  ...{ flake: 'nix/a b', flakePath: 'nix/a b/flake.nix', lockPath: 'nix/a b/flake.lock' },
  ...{ flakeText: 'another\n', lockText: 'lock\n' },
}

async function check(...sources: readonly Source[]) {
  return checkCheckout(sources, await scene().repository(), scene().ask)
}

function push(files: Parameters<ReturnType<typeof scene>['state']['push']>[1] & object): void {
  scene().state.push('main', files)
}

describe('a checkout of the base', () => {
  test('is what is asked for, with one request for each flake', async () => {
    push({ files: { [BELOW.flakePath]: BELOW.flakeText, [BELOW.lockPath]: BELOW.lockText } })
    const blob = (path: string, text: string) => ({ path, sha: blobOf(text) })
    expect(await check(ROOT, BELOW)).toEqual([
      blob('flake.nix', ROOT.flakeText),
      blob('flake.lock', ROOT.lockText),
      blob(BELOW.flakePath, BELOW.flakeText),
      blob(BELOW.lockPath, BELOW.lockText),
    ])
    expect(
      scene()
        .routes()
        .filter((route) => route.includes('contents')),
    ).toHaveLength(2)
  })

  test('that is older, or changed, is an error', async () => {
    push({ files: { 'flake.lock': 'newer\n' } })
    const sha = scene().state.branch('main')?.slice(0, 8)
    await expect(check(ROOT)).rejects.toMatchObject({
      message: `flake.lock is another file in the checkout than on branch 'main' (${sha}).`,
      hint: expect.stringContaining("'ref: main'"),
    })
  })

  test('with other line ends is an error that says so', async () => {
    await expect(check({ ...ROOT, flakeText: 'a flake\r\n' })).rejects.toMatchObject({
      message: expect.stringContaining('flake.nix has other line ends in the checkout'),
      hint: expect.stringContaining('core.autocrlf'),
    })
  })

  test.each([
    ['flake.nix', { 'flake.nix': null }, ROOT],
    ['nix/a b/flake.nix', {}, BELOW],
  ])('with %s that is not committed is an error', async (path, files, source) => {
    push({ files })
    await expect(check(source)).rejects.toThrow(`${path} is in the checkout, and not on branch 'main'`)
  })

  test('with a symlink for a file is an error', async () => {
    const oid = scene().state.git.addBlob('other.nix')
    push({ files: { 'flake.nix': { mode: '120000', oid } } })
    await expect(check(ROOT)).rejects.toThrow(/^flake.nix is a symlink on branch 'main'/)
  })

  test('with a file for a directory is an error', async () => {
    await expect(check({ ...BELOW, flake: 'README.md' })).rejects.toThrow(
      "'README.md' is a file on branch 'main', not a directory.",
    )
  })

  test('is asked for file by file where the directory is longer than what is listed of it', async () => {
    const entries = Array.from({ length: 1_000 }, (_, at) => ({ path: `a${at}`, type: 'file', sha: '' }))
    const ask = async (_: string, parameters: object = {}) => {
      const path = 'path' in parameters ? String(parameters.path) : ''
      const file = { path, type: 'file', sha: blobOf(path === 'flake.nix' ? ROOT.flakeText : ROOT.lockText) }
      return { status: 200, headers: {}, data: path === '' ? entries : file }
    }
    const blobs = await checkCheckout([ROOT], await scene().repository(), ask)
    expect(blobs.map(({ path }) => path)).toEqual(['flake.nix', 'flake.lock'])
  })

  test('that GitHub does not compare is an error', async () => {
    scene().fault = ({ route }) => (route.includes('contents') ? { status: 403 } : undefined)
    await expect(check(ROOT)).rejects.toThrow("GitHub refused to show '.' of branch 'main' (403)")
    await expect(check(BELOW)).rejects.toThrow("GitHub refused to show 'nix/a b' of branch 'main' (403)")
  })
})
