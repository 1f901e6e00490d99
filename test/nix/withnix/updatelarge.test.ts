/** The bundle of update-flake-pr, with as much as there may be, and with a Nix that it has to fetch itself. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, jest, test } from '@jest/globals'
import { flakeStage } from '../../support/flakestage.ts'
import { release } from '../release.ts'

jest.setTimeout(240_000)

const NAMES = Array.from({ length: 10 }, (_, index) => `input${index}`)

test('ten inputs with hundreds of commits each take at most forty requests, and GitHub takes the body', async () => {
  await using stage = await flakeStage()
  const inputs = NAMES.map((name) => `inputs.${name}.url = "github:acme/${name}"; `)
  for (const name of NAMES) stage.upstream(`acme/${name}`, 'The beginning')
  await stage.push({ 'flake.nix': `{ ${inputs.join('')}outputs = _: { }; }\n` })
  const message = (index: number) => `package${index}: 1.0 -> 1.1 (#${index}), and why that was a good idea`
  for (const name of NAMES)
    for (let index = 0; index < 320; index++)
      stage.github.state.repository(`acme/${name}`).push('main', { message: message(index) })
  const run = await stage.run()
  expect(run).toMatchObject({ code: 0, stderr: '', outputs: { status: 'created' } })
  expect(stage.github.exchanges.length).toBeLessThanOrEqual(40)
  const changes = JSON.parse(run.outputs['changes'] ?? '') as { path: string; commits: number }[]
  expect(changes.map(({ commits }) => commits)).toEqual(NAMES.map(() => 320))
  const body = stage.github.state.pulls[0]?.body ?? ''
  expect(body.length).toBeLessThanOrEqual(65_536)
  for (const name of NAMES) expect(body).toContain(`<code>${name}</code>: 320 commits`)
})

test('without nix, a release of it is fetched, its store is its own, and it is gone afterwards', async () => {
  await using stage = await flakeStage()
  await using served = await release()
  const server = createServer((_, response) => response.end(readFileSync(served.file)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/nix-${served.version}-x86_64-linux.tar.xz`
  stage.upstream('acme/one', 'The beginning')
  await stage.push({ 'flake.nix': '{ inputs.one.url = "github:acme/one"; outputs = _: { }; }\n' })
  stage.upstream('acme/one', 'More')
  const temporary = join(stage.folder, 'temp')
  mkdirSync(temporary)
  const PATH = (process.env['PATH'] ?? '')
    .split(':')
    .filter((place) => !place.includes('nix'))
    .join(':')
  const env = {
    PATH,
    RUNNER_TOOL_CACHE: join(stage.folder, 'tools'),
    RUNNER_TEMP: temporary,
    TMPDIR: temporary,
  }
  const run = await stage.run({ 'nix-url': url, 'nix-sha256': served.sha256 }, { env })
  server.close()
  expect(run).toMatchObject({ code: 0, stderr: '', outputs: { status: 'created' } })
  expect(run.log).toMatch(/^There is no Nix on PATH: a release of Nix is used/m)
  expect(readdirSync(temporary)).toEqual([])
})
