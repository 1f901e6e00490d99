import { describe, expect, test } from '@jest/globals'
import { parseInputs } from '../../actions/garnix-wait/inputs.ts'
import { reading } from '../support/fakes.ts'
import { manifestOf, type GitHubContext } from '../support/manifest.ts'
import { CURL, HELLO, inputsWith, KEY, PUSH, SHA } from './given.ts'

const parsed = (given: Readonly<Record<string, string>> = {}, github: GitHubContext = PUSH) =>
  parseInputs(reading(inputsWith(given, github)), 'push')
const complaint = (given: Readonly<Record<string, string>>): string => {
  try {
    parsed(given)
  } catch (error) {
    return String(error)
  }
  return 'none'
}
const NIXOS = 'https://cache.nixos.org'
const CACHED = { provider: 'none', caches: NIXOS, configurations: '', 'store-paths': HELLO }

describe('the inputs', () => {
  test('with nothing but a configuration', () => {
    expect(parsed()).toEqual({
      targets: [{ name: 'vps-arm', storePath: undefined, compareWith: undefined }],
      sha: SHA,
      token: 'ghs_secret',
      provider: 'garnix',
      checkNames: [],
      appSlug: undefined,
      instance: { url: undefined, credentials: undefined },
      caches: [],
      requireSignatures: true,
      limits: { totalMs: 10_800_000, discoveryMs: 120_000, cacheMs: 900_000, stallMs: 1_800_000 },
      comment: false,
      pullRequest: undefined,
      comparesPrevious: false,
      recording: undefined,
    })
  })

  test('read every input of the manifest, and no other', () => {
    const asked = new Set<string>()
    const read = reading(inputsWith())
    parseInputs((name) => {
      asked.add(name)
      return read(name)
    }, 'push')
    expect([...asked].sort()).toEqual(Object.keys(manifestOf('garnix-wait').inputs).sort())
  })

  test('several configurations, each with its path or without', () => {
    const given = {
      configurations: 'web\n db \nweb',
      'store-paths': `db=${HELLO}`,
      'compare-with': ` web = ${CURL}`,
      caches: CACHED.caches,
    }
    expect(parsed(given).targets).toEqual([
      { name: 'web', storePath: undefined, compareWith: CURL },
      { name: 'db', storePath: HELLO, compareWith: undefined },
    ])
  })

  test('a path without a name is that of the only configuration, or of none', () => {
    expect(parsed({ 'store-paths': HELLO }).targets).toMatchObject([{ name: 'vps-arm', storePath: HELLO }])
    expect(parsed({ ...CACHED, 'compare-with': CURL }).targets).toEqual([
      { name: '-', storePath: HELLO, compareWith: CURL },
    ])
    const named = { ...CACHED, 'store-paths': `web=${HELLO}`, 'compare-with': CURL }
    expect(parsed(named).targets).toEqual([{ name: 'web', storePath: HELLO, compareWith: CURL }])
  })

  test('an instance and its credentials', () => {
    const given = {
      'instance-url': 'https://ci.example.org/',
      'instance-login': 'me',
      'instance-token': 't0',
    }
    expect(parsed(given).instance).toEqual({
      url: 'https://ci.example.org',
      credentials: { login: 'me', token: 't0' },
    })
  })

  test('caches in their order, with keys and credentials', () => {
    const caches = `${NIXOS}/\nhttps://cache.example.org/a/ ${KEY} ${KEY.replace('-1', '-2')}\nfile:///srv/cache ${KEY}`
    const netrc = 'machine cache.example.org login me password s3cret'
    const found = parsed({ caches, netrc }).caches
    expect(found.map(({ url }) => url)).toEqual([NIXOS, 'https://cache.example.org/a', 'file:///srv/cache'])
    expect(found.map(({ keys }) => keys.map(({ name }) => name))).toEqual([
      ['cache.nixos.org-1'],
      ['cache.nixos.org-1', 'cache.nixos.org-2'],
      ['cache.nixos.org-1'],
    ])
    const basic = `Basic ${Buffer.from('me:s3cret').toString('base64')}`
    expect(found.map(({ authorization }) => authorization)).toEqual([undefined, basic, undefined])
  })

  test('caches without keys, where signatures are not asked for', () => {
    const given = { caches: 'http://localhost:8080', 'require-signatures': 'false', comment: 'true' }
    expect(parsed(given)).toMatchObject({ caches: [{ keys: [] }], requireSignatures: false, comment: true })
  })

  test('checks of any CI, with nothing to look for in caches', () => {
    const given = {
      provider: 'checks',
      configurations: '',
      'check-names': 'build\ntest',
      'pull-request': '7',
    }
    expect(parsed(given)).toMatchObject({ checkNames: ['build', 'test'], targets: [], pullRequest: 7 })
  })
})

