import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { diskOf } from './disk.ts'
import type { Disk } from './disk.ts'
import { hold, until } from './holder.ts'
import type { Lifetime } from './holder.ts'
import { installHostHalf, withHostHalf } from './hosthalf.ts'
import { layers, publicKeys } from './layers.ts'
import type { Layers } from './layers.ts'
import { installLoader } from './loader.ts'
import type { LoaderKind } from './loader.ts'
import { boot, consoleText, hasFile, inside, leaderOf, onDisk, powerOff } from './machine.ts'
import { network, power } from './power.ts'
import type { Network, Power } from './power.ts'
import type { Finished, RunOptions } from './process.ts'
import { fastImportStream, toyFiles } from './repository.ts'
import { requireMachine } from './requirements.ts'
import { claimSlot, endSlot, findSlot } from './slots.ts'
import type { Slot } from './slots.ts'
import { systemFiles } from './system.ts'
import type { RepositoryFile, SystemSpec } from './system.ts'

export type { Disk } from './disk.ts'
export type { SystemSpec } from './system.ts'
export { service } from './system.ts'

export interface BoxOptions {
  /** Default: one that no other box has. */
  readonly name?: string
  /** Default `owned`: the box ends with this process. `detached`: with `down`. */
  readonly lifetime?: Lifetime
  /** `false`: without the host half of the deploy. */
  readonly hostHalf?: boolean
  /** Default `simple`. */
  readonly loader?: LoaderKind
  /** What another box had on its disk, loader and host half included. Default: a first system, just installed. */
  readonly disk?: Disk
  /** Told what takes long. */
  readonly say?: (text: string) => void
}

interface CommitOptions {
  /** Default `main`. */
  readonly branch?: string
  /** Revision or branch; default: the tip of `main`. */
  readonly parent?: string
  readonly message?: string
}

