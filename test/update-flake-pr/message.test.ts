import { describe, expect, test } from '@jest/globals'
import type { Reference } from '../../actions/update-flake-pr/facts.ts'
import { messageOf, type Signer } from '../../actions/update-flake-pr/message.ts'
import { added, flake, follower, input, NEW, OLD, removed, updated } from './bodyscene.ts'

const BOT: Signer = { login: 'acme[bot]', id: 41, serverUrl: 'https://github.com' }
const SIGNED = 'Signed-off-by: acme[bot] <41+acme[bot]@users.noreply.github.com>'
const BULLET = [
  "• Updated input 'nixpkgs':",
  `    'github:NixOS/nixpkgs/${OLD}' (2026-11-08)`,
  `  → 'github:NixOS/nixpkgs/${NEW}' (2026-11-20)`,
].join('\n')
const LIST = `Flake lock file updates:\n\n${BULLET}`

/** The lines that say what an added input is. */
function addedAs(given: Partial<Reference>, path = 'a'): string {
  return messageOf('t', [flake([added(path, input(path, { lastModified: 0, ...given }))])])
}

describe('the commit message', () => {
  const updates = [flake([updated('nixpkgs')])]

  test('has the list of changes as Nix writes it', () => {
    expect(messageOf('flake.lock: update {inputs}', updates)).toBe(`flake.lock: update nixpkgs\n\n${LIST}`)
  })

  test('keeps what the template says further', () => {
    expect(messageOf('a\r\n\r\nWhy {inputs}\r\nmoved\r\n', updates)).toBe(
      `a\n\nWhy nixpkgs\nmoved\n\n${LIST}`,
    )
  })

  test('ends with the trailers', () => {
    expect(messageOf('a', updates, BOT)).toBe(`a\n\n${LIST}\n\n${SIGNED}`)
    expect(messageOf('a\n\nWords\n \n\nChange: deps\nOf: {inputs}', updates, BOT)).toBe(
      `a\n\nWords\n\n${LIST}\n\nChange: deps\nOf: nixpkgs\n${SIGNED}`,
    )
    expect(messageOf('a\n\nOf: b', updates)).toBe(`a\n\n${LIST}\n\nOf: b`)
  })

  test.each([
    [{ ...BOT, serverUrl: 'https://ghes.example:8443' }, '41+acme[bot]@users.noreply.ghes.example'],
    [{ ...BOT, id: undefined }, 'acme[bot]@users.noreply.github.com'],
  ])('is signed with the address that the server gives: %j', (signer, address) => {
    expect(messageOf('a', updates, signer).endsWith(`\nSigned-off-by: acme[bot] <${address}>`)).toBe(true)
  })

  test('says of several flakes which lock it is', () => {
    const others = [flake([], { flake: 'x' }), flake([removed('b')], { lockPath: 'nix/flake.lock' })]
    expect(messageOf('a', [...updates, ...others])).toBe(
      `a\n\nFlake lock file updates:\n\nflake.lock:\n${BULLET}\nnix/flake.lock:\n• Removed input 'b'`,
    )
  })

  test('says what kind of change it is', () => {
    const retargeted = { ...updated('x'), kind: 'retargeted' as const, to: follower('x', 'a/b') }
    const nothing = { ...updated('y'), to: { ...input('y'), locked: undefined } }
    const message = messageOf('a', [flake([retargeted, nothing, removed('z')])])
    expect(message).toContain("\n• Retargeted input 'x':\n")
    expect(message).toContain("\n  → follows 'a/b'\n")
    expect(message.endsWith("\n  → nothing\n• Removed input 'z'")).toBe(true)
  })

  test('without changes is the template', () => {
    expect(messageOf('a', [flake([])])).toBe('a')
  })
})

describe('a commit message of others’ making', () => {
  test('has its words only where they mean nothing', () => {
    const evil = 'a\n\nSigned-off-by: @e\nfixes #1 [skip ci] GH-2 o/r#3 https://github.com/o/r/issues/4'
    const message = messageOf('{inputs}', [
      flake([added(evil, follower(evil, evil)), removed(evil)], { lockPath: evil }),
    ])
    expect(message).not.toMatch(/[@#[\]]|GH-\d|^Signed|:\/\/|skip-checks:/m)
    expect(message.split('\n')[0]).toBe(
      `a??Signed-off-by? ?e?fixes ?1 ?skip ci? GH?2 o/r?3 https?//github.com/o/r/issue…`,
    )
  })

  test('keeps the login of SSH', () => {
    expect(addedAs({ type: 'git', url: 'ssh://git@a.example/r' })).toContain(
      "'git+ssh://git@a.example/r?rev=",
    )
  })

  test.each<[string, Partial<Reference>, RegExp]>([
    ['second login', { type: 'git', url: 'ssh://git@a.example/@octocat' }, /\/@/],
    ['a mention', { owner: '@octocat', repo: 'x' }, /[^\w]@/],
    ['a reference', { owner: 'o', repo: 'r#1' }, /#/],
    ['a new line', { owner: 'o', repo: 'r\n\nSigned-off-by: e' }, /^Signed/m],
    ['number', { type: 'git', url: 'https://a.example/GH-1' }, /GH-1/],
    ['address of an issue', { type: 'git', url: 'https://github.com/o/r/issues/1' }, /issues/],
    ['address of a commit', { type: 'git', url: 'https://github.com/o/r/commit/abc' }, /commit/],
    ['half a character', { owner: 'o', repo: 'r\ud800' }, /\ud800/],
  ])('has no %s in a flake reference', (_, given, evil) => {
    expect(addedAs(given)).not.toMatch(evil)
  })

  test('names what has no address of its own', () => {
    expect(addedAs({ rev: undefined })).toMatch(/^ {4}'github:NixOS\/nixpkgs[^' ]*'$/m)
  })

  test('stays short, and says how much is missing', () => {
    const changes = Array.from({ length: 2_000 }, (_, at) => updated(`input-${at}`))
    const message = messageOf(`a\n${'ü'.repeat(40_000)}`, [flake(changes)], BOT)
    expect(Buffer.byteLength(message)).toBeLessThan(30_000)
    const shown = message.match(/• Updated/g)?.length ?? 0
    expect(message.endsWith(`\n• ${2_000 - shown} more\n\n${SIGNED}`)).toBe(true)
  })
})
