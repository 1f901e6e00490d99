// `npm run demo`: boots a whole host, deploys to it with the shipped bundle as GitHub's runner would start it, once
// good and once broken, and shows what the Actions log and the job summary would show.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bootBox, service } from '../test/box/box.ts'
import type { Box, SystemSpec } from '../test/box/box.ts'
import { runAction } from '../test/support/run-action.ts'
import type { ActionRun } from '../test/support/run-action.ts'
import { writeReport } from './report.ts'

interface Step {
  readonly title: string
  /** What is on main of the repository when the action starts. */
  readonly spec: SystemSpec
  readonly expected: string
}

const PORT = 8080

/** A small web server that answers everything with one status. */
function web(status: number): Record<string, string> {
  const answer = `HTTP/1.1 ${status} Demo\\r\\nContent-Length: 0\\r\\n\\r\\n`
  const program = `import socket
s = socket.create_server(("", ${PORT}))
while True:
    c, _ = s.accept()
    c.recv(4096); c.sendall(b"${answer}"); c.close()`
  return {
    'web.service': service('exec /usr/bin/python3 -I /etc/web.py', { Restart: 'always' }),
    'web.py': program,
  }
}

function system(status: number, packages: readonly string[]): SystemSpec {
  const { 'web.service': unit = '', 'web.py': program = '' } = web(status)
  return { units: { 'web.service': `${unit}# answers ${status}\n` }, etc: { 'web.py': program }, packages }
}

const steps: readonly Step[] = [
  {
    title: 'A commit that works',
    spec: system(200, ['hello-2.12.1', 'caddy-2.10.0']),
    expected: 'deployed',
  },
  {
    title: 'A commit whose web server answers 500',
    spec: system(500, ['hello-2.12.2', 'caddy-2.10.0']),
    expected: 'rolled-back',
  },
]

interface Played extends Step {
  readonly run: ActionRun
  readonly runsNow: string
}

async function play(box: Box, step: Step): Promise<Played> {
  const rev = await box.commit(step.spec, { message: step.title })
  heading(`${step.title}: deploy-nixos, commit ${rev.slice(0, 12)}`)
  const run = await runAction(
    'deploy-nixos',
    {
      host: box.address,
      'ssh-key': box.deployKey,
      'known-hosts': box.hostKey,
      rev,
      'health-urls': `http://${box.address}:${PORT}/`,
      'health-timeout': '5s',
    },
    { onOutput: (text) => process.stdout.write(text) },
  )
  return { ...step, run, runsNow: await box.must(['readlink', '/run/current-system']) }
}

function heading(text: string): void {
  console.log(`\n${'─'.repeat(100)}\n${text}\n${'─'.repeat(100)}`)
}

function table(played: readonly Played[]): string {
  const rows = played.map(({ title, run, expected, runsNow }) => [
    title,
    run.outputs['status'] ?? '(none)',
    expected,
    String(run.code),
    `${(run.durationMs / 1000).toFixed(1)} s`,
    runsNow.replace('/nix/store/', '').slice(0, 12),
  ])
  const all = [['commit', 'status', 'expected', 'exit', 'time', 'the host runs'], ...rows]
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all.map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ')).join('\n')
}

async function demo(): Promise<boolean> {
  heading('A host boots: Debian 12 with systemd, sshd, git, Nix and the host half of the deploy')
  await using box = await bootBox({ say: console.log })
  console.log(`It is at ${box.address}; its host key is ${box.fingerprint}.`)
  const played: Played[] = []
  for (const step of steps) played.push(await play(box, step))
  heading('What happened')
  console.log(table(played))
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-demo-'))
  console.log('\nThe job summaries, as Markdown and as pages:')
  for (const [index, { title, run }] of played.entries())
    for (const file of writeReport(join(folder, String(index + 1)), title, run.summary))
      console.log(`  ${file}`)
  return played.every(({ run, expected }) => run.outputs['status'] === expected)
}

if (!(await demo())) {
  console.error('\nThe demo did not go as it should: see the table.')
  process.exitCode = 1
}
