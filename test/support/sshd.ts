/** OpenSSH's own server on loopback, for as long as a test needs it. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { childrenOf, kill, serversBelow } from './processes.ts'

export type HostKeyType = 'ed25519' | 'ecdsa' | 'rsa'

export interface SshdOptions {
  /** Which host keys it has; by default ed25519 only. */
  readonly hostKeys?: readonly HostKeyType[]
  /** What runs instead of any command; by default the command itself. */
  readonly forcedCommand?: string
  /** More lines for sshd_config; the first occurrence of a setting counts, so these win. */
  readonly config?: readonly string[]
}

export interface Keypair {
  readonly privateKey: string
  /** `type base64` */
  readonly publicKey: string
}

export interface Sshd extends AsyncDisposable {
  readonly host: string
  readonly port: number
  readonly user: string
  /** A key that it lets in. */
  readonly key: Keypair
  /** The public host keys, as `type base64`. */
  readonly hostKeys: Readonly<Record<HostKeyType, string>>
  /** One line of known_hosts for each host key. */
  readonly knownHosts: string
  /** Lets another key in. */
  authorize(publicKey: string): void
  /** The first process of each connection. */
  connections(): readonly number[]
  /** Sends a signal to all processes that serve connections: for an unprivileged user two each. */
  signal(name: NodeJS.Signals): void
  log(): string
}

export interface KeyOptions {
  readonly type?: HostKeyType
  readonly bits?: number
  /** By default OpenSSH's own. */
  readonly format?: 'PEM' | 'PKCS8'
  readonly passphrase?: string
}

/** A key as ssh-keygen writes it. */
export async function makeKey({
  type = 'ed25519',
  bits,
  format,
  passphrase = '',
}: KeyOptions = {}): Promise<Keypair> {
  const directory = await mkdtemp(join(tmpdir(), 'nix-vps-key-'))
  const file = join(directory, 'key')
  const size = bits === undefined ? [] : ['-b', String(bits)]
  const form = format === undefined ? [] : ['-m', format]
  execFileSync('ssh-keygen', ['-q', '-t', type, ...size, ...form, '-N', passphrase, '-C', 'test', '-f', file])
  const publicKey = readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')
  const privateKey = readFileSync(file, 'utf8')
  await rm(directory, { recursive: true })
  return { privateKey, publicKey }
}

/** Whatever ends the tests also ends the server: its input is a pipe that we hold. */
const UNTIL_WE_END = '"$@" & read -r end; kill -9 $!'

export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const { hostKeys: types = ['ed25519'] } = options
  const program = sshdProgram()
  const directory = await mkdtemp(join(tmpdir(), 'nix-vps-sshd-'))
  const key = await makeKey()
  const hostKeys: Record<HostKeyType, string> = { ed25519: '', ecdsa: '', rsa: '' }
  for (const type of types) {
    const hostKey = await makeKey({ type })
    hostKeys[type] = hostKey.publicKey
    writeFileSync(join(directory, type), hostKey.privateKey, { mode: 0o600 })
  }
  const authorized = join(directory, 'authorized_keys')
  const authorize = (publicKey: string): void => {
    const command =
      options.forcedCommand === undefined
        ? ''
        : `command="${options.forcedCommand.replaceAll('"', '\\"')}",restrict `
    writeFileSync(authorized, `${command}${publicKey}\n`, { flag: 'a' })
  }
  authorize(key.publicKey)

  const port = await freePort()
  const lines = configOf(directory, { port, types, extra: options.config ?? [] })
  writeFileSync(join(directory, 'sshd_config'), lines)
  const child = spawn(
    'sh',
    ['-c', UNTIL_WE_END, 'sh', program, '-D', '-e', '-f', join(directory, 'sshd_config')],
    {
      stdio: ['pipe', 'ignore', 'pipe'],
    },
  )
  const listener = (): number => serversBelow(child.pid ?? 0)[0] ?? 0
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
  await listening(listener, () => log)
  return {
    host: '127.0.0.1',
    port,
    user: userInfo().username,
    key,
    hostKeys,
    knownHosts: types.map((type) => `[127.0.0.1]:${port} ${hostKeys[type]}\n`).join(''),
    authorize,
    connections: () => childrenOf(listener()),
    signal: (name) => {
      for (const pid of serversBelow(listener())) kill(pid, name)
    },
    log: () => log,
    [Symbol.asyncDispose]: async () => {
      for (const pid of [...serversBelow(child.pid ?? 0), child.pid ?? 0]) kill(pid, 'SIGKILL')
      if (child.exitCode === null && child.signalCode === null)
        await new Promise((resolve) => child.once('exit', resolve))
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function sshdProgram(): string {
  const program = ['/usr/sbin/sshd', '/usr/bin/sshd'].find((path) => existsSync(path))
  if (program === undefined)
    throw new Error('These tests need the server of OpenSSH: sudo apt-get install -y openssh-server')
  // What it changes into before somebody is logged in; made by its service, which need not run here.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  return program
}

function configOf(
  directory: string,
  { port, types, extra }: { port: number; types: readonly HostKeyType[]; extra: readonly string[] },
): string {
  return [
    ...extra,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...types.map((type) => `HostKey ${join(directory, type)}`),
    `AuthorizedKeysFile ${join(directory, 'authorized_keys')}`,
    `PidFile ${join(directory, 'pid')}`,
    'StrictModes no',
    'UsePAM no',
    'UseDNS no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PrintMotd no',
    'LogLevel VERBOSE',
    '',
  ].join('\n')
}

async function listening(listener: () => number, log: () => string): Promise<void> {
  for (const end = performance.now() + 10_000; !log().includes('Server listening');) {
    const ended = log() !== '' && listener() === 0
    if (ended || performance.now() > end) throw new Error(`sshd did not start:\n${log()}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** One that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port')
  return address.port
}
