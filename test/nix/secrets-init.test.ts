/** The command that makes a server's keys, run as it is, with OpenSSH and git. */
import { rmSync, symlinkSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { makeKey } from '../support/sshd.ts'
import { Checkout } from './checkout.ts'
import { recipientOf } from './ssh-to-age.ts'

const KEYS = 'nix/secrets-init/keys'
const HOST_KEY = `${KEYS}/persistent/etc/ssh/ssh_host_ed25519_key`
const DEPLOY_KEY = 'nix/secrets-init/deploy-key'
const PUBLIC = 'nix/hosts/vps-arm/keys'
const LIST = 'nix/secrets-init/recipients'
const SOPS = 'nix/.sops.yaml'
const bodyOf = (line: string): string => line.split(' ').slice(0, 2).join(' ').trim()

async function withAdmin(checkout: Checkout): Promise<string> {
  const { publicKey } = await makeKey()
  checkout.write('me.pub', `${publicKey} me@laptop\n`)
  return publicKey
}

test('makes all keys at once, with the modes that nixos-anywhere will copy', () => {
  using checkout = new Checkout()
  expect(checkout.run().code).toBe(0)
  const directories = [KEYS, `${KEYS}/persistent`, `${KEYS}/persistent/etc`, `${KEYS}/persistent/etc/ssh`]
  expect(directories.map((path) => checkout.mode(path))).toEqual(['755', '755', '755', '755'])
  expect([HOST_KEY, DEPLOY_KEY].map((path) => checkout.mode(path))).toEqual(['600', '600'])
  expect([`${HOST_KEY}.pub`, `${PUBLIC}/host.pub`].map((path) => checkout.mode(path))).toEqual(['644', '644'])
  expect(checkout.read(`${KEYS}/persistent/etc/machine-id`)).toMatch(/^[0-9a-f]{32}\n$/)
  expect(bodyOf(checkout.read(`${PUBLIC}/host.pub`))).toBe(bodyOf(checkout.read(`${HOST_KEY}.pub`)))
  expect(bodyOf(checkout.read(`${PUBLIC}/deploy.pub`))).toBe(bodyOf(checkout.read(`${DEPLOY_KEY}.pub`)))
})

test('takes nothing to the server but what belongs there: the deploy key is elsewhere', () => {
  using checkout = new Checkout()
  expect(checkout.run('--deploy-key', `${KEYS}/deploy-key`).stderr).toContain('copied to the server whole')
  checkout.run()
  const shipped = checkout.state().match(/keys\/persistent\/\S+ \d+ [0-9a-f]{64}/g) ?? []
  expect(shipped.map((line) => line.replace(/ .*/, '').split('/').at(-1)).sort()).toEqual(
    ['machine-id', 'ssh_host_ed25519_key', 'ssh_host_ed25519_key.pub'].sort(),
  )
})

test('a second run changes nothing', async () => {
  using checkout = new Checkout()
  await withAdmin(checkout)
  const args = ['--admin-key', 'me.pub', '--recipient', `me=${recipientOf((await makeKey()).publicKey)}`]
  checkout.run(...args)
  const before = checkout.state()
  const again = checkout.run(...args)
  expect([again.code, again.stderr]).toEqual([0, ''])
  expect(checkout.state()).toBe(before)
})

test('says what to do next, with the line of known_hosts, and prints no private key', async () => {
  using checkout = new Checkout()
  await withAdmin(checkout)
  const { stdout, stderr } = checkout.run('--admin-key', 'me.pub', '--address', '192.0.2.7')
  expect(stdout).toContain(`--flake ./nix#vps-arm --extra-files ./${KEYS} --target-host root@192.0.2.7`)
  expect(stdout).toContain(
    `DEPLOY_KNOWN_HOSTS --body '192.0.2.7 ${bodyOf(checkout.read(`${PUBLIC}/host.pub`))}'`,
  )
  expect(stdout).toContain(`gh secret set DEPLOY_SSH_KEY < ./${DEPLOY_KEY}`)
  const secrets = [HOST_KEY, DEPLOY_KEY].flatMap((path) => checkout.read(path).split('\n').slice(1, -2))
  expect(secrets.filter((line) => `${stdout}${stderr}`.includes(line))).toEqual([])
})

test('what to do next can be copied, also with blanks and quotes in a path', () => {
  using checkout = new Checkout()
  using elsewhere = new Checkout()
  elsewhere.write('.gitignore', '*\n')
  const key = elsewhere.file("my server's/deploy key")
  const { stdout } = checkout.run('--deploy-key', key)
  expect(stdout).toContain(`DEPLOY_SSH_KEY < '${key.replace("'", "'\\''")}'\n`)
})

test('what it makes for git, git takes, and of the private halves nothing', async () => {
  using checkout = new Checkout()
  await withAdmin(checkout)
  const next = checkout.run('--admin-key', 'me.pub').stdout
  const line = /^ {2}git add (?<paths>.*) && git commit/m.exec(next)?.groups?.['paths'] ?? ''
  checkout.git('add', ...line.split(' '))
  checkout.git('add', '-A')
  checkout.git('-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '-qm', 'keys')
  expect(() => {
    checkout.git('ls-files', '--error-unmatch', HOST_KEY)
  }).toThrow('did not match')
  expect(checkout.run('--check').code).toBe(0)
})

test('mends modes that are wrong, and with --check only says so', () => {
  using checkout = new Checkout()
  checkout.run()
  checkout.git('config', 'core.fileMode', 'false')
  rmSync(checkout.file(`${HOST_KEY}.pub`))
  const { chmodSync } = process.getBuiltinModule('node:fs')
  chmodSync(checkout.file(HOST_KEY), 0o644)
  chmodSync(checkout.file(`${KEYS}/persistent`), 0o700)
  const before = checkout.state()
  const checked = checkout.run('--check')
  expect([checked.code, checkout.state()]).toEqual([1, before])
  expect(checked.stderr).toContain(`the mode of ./${HOST_KEY} is not 600`)
  expect(checkout.run().code).toBe(0)
  expect([checkout.mode(HOST_KEY), checkout.mode(`${KEYS}/persistent`)]).toEqual(['600', '755'])
  expect(checkout.run('--check').code).toBe(0)
})

test('with --check makes nothing, and names what is missing', () => {
  using checkout = new Checkout()
  const before = checkout.state()
  const { code, stderr } = checkout.run('--check')
  expect([code, checkout.state()]).toEqual([1, before])
  expect(stderr).toContain('the host key.')
  expect(stderr).toContain('the deploy key.')
})

test('on a machine without the private halves, such as CI, checks the rest and makes no other pair', () => {
  using checkout = new Checkout()
  checkout.run()
  rmSync(checkout.file(KEYS), { recursive: true })
  rmSync(checkout.file(DEPLOY_KEY))
  rmSync(checkout.file(`${DEPLOY_KEY}.pub`))
  const before = checkout.state()
  expect(checkout.run('--check')).toMatchObject({ code: 0 })
  expect(checkout.run()).toMatchObject({ code: 0 })
  expect(checkout.state()).toBe(before)
})

test('the list of who reads what makes .sops.yaml, and --check finds every drift from it', async () => {
  using checkout = new Checkout()
  const [me, guest] = [recipientOf((await makeKey()).publicKey), recipientOf((await makeKey()).publicKey)]
  checkout.run('--recipient', `me=${me}`)
  const host = recipientOf(checkout.read(`${PUBLIC}/host.pub`))
  checkout.write(LIST, `${checkout.read(LIST)}bgs-backend ${guest} bgs-backend\n`)
  expect(checkout.run('--check')).toMatchObject({ code: 1 })
  checkout.run()
  const rules = checkout.read(SOPS).split('  - path_regex: ')
  expect(rules[1]).toMatch(/^\(\^\|\/\)secrets\/bgs-backend\\\.yaml\$\n/)
  for (const recipient of [me, host, guest]) expect(rules[1]).toContain(`- ${recipient} # `)
  expect([rules[2]?.includes(host), rules[2]?.includes(guest), rules.length]).toEqual([true, false, 3])
  checkout.write(SOPS, checkout.read(SOPS).replace(guest, me))
  expect(checkout.run('--check').stderr).toContain(`-          - ${me} # bgs-backend`)
})

test('without the list, --check does not take .sops.yaml as it is', () => {
  using checkout = new Checkout()
  checkout.run()
  rmSync(checkout.file(LIST))
  const { code, stderr } = checkout.runBare('--check')
  expect([code, stderr]).toEqual([1, expect.stringContaining(`./${SOPS} names recipients`)])
})

test('what a killed run left beside a key is no place for another', () => {
  using checkout = new Checkout()
  checkout.run()
  for (const path of [HOST_KEY, `${HOST_KEY}.pub`, `${PUBLIC}/host.pub`]) rmSync(checkout.file(path))
  rmSync(checkout.file(LIST))
  symlinkSync(checkout.file('elsewhere'), checkout.file(`${HOST_KEY}.new`))
  checkout.write('elsewhere', '')
  expect(checkout.run().code).toBe(0)
  expect([checkout.read('elsewhere'), checkout.mode(HOST_KEY)]).toEqual(['', '600'])
})

test('a new host key is not taken into the list without a word', async () => {
  using checkout = new Checkout()
  checkout.run()
  checkout.write(`${PUBLIC}/host.pub`, `${(await makeKey()).publicKey}\n`)
  rmSync(checkout.file(KEYS), { recursive: true })
  const { code, stderr } = checkout.run()
  expect(code).toBe(1)
  expect(stderr).toContain('gives vps-arm another recipient than its key has')
})

test('without ssh-to-age everything else is made, and it says what was not', () => {
  using checkout = new Checkout()
  const { code, stderr } = checkout.runBare()
  expect([code, checkout.mode(HOST_KEY)]).toEqual([0, '600'])
  expect(stderr).toContain('ssh-to-age is not on PATH')
  expect(checkout.state()).not.toContain('.sops.yaml')
})
