/** The commands of the documentation that need no server and no network are run, each in a folder of its own. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'
import { REPOSITORY } from '../../actions/shared/project.ts'
import { scripts } from './commands.ts'

const IDENTITY = ['-c', 'user.name=Me', '-c', 'user.email=me@example.org', '-c', 'commit.gpgsign=false']

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'nix-vps-docs-'))

  /** Nothing of the machine's own configuration, and nobody to ask. */
  run(program: string, args: readonly string[]): { readonly code: number | null; readonly said: string } {
    const env = {
      PATH: process.env['PATH'],
      HOME: this.path,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
    }
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: this.path, env, encoding: 'utf8' })
    return { code: status, said: stdout + stderr }
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.path, path)), { recursive: true })
    writeFileSync(join(this.path, path), text)
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true })
  }
}

/** What a program is told, each once; a name alone, as of `git add` in a sentence, is no command. */
function told(program: string): readonly (readonly string[])[] {
  const all = scripts
    .map(({ words }) => words)
    .filter(([name, ...rest]) => name === program && rest.length > 1)
  return [...new Map(all.map((words) => [words.join(' '), words.slice(1)])).values()]
}

/** Absolute paths and those of the home stand below the folder. */
const below = (word: string) => word.replace(/^(?:\/|~\/)(?=\w)/, './')

/** With the keys that are asked for, and none that are to be made. */
function withKeys(folder: Folder, args: readonly string[]): readonly string[] {
  const words = args.map(below)
  const file = words.find((_, index) => /^-l?f$/.test(words[index - 1] ?? '')) ?? ''
  if (file !== '') mkdirSync(dirname(join(folder.path, file)), { recursive: true })
  if (!words.some((word) => /^-(?:lf?|y)$/.test(word))) return words
  const passphrase = words.find((_, index) => words[index - 1] === '-P') ?? ''
  folder.run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', file.replace(/\.pub$/, '')])
  return words
}

test.each(told('ssh-keygen').map((args) => [args.join(' '), args] as const))('ssh-keygen %s', (_, args) => {
  using folder = new Folder()
  folder.write(
    '.ssh/known_hosts',
    'HOST ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEsyWq6HCsLqkX5+EGVAFNrwTSMGT6HVy0wxXfRHXoYx\n',
  )
  // It looks for the home of its user in the user database, and nowhere else.
  const known = args[0] === '-R' ? ['-f', join(folder.path, '.ssh/known_hosts')] : []
  expect(folder.run('ssh-keygen', [...withKeys(folder, args), ...known])).toMatchObject({ code: 0 })
})

/** A clone with a commit and its note, and a remote to fetch from and to push to. */
function clone(): Folder {
  const folder = new Folder()
  const git = (...args: readonly string[]) => folder.run('git', [...IDENTITY, ...args])
  git('init', '-q', '--bare', 'remote')
  git('init', '-q', '-b', 'main')
  git('remote', 'add', 'origin', join(folder.path, 'remote'))
  folder.write('.gitignore', 'remote\n')
  folder.write('flake.nix', '{ }\n')
  git('add', '.')
  git('commit', '-q', '-m', 'first')
  git('notes', '--ref=nixos-closures', 'add', '-m', 'web /nix/store/path')
  git('push', '-q', '-u', 'origin', 'main', 'refs/notes/nixos-closures')
  return folder
}

/** Files that a command before it has made. */
function prepared(folder: Folder, args: readonly string[]): readonly string[] {
  const words = args.map((word) => (word === 'COMMIT' ? 'HEAD' : word))
  const files = words[0] === 'add' ? words.slice(1).filter((word) => !word.startsWith('-')) : []
  for (const file of files) if (file !== '.') folder.write(join(file, 'made'), 'made\n')
  if (words[0] === 'commit') folder.run('git', ['rm', '-q', 'flake.nix'])
  return words
}

const addressOf = (args: readonly string[]) => args.find((word) => word.startsWith('https:'))
const remote = told('git').filter((args) => addressOf(args) !== undefined)
const local = told('git').filter((args) => addressOf(args) === undefined)

test.each(local.map((args) => [args.join(' '), args] as const))('git %s', (_, args) => {
  using folder = clone()
  expect(folder.run('git', [...IDENTITY, ...prepared(folder, args)])).toMatchObject({ code: 0 })
})

test("what is cloned is this repository, or the reader's own", () => {
  const names = remote.map((args) => addressOf(args)?.replace(/^https:..github\.com.|\.git$/g, ''))
  expect(['OWNER/REPOSITORY', REPOSITORY]).toEqual(expect.arrayContaining(names))
})

test('there are commands to run, and one that is wrong is told', () => {
  expect(told('ssh-keygen').length).toBeGreaterThan(3)
  expect(told('git').length).toBeGreaterThan(5)
  using folder = clone()
  expect(folder.run('git', ['push', '--no-such-option']).code).not.toBe(0)
})
