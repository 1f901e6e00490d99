import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ActionRun } from '../support/run-action.ts'
import { bootBox } from './box.ts'
import type { Box } from './box.ts'
import { deploy, tearDown } from './deploying.ts'
import { must } from './process.ts'

jest.setTimeout(120_000)

let box: Box
let rev: string
let strange: string

beforeAll(async () => {
  box = await bootBox()
  rev = await box.must('git -C /srv/repo.git rev-parse main')
  const key = await withFolder(async (folder) => {
    await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')])
    return readFileSync(join(folder, 'key.pub'), 'utf8')
  })
  strange = key.split(' ').slice(0, 2).join(' ')
}, 300_000)

afterAll(() => tearDown(box))

/** The running system again: it is known that the action got through. */
const again = (inputs: Record<string, string>): Promise<ActionRun> => deploy(box, { rev, ...inputs })

const gotThrough = { code: 0, outputs: { status: 'unchanged' } }
const wasNotReached = { code: 1, outputs: { status: 'unreachable' } }

test('another host key than the pinned one is refused at once, before anything is asked', async () => {
  const before = await deploysSoFar()
  const run = await again({ 'known-hosts': `${box.address} ${strange}` })
  expect(run).toMatchObject(wasNotReached)
  expect(run.log).toMatch(/^::error::.*host key/im)
  expect(run.log).toContain(box.fingerprint)
  expect(run.durationMs).toBeLessThan(10_000)
  expect(await deploysSoFar()).toBe(before)
})

test.each(['ecdsa', 'rsa'])('a host pinned by its %s key alone is asked for that one', async (type) => {
  const line = box.hostKeys.find((line) => line.split(' ')[1]?.includes(type)) ?? ''
  expect(await again({ 'known-hosts': line })).toMatchObject(gotThrough)
})

test('a pinned key of one type does not let another type pass', async () => {
  const rsa = box.hostKeys.find((line) => line.includes('ssh-rsa')) ?? ''
  const forged = `${rsa.slice(0, -12)}AAAAAAAAAAAA`
  expect(await again({ 'known-hosts': forged })).toMatchObject(wasNotReached)
})

test('a hashed known_hosts file is understood', async () => {
  const hashed = await withFolder(async (folder) => {
    const file = join(folder, 'known_hosts')
    writeFileSync(file, `${box.hostKey}\n`)
    await must(['ssh-keygen', '-H', '-f', file])
    return readFileSync(file, 'utf8')
  })
  expect(hashed).not.toContain(box.address)
  expect(await again({ 'known-hosts': hashed })).toMatchObject(gotThrough)
})

test('a revoked key is refused, even where another line allows it', async () => {
  const lines = `${box.hostKey}\n@revoked * ${box.hostKey.split(' ').slice(1).join(' ')}`
  const run = await again({ 'known-hosts': lines })
  expect(run).toMatchObject(wasNotReached)
  expect(run.log).toMatch(/revoked/i)
})

test('a fingerprint alone pins the host', async () => {
  expect(await again({ 'known-hosts': '', 'host-fingerprint': box.fingerprint })).toMatchObject(gotThrough)
  const other = `SHA256:${createHash('sha256').update('other').digest('base64').replace('=', '')}`
  expect(await again({ 'known-hosts': '', 'host-fingerprint': other })).toMatchObject(wasNotReached)
})

test('a key the host does not know is refused once and not tried again', async () => {
  const run = await again({ 'ssh-key': box.jumpKey })
  expect(run).toMatchObject(wasNotReached)
  expect(run.durationMs).toBeLessThan(10_000)
  // By the name of the program: of a process that has ended meanwhile journald does not know the unit.
  const journal = await box.must(
    'journalctl --sync; journalctl -t sshd | grep -c "authenticating user deploy"',
  )
  expect(journal).toBe('1')
})

const jump = () => ({ 'jump-host': box.address, 'jump-user': 'jump', 'jump-ssh-key': box.jumpKey })
const behind = () => ({ host: '127.0.0.1', 'known-hosts': box.hostKey.replace(box.address, '127.0.0.1') })

test('a host behind a jump host is deployed to, with both keys checked', async () => {
  expect(await again({ ...jump(), ...behind(), 'jump-known-hosts': box.hostKey })).toMatchObject(gotThrough)
})

test('a jump host with another key than the pinned one is not used', async () => {
  const run = await again({ ...jump(), ...behind(), 'jump-known-hosts': `${box.address} ${strange}` })
  expect(run).toMatchObject(wasNotReached)
})

test('a host behind a jump host with another key than the pinned one is refused', async () => {
  const pinned = { ...behind(), 'known-hosts': `127.0.0.1 ${strange}`, 'jump-known-hosts': box.hostKey }
  expect(await again({ ...jump(), ...pinned })).toMatchObject(wasNotReached)
})

const deploysSoFar = () => box.must('ls /var/lib/vps-deploy/deploys 2>/dev/null | wc -l')

async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-ssh-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
