/** Signs a closure and pushes it to a cache. What is not signed does not get there. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ActionError } from '../../../actions/shared/errors.ts'
import type { ReadInput } from '../../../actions/shared/ports.ts'
import type { RunnerLog } from '../../../actions/shared/runnerlog.ts'
import { FEATURES, STORE_PATH } from '../closure-build/build.ts'
import { outputOf } from '../closure-build/program.ts'

/** Those that are masked. */
export const SECRETS = ['signing-key', 'ssh-key', 'netrc', 'aws-secret-access-key', 'token']
const SCHEMES = ['s3:', 'ssh-ng:', 'ssh:', 'https:', 'http:', 'file:']

export interface Place {
  readonly temporary: string
  readonly workspace: string
}

/** @throws ActionError if anything is missing, or failed; a cache that took a part of it keeps that, signed */
export async function push(read: ReadInput, place: Place, log: RunnerLog): Promise<void> {
  if (read('push-command') !== '') return pushByCommand(read, place, log)
  const cache = cacheOf(read)
  if (read('signing-key') === '')
    throw new ActionError('Secret CACHE_SIGNING_KEY is empty, and nothing is pushed unsigned.', {
      hint: "Make it by 'nix key generate-secret --key-name cache.example.org-1', and a secret of it.",
    })
  const folder = mkdtempSync(join(place.temporary, 'push-'))
  try {
    chmodSync(folder, 0o700)
    await signAndCopy(read, { cache, folder }, log)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Target {
  readonly cache: string
  /** For keys; nobody else's. */
  readonly folder: string
}

async function signAndCopy(read: ReadInput, { cache, folder }: Target, log: RunnerLog): Promise<void> {
  const file = (name: string): string => {
    const path = join(folder, name)
    writeFileSync(path, `${read(name)}\n`, { mode: 0o600 })
    return path
  }
  const nix = (args: readonly string[], failure: string, more = {}) =>
    outputOf({ argv: ['nix', ...FEATURES, ...args], failure, ...more }, log)
  const path = read('path')
  if (!STORE_PATH.test(path)) throw new ActionError(`'path' is '${path}', expected a store path.`)
  const env = { ...awsOf(read), ...sshOf(read, cache, file) }

  const key = await nix(['key', 'convert-secret-to-public'], 'CACHE_SIGNING_KEY is no key of nix', {
    input: read('signing-key'),
  })
  await nix(
    ['store', 'sign', '--key-file', file('signing-key'), '--recursive', path],
    `${path} could not be signed`,
  )
  // Everything by this key, or content-addressed: what a host demands.
  const demanded = ['--sigs-needed', '1', '--trusted-public-keys', key.trim()]
  await nix(
    ['store', 'verify', '--no-contents', ...demanded, '--recursive', path],
    `${path} is not signed as a whole`,
  )
  const netrc = read('netrc') === '' ? [] : ['--netrc-file', file('netrc')]
  await nix(['copy', ...netrc, '--to', cache, path], `${path} could not be pushed to ${cache}`, { env })
  log.info(`${path} is in ${cache}, signed by ${key.trim()}`)
}

function cacheOf(read: ReadInput): string {
  const cache = read('cache')
  const url = URL.canParse(cache) ? new URL(cache) : undefined
  if (url === undefined || !SCHEMES.includes(url.protocol) || /\s/.test(cache))
    throw new ActionError(
      `'cache' is '${cache}', expected an address that begins with ${SCHEMES.join('//, ')}//.`,
    )
  // It is seen by whoever sees the list of processes, and the log.
  if (holdsSecret(url))
    throw new ActionError("'cache' holds a key or a login, which everybody who sees the run can read.", {
      hint: 'Put the key into the secret CACHE_SIGNING_KEY and a login into CACHE_NETRC, and make new ones.',
    })
  return cache
}

function holdsSecret({ protocol, username, password, searchParams }: URL): boolean {
  const isLogin = password !== '' || (protocol.startsWith('http') && username !== '')
  return isLogin || searchParams.has('secret-key')
}

function awsOf(read: ReadInput): Record<string, string> {
  const id = read('aws-access-key-id')
  return id === '' ? {} : { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: read('aws-secret-access-key') }
}

/** There is no trust on first use. */
function sshOf(read: ReadInput, cache: string, file: (name: string) => string): Record<string, string> {
  if (!cache.startsWith('ssh')) return {}
  const missing = ['ssh-key', 'known-hosts'].filter((name) => read(name) === '')
  if (missing.length > 0)
    throw new ActionError(`${cache} needs ${missing.join(' and ')}, which the workflow does not have.`, {
      hint: "They are the secret CACHE_SSH_KEY and the input 'cache-known-hosts', lines of known_hosts.",
    })
  const options = [
    'StrictHostKeyChecking=yes',
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    `UserKnownHostsFile=${file('known-hosts')}`,
  ]
  return { NIX_SSHOPTS: ['-i', file('ssh-key'), ...options.flatMap((one) => ['-o', one])].join(' ') }
}

/** For caches that sign what they are given, by a program of their own. */
async function pushByCommand(read: ReadInput, { workspace }: Place, log: RunnerLog): Promise<void> {
  const token = read('token')
  const env = { CLOSURE: read('path'), ...(token === '' ? {} : { CACHE_TOKEN: token }) }
  const argv = ['bash', '-euo', 'pipefail', '-c', `exec 1>&2\n${read('push-command')}`] as const
  await outputOf({ argv, cwd: workspace, env, failure: "'push-command' failed" }, log)
}
