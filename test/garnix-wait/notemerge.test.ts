import { describe, expect, test } from '@jest/globals'
import { merged, type Writer } from '../../actions/garnix-wait/notemerge.ts'
import { pathNamed, SHA } from './given.ts'

const [A, B] = [pathNamed('a', 'nixos-system-vps'), pathNamed('b', 'nixos-system-vps')]
const WEB = pathNamed('w', 'nixos-system-web')
const VPS = { configuration: 'vps', path: A }
const SIGNED = { sha: SHA, isReplacing: false, signer: signing('me') }
const UNSIGNED: Writer = { sha: SHA, isReplacing: false, signer: undefined }

/** A signature that can be read. */
function signing(who: string): Writer['signer'] {
  const sign = ({ configuration, path }: typeof VPS) => `${who}/${configuration}${path.slice(11, 14)}==`
  return { sign, hasSigned: (closure, signature) => signature === sign(closure) }
}

describe('the lines of a note', () => {
  test.each<[string, string, Writer, string | undefined]>([
    ['the first one', '', UNSIGNED, `vps ${A}\n`],
    ['the first one, signed', '', SIGNED, `vps ${A} me/vpsaaa==\n`],
    ['one more, at the end', `web ${WEB}\nhello\n`, UNSIGNED, `web ${WEB}\nhello\nvps ${A}\n`],
    ['one more where the last line has no end', 'hello', UNSIGNED, `hello\nvps ${A}\n`],
    ['others are kept as they are', ' x\r\n\n\xff\tvps\n', UNSIGNED, ` x\r\n\n\xff\tvps\nvps ${A}\n`],
    ['the same is left alone', `vps ${A}`, UNSIGNED, undefined],
    ['the same, signed by anybody', `vps ${A} xyz=\n`, UNSIGNED, undefined],
    ['the same, signed by us', `web ${WEB}\nvps ${A} me/vpsaaa==\n`, SIGNED, undefined],
    ['the same beside one that is not signed', `vps ${A}\nvps ${A} me/vpsaaa==\n`, SIGNED, undefined],
    ['another signer stays', `vps ${A} xyz=\n`, SIGNED, `vps ${A} me/vpsaaa==\nvps ${A} xyz=\n`],
    ['a signature takes the place of none', `vps ${A}\nx\n`, SIGNED, `vps ${A} me/vpsaaa==\nx\n`],
    ['a name that begins like it is another', `vps-2 ${B}\n`, UNSIGNED, `vps-2 ${B}\nvps ${A}\n`],
    ['what is no line of a path', `vps hello\n`, UNSIGNED, `vps hello\nvps ${A}\n`],
  ])('%s', (...[, text, writer, expected]) => {
    expect(merged(text, [VPS], writer)).toBe(expected)
  })

  test('several at once', () => {
    const both = [VPS, { configuration: 'web', path: WEB }]
    expect(merged('', both, UNSIGNED)).toBe(`vps ${A}\nweb ${WEB}\n`)
    expect(merged(`web ${WEB}\n`, both, UNSIGNED)).toBe(`web ${WEB}\nvps ${A}\n`)
    expect(merged(`web ${WEB}\nvps ${A}\n`, both, UNSIGNED)).toBeUndefined()
  })
})

describe('a note that somebody has filled', () => {
  const junk = `${Array.from({ length: 16 }, () => `vps ${A} xyz=`).join('\n')}\n`
  const ours = `vps ${A} me/vpsaaa==\n`

  test('has our line among those that hosts look at', () => {
    expect(merged(`x\n${junk}`, [VPS], SIGNED)).toBe(`x\n${ours}${junk}`)
    expect(merged(junk + ours, [VPS], SIGNED)).toBe(ours + junk)
    expect(merged(ours + junk, [VPS], SIGNED)).toBeUndefined()
  })

  test('takes no longer for many configurations', () => {
    const many = Array.from({ length: 256 }, (_, at) => ({ configuration: `host-${at}`, path: A }))
    const text = 'x y\n'.repeat(250_000)
    const startedMs = performance.now()
    expect(merged(text, many, UNSIGNED)?.length).toBeGreaterThan(text.length)
    expect(performance.now() - startedMs).toBeLessThan(10_000)
  }, 60_000)
})

describe('another path', () => {
  test('is shown in a few plain characters, whatever it is', () => {
    const long = `/\x1b[2J\x9b1m\0${'a'.repeat(1_000_000)}`
    const words = `vps of ${SHA} is recorded as /?[2J?1m?${'a'.repeat(291)}… already, and it is ${A} now.`
    expect(() => merged(`vps ${long}\n`, [VPS], UNSIGNED)).toThrow(words)
  })

  test('is one that has a letter whose bytes look like a space', () => {
    const path = Buffer.from('/nix/store/\u00e0').toString('latin1')
    expect(() => merged(`vps ${path}\n`, [VPS], UNSIGNED)).toThrow('is recorded as /nix/store/?? already')
  })

  test.each([
    ['unsigned', UNSIGNED, `vps ${B}\n`],
    ['signed by somebody', SIGNED, `web ${WEB}\nvps ${B} xyz=\n`],
    ['beside the right one', UNSIGNED, `vps ${A}\nvps ${B}\n`],
  ])('is an error that names both: %s', (_, writer, text) => {
    const words = `vps of ${SHA} is recorded as ${B} already, and it is ${A} now.`
    expect(() => merged(text, [VPS], writer)).toThrow(words)
  })

  test('is an error for all of them, and each is told', () => {
    const both = [VPS, { configuration: 'web', path: WEB }]
    const text = `web ${B}\nvps ${B}\n`
    expect(() => merged(text, both, UNSIGNED)).toThrow(/^vps of .*\nweb of .*$/)
  })

  test('is one too where it cannot be a path: hosts do not pass it over', () => {
    expect(() => merged('vps /etc/passwd\n', [VPS], UNSIGNED)).toThrow('is recorded as /etc/passwd already')
  })

  test.each([
    ['in its place', UNSIGNED, `web ${WEB}\nvps ${B}\nx\n`, `web ${WEB}\nvps ${A}\nx\n`],
    ['signed', SIGNED, `vps ${B} xyz=\n`, `vps ${A} me/vpsaaa==\n`],
    ['whatever it was', UNSIGNED, 'vps /nix/store/../etc\n', `vps ${A}\n`],
    ['beside the right one', SIGNED, `vps ${B}\nvps ${A} me/vpsaaa==\n`, `vps ${A} me/vpsaaa==\n`],
    ['all of them', UNSIGNED, `vps ${B} x=\nvps ${B}\n`, `vps ${A}\n`],
    ['and others stay', UNSIGNED, `vps ${A} x=\nvps ${B}\n`, `vps ${A} x=\n`],
  ])('gives way where it is to be replaced: %s', (...[, writer, text, expected]) => {
    expect(merged(text, [VPS], { ...writer, isReplacing: true })).toBe(expected)
  })
})
