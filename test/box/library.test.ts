import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { bootBox, openBox } from './box.ts'
import type { Box } from './box.ts'
import { until } from './holder.ts'
import { must, run } from './process.ts'
import { remaining, slotOf, tracesOf } from './traces.ts'

const cli = join(import.meta.dirname, 'cli.ts')
jest.setTimeout(120_000)

let box: Box
let other: Box

beforeAll(async () => {
  ;[box, other] = await Promise.all([bootBox({ hostHalf: false }), bootBox({ hostHalf: false })])
}, 300_000)

afterAll(async () => {
  await Promise.all([box[Symbol.asyncDispose](), other[Symbol.asyncDispose]()])
})

test('two boxes from one process have an address and a group of processes of their own', async () => {
  const processes = () =>
    other.must("systemctl show --property=Id,MainPID,ControlGroup '*.service' --state=running")
  const before = await processes()
  expect(box.address).not.toBe(other.address)
  // sshd keeps its sessions when it restarts; of logind systemd kills everything it finds in its group.
  await box.must('systemctl restart sshd systemd-logind && systemctl daemon-reexec')
  expect(await processes()).toBe(before)
  expect(before).toContain('Id=systemd-logind.service')
  expect((await ssh(other, 'echo untouched')).stdout).toBe('untouched\n')
})

test('a box finds no process of another one in the groups its systemd kills', async () => {
  // A process of another PID namespace is shown as 0.
  const strangers = 'find /sys/fs/cgroup -name cgroup.procs -exec grep -lx 0 {} + 2>/dev/null'
  expect((await box.run(strangers)).stdout).toBe('')
  expect((await other.run(strangers)).stdout).toBe('')
  expect(await box.must('find /sys/fs/cgroup -path "*logind*" -name cgroup.procs')).not.toBe('')
})

test('a box runs nothing that failed', async () => {
  expect(await box.must('systemctl list-units --failed --plain --no-legend')).toBe('')
})

test('a box shows the host keys it announces', async () => {
  const scanned = await must(['ssh-keyscan', '-T', '5', box.address])
  const keys = scanned.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(keys.sort()).toEqual([...box.hostKeys].sort())
})

test('nothing of a box listens on the machine, and it reaches nothing but the machine', async () => {
  // Tests of other boxes listen at their own addresses of the machine.
  const listening = await must(['ss', '-Hltn'])
  expect(listening).not.toContain(`${box.address}:`)
  expect(listening).not.toContain(`${box.machineAddress}:`)
  expect(await box.must('ip route show default')).toBe('')
})

test('a file written before the plug is pulled is there after the next boot, what ran is not', async () => {
  await box.must('echo kept >/var/kept && sync && systemd-run --unit=lost sleep 600')
  await box.pullPlug()
  expect(box.isRunning()).toBe(false)
  expect(await box.read('/var/kept')).toBe('kept')
  await box.start()
  expect((await box.run('systemctl is-active lost')).stdout).toBe('inactive\n')
})

test('a reboot starts the system of the default boot entry, whatever ran before', async () => {
  const before = await box.must('readlink /run/current-system')
  const system = await buildSystem(box, await box.commit({ kernel: '6.13' }))
  await box.must([`${system}/bin/switch-to-configuration`, 'test'])
  expect(await box.must('readlink /run/current-system')).toBe(system)
  await box.reboot()
  expect(await box.must('readlink /run/current-system /run/booted-system')).toBe(`${before}\n${before}`)
})

test('a cable that is unplugged carries nothing until it is plugged in again', async () => {
  await box.link('down')
  expect((await ssh(box, 'true')).code).toBe(255)
  await box.link('up')
  expect((await ssh(box, 'echo back')).stdout).toBe('back\n')
})

test('a box that is disposed of leaves no process, mount, link, group or file', async () => {
  const before = await must(['find', '/run/systemd'])
  const short = await bootBox({ name: 'short-lived', hostHalf: false })
  const traces = tracesOf(short)
  expect(remaining(traces)).toEqual(traces)
  await short[Symbol.asyncDispose]()
  expect(remaining(traces)).toEqual([])
  expect(await must(['find', '/run/systemd'])).toBe(before)
  await expect(openBox('short-lived')).rejects.toThrow("No box named 'short-lived' is up.")
})

test('a box that is disposed of in the middle of a conversation, its cable out, leaves nothing either', async () => {
  const cut = await bootBox({ hostHalf: false })
  const talk = ssh(cut, 'yes')
  await until(5000, async () => (await cut.run('pgrep -x yes')).code === 0)
  await cut.link('down')
  const traces = tracesOf(cut)
  await cut[Symbol.asyncDispose]()
  expect(remaining(traces)).toEqual([])
  expect((await talk).code).not.toBe(0)
})

test.each(['SIGKILL', 'SIGTERM'] as const)('a box whose owner ends by %s is gone at once', async (signal) => {
  const program = `import { bootBox } from '${join(import.meta.dirname, 'box.ts')}'
    const box = await bootBox({ hostHalf: false }); console.log(box.name); setTimeout(() => {}, 60_000)`
  const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const traces = tracesOf(await openBox(await firstLine(owner.stdout)))
  owner.kill(signal)
  expect(await until(5000, () => remaining(traces).length === 0)).toBe(true)
})

test('what a killed supervisor leaves is removed when the next box boots', async () => {
  const doomed = await bootBox({ name: 'doomed', hostHalf: false })
  const traces = tracesOf(doomed)
  const owner = JSON.parse(readFileSync(join(slotOf(doomed), 'owner'), 'utf8')) as { owner: { pid: number } }
  process.kill(owner.owner.pid, 'SIGKILL')
  await until(5000, () => !remaining(traces).some((trace) => trace.process !== undefined))
  await using next = await bootBox({ name: 'doomed', hostHalf: false })
  expect(next.isRunning()).toBe(true)
  expect(remaining(traces.filter((trace) => trace.process !== undefined))).toEqual([])
})

test('one command boots a box, another stops it', async () => {
  const up = await run([process.execPath, cli, 'up', '--name', 'by-hand'])
  expect(up).toMatchObject({ code: 0, stdout: expect.stringContaining("The box 'by-hand' is up at 198.18.") })
  const command = await run([process.execPath, cli, 'sh', 'by-hand', 'hostname; exit 7'])
  expect(command).toMatchObject({ code: 7, stdout: 'box\n' })
  const traces = tracesOf(await openBox('by-hand'))
  expect((await run([process.execPath, cli, 'down', 'by-hand'])).code).toBe(0)
  expect(remaining(traces)).toEqual([])
})

test('without root there is one line that says what to do', async () => {
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
  const { code, stderr } = await run([...nobody, process.execPath, cli, 'up'])
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/^A box needs root .* sudo\.\n$/),
  })
})

async function ssh(to: Box, command: string) {
  const options = [
    '-oStrictHostKeyChecking=no',
    '-oUserKnownHostsFile=/dev/null',
    '-oLogLevel=ERROR',
    '-oConnectTimeout=5',
    '-oServerAliveInterval=1',
  ]
  return run(['ssh', '-i', to.adminKeyFile, ...options, `root@${to.address}`, command])
}

async function buildSystem(on: Box, rev: string): Promise<string> {
  const flake = `git+file:///srv/repo.git?ref=refs/heads/main&rev=${rev}&dir=nix`
  const attribute = 'nixosConfigurations."vps-arm".config.system.build.toplevel'
  return on.must(['nix', 'build', '--no-link', '--print-out-paths', `${flake}#${attribute}`])
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line
  throw new Error('no line')
}
