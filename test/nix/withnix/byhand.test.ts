/** The commands that garnix-wait's summary has for a host, obeyed by a real Nix. */
import { mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { byHand } from '../../../actions/garnix-wait/byhand.ts'
import { parseStorePath, type StorePath } from '../../../actions/garnix-wait/storepath.ts'
import { run, type Finished } from '../../box/process.ts'
import { privateNix } from '../nix.ts'
import { nixProgram } from '../program.ts'

const program = await nixProgram()
const builder = await privateNix()
const host = await privateNix()
const cache = join(builder.folder, 'cache')
const programs = join(host.folder, 'bin')
const profile = join(host.folder, 'system')
const server = createServer((request, response) => {
  try {
    response.end(readFileSync(join(cache, request.url ?? '')))
  } catch {
    response.writeHead(404).end()
  }
})

beforeAll(async () => {
  mkdirSync(programs)
  const argv = program.argv('nix').join(' ')
  for (const name of ['nix-store', 'nix-env'])
    writeFileSync(join(programs, name), `#!/bin/sh\nexec ${argv.replace(/nix$/, name)} "$@"\n`, {
      mode: 0o755,
    })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterAll(async () => {
  server.close()
  for (const nix of [builder, host]) await nix[Symbol.asyncDispose]()
})

/** A folder of that name in the builder's store. */
async function built(name: string): Promise<StorePath> {
  const folder = join(builder.folder, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'nixos-version'), name)
  const added = await builder.nix(['store', 'add-path', '--name', name, folder])
  return parseStorePath(added.stdout.trim())
}

async function upload(path: StorePath): Promise<void> {
  expect(await builder.nix(['copy', '--to', `file://${cache}`, path])).toMatchObject({ code: 0 })
}

/** In a shell of the host, which has its store and its profile elsewhere. */
async function onHost(commands: string): Promise<Finished> {
  const { port } = server.address() as AddressInfo
  const env = {
    PATH: `${programs}:${process.env['PATH'] ?? ''}`,
    HOME: join(host.folder, 'home'),
    NIX_CONF_DIR: join(host.folder, 'conf'),
    NIX_CONFIG: `substituters = http://127.0.0.1:${port}\nrequire-sigs = false`,
  }
  return run(['sh', '-c', commands.replace('/nix/var/nix/profiles/system', profile)], { env })
}

test('a host fetches by hand what it has asked for in vain before', async () => {
  const system = await built('nixos-system-vps-26.05')
  await upload(await built('other'))
  const early = await onHost(byHand(system))
  expect(early.code).not.toBe(0)
  expect(early.stderr).toContain(system)
  await upload(system)
  // What the option is for: it says so for an hour.
  expect((await onHost(`nix-store --realise --max-jobs 0 ${system}`)).code).not.toBe(0)
  const { stdout, stderr } = await onHost(byHand(system))
  expect(stdout).toContain(system)
  expect(stderr).toContain(`${system}/bin/switch-to-configuration`)
  expect(readlinkSync(join(host.folder, readlinkSync(profile)))).toBe(system)
})
