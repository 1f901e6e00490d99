import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from '@jest/globals'
import { filesBelow } from '../../../actions/shared/adapters/files.ts'
import { runProgram } from '../../../actions/shared/adapters/process.ts'
import { ActionError } from '../../../actions/shared/errors.ts'
import { root } from '../../support/manifest.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nix-vps-files-')))
const checkout = join(folder, 'checkout')
mkdirSync(join(checkout, 'nix'), { recursive: true })
writeFileSync(join(folder, 'secret'), 'secret')
const files = filesBelow(checkout)
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function has(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(checkout, path)), { recursive: true })
  writeFileSync(join(checkout, path), content)
}

test('reads the text of a file as it is, byte order mark and line breaks included', async () => {
  has('nix/flake.lock', '\ufeff{"ü": "→"}\r\n')
  expect(await files.read('nix/flake.lock')).toBe('\ufeff{"ü": "→"}\r\n')
  expect(await files.read('./nix/../nix/flake.lock')).toBe('\ufeff{"ü": "→"}\r\n')
})

test.each(['none', 'none/flake.nix', 'file/flake.nix'])('has nothing at %s', async (path) => {
  has('file', 'text')
  expect(await files.read(path)).toBeUndefined()
})

test.each([
  ['../secret', 'a.lock', ''],
  ['nix/flake.lock', 'b.lock', ''],
  ['..', 'away', '/secret'],
  ['nowhere', 'dangling', ''],
])('follows no symbolic link to %s', async (target, link, rest) => {
  symlinkSync(target, join(checkout, link))
  await expect(files.read(`${link}${rest}`)).rejects.toMatchObject({
    message: `${link} is a symbolic link, and those are not followed.`,
  })
})

test('reads nothing outside of the checkout', async () => {
  const words = '../secret is not below the root of the repository.'
  await expect(files.read('../secret')).rejects.toMatchObject({ message: words })
})

test('the checkout itself may be behind a link', async () => {
  has('here', 'text')
  symlinkSync(checkout, join(folder, 'link'))
  expect(await filesBelow(join(folder, 'link')).read('here')).toBe('text')
})

test.each([
  ['a folder', 'nix', 'nix is no regular file.'],
  ['a pipe that nobody writes into', 'pipe', 'pipe is no regular file.'],
  ['what is not UTF-8', 'latin', 'latin is not UTF-8.'],
  ['what is too large', 'large', 'large has 16777217 bytes, and at most 16777216 are read.'],
  ['a name that is too long', 'n'.repeat(300), /cannot be read: ENAMETOOLONG/],
])('reads no %s', async (_, path, message) => {
  if (path === 'pipe') execFileSync('mkfifo', [join(checkout, path)])
  has('latin', Uint8Array.of(0xfc, 0x0a))
  has('large', new Uint8Array(16_777_217))
  await expect(files.read(path)).rejects.toMatchObject({
    name: 'ActionError',
    message: expect.stringMatching(message) as unknown,
  })
})

test('a scratch folder is this user’s alone, in the runner’s temporary folder, and gone at its end', async () => {
  process.env['RUNNER_TEMP'] = folder
  const scratch = await files.scratch().finally(() => delete process.env['RUNNER_TEMP'])
  expect([dirname(scratch.path), statSync(scratch.path).mode & 0o777]).toEqual([folder, 0o700])
  writeFileSync(join(scratch.path, 'new.lock'), '{}')
  expect([await scratch.read('new.lock'), await scratch.read('none')]).toEqual(['{}', undefined])
  await scratch[Symbol.asyncDispose]()
  expect(existsSync(scratch.path)).toBe(false)
})

test('that a scratch folder has no place to be is told as what it is', async () => {
  process.env['RUNNER_TEMP'] = join(folder, 'nowhere')
  const made = files.scratch().finally(() => delete process.env['RUNNER_TEMP'])
  const message: unknown = expect.stringMatching(/^No folder can be made in .*nowhere: ENOENT/)
  await expect(made).rejects.toMatchObject({ constructor: ActionError, message })
})

test('a scratch folder with read-only folders in it is removed, and what is behind links is not', async () => {
  chmodSync(folder, 0o755)
  const adapter = pathToFileURL(join(root, 'actions/shared/adapters/files.ts')).href
  // Nothing is read-only to root.
  const script = `
    import { chmodSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
    import { filesBelow } from ${JSON.stringify(adapter)}
    process.seteuid(process.geteuid() || 65534)
    const scratch = await filesBelow('/').scratch()
    mkdirSync(scratch.path + '/a/b/c', { recursive: true })
    symlinkSync(${JSON.stringify(folder)}, scratch.path + '/a/link')
    for (const place of ['/a/b', '/a']) chmodSync(scratch.path + place, 0o500)
    await scratch[Symbol.asyncDispose]()
    console.log(existsSync(scratch.path))`
  const argv = [process.execPath, '--input-type=module', '-e', script]
  const finished = await runProgram(argv, { timeoutMs: 30_000, env: { RUNNER_TEMP: '' } })
  expect(finished).toMatchObject({ code: 0, stdout: 'false\n' })
  expect(existsSync(join(folder, 'secret'))).toBe(true)
})
