/** Blocks that are no language: what each of them is, and that it is so. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { Checkout } from '../nix/checkout.ts'
import { blocksOf } from '../support/documents.ts'
import { root } from '../support/manifest.ts'

const blocks = blocksOf('text')

/** By what stands in the first line. */
const KINDS: readonly (readonly [RegExp, (text: string) => void])[] = [
  [/^\S+ namespaces=/, isAllowedSigner],
  [/^# NAME +age recipient/, isListOfRecipients],
  [/^\/etc\/vps-deploy\/config\.json/, namesPlacesOfTheHostHalf],
]

test.each(blocks.map(({ name, text }) => [name, text] as const))('%s', (_, text) => {
  const [, judge] = KINDS.find(([first]) => first.test(text)) ?? []
  expect(judge).toBeDefined()
  judge?.(text)
})

test('every kind of them is there', () => {
  for (const [first] of KINDS) expect(blocks.some(({ text }) => first.test(text))).toBe(true)
})

/** With a real key in place of the one that is cut off, it lets in what that key has signed for a closure. */
function isAllowedSigner(text: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-signer-'))
  try {
    const key = join(folder, 'key')
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    const [type = '', body = ''] = readFileSync(`${key}.pub`, 'utf8').split(' ')
    const line = text.replace(/ssh-ed25519 \S+…/, `${type} ${body}`)
    writeFileSync(join(folder, 'signers'), line)
    writeFileSync(join(folder, 'message'), 'a closure\n')
    spawnSync('ssh-keygen', ['-Y', 'sign', '-f', key, '-n', 'nixos-closures', join(folder, 'message')])
    const verify = ['-Y', 'verify', '-f', join(folder, 'signers'), '-n', 'nixos-closures']
    const who = ['-I', line.split(' ')[0] ?? '', '-s', join(folder, 'message.sig')]
    const { stdout } = spawnSync('ssh-keygen', [...verify, ...who], {
      input: 'a closure\n',
      encoding: 'utf8',
    })
    expect(stdout).toContain('Good "nixos-closures" signature')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The set-up command reads it, with recipients in place of those that are cut off. */
function isListOfRecipients(text: string): void {
  using checkout = new Checkout(['another'])
  let number = 0
  const list = text.replaceAll('age1…', () => `age1${'qpzry'.charAt(number++).padStart(58, 'q')}`)
  checkout.write('nix/secrets-init/recipients', list)
  const { code, stderr } = checkout.run()
  expect({ code, refused: stderr.includes('recipients:') }).toEqual({ code: 0, refused: false })
  expect(checkout.read('nix/.sops.yaml')).toContain('secrets/bgs-backend')
}

/** The last part of each path stands in the programs or their units. */
function namesPlacesOfTheHostHalf(text: string): void {
  const places = [...text.matchAll(/^(?:\/|<stateDir>\/)\S+/gm)].map(([path]) =>
    path.replaceAll(/[,{}]/g, ' '),
  )
  const words = places.flatMap((path) => path.split(/[/ ]/)).filter((word) => /^[a-z][a-z.-]+$/.test(word))
  const folder = join(root, 'nix/vps-deploy')
  const sources = ['vps_deploy', 'systemd', 'bin']
    .flatMap((part) => readdirSync(join(folder, part)).map((file) => join(folder, part, file)))
    .filter((path) => !path.endsWith('__pycache__'))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n')
  expect(words.length).toBeGreaterThan(10)
  const elsewhere = ['etc', 'nix', 'var']
  expect(words.filter((word) => !sources.includes(word) && !elsewhere.includes(word))).toEqual([])
}
