/** fleet-stages: from the list of hosts to the stages, or to everything that is wrong with it. */
import { describe, expect, test } from '@jest/globals'
import { DEFAULTS, MODES, RECORDS, SECRETS } from '../../.github/actions/fleet-stages/fields.ts'
import { fleetOf } from '../../.github/actions/fleet-stages/stages.ts'
import { parseInputs } from '../../actions/deploy-nixos/inputs.ts'
import { parseInputs as parseWait } from '../../actions/garnix-wait/inputs.ts'
import { inputsWith } from '../deploy-nixos/scene.ts'
import { inputsWith as waitInputsWith } from '../garnix-wait/given.ts'
import { reading } from '../support/fakes.ts'
import { manifestOf } from '../support/manifest.ts'
import { complaint, host, type Host, PIN, split } from './list.ts'

const many = (count: number, more: Host = {}) =>
  Array.from({ length: count }, (_, at) => host(`web-${at}`, more))
const fleet = (hosts: readonly Host[], hasKey = true) =>
  fleetOf({ lists: [JSON.stringify(hosts)], mode: 'switch', record: 'false', hasKey })

describe('the step', () => {
  test('splits the list by stage and gives the matrix what was given, as text', async () => {
    const { code, outputs, stdout } = await split([
      host('web-1', {
        stage: 'canary',
        port: 2222,
        'health-urls': ['https://example.org/', 'https://example.net/ 204'],
      }),
      host('web-2', { stage: 2, configuration: 'web', environment: 'production', timeout: '1h' }),
      host('web-3', { configuration: 'web', host: '[2001:DB8::3]' }),
    ])
    expect({ code, lines: stdout.split('\n').slice(0, 2) }).toEqual({
      code: 0,
      lines: ['Stage canary: web-1', 'Stage 1: web-3'],
    })
    expect(JSON.parse(outputs['canary'] ?? '')).toEqual([
      {
        name: 'web-1',
        host: 'web-1.example.org',
        port: '2222',
        'host-fingerprint': PIN,
        'health-urls': 'https://example.org/\nhttps://example.net/ 204',
        lock: 'web-1.example.org:2222',
        minutes: 35,
      },
    ])
    expect(JSON.parse(outputs['stage-1'] ?? '')).toMatchObject([{ name: 'web-3', lock: '2001:db8::3' }])
    expect(JSON.parse(outputs['stage-2'] ?? '')).toMatchObject([
      { name: 'web-2', environment: 'production', minutes: 65 },
    ])
    expect(outputs).toMatchObject({ 'stage-3': '[]', 'stage-4': '[]', configurations: 'web-1\nweb' })
  })

  test('says everything that is wrong at once, each with its host, and hands nothing on', async () => {
    const run = await split([
      host('web-1', { ports: 22, 'confirm-timeout': '5m', 'health-timeout': 'soon' }),
      { name: 'web 2', host: 'web-2.example.org', stage: 5 },
      host('web-3', { port: { ssh: 22 } }),
      'web-4',
    ])
    expect(run).toMatchObject({ code: 1, outputs: {} })
    expect(complaint(run).split('\n- ')).toEqual([
      '7 things are wrong with the list of hosts:',
      "Host 'web-1': 'ports' is no field of a host; meant is perhaps 'port'.",
      expect.stringMatching(/^Host 'web-1': Bad input: 'health-timeout' is 'soon', expected /),
      expect.stringMatching(/^Host 'web 2': 'name' is 'web 2', expected letters, /),
      "Host 'web 2': 'stage' is '5', expected one of canary, 1, 2, 3, 4.",
      expect.stringMatching(/^Host 'web 2': Bad input: .*No host key is given for web-2\.example\.org/),
      `Host 'web-3': 'port' is {"ssh":22}, expected text, a number or a list of texts.`,
      `Host number 4 is "web-4", expected an object with 'name' and 'host'.`,
    ])
  })

  test.each([
    ['', 'There is no list of hosts.'],
    ['name: web-1', 'The list of hosts is not JSON: '],
    ['{"name":"web-1"}', 'The list of hosts is JSON, but no list.'],
    ['[]', 'The list of hosts is empty.'],
  ])('says what %j is not, and how a list looks', async (text, message) => {
    const said = complaint(await split(text))
    expect(said).toContain(message)
    expect(said).toContain('"host": "web-1.example.org"')
  })

  test.each(SECRETS)('refuses a %s in the list without showing it', async (field) => {
    const run = await split([host('web-1', { [field]: 'hunter2' })])
    expect(complaint(run)).toContain(`Host 'web-1': '${field}' is a secret and must not stand in the list`)
    expect(run.log).not.toContain('hunter2')
  })

  test('takes no mode that deploy-nixos has not, and records as garnix-wait does', async () => {
    expect(complaint(await split([host('web-1')], { mode: 'swicth', record: 'yes' })).split('\n- ')).toEqual([
      '2 things are wrong with the list of hosts:',
      expect.stringMatching(/^'mode' is 'swicth', expected /),
      "'record' is 'yes', expected one of false, true, replace.",
    ])
    for (const record of RECORDS)
      expect(
        parseWait(reading(waitInputsWith({ record, caches: 'https://cache.nixos.org' })), 'push')
          .recording === undefined,
      ).toBe(record === 'false')
    for (const mode of MODES) expect(parseInputs(reading(inputsWith({ mode }))).mode).toBe(mode)
  })

  test('takes a list in two parts, for one input holds no more than 128 KiB', async () => {
    const stages = ['canary', '1', '2', '3', '4']
    const hosts = many(1_280).map((one, at) => ({ ...one, stage: stages[at % 5] }))
    const { code, outputs } = await split(hosts.slice(0, 640), { more: hosts.slice(640) })
    expect(code).toBe(0)
    const names = JSON.parse(outputs['names'] ?? '') as Readonly<Record<string, readonly string[]>>
    expect(stages.map((stage) => names[stage]?.length)).toEqual([256, 256, 256, 256, 256])
    // What the summary gets.
    expect(Buffer.byteLength(outputs['names'] ?? '')).toBeLessThan(128 * 1_024)
  })

  test('takes one configuration and one environment a host', async () => {
    const run = await split([host('web-1', { configuration: ['a', 'b'], environment: 'x\ny' })])
    expect(complaint(run)).toContain(`Host 'web-1': 'configuration' is ["a","b"], expected one line.`)
    expect(complaint(run)).toContain(`Host 'web-1': 'environment' is "x\\ny", expected one line.`)
  })

  test.each(['host', 'user', 'jump-host', 'timeout'])('takes one line as %s', async (field) => {
    const run = await split([host('web-1', { [field]: 'x\ny' })])
    expect(complaint(run)).toContain(`Host 'web-1': '${field}' is "x\\ny", expected one line.`)
  })

  test.each(['user', 'name', 'known-hosts', 'deploy-key'])('shows nothing of a key as %s', async (field) => {
    const run = await split([host('web-1', { [field]: ['-----BEGIN OPENSSH PRIVATE KEY-----', 'b3BlbnNz'] })])
    expect(complaint(run)).toContain('Host number 1 holds a private key')
    expect(run.stdout + JSON.stringify(run.outputs)).not.toContain('b3BlbnNz')
  })

  test('is not fooled into a command by a name', async () => {
    const { stdout } = await split([host('web-1', { name: 'x\n::add-mask::a' })])
    expect(stdout.split('\n').filter((line) => line.startsWith('::'))).toEqual([
      expect.stringMatching(/^::error::/),
    ])
  })
})

