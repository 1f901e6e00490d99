/** What the project's own programs and its server may be told. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { actionNames, root } from '../support/manifest.ts'

export type Words = readonly string[]

export const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> }

/** What a placeholder stands for. */
const FILLED: Readonly<Record<string, string>> = {
  ID: '123456789-1-0123456789abcdef',
  COMMIT: '0123456789abcdef0123456789abcdef01234567',
}

const PARSE = 'import sys; from vps_deploy.protocol import parse; parse(sys.argv[1].encode())'
const parsed = new Map<string, string>()

/** What the host's own parser minds about a request; `''` if nothing. */
function mindedBy(line: string): string {
  const cwd = join(root, 'nix/vps-deploy')
  const minded =
    parsed.get(line) ?? spawnSync('python3', ['-B', '-c', PARSE, line], { cwd, encoding: 'utf8' }).stderr
  parsed.set(line, minded)
  return minded
}

/** A verb alone, as prose names it, has only to be one. */
export function request(words: Words): string | undefined {
  const minded = mindedBy(words.map((word) => FILLED[word] ?? word).join(' '))
  if (minded === '' || (words.length === 1 && minded.includes('malformed request'))) return undefined
  return minded.trim().split('\n').at(-1)
}

/** By script, whether it takes a word. */
const ARGUMENTS: Readonly<Record<string, (word: string) => boolean>> = {
  bench: (word) => new RegExp(`^ *'?${word}'?[:,]|/${word}\\.ts'`, 'm').test(read('bench/bench.ts')),
  box: (word) => read('test/box/cli.ts').includes(` ${word}(`),
  jest: (word) => existsSync(join(root, word)),
  release: (word) => /^\d+\.\d+\.\d+$/.test(word),
  test: (word) => read('scripts/test.js').includes(`'${word}'`),
  try: (word) => [...actionNames(), 'ACTION'].includes(word),
}

export function npm([verb = '', ...rest]: Words): string | undefined {
  if (verb === 'ci') return undefined
  const [script = '', ...words] = verb === 'run' ? rest : [verb, ...rest]
  if (!['run', 'test'].includes(verb) || !(script in scripts)) return `package.json has no script ${script}`
  const unknown = words.find((word) => word !== '--' && ARGUMENTS[script]?.(word) !== true)
  return unknown && `npm run ${script} takes no ${unknown}`
}

export const optionsIn = (words: Words): Words => words.filter((word) => /^--./.test(word))

export function secretsInit(words: Words): string | undefined {
  const usage = read('nix/secrets-init/secrets-init')
  const unknown = optionsIn(words).find((option) => !usage.includes(`    ${option})`))
  return unknown && `secrets-init has no ${unknown}`
}
