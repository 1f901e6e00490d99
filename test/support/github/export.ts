/** What a fake GitHub has, for the real git. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import type { RepositoryState } from './repository.ts'

/** All its objects and refs, into a repository that is there; bare or not. */
export function exportTo(folder: string, { git, refs }: Pick<RepositoryState, 'git' | 'refs'>): void {
  const run = (...argv: string[]) => execFileSync('git', ['-C', folder, ...argv], { encoding: 'utf8' }).trim()
  const objects = join(folder, run('rev-parse', '--git-path', 'objects'))
  for (const [oid, object] of git.objects) {
    mkdirSync(join(objects, oid.slice(0, 2)), { recursive: true })
    writeFileSync(join(objects, oid.slice(0, 2), oid.slice(2)), deflateSync(object))
  }
  for (const [ref, oid] of refs) run('update-ref', ref, oid)
}
