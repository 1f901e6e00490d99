import { backoffMs } from '../shared/backoff.ts'
import type { Exit, Session } from '../shared/ports.ts'
import { wordsOf } from './ask.ts'
import type { ConnectWorld, Link } from './connect.ts'
import type { Event, Result } from './events.ts'
import { EventStream } from './eventstream.ts'
import { requests } from './request.ts'
import { isRefusal } from './verdict.ts'

/** A deploy to follow. */
export interface Followed {
  readonly id: string
  /** The request that starts it, or that asks for its events from the first on. */
  readonly opening: string
  /** Gets every event once, in order; what it throws ends the following. */
  readonly onEvent: (event: Event) => void
}

export interface Line {
  readonly world: ConnectWorld
  readonly link: Link
}

/** How it ended: by its result, or the host turned the request down with an exit code. */
export type Outcome =
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'denied'; readonly code: number; readonly words: string; readonly wasAccepted: boolean }

const PAUSES = { baseMs: 500, capMs: 10_000 }

/** Follows a deploy to its end, over as many connections as it takes. Rejects with the signal's reason. */
export async function follow(followed: Followed, line: Line, signal: AbortSignal): Promise<Outcome> {
  const { world, link } = line
  const stream = new EventStream()
  for (let fruitless = 1; ; fruitless++) {
    const from = stream.nextSeq
    const request = from === 0 ? followed.opening : requests.attach(followed.id, from)
    const session = await link.open(signal)
    const heard = await listen(session, { request, stream, followed, line }, signal)
    if (heard.result !== undefined) return { kind: 'result', result: heard.result }
    signal.throwIfAborted()
    if (heard.isRelieved) continue
    const denial = denialOf(heard, stream.nextSeq > 0)
    if (denial !== undefined) return denial
    if (!stream.isTorn) await partFrom(line, heard)
    if (stream.nextSeq > from) fruitless = 0
    else await world.clock.sleep(backoffMs(fruitless, PAUSES, world.random), signal)
  }
}

/** A connection that brought an end without a result: a lost one is given up, another one asked again. */
async function partFrom({ world, link }: Line, heard: Heard): Promise<void> {
  world.log.info(`The events broke off: ${wordsOf(heard)}. Attaching again …`)
  if (heard.exit.kind === 'lost') await link.drop(heard.exit.reason)
}

interface Listening {
  readonly request: string
  readonly stream: EventStream
  readonly followed: Followed
  readonly line: Line
}

interface Heard {
  readonly exit: Exit
  readonly stderr: string
  readonly result: Result | undefined
  /** The connection fell silent, and another one has taken its place. */
  readonly isRelieved: boolean
}

const MAX_STDERR = 65_536
/** The reason to stop listening that is no failure. */
const ENOUGH = Symbol('enough')

/** One connection's part: until the result, the end of the connection, its relief, or an event is missing. */
async function listen(session: Session, listening: Listening, signal: AbortSignal): Promise<Heard> {
  const enough = new AbortController()
  const end = AbortSignal.any([enough.signal, signal])
  let result: Result | undefined
  let isRelieved = false
  let stderr = ''
  const handlers = {
    stdout: (text: string) => {
      // What was under way may still arrive.
      if (end.aborted) return
      try {
        result = take(text, listening)
        if (result !== undefined || listening.stream.isTorn) enough.abort(ENOUGH)
      } catch (error) {
        enough.abort(error)
      }
    },
    stderr: (text: string) => {
      stderr = (stderr + text).slice(0, MAX_STDERR)
    },
  }
  listening.stream.restart()
  const relief = listening.line.link.relieved(session, end).then(
    () => {
      isRelieved = true
      enough.abort(ENOUGH)
    },
    (error: unknown) => {
      enough.abort(error)
    },
  )
  const exit = await session.exec(listening.request, handlers, end)
  // It is the first reason that stays.
  enough.abort(ENOUGH)
  await relief
  if (enough.signal.reason !== ENOUGH) enough.signal.throwIfAborted()
  return { exit, stderr: stderr.trim(), result, isRelieved }
}

function take(text: string, { stream, followed, line }: Listening): Result | undefined {
  const { events, problems } = stream.read(text)
  for (const problem of problems) line.world.log.warning(problem)
  for (const event of events) followed.onEvent(event)
  return events.find((event) => event.type === 'result')
}

/** ssh's own word for "the connection broke", and an end without a word: neither says anything about the deploy. */
const UNKNOWN = [0, 255]

/** Before it was accepted, every exit code is an answer; after it, only a refusal is. */
function denialOf({ exit, stderr }: Heard, wasAccepted: boolean): Outcome | undefined {
  if (exit.kind !== 'exited') return undefined
  const { code } = exit
  const isAnswer = wasAccepted ? isRefusal(code) : !UNKNOWN.includes(code)
  return isAnswer ? { kind: 'denied', code, words: stderr, wasAccepted } : undefined
}