describe('a fleet', () => {
  test.each<[string, readonly Host[], RegExp]>([
    ['name', [host('web-1'), host('WEB-1', { host: 'b.example.org' })], /^2 hosts have the name 'web-1'/],
    [
      'machine',
      [host('a'), host('b', { host: 'A.example.org' })],
      /^Hosts 'a' and 'b' are one machine, a\.example\.org;/,
    ],
  ])('has each %s once', (_, hosts, message) => {
    expect(() => fleet(hosts)).toThrow(message)
  })

  test.each([{ port: 2222 }, { 'jump-host': 'hop.example.org', 'jump-host-fingerprint': PIN }])(
    'may have one address twice where %j makes it another machine',
    (other) => {
      expect(fleet([host('a'), host('b', { host: 'a.example.org', ...other })]).stages[1]).toHaveLength(2)
    },
  )

  test('has 256 hosts a stage at most', () => {
    expect(fleet(many(256)).stages[1]).toHaveLength(256)
    expect(() => fleet(many(257))).toThrow(/^Stage 1 has 257 hosts, expected 256 at most/)
  })

  test('of five full stages fits into the outputs of a job, unless it says too much', () => {
    const stages = ['canary', '1', '2', '3', '4']
    const full = (more: Host) => many(1_280, more).map((one, at) => ({ ...one, stage: stages[at % 5] }))
    expect(fleet(full({})).configurations).toHaveLength(1_280)
    expect(() => fleet(full({ 'health-urls': `https://example.org/${'a'.repeat(400)}` }))).toThrow(
      /^The stages take \d{6} characters for 1280 hosts, expected 500000 at most/,
    )
  })

  test('needs a key for every host that has no environment', () => {
    const own = host('a', { environment: 'production' })
    expect(fleet([own], false).stages[1]).toHaveLength(1)
    expect(() => fleet([own, host('b'), host('c')], false)).toThrow(
      /^Secret DEPLOY_SSH_KEY is empty, and 2 of the hosts .*'secrets: inherit' within one owner, else by its name\.$/,
    )
  })
})

test('a host may set every input of deploy-nixos that is neither secret nor the same for all, by the same defaults', () => {
  const { inputs } = manifestOf('deploy-nixos')
  const ofAll = ['rev', 'mode']
  const own = Object.entries(inputs).filter(([name]) => ![...SECRETS, ...ofAll].includes(name))
  expect(DEFAULTS).toEqual(Object.fromEntries(own.map(([name, input]) => [name, input.default ?? ''])))
})
