/** What the set-up command does not take: each time nothing is made or changed, and one sentence says what to do. */
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { makeKey, type KeyOptions } from '../support/sshd.ts'
import { Checkout } from './checkout.ts'

const KEYS = 'nix/secrets-init/keys'
const HOST_KEY = `${KEYS}/persistent/etc/ssh/ssh_host_ed25519_key`
const LIST = 'nix/secrets-init/recipients'

/** What it said, if it refused and left everything as it was. */
function refusalOf(checkout: Checkout, args: readonly string[] = []): string {
  const before = checkout.state()
  const { code, stderr } = checkout.run(...args)
  const isChanged = checkout.state() !== before
  return code === 1 && !isChanged
    ? stderr
    : `exit ${String(code)}, ${isChanged ? 'changed' : 'unchanged'}: ${stderr}`
}

test.each([
  [['--hots', 'x'], '--hots is no option'],
  [['--host'], '--host needs a value'],
  [['--host', ''], '--host needs a value'],
  [['--host', '../evil'], 'is no name of a host'],
  [['--host', 'other'], 'there is no ./nix/hosts/other'],
  [['--address', 'root@192.0.2.7'], 'is no address'],
  [['--flake', 'nowhere'], 'nowhere has no flake.nix'],
])('%j', (args, sentence) => {
  using checkout = new Checkout()
  expect(refusalOf(checkout, args)).toContain(sentence)
})

test('several hosts, and none named', () => {
  using checkout = new Checkout(['one', 'two'])
  expect(refusalOf(checkout)).toContain('say which with --host')
  expect(checkout.run('--host', 'one').code).toBe(0)
})

test('a directory without a flake', () => {
  using checkout = new Checkout()
  rmSync(checkout.file('nix/flake.nix'))
  expect(refusalOf(checkout)).toContain('there is no flake.nix here or in nix/')
})

test('keys that git would take, or has taken', () => {
  using checkout = new Checkout()
  renameSync(checkout.file('nix/secrets-init/.gitignore'), checkout.file('ignored'))
  expect(refusalOf(checkout)).toContain('add the line /keys/ to ./nix/secrets-init/.gitignore')
  renameSync(checkout.file('ignored'), checkout.file('nix/secrets-init/.gitignore'))
  checkout.run()
  checkout.git('add', '-f', HOST_KEY)
  expect(refusalOf(checkout)).toContain('git rm -r --cached')
})

test('keys in a directory that is still to be made, where git would take them', () => {
  using checkout = new Checkout()
  expect(refusalOf(checkout, ['--keys', 'private/one/keys'])).toContain('add the line /private/one/keys/ to ')
  expect(refusalOf(checkout, ['--deploy-key', 'private/key'])).toContain('add the line /private/key to ')
})

test('keys that git would take, as a hook of git', () => {
  using checkout = new Checkout()
  rmSync(checkout.file('nix/secrets-init/.gitignore'))
  process.env['GIT_DIR'] = '.git'
  const refusal = refusalOf(checkout)
  delete process.env['GIT_DIR']
  expect(refusal).toContain('git does not ignore')
})

test('keys in a flake outside of git, which is copied to the store whole', () => {
  using checkout = new Checkout()
  rmSync(checkout.file('.git'), { recursive: true })
  expect(refusalOf(checkout)).toContain('is in no git repository')
  using elsewhere = new Checkout()
  const outside = ['--keys', elsewhere.file('keys'), '--deploy-key', elsewhere.file('deploy-key')]
  elsewhere.write('.gitignore', '*\n')
  expect(checkout.run(...outside).code).toBe(0)
})

test('the key of another host', () => {
  using checkout = new Checkout(['one', 'two'])
  checkout.run('--host', 'one')
  expect(refusalOf(checkout, ['--host', 'two'])).toContain(
    'is the key of one: give --keys ./nix/secrets-init/keys-two',
  )
  expect(checkout.run('--host', 'two', '--keys', 'nix/secrets-init/keys-two').code).toBe(0)
})

