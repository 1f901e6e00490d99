/**
 * A release of Nix in the runner's tool cache. Its programs are started by the loader that comes with them and look for
 * nothing in /nix, so that it takes neither root nor an installation.
 */
import { existsSync } from 'node:fs'
import { chmod, lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { ActionError, messageOf } from '../errors.ts'
import { layoutOf, pinnedRelease, type NixRelease } from '../nixrelease.ts'
import { download } from './download.ts'
import { runProgram } from './process.ts'

interface Started {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const TOOL = 'nix'
const DOWNLOAD = { timeoutMs: 300_000, maxBytes: 536_870_912, pauseMs: 2_000 }
const UNPACK_MS = 300_000
/** Where distributions have the certificates they trust; there an organization adds its own. */
const CERTIFICATES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
]

/** Fetched, checked and unpacked if the cache does not have it; `undefined` = the pinned one. */
export async function installNix(given: NixRelease | undefined, signal: AbortSignal): Promise<Started> {
  const release = given ?? pinned()
  if (process.platform !== 'linux')
    throw new ActionError(
      `There is no Nix that could be installed on ${process.platform}, only on Linux.`,
      HINT,
    )
  if ((process.env['RUNNER_TOOL_CACHE'] ?? '') === '')
    throw new ActionError('RUNNER_TOOL_CACHE is not set: there is no place to install Nix at.', HINT)
  const { find } = await toolCache()
  const known = find(TOOL, versionOf(release))
  return started(known === '' ? await installed(release, signal) : known, release)
}

const HINT = { hint: 'Install Nix in a step before this one.' }

function pinned(): NixRelease {
  const release = pinnedRelease(process.arch)
  if (release !== undefined) return release
  throw new ActionError(`No release of Nix is pinned for ${process.arch}.`, {
    hint: `${HINT.hint} Or give 'nix-url' and 'nix-sha256' of one that runs here.`,
  })
}

/** What tells two releases apart, in the form of a version, which the cache demands. */
function versionOf({ url, sha256 }: NixRelease): string {
  return `${/nix-(\d+\.\d+\.\d+)/.exec(url)?.[1] ?? '0.0.0'}-sha256-${sha256}`
}

function toolCache() {
  return import(/* webpackMode: "eager" */ '@actions/tool-cache')
}

async function installed(release: NixRelease, signal: AbortSignal): Promise<string> {
  await checkPrograms(signal)
  const scratch = await mkdtemp(join(process.env['RUNNER_TEMP'] ?? tmpdir(), 'nix-release-'))
  try {
    const tarball = join(scratch, 'nix.tar.xz')
    await download(release, tarball, { ...DOWNLOAD, signal })
    await unpack(tarball, scratch, signal)
    await rm(tarball)
    const { cacheDir } = await toolCache()
    return await cacheDir(scratch, TOOL, versionOf(release))
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ActionError)
      throw new ActionError(`Nix could not be installed: ${error.message}`, { ...HINT, cause: error })
    throw new ActionError(`Nix could not be installed: ${messageOf(error)}.`, { ...HINT, cause: error })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function checkPrograms(signal: AbortSignal): Promise<void> {
  for (const program of ['tar', 'xz']) {
    const finished = await runProgram([program, '--version'], { timeoutMs: 30_000, signal })
    if (finished === undefined)
      throw new ActionError(`Nix could not be installed: there is no '${program}' to unpack it with.`, {
        hint: `Install ${program === 'xz' ? 'xz (xz-utils)' : program} in a step before this one, or Nix itself.`,
      })
  }
}

async function unpack(tarball: string, folder: string, signal: AbortSignal): Promise<void> {
  const argv = ['tar', '-xJf', tarball, '-C', folder, '--strip-components=1', '--no-same-owner']
  const finished = await runProgram(argv, { timeoutMs: UNPACK_MS, signal })
  if (finished?.code !== 0)
    throw new ActionError(`its tarball could not be unpacked: ${(finished?.stderr ?? '').trim().slice(-300)}`)
  // What comes out of a store is read-only, and nobody but root could ever remove it.
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o755)
}

async function started(folder: string, { url }: NixRelease): Promise<Started> {
  const store = join(folder, 'store')
  const layout = layoutOf(existsSync(store) ? await filesBelow(store) : [])
  if (layout === undefined)
    throw new ActionError(
      `${url} is no release of Nix for Linux: it lacks store/…-nix-…/bin/nix or its loader.`,
      {
        hint: "'nix-url' is the address of a file like nix-2.34.7-x86_64-linux.tar.xz.",
      },
    )
  const at = (path: string) => join(store, path)
  const argv = [at(layout.loader), '--library-path', layout.libraries.map(at).join(':'), at(layout.nix)]
  const { certificates } = layout
  return { argv, env: trusting(certificates === undefined ? undefined : at(certificates)) }
}

/** Of regular files: what a package links to another lies at that one's place as well. */
async function filesBelow(store: string): Promise<readonly string[]> {
  const paths: string[] = []
  for (const name of (await readdir(store)).toSorted())
    for (const folder of ['bin', 'lib', 'lib64', 'etc/ssl/certs'])
      paths.push(...(await filesIn(join(store, name, folder))))
  return paths.map((path) => relative(store, path))
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const isFolder = await lstat(folder).then(
    (facts) => facts.isDirectory(),
    () => false,
  )
  if (!isFolder) return []
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(folder, entry.name))
}

function trusting(own: string | undefined): Readonly<Record<string, string>> {
  const { NIX_SSL_CERT_FILE, SSL_CERT_FILE } = process.env
  if ((NIX_SSL_CERT_FILE ?? SSL_CERT_FILE ?? '') !== '') return {}
  const file = CERTIFICATES.find((path) => existsSync(path)) ?? own
  return file === undefined ? {} : { NIX_SSL_CERT_FILE: file }
}
