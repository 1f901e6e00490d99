/** A run that is canceled while a program of the runner works for it. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { startBinaryCache } from '../support/binarycache.ts'
import { errorsOf } from '../support/errors.ts'
import { fakeGitHub } from '../support/github/server.ts'
import { KEY, SHA, startWait } from './bundlescene.ts'

test('takes the evaluation with it, and is red with a summary', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-programs-'))
  const pidFile = join(folder, 'pid')
  const program = (name: string, line: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${line}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  program('git', `[ "$3" = rev-parse ] && echo ${folder}`)
  // It does not want to end, and neither does what it started.
  program('nix', `trap '' TERM INT; sleep 300 & echo $! > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; wait`)
  await using github = await fakeGitHub()
  await using empty = await startBinaryCache()
  const done = { status: 'completed', conclusion: 'success' } as const
  github.state.addRun({ sha: SHA, name: 'nixosConfig vps-arm', app: 'garnix-ci', ...done })
  const PATH = `${folder}:${process.env['PATH'] ?? ''}`
  const action = startWait(
    { configurations: 'vps-arm', caches: `${empty.url} ${KEY.trusted}`, timeout: '60s' },
    { PATH, GITHUB_API_URL: github.url, GITHUB_WORKSPACE: folder },
  )
  for (let waited = 0; !existsSync(pidFile) && waited < 20_000; waited += 50)
    await new Promise((resolve) => setTimeout(resolve, 50))
  const pid = readFileSync(pidFile, 'utf8').trim()
  expect(existsSync(`/proc/${pid}`)).toBe(true)

  const start = performance.now()
  action.signal('SIGINT')
  const run = await action.finished
  // GitHub's runner kills after ten seconds.
  expect(performance.now() - start).toBeLessThan(7_500)
  expect({ code: run.code, errors: errorsOf(run) }).toEqual({ code: 1, errors: ['The run was canceled.'] })
  expect(run.outputs).toMatchObject({ status: 'failed', sha: SHA })
  expect(run.summary).toContain('The run was canceled.')
  expect(existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')).toBe(
    false,
  )
  rmSync(folder, { recursive: true })
}, 60_000)
