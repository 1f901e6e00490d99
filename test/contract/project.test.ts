/** Who the project is, stands in one constant: whatever else names owner and repository, or a version, is held to it. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { MAJOR, REPOSITORY } from '../../actions/shared/project.ts'
import { root } from '../support/manifest.ts'

const MADE = /^(?:dist\/|package-lock\.json$|.*\.png$)/
const [OWNER = '', NAME = ''] = REPOSITORY.split('/')

const files = listed().filter((path) => !MADE.test(path))
const texts = new Map(files.map((path) => [path, readFileSync(join(root, path), 'utf8')]))

function listed(): readonly string[] {
  const argv = ['-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const { stdout } = spawnSync('git', argv, { encoding: 'utf8' })
  return stdout.split('\0').filter((path) => path !== '' && existsSync(join(root, path)))
}

/** Every match of a pattern's first group, with the file it stands in. */
function found(pattern: RegExp, paths: readonly string[] = files): readonly (readonly [string, string])[] {
  return paths.flatMap((path) =>
    [...(texts.get(path) ?? '').matchAll(pattern)].map(([, group = '']) => [path, group] as const),
  )
}

describe('owner and name', () => {
  // As GitHub is addressed: by URL, as a flake, as an action or a workflow, and by ssh.
  const addressed = found(
    new RegExp(
      `(?:github\\.com[/:]|githubusercontent\\.com/|github:|uses: |--repo )([\\w.-]+/${NAME})(?![\\w-])`,
      'g',
    ),
  )

  test('are those of the constant, however they are written', () => {
    expect(addressed.length).toBeGreaterThan(20)
    expect(addressed.filter(([, name]) => name !== REPOSITORY)).toEqual([])
  })

  test.each([
    'package.json',
    'README.md',
    '.github/SECURITY.md',
    '.github/CONTRIBUTING.md',
    '.github/ISSUE_TEMPLATE/config.yml',
    'CHANGELOG.md',
    '.github/workflows/published.yml',
    'actions/deploy-nixos/README.md',
    'actions/garnix-wait/README.md',
    'actions/update-flake-pr/README.md',
    'nix/options.nix',
    'nix/README.md',
    'nix/templates/server/flake.nix',
    'nix/templates/server/.github/workflows/deploy.yml',
  ])('stand in %s', (path) => {
    expect(texts.get(path)).toContain(REPOSITORY)
  })

  test('are written out in the code of the actions once', () => {
    const code = files.filter((path) => /^actions\/.*\.ts$/.test(path))
    expect(found(new RegExp(`(${OWNER}/)`, 'gi'), code)).toEqual([['actions/shared/project.ts', `${OWNER}/`]])
  })
})

describe('versions', () => {
  const manifest = JSON.parse(texts.get('package.json') ?? '') as { version: string; repository: string }

  test('of this project are the major, or the release that this is', () => {
    const versions = found(
      new RegExp(`(?<!--cert-identity \\S*)${REPOSITORY}[^\\s@'"\`]*@([^\\s'"\`)]+)`, 'g'),
    )
    expect(versions.length).toBeGreaterThan(5)
    expect(versions.filter(([, version]) => ![MAJOR, `v${manifest.version}`].includes(version))).toEqual([])
  })

  test('of links into this project are the major or main', () => {
    const refs = found(new RegExp(`github\\.com/${REPOSITORY}/(?:blob|tree)/([^/\\s]+)/`, 'g'))
    const exact = refs.filter(([path]) => !/\.(?:nix|ts)$/.test(path)).map(([, ref]) => ref)
    expect(exact.filter((ref) => ![MAJOR, 'main'].includes(ref))).toEqual([])
  })

  test('that are verified were attested by the release workflow of main, and of no other branch', () => {
    const workflow = `https://github.com/${REPOSITORY}/.github/workflows/release.yml@refs/heads/main`
    const verified = found(/gh attestation verify (.+)/g, ['README.md', '.github/workflows/published.yml'])
    expect(verified.map(([, options]) => options.replace(/^\S+ /, ''))).toEqual(
      verified.map(() => `--repo ${REPOSITORY} --cert-identity ${workflow}`),
    )
    expect(verified).toHaveLength(2)
  })

  test('of packages agree', () => {
    const host = found(/^VERSION = '(.+)'$/gm, ['nix/vps-deploy/vps_deploy/__init__.py'])
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { version: string }
    expect(lock.version).toBe(manifest.version)
    expect(host.map(([, version]) => version)).toEqual([manifest.version])
    expect(manifest.repository).toBe(`github:${REPOSITORY}`)
  })
})

describe("others' actions", () => {
  const used = found(/\buses: ([^\s$.][^\s]*@[0-9a-f]{40} # v\S+)/g)

  test('have one commit for each version, and one version everywhere', () => {
    expect(used.length).toBeGreaterThan(5)
    const byAction = Map.groupBy(used, ([, uses]) => uses.replace(/@.*/, ''))
    const several = [...byAction].filter(([, uses]) => new Set(uses.map(([, each]) => each)).size > 1)
    expect(several).toEqual([])
  })
})
