/** Where the tokens of a run go, by every header of every request that the real Nix makes. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from '@jest/globals'
import { runProgram } from '../../../actions/shared/adapters/process.ts'
import type { RunProgram } from '../../../actions/shared/ports.ts'
import { fakeHosts, type HostAnswer, type HostRequest } from '../../support/fakehosts.ts'
import { flakeWith, nix, OUTPUTS, Repository, updated } from '../enginescene.ts'

const folder = join(nix.folder, 'tarball')
mkdirSync(join(folder, 'flake-1'), { recursive: true })
writeFileSync(join(folder, 'flake-1/flake.nix'), `{ ${OUTPUTS} }`)
execFileSync('tar', ['-C', folder, '-czf', join(folder, 'flake.tar.gz'), 'flake-1'])
const tarball = readFileSync(join(folder, 'flake.tar.gz'))

const GITHUB = 'github.example'
const GITLAB = 'gitlab.example'
const hosts = await fakeHosts([GITHUB, GITLAB, 'cdn.example'], forges)
const found = { github: '', gitlab: '' }
let commits = 0

/** Each run finds new commits, so that nothing is in a cache. */
beforeEach(() => {
  hosts.requests.length = 0
  hosts.answer = forges
  found.github = (++commits).toString(16).padStart(40, 'a')
  found.gitlab = (++commits).toString(16).padStart(40, 'b')
  rmSync(join(nix.folder, 'home/nix'), { recursive: true, force: true })
})

afterAll(async () => {
  await hosts[Symbol.asyncDispose]()
  await nix[Symbol.asyncDispose]()
})

function forges({ host, path }: HostRequest): HostAnswer {
  if (!path.includes('/commits')) return { status: 200, body: tarball }
  const commit = { sha: found.github, commit: { tree: { sha: found.github } } }
  return { status: 200, body: JSON.stringify(host === GITLAB ? [{ id: found.gitlab }] : commit) }
}

