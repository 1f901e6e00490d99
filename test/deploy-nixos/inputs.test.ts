import { describe, expect, test } from '@jest/globals'
import { parseInputs } from '../../actions/deploy-nixos/inputs.ts'
import { reading } from '../support/fakes.ts'
import { evaluated, manifestOf } from '../support/manifest.ts'
import { inputsWith, REV } from './scene.ts'

const PIN = `SHA256:${'A'.repeat(43)}`
const JUMP = { 'jump-host': '[2001:db8::2]', 'jump-host-fingerprint': PIN }

const parsed = (given: Readonly<Record<string, string>> = {}) => parseInputs(reading(inputsWith(given)))

describe('the inputs', () => {
  test('with nothing but what is required', () => {
    expect(parsed()).toMatchObject({
      destination: { host: 'example.org', port: 22, user: 'deploy' },
      rev: REV,
      mode: 'switch',
      confirmMs: 90_000,
      health: { urls: [], timeoutMs: 60_000 },
      timeoutMs: 1_800_000,
      connect: { timeoutMs: 20_000, attempts: 5 },
      reboot: 'never',
      protocol: 'vps-deploy',
    })
    expect(parsed().destination.jump).toBeUndefined()
  })

  test('take IPv6 with brackets and without', () => {
    expect(parsed({ host: '[2001:db8::1]' }).destination.host).toBe('2001:db8::1')
    expect(parsed({ host: '2001:db8::1' }).destination.host).toBe('2001:db8::1')
  })

  test('go through a jump host with the same user and key, or with its own', () => {
    const { jump, ...target } = parsed(JUMP).destination
    expect(jump).toMatchObject({ host: '2001:db8::2', port: 22, user: 'deploy' })
    expect(jump?.key).toBe(target.key)
    const own = {
      ...JUMP,
      'jump-user': 'hop',
      'jump-port': '2222',
      'jump-ssh-key': inputsWith()['ssh-key'] ?? '',
    }
    expect(parsed(own).destination.jump).toMatchObject({ user: 'hop', port: 2222 })
    expect(parsed(own).destination.jump?.key).not.toBe(parsed(own).destination.key)
  })

  test('read every input of the manifest, and no other', () => {
    const asked = new Set<string>()
    const read = reading(inputsWith())
    parseInputs((name) => {
      asked.add(name)
      return read(name)
    })
    expect([...asked].sort()).toEqual(Object.keys(manifestOf('deploy-nixos').inputs).sort())
  })

  test('take health URLs with and without a status', () => {
    const urls = 'https://example.org/\n\n  http://[::1]:8080/up  204 \n'
    expect(parsed({ 'health-urls': urls }).health.urls).toEqual([
      { url: 'https://example.org/', status: undefined },
      { url: 'http://[::1]:8080/up', status: 204 },
    ])
  })
})

describe('the commit', () => {
  const byDefault = (event: string): string =>
    evaluated(manifestOf('deploy-nixos').inputs['rev']?.default ?? '', { sha: REV, event_name: event })

  test.each(['push', 'workflow_dispatch', 'schedule', 'pull_request'])('has a default on %s', (event) => {
    expect(byDefault(event)).toBe(REV)
  })

  test.each(['check_run', 'check_suite', 'workflow_run', 'status'])('must be given on %s', (event) => {
    expect(byDefault(event)).toBe('')
    expect(() => parsed({ rev: byDefault(event) })).toThrow(
      /'rev' is '', expected 40 hex digits .*no default on check_run/,
    )
  })
})

describe('with mode rollback', () => {
  test.each([REV, ''])('the commit %j, which is the default, is not used', (rev) => {
    expect(parsed({ mode: 'rollback', rev })).toMatchObject({ mode: 'rollback', rev: '' })
  })

  test.each([
    [{ rev: 'v1.2' }, "'rev' is 'v1.2', expected nothing with mode rollback"],
    [{ protocol: 'plain' }, "'mode' is 'rollback', expected another one with 'protocol: plain'"],
  ])('%j is refused', (given, words) => {
    expect(() => parsed({ mode: 'rollback', ...given })).toThrow(words)
  })
})

