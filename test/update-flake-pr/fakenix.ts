/** A Nix in the small, as a program that is run: it moves inputs of a lock to what their upstreams have by now. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { objectIn, textIn } from '../../actions/shared/json.ts'
import type { Finished, RunOptions, RunProgram } from '../../actions/shared/ports.ts'

interface Node {
  inputs?: Record<string, string | readonly string[]>
  locked?: Record<string, unknown>
  original?: Record<string, unknown>
}

interface LockFile {
  readonly root: string
  readonly nodes: Record<string, Node>
}

export class FakeNix {
  version = 'nix (Nix) 2.31.2'
  /** What `locked` gets of it, by the input's name. */
  readonly newest = new Map<string, Readonly<Record<string, unknown>>>()
  /** What Nix says of an input that it cannot update. */
  readonly broken = new Map<string, string>()
  /** Inputs that move whenever anything does. */
  readonly strays = new Set<string>()
  readonly calls: (readonly string[])[] = []
  readonly environments: Readonly<Record<string, string>>[] = []

  readonly run: RunProgram = async (argv, options) => {
    if (argv[0] !== 'nix') return undefined
    this.calls.push(argv.slice(1))
    this.environments.push(options.env ?? {})
    if (argv[1] === '--version') return finished(`${this.version}\n`)
    if (argv[1] === 'config') return finished('access-tokens = \n')
    return this.#lock(argv.slice(1), options)
  }

  /** How often it was asked for a lock. */
  get locks(): number {
    return this.calls.filter(([first]) => first === 'flake').length
  }

  #lock(args: readonly string[], { cwd = '' }: RunOptions): Finished {
    const reference = optionIn(args, '--reference-lock-file') ?? join(cwd, 'flake.lock')
    const lock = JSON.parse(readFileSync(reference, 'utf8')) as LockFile
    const names = args
      .slice(
        2,
        args.findIndex((arg) => arg.startsWith('--')),
      )
      .filter((name) => name !== '.')
    const pins = args.flatMap((arg, at) =>
      arg === '--override-input' ? [[args[at + 1] ?? '', args[at + 2] ?? ''] as const] : [],
    )
    const broken = [...names, ...pins.map(([name]) => name)].flatMap((name) => this.broken.get(name) ?? [])[0]
    if (broken !== undefined) return { code: 1, stdout: '', stderr: `error: ${broken}\n` }
    for (const name of [...names, ...this.strays]) this.#move(lock, name, this.newest.get(name))
    for (const [name, url] of pins) this.#move(lock, name, { rev: /[0-9a-f]{40}/.exec(url)?.[0] })
    writeFileSync(optionIn(args, '--output-lock-file') ?? '', `${JSON.stringify(lock, undefined, 2)}\n`)
    return finished('')
  }

  #move({ root, nodes }: LockFile, name: string, to: Readonly<Record<string, unknown>> | undefined): void {
    const label = textIn(nodes[root]?.inputs?.[name])
    const locked = objectIn(nodes[label]?.locked)
    if (to !== undefined && locked !== undefined) Object.assign(locked, to)
  }
}

function optionIn(args: readonly string[], option: string): string | undefined {
  const at = args.indexOf(option)
  return at === -1 ? undefined : args[at + 1]
}

function finished(stdout: string): Finished {
  return { code: 0, stdout, stderr: '' }
}
