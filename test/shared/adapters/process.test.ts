import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from '@jest/globals'
import { runProgram } from '../../../actions/shared/adapters/process.ts'
import type { RunOptions } from '../../../actions/shared/ports.ts'
import { root } from '../../support/manifest.ts'

const folder = mkdtempSync(join(tmpdir(), 'nix-vps-process-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const sh = (script: string, options: Partial<RunOptions> = {}) =>
  runProgram(['sh', '-c', script], { timeoutMs: 30_000, ...options })

/** Whether it runs; what nobody has waited for yet does not. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('a program', () => {
  test('is run to its end, in its folder, with nothing to read', async () => {
    const finished = await sh('pwd; cat; echo wrong >&2; exit 7', { cwd: folder })
    expect(finished).toEqual({ code: 7, stdout: `${folder}\n`, stderr: 'wrong\n' })
  })

  test('gets its arguments as they are: there is no shell', async () => {
    const argument = '$(touch evil); `id` "x" \'y\' *\n'
    const finished = await runProgram(['printf', '%s', argument], { timeoutMs: 30_000, cwd: folder })
    expect(finished).toEqual({ code: 0, stdout: argument, stderr: '' })
  })

  test('that was killed has no code', async () => {
    expect(await sh('kill -9 $$')).toMatchObject({ code: null })
  })

  test('that is not there is undefined; a folder that is not there is an error', async () => {
    const missing = ['no-such-program-anywhere']
    expect(await runProgram(missing, { timeoutMs: 1_000 })).toBeUndefined()
    expect(await runProgram(missing, { timeoutMs: 1_000, cwd: folder })).toBeUndefined()
    await expect(sh('true', { cwd: join(folder, 'none') })).rejects.toThrow(
      /^sh could not be started: .*ENOENT/,
    )
  })

  test('that may not be run is an error', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, 'text', { mode: 0o644 })
    await expect(runProgram([file], { timeoutMs: 1_000 })).rejects.toThrow(/could not be started: .*EACCES/)
  })
})

describe('output', () => {
  test('that is too long is cut: the beginning of the one stream is kept, the end of the other', async () => {
    const script = 'seq 1 200000; seq 1 200000 >&2'
    const { code, stdout = '', stderr = '' } = (await sh(script, { maxBytes: 100 })) ?? {}
    expect([code, stdout.length, stderr.length]).toEqual([0, 100, 100])
    expect(stdout).toMatch(/^1\n2\n3\n/)
    expect(stderr).toMatch(/199999\n200000\n$/)
  })

  test('of half a gigabyte takes little memory', async () => {
    const before = process.memoryUsage().rss
    const script = 'yes | head -c 256000000; yes | head -c 256000000 >&2'
    const { code, stdout = '' } = (await sh(script, { timeoutMs: 110_000 })) ?? {}
    expect([code, stdout.length]).toEqual([0, 4_194_304])
    // The garbage of the process that tests counts too: 80 MB of it were seen.
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000)
  })

  test('that is held open by what the program has left behind is not waited for', async () => {
    const startedMs = performance.now()
    const { stdout = '' } = (await sh('sleep 60 & echo $!')) ?? {}
    expect(performance.now() - startedMs).toBeLessThan(10_000)
    const pid = Number(stdout)
    expect(pid).toBeGreaterThan(1)
    await until(() => !isRunning(pid))
  })
})

/** A process of its own that runs one program and then has nothing left to do. */
async function another(program: readonly string[], input: string) {
  const adapter = pathToFileURL(join(root, 'actions/shared/adapters/process.ts')).href
  const script = `
    import { runProgram } from ${JSON.stringify(adapter)}
    console.log((await runProgram(${JSON.stringify(program)}, { timeoutMs: 60_000 })).stdout)`
  const pipe = 'printf %s "$1" | "$2" --input-type=module -e "$3"'
  const argv = ['sh', '-c', pipe, 'sh', input, process.execPath, script]
  return runProgram(argv, { timeoutMs: 15_000 })
}

test('what has left the group of a program keeps nobody waiting for it', async () => {
  const { code, stdout = '' } = (await another(['sh', '-c', 'setsid sleep 60 & echo $!'], '')) ?? {}
  const pid = Number(stdout)
  expect([code, isRunning(pid)]).toEqual([0, true])
  process.kill(pid)
}, 30_000)

test('a program does not read what was meant for its parent', async () => {
  expect(await another(['cat'], 'secret')).toMatchObject({ code: 0, stdout: '\n' })
}, 30_000)

describe('a program that takes too long', () => {
  test('is killed, with all that it has started', async () => {
    const file = join(folder, 'late')
    const finished = await sh(`sleep 60 & echo $! > ${file}; wait`, { timeoutMs: 300 })
    expect(finished).toMatchObject({ code: null })
    const pid = Number(readFileSync(file, 'utf8'))
    await until(() => !isRunning(pid))
  })

  test('is asked to end first, and so is all that it has started', async () => {
    const polite = '(trap "echo bye; exit" TERM; echo up; while :; do sleep 0.05; done) & wait'
    const { stdout = '' } = (await sh(polite, { timeoutMs: 1_500 })) ?? {}
    expect(stdout).toBe('up\nbye\n')
  })

  test('is killed by force if it does not end, and its code is none even if it has one', async () => {
    const stubborn = await sh('trap "" TERM; while :; do sleep 1; done', { timeoutMs: 200 })
    expect(stubborn).toMatchObject({ code: null })
    const polite = await sh('trap "exit 0" TERM; while :; do sleep 0.05; done', { timeoutMs: 200 })
    expect(polite).toMatchObject({ code: null })
  })

  test('is killed when nobody wants it any more', async () => {
    const file = join(folder, 'unwanted')
    const calling = new AbortController()
    const running = sh(`sleep 60 & echo $! > ${file}; echo; wait`, { signal: calling.signal })
    await until(() => Number(read(file)) > 1)
    const reason = new Error('enough')
    calling.abort(reason)
    await expect(running).rejects.toBe(reason)
    await until(() => !isRunning(Number(read(file))))
    const never = join(folder, 'never')
    await expect(sh(`touch ${never}`, { signal: calling.signal })).rejects.toBe(reason)
    expect(existsSync(never)).toBe(false)
  })
})

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
