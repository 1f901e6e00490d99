/** The bundle as a process that is called off: it ends in seconds, and leaves nothing behind. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, jest, test } from '@jest/globals'
import { errorsOf } from '../support/errors.ts'
import { BRANCH, bundleScene, JOB, PERSONAL, type BundleScene } from './bundlescene.ts'

jest.setTimeout(120_000)

/** GitHub's runner kills what has not ended by itself after 7.5 s. */
const IN_TIME_MS = 7_500

function isRunning(pid: string): boolean {
  return existsSync(`/proc/${pid}`) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s takes nix with it, and what nix has started',
  async (signal) => {
    await using scene = await bundleScene()
    const file = join(scene.folder, 'pid')
    scene.nix(`trap '' TERM INT; sleep 300 & echo $! > ${file}.new; mv ${file}.new ${file}; wait`)
    const action = scene.start()
    while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 50))
    const pid = readFileSync(file, 'utf8').trim()
    expect(isRunning(pid)).toBe(true)
    const start = performance.now()
    action.signal(signal)
    const run = await action.finished
    expect(performance.now() - start).toBeLessThan(IN_TIME_MS)
    expect(run).toMatchObject({ code: 1, signal: null, stderr: '', outputs: { status: 'failed' } })
    expect(errorsOf(run)).toEqual(['The run was canceled.'])
    expect(run.summary).toMatch(/^### ❌ Failed\n\nThe run was canceled\./)
    expect([isRunning(pid), scene.branches()]).toEqual([false, ['main']])
  },
)

/** Called off while GitHub does not answer a certain request; `undefined` if that one is never made. */
async function hanging(scene: BundleScene, token: string, pattern: RegExp) {
  const action = scene.start({ token })
  let startMs = 0
  scene.github.disturb = ({ method, path }) => {
    if (startMs > 0 || !pattern.test(`${method} ${path}`)) return undefined
    startMs = performance.now()
    setTimeout(() => {
      action.signal('SIGINT')
    }, 100)
    return 'hang'
  }
  const run = await action.finished
  expect([startMs > 0, performance.now() - startMs < IN_TIME_MS]).toEqual([true, true])
  expect([run.code, run.stderr, errorsOf(run)]).toEqual([1, '', ['The run was canceled.']])
  scene.github.disturb = () => undefined
  return run
}

test.each([
  [JOB, /POST \/graphql/],
  [JOB, /GET .*\/contents/],
  [JOB, /GET .*\/compare\//],
  [JOB, /POST .*\/git\/trees/],
  [JOB, /POST .*\/git\/refs/],
  [PERSONAL, /POST .*\/git\/refs/],
  [PERSONAL, /GET .*\/git\/ref\/heads%2Fupdate/],
  [PERSONAL, /DELETE .*-scratch-/],
])('with %s, while GitHub does not answer %s: no branch is left', async (token, pattern) => {
  await using scene = await bundleScene()
  const run = await hanging(scene, token, pattern)
  expect([scene.branches(), run.outputs['status']]).toEqual([['main'], 'failed'])
})

test('while GitHub does not answer about the pull request, the branch is named, and the next run goes on', async () => {
  await using scene = await bundleScene()
  const run = await hanging(scene, PERSONAL, /POST .*\/pulls$/)
  expect(run.log).toMatch(/^::warning::Branch 'update-flake-lock' .* the next run goes on from there\.$/m)
  expect(scene.branches()).toEqual(['main', BRANCH])
  expect((await scene.run()).outputs['status']).toBe('created')
})