/** A flake with an input of each, locked long ago. */
function checkout(more = ''): Repository {
  const inputs = { hub: `github:acme/hub?host=${GITHUB}`, lab: `gitlab:acme/lab?host=${GITLAB}` }
  const locked = { lastModified: 1, narHash: 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' }
  const node = (original: object, rev: string) => ({
    original,
    locked: { ...original, ...locked, rev: rev.repeat(40) },
  })
  const nodes = {
    root: { inputs: { hub: 'hub', lab: 'lab' } },
    hub: node({ type: 'github', host: GITHUB, owner: 'acme', repo: 'hub' }, '1'),
    lab: node({ type: 'gitlab', host: GITLAB, owner: 'acme', repo: 'lab' }, '2'),
  }
  const lock = JSON.stringify({ version: 7, root: 'root', nodes })
  return new Repository({ 'flake.nix': flakeWith(inputs, more), 'flake.lock': lock })
}

const both = { update: ['hub', 'lab'] }
const own = { token: 'ghs_own', serverUrl: `https://${GITHUB}`, env: hosts.env }
const lab = { scope: GITLAB, token: 'PAT:glpat-lab' }

/** What of each request may be a secret, by its host. */
function credentials(): readonly string[] {
  const usual = ['user-agent', 'accept', 'accept-encoding', 'connection']
  return hosts.requests.flatMap(({ host, headers }) =>
    Object.entries(headers)
      .filter(([name]) => !usual.includes(name))
      .map(([name, value]) => `${host} ${name}: ${String(value)}`),
  )
}

test('each token goes to its own host, and to no other, whatever request it is', async () => {
  const { failed } = await updated(checkout(), both, { ...own, accessTokens: [lab] })
  expect(failed).toEqual([])
  expect(hosts.requests.map(({ host }) => host).sort()).toEqual([GITHUB, GITHUB, GITLAB, GITLAB])
  expect([...new Set(credentials())].sort()).toEqual([
    `${GITHUB} authorization: token ghs_own`,
    `${GITLAB} authorization: Bearer glpat-lab`,
  ])
})

test('no token goes along to where a host redirects', async () => {
  hosts.answer = (request) => {
    const { host, path } = request
    const location = `https://cdn.example${path}`
    const isArchive = host !== 'cdn.example' && !path.includes('/commits')
    return isArchive ? { status: 302, headers: { location } } : forges(request)
  }
  const { failed } = await updated(checkout(), both, { ...own, accessTokens: [lab] })
  expect([failed, hosts.requests.filter(({ host }) => host === 'cdn.example').length]).toEqual([[], 2])
  expect(credentials().filter((line) => line.startsWith('cdn'))).toEqual([])
})

test('GitHub’s token goes to the server’s own host alone', async () => {
  await updated(checkout(), both, { ...own, serverUrl: 'https://github.com' })
  expect([hosts.requests.length, credentials()]).toEqual([4, []])
})

test('a line wins over the machine’s tokens, and those over GitHub’s', async () => {
  const nixConfig = `access-tokens = ${GITHUB}=ghp_machine ${GITLAB}=OAuth2:machine`
  await updated(checkout(), both, { ...own, accessTokens: [lab], nixConfig })
  expect([...new Set(credentials())].sort()).toEqual([
    `${GITHUB} authorization: token ghp_machine`,
    `${GITLAB} authorization: Bearer glpat-lab`,
  ])
})

test('without lines the machine’s token for a host wins over GitHub’s', async () => {
  await updated(checkout(), both, { ...own, nixConfig: `access-tokens = ${GITHUB}=ghp_machine` })
  expect([...new Set(credentials())]).toEqual([`${GITHUB} authorization: token ghp_machine`])
})

test('what flake.nix says in nixConfig is never obeyed, not even where the machine accepts it', async () => {
  const evil = `  nixConfig.extra-access-tokens = "${GITLAB}=OAuth2:evil";\n  nixConfig.ssl-cert-file = "/nowhere";\n`
  const { failed } = await updated(checkout(evil), both, { ...own, nixConfig: 'accept-flake-config = true' })
  expect([failed, [...new Set(credentials())]]).toEqual([[], [`${GITHUB} authorization: token ghs_own`]])
})

test('no token is an argument, and none is told when something fails', async () => {
  const argvs: string[] = []
  const run: RunProgram = async (argv, options) => {
    argvs.push(argv.join(' '))
    return runProgram(argv, options)
  }
  hosts.answer = ({ headers }) => ({ status: 404, body: `for ${headers.authorization ?? ''}` })
  const { failed, log } = await updated(checkout(), both, { ...own, accessTokens: [lab], run })
  const told = JSON.stringify([argvs, failed, log.entries])
  expect(told).not.toMatch(/ghs_own|glpat/)
  expect(log.of('host').join('')).toContain('for token ***')
})

test.each([
  [
    403,
    '{"message":"API rate limit exceeded"}',
    /^github\.example has been asked too often.*'nix-access-tokens'/,
  ],
  [403, 'no', /^github\.example refuses \/api\/v3\/repos\/acme\/hub\/commits\/HEAD \(403\)/],
  [401, 'no', /^github\.example refuses .* \(401\)/],
  [404, 'no', /^github\.example does not have \/api\/v3\/repos\/acme\/hub\/commits\/HEAD \(404\): renamed/],
  [422, 'no', /^github\.example answered .* with the status 422$/],
])('an input whose host answers %d %j does not stop the others', async (status, body, words) => {
  hosts.answer = (request) => (request.host === GITHUB ? { status, body } : forges(request))
  const { after, failed } = await updated(checkout(), both, own)
  expect(failed).toEqual([{ input: 'hub', words: expect.stringMatching(words) as unknown }])
  expect(after.inputs.get('lab')?.locked?.rev).toBe(found.gitlab)
})
