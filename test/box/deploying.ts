import { startAction } from '../support/run-action.ts'
import type { ActionRun, RunningAction, RunOptions } from '../support/run-action.ts'
import type { Box } from './box.ts'
import { leftovers } from './leftovers.ts'
import { service } from './system.ts'
import type { SystemSpec } from './system.ts'

export { leftovers } from './leftovers.ts'

export type Inputs = Readonly<Record<string, string>>

/** Shorter than the defaults: a test that fails should do so soon. */
const patience = {
  'confirm-timeout': '30s',
  'health-timeout': '5s',
  'connect-timeout': '5s',
  timeout: '6m',
}

/** The step that deploys to a box, as the workflow of a user has it. */
function stepInputs(box: Box, inputs: Inputs): Inputs {
  const destination = { host: box.address, 'ssh-key': box.deployKey, 'known-hosts': box.hostKey }
  return { ...destination, ...patience, ...inputs }
}

export async function deploy(box: Box, inputs: Inputs): Promise<ActionRun> {
  return startDeploy(box, inputs).finished
}

const steps = new Set<RunningAction>()

export function startDeploy(box: Box, inputs: Inputs, options?: RunOptions): RunningAction {
  const step = startAction('deploy-nixos', stepInputs(box, inputs), options)
  steps.add(step)
  void step.finished.finally(() => steps.delete(step))
  return step
}

/** A deploy whose step was killed ends by itself once nobody confirms it. */
const endsByItselfMs = 90_000

/**
 * Ends the boxes of a suite, and the steps of a test that did not wait for theirs. Whatever the suite did: no box that
 * still runs has anything left of it.
 */
export async function tearDown(...boxes: (Box | undefined)[]): Promise<void> {
  for (const step of steps) step.signal('SIGKILL')
  const all = boxes.filter((box) => box !== undefined)
  try {
    const left = await Promise.all(all.map(leftIn))
    if (left.some((text) => text !== ''))
      throw new Error(`Left in the boxes when everything was over:\n${left.join('\n')}`)
  } finally {
    for (const box of all) await box[Symbol.asyncDispose]()
  }
}

async function leftIn(box: Box): Promise<string> {
  return box.isRunning() && !(await hasTrial(box)) ? leftovers(box, endsByItselfMs) : ''
}

const askedForStatus =
  'SSH_ORIGINAL_COMMAND=status setpriv --reuid=deploy --regid=deploy --clear-groups vps-deploy'

/** Whether a deploy waits for the boot it is tried at: it is not over. */
async function hasTrial(box: Box): Promise<boolean> {
  const { stdout } = await box.run(askedForStatus)
  return /"trial":\s*\{/.test(stdout)
}

/** What tells how a host stands: store paths, and the number of the profile's generation. */
export interface HostState {
  readonly running: string
  readonly booted: string
  readonly profile: string
  /** What the default boot entry starts. */
  readonly default: string
  readonly generation: string
}

export async function hostState(box: Box): Promise<HostState> {
  const lines = await box.must(`
    readlink /run/current-system /run/booted-system
    readlink -f /nix/var/nix/profiles/system
    /usr/lib/nix-vps-box/init default | sed 's|/init$||'
    readlink /nix/var/nix/profiles/system | tr -dc 0-9`)
  const [running = '', booted = '', profile = '', byDefault = '', generation = ''] = lines.split('\n')
  return { running, booted, profile, default: byDefault, generation }
}

/** How a deploy ended: for the step, for the host, and on the host. */
export interface End {
  /** Exit code of the step. */
  readonly code: number | null
  readonly status: string | undefined
  /** Of the deploy; undefined where the host never heard of it. */
  readonly exitCode: unknown
  readonly host: HostState
  readonly leftovers: string
}

export async function endOf(box: Box, { code, outputs }: ActionRun): Promise<End> {
  const id = outputs['deploy-id'] ?? ''
  const known = (await box.run(['test', '-e', `/var/lib/vps-deploy/deploys/${id}/result.json`])).code === 0
  const result = known ? (await hostEvents(box, id)).at(-1) : undefined
  const left = await leftovers(box)
  return {
    code,
    status: outputs['status'],
    exitCode: result?.['exitCode'],
    host: await hostState(box),
    leftovers: left,
  }
}

/** Deploys what a scenario begins with. */
export async function mustDeploy(box: Box, spec: SystemSpec): Promise<HostState> {
  const run = await deploy(box, { rev: await box.commit(spec) })
  if (run.outputs['status'] !== 'deployed') throw new Error(`The first deploy did not work:\n${run.log}`)
  return hostState(box)
}

/** One line of a deploy's events.ndjson. */
export interface HostEvent {
  readonly seq: number
  readonly type: string
  readonly text?: string
  readonly name?: string
  readonly state?: string
  readonly [key: string]: unknown
}

export async function hostEvents(box: Box, id: string | undefined): Promise<HostEvent[]> {
  const text = await box.read(`/var/lib/vps-deploy/deploys/${id ?? ''}/events.ndjson`)
  return text.split('\n').map((line) => JSON.parse(line) as HostEvent)
}

/** What the step's log shows of the host, and what it has to show: each event once, in order, and its result. */
export async function shownAndWritten(
  box: Box,
  run: ActionRun,
): Promise<{ shown: string[]; written: string[] }> {
  const events = await hostEvents(box, run.outputs['deploy-id'])
  const written = events.flatMap((event, place) =>
    event.seq === place ? linesOf(event) : [`event ${event.seq} stands at place ${place}`],
  )
  const message = events.at(-1)?.['message']
  const reason = typeof message === 'string' ? message : ''
  const lines = run.stdout.split('\n').map((line) => {
    if (line.startsWith('::group::')) return 'a phase'
    return isResult(line, run, reason) ? 'the result' : line
  })
  const words = new Set(written)
  return { shown: lines.filter((line) => words.has(line) || line.startsWith('::warning::')), written }
}

function linesOf({ type, text = '', state, ...more }: HostEvent): string[] {
  if (type === 'phase') return state === 'start' ? ['a phase'] : []
  if (type === 'log') return text.split('\n')
  if (type === 'queued') return [`Queued behind other deploys, at position ${String(more['position'])}.`]
  if (type === 'warning') return [`::warning::${text}${droppedOf(more['dropped'])}`]
  return type === 'result' ? ['the result'] : []
}

function droppedOf(dropped: unknown): string {
  return typeof dropped === 'number' ? ` (${dropped} dropped)` : ''
}

/** The last word of a step: green with its status, red with the host's reason. */
function isResult(line: string, { code, outputs }: ActionRun, reason: string): boolean {
  if (code === 0) return line.includes(` (${outputs['status'] ?? ''}, `)
  return line.startsWith('::error::') && line.includes(reason.split('\n')[0] ?? '')
}

/** The words of a job summary, without the escapes that keep GitHub from reading them as Markdown. */
export function wordsOf(summary: string): string {
  return summary.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
}

/** A unit that answers every request on port 8080 with one status, and the file it needs below /etc. */
export function webServer(status: number): { unit: string; etc: Record<string, string> } {
  const program = `import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(sys.argv[1]))
        self.end_headers()
http.server.HTTPServer(('', 8080), Answer).serve_forever()
`
  return { unit: service(`exec python3 -u /etc/web.py ${status}`), etc: { 'web.py': program } }
}

export const idle = service('exec sleep infinity')
