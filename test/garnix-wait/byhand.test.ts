import { describe, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { byHand } from '../../actions/garnix-wait/byhand.ts'
import { storePath } from '../support/binarycache.ts'

/** Runs the commands in a shell that has Nix's programs, which only say what they were asked for. */
function run(commands: string, end = 'exit 0'): string {
  using programs = mkdtempDisposableSync(join(tmpdir(), 'by-hand-'))
  for (const name of ['nix-store', 'nix-env'])
    writeFileSync(join(programs.path, name), `#!/bin/sh\necho ${name} "$@"\n${end}\n`, { mode: 0o755 })
  const env = { PATH: `${programs.path}:${process.env['PATH'] ?? ''}` }
  return spawnSync('sh', ['-c', commands], { encoding: 'utf8', env }).stdout
}

describe('a deploy by hand', () => {
  const system = storePath('nixos-system-vps-26.05?x=1')

  test('fetches without building and without what was missed before, then switches', () => {
    expect(run(byHand(system)).split('\n')).toEqual([
      `nix-store --realise --max-jobs 0 --option narinfo-cache-negative-ttl 0 ${system}`,
      `nix-env --profile /nix/var/nix/profiles/system --set ${system}`,
      '',
    ])
    expect(byHand(system)).toMatch(/ &&\n {2}"\$system\/bin\/switch-to-configuration" switch$/)
  })

  test('ends with what fails', () => {
    expect(run(byHand(system), 'exit 1')).toMatch(/^nix-store .*\n$/)
  })

  test('of anything but a NixOS system fetches it', () => {
    expect(run(byHand(storePath('hello-2.12')))).toMatch(/^nix-store .*-hello-2\.12\n$/)
    expect(byHand(storePath('hello-2.12'))).not.toContain('switch')
  })
})
