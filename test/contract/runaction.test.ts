import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { root } from '../support/manifest.ts'

const folder = mkdtempSync(join(tmpdir(), 'nix-vps-ends-'))
let pid = 0
afterAll(() => {
  if (isRunning(pid)) process.kill(pid)
  rmSync(folder, { recursive: true })
})

test('an action ends with who started it, and leaves nothing', () => {
  const told = join(folder, 'told.json')
  const action = join(folder, 'action.mjs')
  writeFileSync(
    action,
    `import { writeFileSync } from 'node:fs'
    writeFileSync(process.env.TOLD, JSON.stringify({ pid: process.pid, output: process.env.GITHUB_OUTPUT }))
    console.log('begun')
    setInterval(() => {}, 1_000)`,
  )
  const starter = `const { startScript } = await import('./test/support/run-action.ts')
    const running = startScript(${JSON.stringify(action)}, { env: { TOLD: ${JSON.stringify(told)} } })
    await running.waitFor(/begun/)
    process.exit(3)`
  const start = () => execFileSync(process.execPath, ['--input-type=module', '-e', starter], { cwd: root })
  expect(start).toThrow(expect.objectContaining({ status: 3 }))
  const begun = JSON.parse(readFileSync(told, 'utf8')) as { pid: number; output: string }
  pid = begun.pid
  expect(existsSync(begun.output)).toBe(false)
  expect(isRunning(pid)).toBe(false)
})

/** One that was told to end, and whom nobody has asked for its exit code yet, does not run. */
function isRunning(pid: number): boolean {
  const state = (): string => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .slice(0, 1)
    } catch {
      return ''
    }
  }
  const until = Date.now() + 5_000
  while (!'ZX'.includes(state()) && Date.now() < until)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
  return !'ZX'.includes(state())
}
