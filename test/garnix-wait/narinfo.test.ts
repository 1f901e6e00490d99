import { describe, expect, test } from '@jest/globals'
import { parseCache } from '../../actions/garnix-wait/caches.ts'
import { parseNarInfo } from '../../actions/garnix-wait/narinfo.ts'
import { whyUntrusted } from '../../actions/garnix-wait/signature.ts'
import { parseStorePath } from '../../actions/garnix-wait/storepath.ts'
import { parseTrustedKey } from '../../actions/garnix-wait/trustedkey.ts'
import { narInfoText, newSigningKey, storePath } from '../support/binarycache.ts'
import { CURL, HELLO, RIPGREP, narInfoOf } from './narinfos.ts'

const NIXOS = parseCache('https://cache.nixos.org', []).keys
const PATH = storePath('one-1.0')
const OTHER = storePath('other-1.0')
const KEY = newSigningKey('mine-1')
const TEXT = narInfoText({ path: PATH, references: [OTHER, PATH], narSize: 5 * 2 ** 30, fileSize: 2 ** 30 }, [
  KEY,
])

describe('a narinfo', () => {
  test('is read', () => {
    const info = parseNarInfo(TEXT, PATH)
    expect(info).toMatchObject({ path: PATH, narSize: 5 * 2 ** 30, fileSize: 2 ** 30, ca: '' })
    expect(info.references).toEqual([OTHER, PATH])
    expect(info.signatures).toHaveLength(1)
    expect(info.narHash).toHaveLength(52)
  })

  test('may say less, and more', () => {
    const text = TEXT.replace(/^(FileSize|FileHash|Compression|References|Sig):.*\n/gm, '')
    const info = parseNarInfo(`${text}Novelty: of: some kind\n`, PATH)
    expect(info).toMatchObject({ fileSize: undefined, references: [], signatures: [] })
  })

  test.each([
    ['References: ', 'References:'],
    ['FileSize: 0', 'FileSize: 0'],
  ])('may be empty at %j', (_, line) => {
    const text = TEXT.replace(new RegExp(`^${line.split(':')[0]}:.*$`, 'm'), line)
    expect(() => parseNarInfo(text, PATH)).not.toThrow()
  })

  test('lists each reference once', () => {
    const text = TEXT.replace(/^References: (.*)$/m, 'References: $1  $1')
    expect(parseNarInfo(text, PATH).references).toEqual([OTHER, PATH])
  })

  test.each([
    ['an HTML page', '<!DOCTYPE html>\n<html>\n', "it is no narinfo: it holds the line '<!DOCTYPE html>'"],
    ['nothing', '', 'its narinfo has no StorePath'],
    ['one that breaks off', TEXT.slice(0, -5), 'it is no narinfo: its last line is not whole'],
    [
      'another path',
      TEXT.replaceAll('one', 'two'),
      `it describes another path, '${storePath('one-1.0').replace('one', 'two')}'`,
    ],
    ['one with Windows line ends', TEXT.replaceAll('\n', '\r\n'), `it describes another path, '${PATH}?'`],
    ['one without URL', TEXT.replace(/^URL.*\n/m, ''), 'its narinfo has no URL'],
    ['one without NarHash', TEXT.replace(/^NarHash.*\n/m, ''), 'its narinfo has no NarHash'],
    [
      'bad base 32',
      TEXT.replace(/^NarHash: .{12}/m, 'NarHash: sha256:eeee'),
      /^its narinfo has the NarHash 'sha256:eeee/,
    ],
    [
      'another hash',
      TEXT.replace(/^NarHash.*$/m, 'NarHash: md5:d41d8cd98f00b204e9800998ecf8427e'),
      /^its narinfo has the NarHash 'md5:/,
    ],
    ['one without size', TEXT.replace(/^NarSize.*\n/m, ''), 'its narinfo has no NarSize'],
    ['size 0', TEXT.replace(/^NarSize.*$/m, 'NarSize: 0'), "its narinfo has the NarSize '0'"],
    ['a size below 0', TEXT.replace(/^NarSize.*$/m, 'NarSize: -7'), "its narinfo has the NarSize '-7'"],
    ['a size beyond numbers', TEXT.replace(/^NarSize.*$/m, 'NarSize: 9999999999999999'), /NarSize '9999/],
    [
      'a FileSize that is none',
      TEXT.replace(/^FileSize.*$/m, 'FileSize: much'),
      "its narinfo has the FileSize 'much'",
    ],
    [
      'a reference elsewhere',
      TEXT.replace(/^References: .*$/m, 'References: ../../etc/passwd'),
      "its narinfo has the reference '../../etc/passwd'",
    ],
    ['two lists of references', `${TEXT}References: \n`, 'its narinfo has several lists of references'],
    ['a long line', `${'a'.repeat(500)}\n`, `it is no narinfo: it holds the line '${'a'.repeat(80)}…'`],
    ['commands to the runner', '\u001b[31mred\n', "it is no narinfo: it holds the line '?[31mred'"],
  ])('is not made of %s', (_, text, words) => {
    expect(() => parseNarInfo(text, PATH)).toThrow(words)
  })
})

describe('the signature', () => {
  test.each([HELLO, CURL, RIPGREP])('of a path of cache.nixos.org is right: %#', async (vector) => {
    expect(await whyUntrusted(narInfoOf(vector), NIXOS)).toBeUndefined()
  })

  test.each([
    ['size', HELLO.text.replace('205968', '205969')],
    ['hash', HELLO.text.replace('1mi14', '1mi15')],
    ['references', HELLO.text.replace('9df65', '9df66')],
  ])('is wrong for another %s', async (_, text) => {
    expect(await whyUntrusted(parseNarInfo(text, parseStorePath(HELLO.path)), NIXOS)).toBe(
      "its signature by 'cache.nixos.org-1' is not one by the key given under that name",
    )
  })

  test('by any of several keys is enough', async () => {
    const keys = [newSigningKey('a-1'), newSigningKey('mine-1'), KEY].map((key) =>
      parseTrustedKey(key.trusted),
    )
    expect(await whyUntrusted(parseNarInfo(TEXT, PATH), keys)).toBeUndefined()
    expect(await whyUntrusted(parseNarInfo(TEXT, PATH), keys.slice(0, 2))).toMatch(
      /is not one by the key given/,
    )
  })

  test('of a key under another name is of nobody who is trusted', async () => {
    const renamed = parseTrustedKey(KEY.trusted.replace('mine-1', 'other-1'))
    expect(await whyUntrusted(parseNarInfo(TEXT, PATH), [renamed, renamed])).toBe(
      "it is signed by 'mine-1', and the keys given are 'other-1'",
    )
    expect(await whyUntrusted(parseNarInfo(TEXT, PATH), [])).toBe(
      "it is signed by 'mine-1', and no key is given",
    )
  })

  test.each([
    ['is missing', '', 'it is signed by nobody'],
    ['is empty', 'Sig: mine-1:\n', /is not one by the key given/],
    ['is too short', 'Sig: mine-1:AAAA\n', /is not one by the key given/],
    ['has no name', 'Sig: AAAA\n', "it is signed by '', and the keys given are 'mine-1'"],
    [
      'comes after thousands of others',
      `${'Sig: mine-1:AAAA\n'.repeat(20)}${/^Sig.*\n/m.exec(TEXT)?.[0]}`,
      /is not one/,
    ],
  ])('that %s is none', async (_, lines, words) => {
    const text = TEXT.replace(/^Sig.*\n/m, lines)
    expect(await whyUntrusted(parseNarInfo(text, PATH), [parseTrustedKey(KEY.trusted)])).toMatch(words)
  })

  test('is not needed where the path follows from its content', async () => {
    const leaf = parseStorePath('/nix/store/qyiban5iw6sd0xl4kihw5xk5vsw2fk5c-leaf')
    const text = narInfoText({ path: leaf, references: [] })
    const ca = 'text:sha256:1qk8b06d7jxmgknv5x60n9b5y9hp8nnz98126cpmp8y7y34vml16'
    expect(await whyUntrusted(parseNarInfo(`${text}CA: ${ca}\n`, leaf), [])).toBeUndefined()
  })
})