test.each<[string, KeyOptions, string]>([
  ['with a passphrase', { passphrase: 'secret' }, 'cannot be read as a private key without passphrase'],
  ['that is no ed25519 key', { type: 'rsa' }, 'is no ed25519 key'],
])('a host key %s', async (_, options, sentence) => {
  using checkout = new Checkout()
  checkout.run()
  checkout.write(HOST_KEY, (await makeKey(options)).privateKey)
  expect(refusalOf(checkout)).toContain(sentence)
})

test('halves that do not belong together', async () => {
  using checkout = new Checkout()
  checkout.run()
  checkout.write(HOST_KEY, (await makeKey()).privateKey)
  expect(refusalOf(checkout)).toContain('the one belongs to another pair')
  rmSync(checkout.file(HOST_KEY))
  expect(refusalOf(checkout)).toContain('is there without its private half')
})

test('a private key that is a link, and one that is a directory', () => {
  using checkout = new Checkout()
  checkout.run()
  renameSync(checkout.file(HOST_KEY), checkout.file('elsewhere'))
  symlinkSync(checkout.file('elsewhere'), checkout.file(HOST_KEY))
  expect(refusalOf(checkout)).toContain('is a symbolic link')
  rmSync(checkout.file(HOST_KEY))
  mkdirSync(checkout.file(HOST_KEY))
  expect(refusalOf(checkout)).toContain('is no file')
})

test.each([
  ['nothing of the kind', 'CHANGE_ME\n', 'is no public key by itself'],
  ['a line with options', 'restrict ssh-ed25519 AAAA me\n', 'is no public key by itself'],
  ['half a line', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me\n', 'is cut off or mistyped'],
  ['an empty file', '# soon\n\n', 'holds no key'],
])('an admin key that is %s', (_, text, sentence) => {
  using checkout = new Checkout()
  checkout.run()
  checkout.write('me.pub', text)
  expect(refusalOf(checkout, ['--admin-key', 'me.pub'])).toContain(sentence)
})

test('an admin key that is the private half, the deploy key, or not there', async () => {
  using checkout = new Checkout()
  checkout.run()
  checkout.write('me', (await makeKey()).privateKey)
  chmodSync(checkout.file('me'), 0o600)
  expect(refusalOf(checkout, ['--admin-key', 'me'])).toContain('is a private key')
  expect(refusalOf(checkout, ['--admin-key', 'nix/secrets-init/deploy-key.pub'])).toContain(
    'is the deploy key',
  )
  expect(refusalOf(checkout, ['--admin-key', 'nobody.pub'])).toContain('there is no file nobody.pub')
})

const OTHER = `age1${'q'.repeat(58)}`

test.each([
  ['me', '"me" is not NAME=AGE1'],
  [`# me=${OTHER}`, '"# me" is no name'],
  ['me=age1short', 'no age recipient'],
  [`me=${OTHER.replace('qq', 'bb')}`, 'no age recipient'],
  ['me=AGE-SECRET-KEY-1QQQQ', 'no age recipient'],
])('--recipient %s', (given, sentence) => {
  using checkout = new Checkout()
  checkout.run()
  const { code, stderr } = checkout.run('--recipient', given)
  expect(stderr).toContain(sentence)
  expect(stderr).not.toContain('AGE-SECRET-KEY')
  expect(code).toBe(1)
})

test.each([
  [`me ${OTHER}`, 'can read nothing'],
  ['me nonsense *', 'is no age recipient'],
  [`m/e ${OTHER} *`, 'is no name'],
  [`me ${OTHER} ../x`, 'names of files in secrets/'],
  [`me ${OTHER} web*`, 'names of files in secrets/'],
  [`me ${OTHER} *\nme ${OTHER} x`, 'stands there twice'],
])('a list with the line %j', (lines, sentence) => {
  using checkout = new Checkout()
  checkout.run()
  checkout.write(LIST, `${checkout.read(LIST)}${lines}\n`)
  expect(refusalOf(checkout)).toContain(sentence)
})

test('a .sops.yaml that somebody wrote by hand', () => {
  using checkout = new Checkout()
  checkout.run()
  checkout.write('nix/.sops.yaml', 'creation_rules: []\n')
  expect(refusalOf(checkout)).toContain('was not made by this command')
})
