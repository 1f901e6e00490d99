/**
 * The forced command of the bundle's tests: speaks protocol 1 from a script of events, so that a connection can break
 * at any moment. Arguments: a directory that holds what happened so far.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const [directory = ''] = process.argv.slice(2)
const request = process.env['SSH_ORIGINAL_COMMAND'] ?? ''
const [verb = '', id = '', third = ''] = request.split(' ')
const NONCE = 'c0ffee'.padEnd(32, '0')
const file = (name: string): string => join(directory, name)
// The client's port tells the connections apart.
const connection = process.env['SSH_CONNECTION']?.split(' ')[1] ?? ''
appendFileSync(file('requests'), `${connection} ${request}\n`)

const HELLO = {
  protocol: 1,
  version: '1.0.0',
  configuration: 'vps-arm',
  modes: ['switch', 'boot', 'test', 'dry-activate'],
  resolve: 'evaluate',
  trialBoot: false,
}

interface Step {
  readonly type: string
  readonly [field: string]: unknown
}

const phase = (name: string, state: 'start' | 'end'): Step => ({ type: 'phase', name, state })

function steps(rev: string): readonly Step[] {
  const about = { id, rev, mode: 'switch' }
  const lines = Array.from(
    { length: 30 },
    (_, index) => `line ${index} €::error::not a command ##[error]nor this`,
  )
  return [
    {
      type: 'accepted',
      ...about,
      configuration: 'vps-arm',
      version: '1.0.0',
      deadline: '2026-11-23T03:28:00Z',
    },
    phase('build', 'start'),
    ...lines.map((text) => ({ type: 'log', stream: 'nix', text: `${text}\n::error::line of its own` })),
    phase('build', 'end'),
    phase('activate', 'start'),
    { type: 'units', restarted: ['web.service'] },
    phase('activate', 'end'),
    { type: 'awaiting-confirm', nonce: NONCE, deadline: '2026-11-23T03:05:00Z', secondsLeft: 60 },
  ]
}

/** The deploy goes on whoever looks: step n happens n × 30 ms after the start. */
async function stream(from: number): Promise<number> {
  const rev = readFileSync(file('rev'), 'utf8')
  const startedMs = Number(readFileSync(file('started'), 'utf8'))
  const all = steps(rev)
  for (const [seq, step] of all.entries()) {
    await setTimeout(Math.max(0, startedMs + seq * 30 - Date.now()))
    await held(step)
    if (existsSync(file('abort'))) return finish(all.length, { status: 'aborted', exitCode: 83, rev })
    if (seq >= from) say({ seq, time: new Date().toISOString(), ...step })
  }
  // Nobody may be left who ends this: with its directory it is over.
  const isOpen = (): boolean =>
    existsSync(directory) && !existsSync(file('abort')) && !existsSync(file('confirm'))
  while (isOpen()) await setTimeout(20)
  if (existsSync(file('abort'))) return finish(all.length, { status: 'rolled-back', exitCode: 81, rev })
  return finish(all.length, { status: 'deployed', exitCode: 0, rev })
}

/** Says no more than these lines before that many connections have come back. */
const LINES_BEFORE_ATTACH = ['line 10 ', 'line 25 ']

/** A build that takes as long as somebody wants it to, and one that waits for those who were cut off. */
async function held({ name, state, text }: Step): Promise<void> {
  const isEnd = name === 'build' && state === 'end'
  while (isEnd && existsSync(file('endless')) && !existsSync(file('abort'))) await setTimeout(20)
  const needed =
    LINES_BEFORE_ATTACH.findIndex((line) => typeof text === 'string' && text.startsWith(line)) + 1
  while (existsSync(file('interrupted')) && attached() < needed) await setTimeout(20)
}

function attached(): number {
  return readFileSync(file('requests'), 'utf8').split(' attach ').length - 1
}

function finish(seq: number, end: { status: string; exitCode: number; rev: string }): number {
  const systems = { system: '/nix/store/bbb-new', previousSystem: '/nix/store/aaa-old', generation: 7 }
  const rest = { rebootRequired: [], newFailedUnits: [], message: '' }
  say({
    seq,
    time: new Date().toISOString(),
    type: 'result',
    id,
    mode: 'switch',
    ...systems,
    ...rest,
    ...end,
  })
  return end.exitCode
}

function say(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`)
}

function decide(name: 'confirm' | 'abort'): number {
  writeFileSync(file(name), third)
  if (name === 'confirm') say({ confirmed: third === NONCE })
  return 0
}

async function answer(): Promise<number> {
  if (verb === 'hello') say(HELLO)
  else if (verb === 'attach') return stream(Number(third))
  else if (verb === 'confirm' || verb === 'abort') return decide(verb)
  else if (verb === 'deploy') {
    if (!existsSync(file('started'))) writeFileSync(file('started'), String(Date.now()))
    writeFileSync(file('rev'), third)
    return stream(0)
  } else {
    process.stdout.write(`plain: ${request}\n`)
    return request.startsWith('f') ? 3 : 0
  }
  return 0
}

process.exitCode = await answer()
