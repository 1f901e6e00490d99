/** The key that signs recorded closures: who gets to see it. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { fullCache, inCaches, ROOT, runWait } from '../garnix-wait/bundlescene.ts'
import { REF, seeded } from '../garnix-wait/recordscene.ts'
import { fakeGitHub } from '../support/github/server.ts'
import { makeKey, type KeyOptions } from '../support/sshd.ts'

const FORMS: readonly KeyOptions[] = [{}, { type: 'rsa', bits: 2048, format: 'PEM' }]

test.each(FORMS)(
  '%j: neither the log, nor GitHub, nor a program',
  async (form) => {
    const { privateKey } = await makeKey(form)
    const folder = mkdtempSync(join(tmpdir(), 'nix-vps-programs-'))
    const seen = `{ tr '\\0' '\\n' < /proc/$$/cmdline; tr '\\0' ' ' < /proc/$PPID/cmdline; env; } >> ${folder}/seen`
    for (const [name, lines] of Object.entries({ git: `echo ${folder}`, nix: `printf %s ${ROOT}` })) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${seen}\n${lines}\n`)
      chmodSync(join(folder, name), 0o755)
    }
    await using github = await fakeGitHub()
    await using cache = await fullCache()
    const sha = seeded(github)
    const env = {
      ...{ PATH: `${folder}:${process.env['PATH'] ?? ''}`, GITHUB_WORKSPACE: folder },
      ...{ GITHUB_API_URL: github.url, GITHUB_EVENT_NAME: 'push' },
    }
    // No path is given: nix is asked for it.
    const inputs = { ...inCaches(cache), 'store-paths': '', configurations: 'vps-arm', sha, record: 'true' }
    const run = await runWait({ ...inputs, 'record-key': privateKey }, env)
    expect(run).toMatchObject({ code: 0, stderr: '', outputs: { recorded: 'true' } })
    expect(github.state.refs.has(REF)).toBe(true)
    const written = [...github.state.git.objects.values()].map((object) => object.toString('latin1'))
    const log = run.log.replace(/^::add-mask::.*$/gm, '')
    const told = [log, run.summary, JSON.stringify(run.outputs), readFileSync(join(folder, 'seen'), 'utf8')]
    rmSync(folder, { recursive: true })
    const lines = privateKey.split('\n').filter((line) => line.length > 20 && !line.startsWith('---'))
    expect(lines.length).toBeGreaterThan(2)
    for (const text of [...told, ...written]) for (const line of lines) expect(text).not.toContain(line)
    // The runner masks each line of it as well.
    expect(run.lines).toContain(`::add-mask::${privateKey.trim().replaceAll('\n', '%0A')}`)
  },
  60_000,
)