/** A whole Linux host with systemd, sshd, git, Nix, a NixOS-like system and the host half of the deploy. */
export interface Box extends AsyncDisposable, Power, Network {
  readonly name: string
  readonly address: string
  /** The other end of its only cable. */
  readonly machineAddress: string
  readonly sshPort: number
  /** `known_hosts` lines of all its host keys: ed25519, ecdsa, rsa. */
  readonly hostKeys: readonly string[]
  /** The ed25519 one, as `known_hosts` line and as `SHA256:…`. */
  readonly hostKey: string
  readonly fingerprint: string
  /** Private keys: of the forced command, of root, and of a user who may only forward ports. */
  readonly deployKey: string
  readonly adminKey: string
  readonly jumpKey: string
  readonly deployKeyFile: string
  readonly adminKeyFile: string
  /** As root inside; a string is run by sh. Ends with the program's exit code, whatever it is. */
  run(command: readonly string[] | string, options?: RunOptions): Promise<Finished>
  /** As `run`, but the program has to succeed; its stdout without the last line end. */
  must(command: readonly string[] | string, options?: RunOptions): Promise<string>
  /** Waits until a file is there, with this text in it, over any number of boots; no link in its path may be absolute. */
  waitFor(path: string, text?: string, timeoutMs?: number): Promise<void>
  /** Files of the box, also while it is switched off. */
  read(path: string): Promise<string>
  write(path: string, text: string): Promise<void>
  /** Puts a system on a branch of the repository the host deploys from; returns the revision. */
  commit(spec: SystemSpec, options?: CommitOptions): Promise<string>
  /** Switches it off for good: other boxes can begin with its disk, for as long as it is not disposed of. */
  freeze(): Promise<Disk>
  /** Copies the host half of the checkout into it, again. */
  install(): Promise<void>
  /** Console and journal, for a test that failed. */
  logs(): Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

/** Boots a box; about a second, and a minute more when its tree is not in the cache yet. */
export async function bootBox(options: BoxOptions = {}): Promise<Box> {
  await requireMachine()
  const made = await layers(options.say)
  const name = options.name ?? randomUUID()
  const slot = await claimSlot(name)
  try {
    await hold(slot, options.disk ?? (await newDisk(made, options)), options.lifetime ?? 'owned')
    if (options.loader !== undefined) await installLoader(slot, options.loader)
    await boot(slot)
  } catch (error) {
    await endSlot(slot)
    throw error
  }
  return boxIn(slot, made)
}

async function newDisk({ lower }: Layers, { hostHalf = true }: BoxOptions): Promise<Disk> {
  return hostHalf ? withHostHalf(lower) : lower
}

/** A box that is up already, by name. */
export async function openBox(name: string): Promise<Box> {
  const slot = findSlot(name)
  if (slot === undefined) throw new Error(`No box named '${name}' is up.`)
  return boxIn(slot, await layers())
}

function boxIn(slot: Slot, { keys, hostKeys }: Layers): Box {
  const execute = (command: readonly string[] | string, options?: RunOptions): Promise<Finished> =>
    (leaderOf(slot) === undefined ? onDisk : inside)(slot, argvOf(command), options)
  const succeed = async (command: readonly string[] | string, options?: RunOptions): Promise<string> => {
    const { code, stdout, stderr } = await execute(command, options)
    if (code !== 0)
      throw new Error(`In the box, '${String(command)}' ended with ${code}:\n${stdout}${stderr}`)
    return stdout.trimEnd()
  }
  const read = async (path: string): Promise<string> => {
    const leader = leaderOf(slot)
    return succeed(['cat', path]).catch((error: unknown) => {
      // It was switched off or on meanwhile.
      if (leaderOf(slot) !== leader) return read(path)
      throw error
    })
  }
  const key = (name: string) => readFileSync(join(keys, name), 'utf8')
  const lines = hostKeys.map((line) => `${slot.address} ${line.split(' ').slice(0, 2).join(' ')}`)
  return {
    name: slot.name,
    address: slot.address,
    machineAddress: slot.machineAddress,
    sshPort: 22,
    hostKeys: lines,
    hostKey: lines[0] ?? '',
    fingerprint: fingerprintOf(hostKeys[0] ?? ''),
    deployKey: key('deploy'),
    adminKey: key('admin'),
    jumpKey: key('jump'),
    deployKeyFile: join(keys, 'deploy'),
    adminKeyFile: join(keys, 'admin'),
    run: execute,
    must: succeed,
    async waitFor(path, text = '', timeoutMs = 60_000) {
      if (await until(timeoutMs, () => hasFile(slot, path, text))) return
      throw new Error(
        `In the box, ${path} did not come within ${timeoutMs} ms${text && `, with '${text}' in it`}.`,
      )
    },
    read,
    async write(path, text) {
      await succeed(['sh', '-c', 'cat >"$0"', path], { input: text })
    },
    commit: (spec, options) => commit(succeed, systemFiles(spec, publicKeys(keys), toyFiles()), options),
    ...power(slot),
    ...network(slot),
    async freeze() {
      await powerOff(slot)
      return diskOf(slot)
    },
    install: () => installHostHalf(slot),
    logs: async () => `${consoleText(slot)}\n${(await execute(['journalctl', '--no-pager', '-b'])).stdout}`,
    [Symbol.asyncDispose]: () => endSlot(slot),
  }
}

type Succeed = Box['must']

async function commit(
  succeed: Succeed,
  files: Readonly<Record<string, RepositoryFile>>,
  { branch = 'main', parent = 'main', message = 'Another system' }: CommitOptions = {},
): Promise<string> {
  const git = ['git', '-C', '/srv/repo.git']
  const from = await succeed([...git, 'rev-parse', '--verify', parent])
  const input = fastImportStream({ files, message, branch, parent: from })
  await succeed([...git, 'fast-import', '--quiet', '--force'], { input })
  return succeed([...git, 'rev-parse', branch])
}

function argvOf(command: readonly string[] | string): readonly string[] {
  return typeof command === 'string' ? ['sh', '-c', command] : command
}

function fingerprintOf(publicKey: string): string {
  const blob = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64')
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`
}