describe('a bad input is refused with its name, its value and what was expected', () => {
  test.each([
    [{ host: '' }, "'host' is required and not given"],
    [{ port: '0' }, "'port' is '0', expected a whole number from 1 to 65535"],
    [{ user: '' }, "'user' is required and not given"],
    [{ rev: 'main' }, "'rev' is 'main', expected 40 hex digits"],
    [{ rev: REV.toUpperCase() }, "'rev' is '95A8"],
    [{ mode: 'now' }, "'mode' is 'now', expected one of switch, boot, test, dry-activate, rollback"],
    [{ 'confirm-timeout': '1.5m' }, "'confirm-timeout' is '1.5m', expected whole seconds"],
    [{ 'health-urls': 'example.org' }, "'health-urls': 'example.org' is not 'URL' or 'URL STATUS'"],
    [{ 'health-urls': 'https://example.org/ ok' }, "'https://example.org/ ok' is not"],
    [{ 'health-urls': 'ftp://example.org/' }, "'ftp://example.org/' is not"],
    [{ timeout: '28h' }, "'timeout' is '28h'"],
    [{ timeout: '279s' }, "'timeout' is 279 s, expected at least 280 s: 120 s of it are kept"],
    [{ 'connect-timeout': '0' }, "'connect-timeout' is '0'"],
    [{ 'connect-attempts': 'many' }, "'connect-attempts' is 'many', expected a whole number from 1 to 100"],
    [{ reboot: 'yes' }, "'reboot' is 'yes', expected one of never, when-required"],
    [{ protocol: 'ssh' }, "'protocol' is 'ssh', expected one of vps-deploy, plain"],
    [{ 'host-fingerprint': '' }, "'known-hosts' and 'host-fingerprint'"],
    [{ 'host-fingerprint': 'MD5:00' }, "'known-hosts' and 'host-fingerprint'"],
    [{ 'known-hosts': '@cert-authority * ssh-ed25519 AAAA' }, "'known-hosts' and 'host-fingerprint'"],
    [{ 'jump-host': 'jump.example' }, "'jump-known-hosts' and 'jump-host-fingerprint'"],
    [{ ...JUMP, 'jump-port': 'x' }, "'jump-port' is 'x'"],
    [{ ...JUMP, 'jump-ssh-key': 'no key' }, "'jump-ssh-key'"],
    [{ 'health-timeout': '90s' }, "'health-timeout' is 90 s, expected less than 'confirm-timeout' (90 s)"],
    [
      { 'health-timeout': '61s' },
      "'confirm-timeout' is 90 s, expected at least 91 s: 'health-timeout' + 'connect-timeout' + 10 s",
    ],
    [{ 'connect-timeout': '21s' }, "'confirm-timeout' is 90 s, expected at least 91 s"],
    [
      { 'confirm-timeout': '0', 'health-urls': 'https://a.example/' },
      "'health-urls' needs a 'confirm-timeout' above 0",
    ],
  ])('%j', (given, words) => {
    expect(() => parsed(given)).toThrow(words)
  })

  test('and never with the text of a key', () => {
    const secret = 'AAAAsecretAAAA'
    const bad = { 'ssh-key': secret, ...JUMP, 'jump-ssh-key': `${secret}2` }
    expect(() => parsed(bad)).toThrow(/^2 bad inputs:(?![^]*secret)/)
  })

  test('a bad key that is used twice is named once', () => {
    expect(() => parsed({ ...JUMP, 'ssh-key': 'no key' })).toThrow(/^Bad input: 'ssh-key'/)
  })

  test('all of them at once', () => {
    expect(() => parsed({ host: '', port: 'x', rev: '' })).toThrow(/^3 bad inputs:\n- .*\n- .*\n- .*$/)
  })

  test('without the rules of the other protocol', () => {
    expect(parsed({ protocol: 'plain', timeout: '60s', 'confirm-timeout': '5s' }).timeoutMs).toBe(60_000)
  })
})
