/** What cannot be installed. That a release can: test/nix/withnix/nixinstall.test.ts. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { installNix } from '../../../actions/shared/adapters/nixinstall.ts'
import { startAnswering, type Answering } from './answering.ts'

const folder = mkdtempSync(join(tmpdir(), 'nix-vps-refused-'))
const environment = { ...process.env }
const never = new AbortController().signal
let served: Answering

beforeAll(async () => {
  served = await startAnswering()
  for (const name of ['bin', 'cache', 'temp', 'nix-1']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'nix-1/install'), 'no store')
  execFileSync('tar', ['-C', folder, '-cJf', join(folder, 'empty.tar.xz'), 'nix-1'])
})

beforeAll(use)
afterEach(use)
afterAll(async () => {
  process.env = environment
  await served[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

function use(): void {
  process.env = {
    ...environment,
    RUNNER_TOOL_CACHE: join(folder, 'cache'),
    RUNNER_TEMP: join(folder, 'temp'),
  }
}

function installing(content: Buffer | string) {
  served.answer = (_, response) => response.end(content)
  const sha256 = createHash('sha256').update(content).digest('hex')
  return installNix({ url: `${served.base}/nix.tar.xz`, sha256 }, never)
}

test('what is no archive', async () => {
  await expect(installing('no archive')).rejects.toMatchObject({
    message: expect.stringMatching(/^Nix could not be installed: its tarball could not be unpacked: .*xz/),
    hint: 'Install Nix in a step before this one.',
  })
  expect([readdirSync(join(folder, 'temp')), readdirSync(join(folder, 'cache'))]).toEqual([[], []])
})

test('an archive of something else', async () => {
  await expect(installing(readFileSync(join(folder, 'empty.tar.xz')))).rejects.toThrow(
    `${served.base}/nix.tar.xz is no release of Nix for Linux`,
  )
})

test('a machine without xz', async () => {
  symlinkSync(execFileSync('sh', ['-c', 'command -v tar']).toString().trim(), join(folder, 'bin/tar'))
  process.env['PATH'] = join(folder, 'bin')
  await expect(installing('any')).rejects.toMatchObject({
    message: "Nix could not be installed: there is no 'xz' to unpack it with.",
    hint: 'Install xz (xz-utils) in a step before this one, or Nix itself.',
  })
})

test('a machine without a tool cache', async () => {
  delete process.env['RUNNER_TOOL_CACHE']
  await expect(installing('any')).rejects.toThrow(
    'RUNNER_TOOL_CACHE is not set: there is no place to install Nix at.',
  )
})

test('a tool cache that may not be written to', async () => {
  process.env['RUNNER_TOOL_CACHE'] = join(folder, 'empty.tar.xz')
  await expect(installing(readFileSync(join(folder, 'empty.tar.xz')))).rejects.toThrow(
    /^Nix could not be installed: .*ENOTDIR/,
  )
})
