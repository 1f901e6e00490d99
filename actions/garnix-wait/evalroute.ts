/** The path as the runner evaluates it, where there is a nix and a checkout that has the commit. */
import { formatDuration } from '../shared/duration.ts'
import { messageOf } from '../shared/errors.ts'
import type { Finished, RunProgram } from '../shared/ports.ts'
import { silent, type Reply, type Route } from './pathsearch.ts'
import { parseStorePath } from './storepath.ts'

export interface EvalQuestion {
  readonly run: RunProgram
  /** The folder of the checkout, or one in it. */
  readonly workspace: string
  readonly sha: string
  /** For each configuration. */
  readonly timeoutMs: number
}

/** Git answers from the disk. */
const GIT_MS = 30_000
/** `flakeDir` in garnix.yaml: where the flake is that the instance builds. */
const FLAKE_FOLDER = /^flakeDir:[ \t]*(["']?)([^"'#\n]*?)\1[ \t]*(?:#.*)?$/m

/** One after the other: an evaluation takes a gigabyte of memory and more. */
export function evalRoute(question: EvalQuestion): Route {
  return {
    name: 'nix eval',
    isDear: true,
    async ask(configurations, signal) {
      const wordsOf = (error: unknown): string => {
        signal?.throwIfAborted()
        return messageOf(error)
      }
      const source = await sourceOf(question, signal).catch(wordsOf)
      const replies = new Map<string, Reply>()
      for (const name of configurations) {
        const evaluation = { ...question, name }
        const reply =
          typeof source === 'string' ? source : await evaluate(source, evaluation, signal).catch(wordsOf)
        replies.set(name, typeof reply === 'string' ? silent(reply, true) : reply)
      }
      return replies
    },
  }
}

interface Source {
  /** The flake at the commit, whatever the checkout has now. */
  readonly flake: string
}

/** What to evaluate, or why there is nothing. */
async function sourceOf(question: EvalQuestion, signal?: AbortSignal): Promise<Source | string> {
  const { run, workspace, sha } = question
  const options = { timeoutMs: GIT_MS, ...(signal === undefined ? {} : { signal }) }
  const git = (...args: readonly string[]) => run(['git', '-C', workspace, ...args], options)
  const found = await git('rev-parse', '--show-toplevel', `${sha}^{commit}`)
  if (found === undefined) return 'there is no git here'
  const root = found.stdout.replace(/\n.*$/s, '')
  if (found.code !== 0 || !root.startsWith('/'))
    return `${workspace} holds no checkout that has the commit${said(found)}`
  const folder = folderIn(await git('show', `${sha}:garnix.yaml`))
  if (folder === undefined) return "garnix.yaml's 'flakeDir' is no folder below the repository"
  const path = root.split('/').map(encodeURIComponent).join('/')
  // A checkout is shallow unless somebody asked for more, and nix reads such a one only if told that it is.
  const settings = [
    `rev=${sha}`,
    'shallow=1',
    ...(folder === '' ? [] : [`dir=${encodeURIComponent(folder)}`]),
  ]
  return { flake: `git+file://${path}?${settings.join('&')}` }
}

/** Without a garnix.yaml, or a word about it in there, the flake is at the root: `''`. */
function folderIn(shown: Finished | undefined): string | undefined {
  const [, , given = ''] = FLAKE_FOLDER.exec(shown?.code === 0 ? shown.stdout : '') ?? []
  const parts = given
    .trim()
    .split('/')
    .filter((part) => part !== '' && part !== '.')
  return given.startsWith('/') || parts.includes('..') ? undefined : parts.join('/')
}

/** Its path, or why there is none. */
async function evaluate(
  { flake }: Source,
  { run, timeoutMs, name }: EvalQuestion & { readonly name: string },
  signal: AbortSignal | undefined,
): Promise<Reply | string> {
  const attribute = `nixosConfigurations.%22${encodeURIComponent(name)}%22.config.system.build.toplevel.outPath`
  const features = ['--extra-experimental-features', 'nix-command flakes']
  const argv = ['nix', 'eval', '--raw', ...features, '--no-write-lock-file', `${flake}#${attribute}`]
  const finished = await run(argv, { timeoutMs, ...(signal === undefined ? {} : { signal }) })
  if (finished === undefined) return 'there is no nix here'
  if (finished.code === null) return `nix did not end within ${formatDuration(timeoutMs)}, or was killed`
  if (finished.code !== 0) return `nix ended with ${finished.code}${said(finished)}`
  return { path: parseStorePath(finished.stdout) }
}

/** The last line that tells of an error, or the last one at all. */
function said({ stderr }: Finished): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const line =
    lines.findLast((line) => /^(?:error|fatal):/.test(line) && !/^error:$/.test(line)) ?? lines.at(-1) ?? ''
  return line === '' ? '' : `: ${line.length > 300 ? `${line.slice(0, 300)}…` : line}`
}
