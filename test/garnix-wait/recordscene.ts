/** A commit on the default branch of a fake GitHub, its closure in a cache, and the bundle that records it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NOTES } from '../../actions/garnix-wait/notes.ts'
import type { StorePath } from '../../actions/garnix-wait/storepath.ts'
import { type BinaryCache, storePath } from '../support/binarycache.ts'
import { exportTo } from '../support/github/export.ts'
import type { FakeGitHub } from '../support/github/server.ts'
import type { ActionRun } from '../support/run-action.ts'
import { inCaches, ROOT, runWait } from './bundlescene.ts'

export const REF = `refs/${NOTES}`
export const OTHER = storePath('nixos-system-vps-arm-26.12')

/** As if it were new; gives the commit. */
export function seeded(github: FakeGitHub): string {
  github.verify()
  github.state.clear()
  github.exchanges.length = 0
  github.disturb = () => undefined
  github.remaining = 1_000
  return github.state.seed({ 'flake.nix': '{ }' })
}

/** Notes as somebody else pushes them, by their paths. */
export function pushNotes({ state }: FakeGitHub, files: Readonly<Record<string, string>>): string {
  const parents = [state.refs.get(REF)].filter((oid) => oid !== undefined)
  const oid = state.commit({ parents, files })
  state.setRef(REF, oid, 'alice')
  return oid
}

/** Where a note stands that is not flat. */
export function fannedOut(sha: string): string {
  return `${sha.slice(0, 2)}/${sha.slice(2)}`
}

export function commitsOfNotes({ state }: FakeGitHub): number {
  return state.git.ancestorsOf(state.refs.get(REF) ?? '').size
}

export interface Recording {
  readonly github: FakeGitHub
  readonly cache: Pick<BinaryCache, 'url'>
  readonly sha: string
}

type Texts = Readonly<Record<string, string>>

export async function runRecord({ github, cache, sha }: Recording, inputs: Texts = {}): Promise<ActionRun> {
  const given = { ...inCaches(cache), 'store-paths': `vps-arm=${ROOT}`, sha, record: 'true', ...inputs }
  return runWait(given, {
    GITHUB_API_URL: github.url,
    GITHUB_SERVER_URL: 'https://GitHub.com',
    GITHUB_REPOSITORY: 'Acme/Infra',
    GITHUB_EVENT_NAME: 'push',
  })
}

export const lineFor = (path: StorePath, configuration = 'vps-arm') => `${configuration} ${path}`

/** A real repository that has all that GitHub has. */
export class Clone implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'nix-vps-notes-'))

  constructor({ state }: FakeGitHub) {
    execFileSync('git', ['init', '-q', this.folder])
    exportTo(this.folder, state)
    this.git('fsck', '--strict', '--no-dangling')
  }

  git(...argv: string[]): string {
    return execFileSync('git', ['-C', this.folder, ...argv], { encoding: 'utf8', stdio: 'pipe' })
  }

  /** `''` if there is none. */
  note(sha: string): string {
    const argv = ['-C', this.folder, 'notes', '--ref=nixos-closures', 'show', sha]
    return spawnSync('git', argv, { encoding: 'utf8' }).stdout
  }

  /** Whether OpenSSH takes a signature for one over this message by the only allowed signer. */
  isSigned(signature: string, message: string, publicKey: string): boolean {
    const [signers, file] = [join(this.folder, 'signers'), join(this.folder, 'signature')]
    writeFileSync(signers, `ci@example.org namespaces="nixos-closures" ${publicKey}\n`)
    const lines = signature.replace(/.{70}/g, '$&\n')
    writeFileSync(file, `-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`)
    const argv = ['-Y', 'verify', '-f', signers, '-I', 'ci@example.org', '-n', 'nixos-closures', '-s', file]
    return spawnSync('ssh-keygen', argv, { input: message }).status === 0
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true })
  }
}

/** What is said of the store path of a configuration, as the host reads it. */
export const messageFor = (sha: string, path: string = ROOT, configuration = 'vps-arm') =>
  `https://github.com/acme/infra\n${sha}\n${configuration}\n${path}\n`