describe('the commit is the one that the event is about', () => {
  const merge = { sha: 'f'.repeat(40), token: 't' }
  const other = 'e'.repeat(40)
  const event = (name: string, fields: GitHubContext) => ({ ...merge, event_name: name, event: fields })
  test.each<[string, GitHubContext]>([
    ['push', { after: other }],
    ['schedule', {}],
    ['workflow_dispatch', {}],
    ['deployment_status', { check_run: { head_sha: other } }],
  ])('%s: github.sha', (name, fields) => {
    expect(parsed({}, event(name, fields)).sha).toBe(merge.sha)
  })

  test.each<[string, GitHubContext]>([
    ['pull_request', { pull_request: { head: { sha: other }, number: 12 } }],
    ['pull_request_target', { pull_request: { head: { sha: other }, number: 12 } }],
    ['check_run', { check_run: { head_sha: other } }],
    ['check_suite', { check_suite: { head_sha: other } }],
    ['workflow_run', { workflow_run: { head_sha: other } }],
    ['status', { sha: other }],
  ])('%s: its own', (name, fields) => {
    expect(parsed({}, event(name, fields)).sha).toBe(other)
  })

  test('and so is the pull request', () => {
    const fields = { pull_request: { head: { sha: other }, number: 12 } }
    expect(parsed({}, event('pull_request', fields)).pullRequest).toBe(12)
  })
})

describe('a bad input is told with its value and what was expected', () => {
  test.each<[Record<string, string>, string]>([
    [{ sha: 'main' }, "'sha' is 'main', expected 40 hex digits of a commit"],
    [{ provider: 'hydra' }, "'provider' is 'hydra', expected one of garnix, checks, none"],
    [{ configurations: 'a b' }, "'configurations' is 'a b', expected a name in nixosConfigurations"],
    [{ configurations: '' }, "provider 'garnix' needs 'configurations'"],
    [{ token: '' }, "'token' is required with provider 'garnix', and not given"],
    [{ 'check-names': 'build' }, "'check-names' is for provider 'checks', and 'provider' is 'garnix'"],
    [{ provider: 'checks' }, "provider 'checks' needs 'check-names'"],
    [{ provider: 'none', configurations: '' }, "provider 'none' needs 'store-paths' or 'configurations'"],
    [{ provider: 'none' }, "provider 'none' needs 'caches'"],
    [{ 'compare-with': 'previous' }, "'compare-with' needs 'caches'"],
    [
      { provider: 'checks', 'check-names': 'x', configurations: '', caches: NIXOS },
      "'caches' needs 'store-paths' or 'configurations'",
    ],
    [{ 'app-slug': 'github-actions' }, "'app-slug' is 'github-actions'"],
    [{ 'app-slug': 'a b' }, "'app-slug' is 'a b', expected the last part of the App's address"],
    [{ 'instance-url': 'ci.example.org' }, "'instance-url' is 'ci.example.org', expected an address"],
    [{ 'instance-url': 'ftp://ci.example.org' }, "'instance-url' is 'ftp://ci.example.org'"],
    [{ 'instance-url': 'https://me:t0@ci.example.org' }, "'instance-url' holds more than an address"],
    [{ 'instance-login': 'me' }, "'instance-login' and 'instance-token' go together"],
    [{ caches: `${NIXOS}\n${NIXOS}/` }, `'caches' names ${NIXOS} twice`],
    [{ caches: 'https://a.example' }, "'caches' gives https://a.example no public key"],
    [{ caches: 'https://cache.garnix.io' }, 'shut down on 2026-07-15'],
    [{ 'store-paths': 'hello' }, "'hello' is no store path"],
    [{ 'store-paths': `web=${HELLO}` }, "'web' is not among the configurations vps-arm"],
    [{ 'store-paths': `${HELLO}\n${HELLO}` }, "there are two paths for 'vps-arm'"],
    [{ ...CACHED, 'compare-with': `web=${CURL}` }, "'web' is not among the configurations"],
    [{ ...CACHED, 'compare-with': 'last' }, "'compare-with' takes 'previous' and store paths: 'last' is no"],
    [{ configurations: 'a\nb', 'store-paths': HELLO }, `'${HELLO}' needs a name in front of it, NAME=PATH`],
    [{ 'pull-request': '0' }, "'pull-request' is '0', expected a whole number of at least 1"],
    [{ timeout: '0' }, "'timeout' is '0', expected whole seconds"],
    [{ comment: 'yes' }, "'comment' is 'yes', expected one of true, false"],
  ])('%j', (given, words) => {
    expect(complaint(given)).toContain(words)
  })

  test('all at once, and no secret', () => {
    const said = complaint({
      sha: 'main',
      'record-key': 'the key',
      netrc: 'machine a login b passwrd hunter2',
      'instance-token': 'hunter3',
      'instance-url': 'https://me:hunter4@ci.example.org',
      caches:
        'https://me:hunter5@cache.example.org:x\nhttps://me:hunter6@cache.example.org\nme:hunter7@cache',
    })
    expect(said).toContain('9 bad inputs')
    expect(said).not.toMatch(/the key|hunter/)
  })
})
