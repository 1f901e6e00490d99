// The whole way with both bundles: garnix-wait records what CI has built, deploy-nixos deploys what is recorded.
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { fakeGitHub } from '../support/github/server.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import { runAction } from '../support/run-action.ts'
import type { ActionRun } from '../support/run-action.ts'
import { deploy, endOf, hostState } from './deploying.ts'
import { fetchRef, push } from './pushing.ts'
import { CONFIGURATION } from './ci.ts'
import { suiteScene } from './recording.ts'
import type { Recorded } from './ci.ts'
import type { SystemSpec } from './box.ts'

jest.setTimeout(120_000)

const REF = 'refs/notes/nixos-closures'
const SERVER = 'github.example.org'

/** The host reads its repository by SSH, from a server of that name, which it is itself. */
const repository = {
  url: `root@${SERVER}:acme/infra.git`,
  sshKeyFile: '/srv/repository-key',
  knownHostsFile: '/srv/known-hosts',
}
const scene = suiteScene({ config: { repository } })
let github: FakeGitHub

beforeAll(async () => {
  const { box } = scene()
  await box.write(repository.sshKeyFile, box.adminKey)
  await box.write(repository.knownHostsFile, box.hostKeys.join('\n').replaceAll(box.address, SERVER))
  await box.must(`chmod 600 ${repository.sshKeyFile} && mkdir -p /root/acme && ln -s /srv/repo.git /root/acme/infra.git
    echo 127.0.0.1 ${SERVER} >>/etc/hosts`)
  github = await fakeGitHub()
}, 60_000)

afterAll(async () => {
  await github[Symbol.asyncDispose]()
})

/** A commit that is on GitHub, and its system in the cache. */
async function pushed(spec: SystemSpec): Promise<Recorded> {
  const { box, ci } = scene()
  const rev = await box.commit(ci.host({ config: { repository }, ...spec }))
  await push(box, github.state)
  return { rev, path: await ci.build(rev) }
}

/** The step that waits and records, in the workflow of a user. */
async function waitAndRecord({ rev, path }: Recorded, owner: 'ci' | 'thief'): Promise<ActionRun> {
  const { box, ci } = scene()
  const inputs = {
    ...{ sha: rev, token: 'secret', provider: 'none', caches: ci.cacheLine },
    ...{ configurations: CONFIGURATION, 'store-paths': `${CONFIGURATION}=${path}` },
    ...{ record: 'true', 'record-key': await box.read(`/srv/ci/${owner}`) },
  }
  const where = { GITHUB_SERVER_URL: `https://${SERVER}`, GITHUB_API_URL: github.url }
  const run = await runAction('garnix-wait', inputs, {
    env: { ...where, GITHUB_REPOSITORY: 'acme/infra', GITHUB_SHA: rev, NO_PROXY: '*' },
  })
  await fetchRef(box, github.state, REF)
  return run
}

test('what garnix-wait has recorded is what deploy-nixos deploys, and nothing else is', async () => {
  const { box } = scene()
  for (const number of [1, 2]) {
    const built = await pushed({ packages: [`recorded-${number}`] })
    const waited = await waitAndRecord(built, 'ci')
    expect(waited).toMatchObject({ code: 0, outputs: { status: 'ready', sha: built.rev } })
    const step = await deploy(box, { rev: waited.outputs['sha'] ?? '' })
    expect(step.outputs).toMatchObject({ status: 'deployed', system: built.path })
    expect(await endOf(box, step)).toMatchObject({ exitCode: 0, leftovers: '' })
  }
})

test('what is recorded with a key that the host does not know is refused', async () => {
  const { box } = scene()
  const built = await pushed({ packages: ['unknown-1'] })
  expect(await waitAndRecord(built, 'thief')).toMatchObject({ code: 0 })
  const before = await hostState(box)
  const step = await deploy(box, { rev: built.rev })
  expect(await endOf(box, step)).toEqual({
    ...{ code: 1, status: 'refused', exitCode: 65, host: before, leftovers: '' },
  })
  expect(step.log).toMatch(/::error::.*(recordedSigners|signed by)/)
})

test('the note reads as git itself shows it', async () => {
  const built = await pushed({ packages: ['shown-1'] })
  await waitAndRecord(built, 'ci')
  const shown = await scene().box.must(`git -C /srv/repo.git notes --ref=nixos-closures show ${built.rev}`)
  expect(shown).toMatch(new RegExp(`^${CONFIGURATION} ${built.path} [A-Za-z0-9+/]+=*$`))
})
