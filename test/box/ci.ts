// A CI that builds commits elsewhere, uploads and signs what it has built, and writes it down in git notes.
import type { Box, SystemSpec } from './box.ts'
import { serveCache } from './cachehost.ts'
import type { CacheHost } from './cachehost.ts'

const CI = '/srv/ci'
const CACHE = `${CI}/cache`
export const CONFIGURATION = 'vps-arm'
const TOPLEVEL = `nixosConfigurations."${CONFIGURATION}".config.system.build.toplevel`
/** The repository of the box, as signatures name it. */
const REPOSITORY = 'file:///srv/repo'

/** Runs a command as on a machine of its own: its Nix store is another one. */
const elsewhere = `#!/bin/sh
export HOME=${CI}/home PATH=/usr/local/bin:/usr/bin:/bin
exec unshare --mount sh -ec 'mount --bind ${CI}/nix /nix && exec "$@"' sh "$@"
`

/** Keys by whom they belong to: caches sign paths with theirs, whoever records signs lines. */
export type Owner = 'ci' | 'thief'

/** What a line of a note says, and what its signature is made for. */
export interface Claim {
  readonly rev: string
  readonly path: string
  readonly configuration?: string
  readonly repository?: string
  readonly namespace?: string
}

export interface Ci {
  readonly cache: CacheHost
  /** Address and key of the cache, as `caches` of garnix-wait takes them. */
  readonly cacheLine: string
  /** A system whose host deploys what this CI records; `config` and `etc` are merged over it. */
  host(spec?: SystemSpec): SystemSpec
  /** Builds a commit, or another attribute of its flake, and uploads it; the cache's signature may be another's, or lacking. */
  build(rev: string, options?: { signed?: Owner | 'nobody'; attribute?: string }): Promise<string>
  /** Takes a path out of the cache again. */
  withdraw(path: string): Promise<void>
  /** A line of a note; with a signature where somebody signs it. */
  line(claim: Claim, by?: Owner): Promise<string>
  /** Makes these the lines of the commit's note. */
  note(rev: string, ...lines: string[]): Promise<void>
  /** A commit of that system, built and recorded as CI does. */
  recorded(spec: SystemSpec, by?: Owner): Promise<Recorded>
}

export interface Recorded {
  readonly rev: string
  readonly path: string
}

export async function startCi(box: Box): Promise<Ci> {
  await box.must(`mkdir -p ${CI}/nix ${CI}/home ${CACHE} && umask 077
    for owner in ci thief; do
      ssh-keygen -q -t ed25519 -N '' -C $owner -f ${CI}/$owner
      /usr/local/bin/nix key generate-secret --key-name $owner-1 >${CI}/$owner.secret
    done`)
  await box.write(`${CI}/elsewhere`, elsewhere)
  await box.must(`chmod +x ${CI}/elsewhere`)
  const publicKey = await box.must(`/usr/local/bin/nix key convert-secret-to-public <${CI}/ci.secret`)
  const cache = await serveCache(box, CACHE)
  const signers = `ci@example.org ${await box.must(`cut -d' ' -f1,2 ${CI}/ci.pub`)}\n`
  const config = { settleSeconds: 0, resolve: 'recorded', recordedSigners: '/etc/recorded-signers' }
  const trust = { substituters: [cache.url], trustedPublicKeys: [publicKey] }
  const ci: Ci = {
    cache,
    cacheLine: `${cache.url} ${publicKey}`,
    host: (spec = {}) => ({
      ...spec,
      config: { ...config, ...trust, ...spec.config },
      etc: { 'recorded-signers': signers, ...spec.etc },
    }),
    build: (rev, options) => build(box, rev, options),
    async withdraw(path) {
      await box.must(['rm', `${CACHE}/${path.slice('/nix/store/'.length).slice(0, 32)}.narinfo`])
    },
    line: (claim, by) => lineOf(box, claim, by),
    async note(rev, ...lines) {
      const input = lines.map((line) => `${line}\n`).join('')
      await box.must([...git, 'notes', '--ref=nixos-closures', 'add', '--force', '--file=-', rev], { input })
    },
    async recorded(spec, by) {
      const rev = await box.commit(ci.host(spec))
      const path = await ci.build(rev)
      await ci.note(rev, await ci.line({ rev, path }, by))
      return { rev, path }
    },
  }
  return ci
}

const git = ['git', '-C', '/srv/repo.git', '-c', 'user.name=CI', '-c', 'user.email=ci@example.org']

async function build(
  box: Box,
  rev: string,
  { signed = 'ci', attribute = TOPLEVEL }: { signed?: Owner | 'nobody'; attribute?: string } = {},
): Promise<string> {
  const flake = `git+file:///srv/repo.git?rev=${rev}&allRefs=1&dir=nix#${attribute}`
  const path = await box.must([`${CI}/elsewhere`, 'nix', 'build', '--no-link', '--print-out-paths', flake])
  const key = signed === 'nobody' ? '' : `&secret-key=${CI}/${signed}.secret`
  await box.must([`${CI}/elsewhere`, 'nix', 'copy', '--to', `file://${CACHE}?compression=none${key}`, path])
  return path
}

async function lineOf(box: Box, claim: Claim, by?: Owner): Promise<string> {
  const { rev, path, configuration = CONFIGURATION, repository = REPOSITORY } = claim
  const line = `${configuration} ${path}`
  if (by === undefined) return line
  const input = `${repository}\n${rev}\n${configuration}\n${path}\n`
  const sign = `ssh-keygen -q -Y sign -n ${claim.namespace ?? 'nixos-closures'} -f ${CI}/${by}`
  const armored = await box.must(sign, { input })
  return `${line} ${armored.split('\n').slice(1, -1).join('')}`
}
