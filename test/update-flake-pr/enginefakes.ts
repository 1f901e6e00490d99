/** The engine with a Nix that does what a test says. */
import { basename } from 'node:path'
import type { Files, Finished, RunOptions } from '../../actions/shared/ports.ts'
import type { AccessToken } from '../../actions/update-flake-pr/accesstokens.ts'
import { Engine } from '../../actions/update-flake-pr/engine.ts'
import { parseLock } from '../../actions/update-flake-pr/lock.ts'
import type { Computed } from '../../actions/update-flake-pr/plan.ts'
import { RecordingLog } from '../support/fakes.ts'

/** A run of Nix: what it is asked for, and the lock it begins with. */
export interface Asked {
  /** Names, and `NAME=REFERENCE` of overrides. */
  readonly inputs: readonly string[]
  readonly begin: string
}

/** A lock to write (`''` = none), how it ends otherwise, or `undefined` = there is no program. */
export type Answer = string | Partial<Finished> | undefined

export interface Scene {
  readonly computed: Computed
  readonly asked: readonly Asked[]
  readonly started: readonly { readonly argv: readonly string[]; readonly options: RunOptions }[]
  readonly log: RecordingLog
}

/** The answers to commands about its configuration. */
interface Settings {
  readonly show: Answer
  readonly older: Answer
}

interface Given {
  readonly before: string
  readonly update: readonly string[]
  readonly pins?: Readonly<Record<string, string>>
  readonly answer: (asked: Asked) => Answer
  readonly settings?: Settings
  readonly env?: Readonly<Record<string, string>>
  readonly accessTokens?: readonly AccessToken[]
}

export async function scene(given: Given): Promise<Scene> {
  const { before, update, pins = {}, settings = { show: '', older: '' } } = given
  const written = new Map<string, string>()
  const asked: Asked[] = []
  const started: { argv: readonly string[]; options: RunOptions }[] = []
  const files: Files = {
    read: async () => undefined,
    scratch: async () => ({
      path: '/scratch',
      read: async (name) => written.get(name),
      [Symbol.asyncDispose]: async () => {},
    }),
  }
  const run = async (argv: readonly string[], options: RunOptions): Promise<Finished | undefined> => {
    started.push({ argv, options })
    if (argv[1] === 'config') return finished(settings.show)
    if (argv[1] === 'show-config') return finished(settings.older)
    const one = askedBy(argv, (name) => written.get(name) ?? before)
    asked.push(one)
    const answer = given.answer(one)
    if (typeof answer === 'string' && answer !== '')
      written.set(fileAfter(argv, '--output-lock-file'), answer)
    return finished(answer)
  }
  const cancel = new AbortController().signal
  const log = new RecordingLog()
  const world = { run, files, log, cancel, nixConfig: 'cores = 1', serverUrl: 'https://github.com' }
  const nix = { argv: ['nix'], env: given.env ?? {}, syntax: 'positional' } as const
  const engine = new Engine(nix, { accessTokens: given.accessTokens ?? [], token: 'ghs_own' }, world)
  const flake = { flake: '.', directory: '/checkout', flakePath: 'flake.nix', lockPath: 'flake.lock' }
  const source = { ...flake, flakeText: '', lockText: before, lock: parseLock(before, 'flake.lock') }
  const computed = await engine.update(source, { update, pins: new Map(Object.entries(pins)) })
  return { computed, asked, started, log }
}

function finished(answer: Answer): Finished | undefined {
  if (answer === undefined) return undefined
  const usual = { code: 0, stdout: '', stderr: '' }
  return typeof answer === 'string' ? { ...usual, stdout: answer } : { ...usual, ...answer }
}

function fileAfter(argv: readonly string[], option: string): string {
  const at = argv.indexOf(option)
  return at < 0 ? '' : basename(argv[at + 1] ?? '')
}

function askedBy(argv: readonly string[], lockOf: (name: string) => string): Asked {
  const names = argv.slice(argv.indexOf('update') + 1, argv.indexOf('--flake'))
  const overrides = argv.flatMap((word, at) =>
    word === '--override-input' ? [`${argv[at + 1] ?? ''}=${argv[at + 2] ?? ''}`] : [],
  )
  const inputs = [...(argv.includes('update') ? names : []), ...overrides]
  return { inputs, begin: lockOf(fileAfter(argv, '--reference-lock-file')) }
}
