import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { RepositoryFile } from './system.ts'

const toyFolder = join(import.meta.dirname, 'toy')

/** Where the files of `toy/` stand in the repository. */
const places: Record<string, string> = {
  'flake.nix': 'nix/flake.nix',
  'build.sh': 'nix/build.sh',
  'switch-to-configuration': 'nix/system/bin/switch-to-configuration',
}

/** The part of every toy system that no spec changes. */
export function toyFiles(): Record<string, RepositoryFile> {
  const files = readdirSync(toyFolder).map((name): [string, RepositoryFile] => {
    const path = join(toyFolder, name)
    const executable = (statSync(path).mode & 0o100) !== 0
    return [places[name] ?? `nix/system/${name}`, { text: readFileSync(path, 'utf8'), executable }]
  })
  return Object.fromEntries(files)
}

export interface Commit {
  readonly files: Readonly<Record<string, RepositoryFile>>
  readonly message: string
  readonly branch: string
  /** A revision, or a branch name; none: a commit without history. */
  readonly parent: string | undefined
}

/** The commit as a stream for `git fast-import`; the branch is moved to it, wherever it was. */
export function fastImportStream(commit: Commit): string {
  const seconds = Math.floor(Date.now() / 1000)
  const lines = [
    `reset refs/heads/${commit.branch}`,
    ...(commit.parent === undefined ? [] : [`from ${commit.parent}`]),
    '',
    `commit refs/heads/${commit.branch}`,
    `committer Box <box@example.org> ${seconds} +0000`,
    data(commit.message),
    'deleteall',
  ]
  for (const [path, file] of Object.entries(commit.files))
    lines.push(`M ${file.executable === true ? '100755' : '100644'} inline ${path}`, data(file.text))
  return `${lines.join('\n')}\n`
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`
}
