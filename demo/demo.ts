// `npm run demo`: boots a whole host and a CI, and plays what a push starts with the shipped bundles, as GitHub's runner
// would start them: wait until the CI has built and uploaded everything, then deploy; once good and once broken. After it
// what a schedule starts: proposing newer inputs. It shows what the Actions log and the job summary would show.
import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SIGNALS } from '../scripts/toolchain.js'
import { bootBox, service } from '../test/box/box.ts'
import type { Box, SystemSpec } from '../test/box/box.ts'
import { runAction } from '../test/support/run-action.ts'
import type { ActionRun } from '../test/support/run-action.ts'
import { CONFIGURATION, startCi, type Ci } from './ci.ts'
import { aligned, writeReport } from './report.ts'
import { pushTable, shownOf, updateTable, type Played, type Step } from './results.ts'
import { updates } from './updates.ts'

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

const onOutput = (text: string) => process.stdout.write(text)

async function play({ box, ci }: Stage, step: Step): Promise<Played> {
  const rev = await box.commit(step.spec, { message: step.title })
  console.log(`\n${step.title} is pushed, commit ${rev.slice(0, 12)}; the CI builds it …`)
  await ci.push(rev)
  heading(`${step.title}: garnix-wait`)
  const waited = await runAction(
    'garnix-wait',
    {
      configurations: CONFIGURATION,
      sha: rev,
      token: 'secret',
      caches: ci.cacheLine,
      'compare-with': await runningOn(box),
    },
    { onOutput, env: ci.environment },
  )
  const deployed = waited.code === 0 ? await deploy(box, waited.outputs['sha'] ?? '', step.title) : undefined
  return { ...step, waited, deployed, runsNow: await runningOn(box) }
}

async function deploy(box: Box, rev: string, title: string): Promise<ActionRun> {
  heading(`${title}: deploy-nixos`)
  return runAction(
    'deploy-nixos',
    {
      host: box.address,
      'ssh-key': box.deployKey,
      'known-hosts': box.hostKey,
      rev,
      'health-urls': `http://${box.address}:${PORT}/`,
      'health-timeout': '5s',
    },
    { onOutput },
  )
}

function runningOn(box: Box): Promise<string> {
  return box.must(['readlink', '-f', '/run/current-system'])
}

interface Stage {
  readonly box: Box
  readonly ci: Ci
}

function heading(text: string): void {
  console.log(`\n${'─'.repeat(100)}\n${text}\n${'─'.repeat(100)}`)
}

/** The one that was asked for, or a new one. */
function reportFolder(): string {
  const [given] = process.argv.slice(2)
  if (given !== undefined) mkdirSync(given, { recursive: true })
  return given ?? newFolder()
}

/** For whoever had root play it, too. */
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nix-vps-demo-'))
  chmodSync(folder, 0o755)
  return folder
}

async function demo(): Promise<boolean> {
  heading('A host boots: Debian 12 with systemd, sshd, git, Nix and the host half of the deploy')
  await using box = await bootBox({ say: console.log })
  console.log(`It is at ${box.address}; its host key is ${box.fingerprint}.`)
  console.log(
    'Another machine boots: the CI, which builds and fills a binary cache. GitHub and Garnix are played.',
  )
  await using builder = await bootBox({ say: console.log, hostHalf: false })
  await using ci = await startCi(box, builder)
  await box.must(['sh', '-c', 'cat >>/etc/nix/nix.conf'], { input: ci.nixConf })
  console.log(`The host builds nothing; it asks the cache and trusts its key: ${ci.cacheLine}`)
  const played: Played[] = []
  for (const step of steps) played.push(await play({ box, ci }, step))
  const updated = await updates((title) => {
    heading(`${title}: update-flake-pr`)
  }, onOutput)
  heading('What happened')
  const tables = [pushTable(played), updateTable(updated)]
  console.log(tables.map(aligned).join('\n\n'))
  const [page = '', ...texts] = writeReport(reportFolder(), { tables, shown: shownOf(played, updated) })
  console.log(`\nAll job summaries and the pull request as they look on GitHub: ${page}`)
  console.log(`Their Markdown:\n${texts.map((file) => `  ${file}`).join('\n')}`)
  return played.every(wentWell) && updated.every(({ isAsExpected }) => isAsExpected)
}

function wentWell({ waited, deployed, expected }: Played): boolean {
  return waited.outputs['status'] === 'ready' && deployed?.outputs['status'] === expected
}

// Whatever it has started ends with it: the boxes by themselves, the rest where it exits.
for (const signal of SIGNALS)
  process.once(signal, () => {
    process.exit(1)
  })

if (!(await demo())) {
  console.error('\nThe demo did not go as it should: see the table.')
  process.exitCode = 1
}
