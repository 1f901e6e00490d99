// The repository of a box and that of a fake GitHub are one: commits go there, notes come back, by their very names.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportTo } from '../support/github/export.ts'
import type { Entry, NewCommit, Person } from '../support/github/git.ts'
import type { GitHubState } from '../support/github/state.ts'
import type { Box } from './box.ts'

const git = ['git', '-C', '/srv/repo.git']

/** Pushes main. */
export async function push(box: Box, state: GitHubState): Promise<void> {
  const revs = (await box.must([...git, 'rev-list', '--reverse', 'main'])).split('\n')
  for (const rev of revs.filter((rev) => !state.git.commits.has(rev))) {
    const listing = await box.must([...git, 'ls-tree', '-r', rev])
    const tree = state.git.addTree(new Map(listing.split('\n').map(entryOf)))
    // Its last line end is no part of what `must` gives.
    const { stdout } = await box.run([...git, 'cat-file', 'commit', rev])
    same(state.git.addCommit({ ...commitOf(stdout), tree }).oid, rev)
  }
  state.setBranch('main', revs.at(-1))
}

/** Fetches a ref, with all that it leads to. */
export async function fetchRef(box: Box, state: GitHubState, ref: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-github-'))
  execFileSync('git', ['init', '--quiet', '--bare', folder])
  exportTo(folder, state)
  const input = execFileSync('git', ['-C', folder, 'bundle', 'create', '--quiet', '-', ref])
  rmSync(folder, { recursive: true })
  await box.must(`cat >/srv/bundle && ${git.join(' ')} fetch --quiet /srv/bundle +${ref}:${ref}`, { input })
}

function same(oid: string, wanted: string): void {
  if (oid !== wanted) throw new Error(`Git calls it ${oid}, not ${wanted}.`)
}

function entryOf(line: string): [string, Entry] {
  const [, mode = '', oid = '', path = ''] = /^(\d+) \w+ (\w+)\t(.*)$/.exec(line) ?? []
  return [path, { mode: mode as Entry['mode'], oid }]
}

function commitOf(text: string): Omit<NewCommit, 'tree'> {
  const end = text.indexOf('\n\n')
  const head = text.slice(0, end).split('\n')
  const values = (key: string) =>
    head.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1))
  const [author = '', committer = ''] = [...values('author'), ...values('committer')]
  return {
    ...{ parents: values('parent'), message: text.slice(end + 2) },
    ...{ author: personOf(author), committer: personOf(committer) },
  }
}

function personOf(line: string): Person {
  const [, name = '', email = '', seconds = ''] = /^(.*) <(.*)> (\d+) \+0000$/.exec(line) ?? []
  return { name, email, date: new Date(Number(seconds) * 1_000).toISOString() }
}
