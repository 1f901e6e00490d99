import type { ExecHandlers, Exit } from '../../actions/shared/ports.ts'
import type { FakeClock } from '../support/fakes.ts'

type Fields = Readonly<Record<string, unknown>>
type Decision = 'confirmed' | 'aborted' | 'late'

export const NONCE = 'c0ffee'.padEnd(32, '0')
const EPOCH_MS = Date.UTC(2026, 10, 23, 3)

/** One deploy on the fake host: its events, and who may still decide. */
export class FakeDeploy {
  readonly id: string
  readonly rev: string
  readonly mode: string
  readonly events: Fields[] = []
  readonly #clock: FakeClock
  readonly #decided = Promise.withResolvers<Decision>()
  readonly #listeners = new Set<(event: Fields) => void>()
  #decision: Decision | undefined
  #nonceMs: number | undefined

  constructor(identity: { id: string; rev: string; mode: string }, clock: FakeClock) {
    this.id = identity.id
    this.rev = identity.rev
    this.mode = identity.mode
    this.#clock = clock
  }

  emit(type: string, fields: Fields = {}): void {
    const event = { seq: this.events.length, time: this.time(), type, ...fields }
    this.events.push(event)
    for (const listener of this.#listeners) listener(event)
  }

  accepted(fields: Fields = {}): void {
    const { id, rev, mode } = this
    const about = { id, rev, mode, configuration: 'vps-arm', version: '1.0.0' }
    this.emit('accepted', { ...about, deadline: '2026-11-23T03:28:00Z', secondsLeft: 1680, ...fields })
  }

  async phase(name: string, ms = 1_000): Promise<void> {
    this.emit('phase', { name, state: 'start' })
    await this.#clock.sleep(ms)
    this.emit('phase', { name, state: 'end' })
  }

  log(text: string, fields: Fields = {}): void {
    this.emit('log', { stream: 'nix', text, ...fields })
  }

  /** Waits as long as a host does. */
  async confirmation(seconds = 90, fields: Fields = {}): Promise<Decision> {
    this.#nonceMs = this.#clock.now()
    const deadline = '2026-11-23T03:05:00Z'
    this.emit('awaiting-confirm', { nonce: NONCE, deadline, secondsLeft: seconds, ...fields })
    const late = this.#clock.sleep(seconds * 1_000).then(() => {
      this.#decide('late')
    })
    return Promise.race([this.#decided.promise, late.then(() => this.#decided.promise)])
  }

  /** Has asked for a confirmation and got one, from anybody. */
  confirmed(): void {
    this.emit('awaiting-confirm', { nonce: NONCE, deadline: '2026-11-23T03:05:00Z', secondsLeft: 90 })
  }

  result(status: string, exitCode: number, fields: Fields = {}): void {
    const { id, rev, mode } = this
    const previousSystem = status === 'unchanged' ? '/nix/store/bbb-new' : '/nix/store/aaa-old'
    const systems = { system: '/nix/store/bbb-new', previousSystem, generation: 42 }
    const lists = { rebootRequired: [], newFailedUnits: [], message: '' }
    this.emit('result', { status, exitCode, id, rev, mode, ...systems, ...lists, ...fields })
  }

  /** Sends the events from a number on, and ends with the result. */
  stream(channel: ExecHandlers, from: number): Promise<Exit> {
    const { promise, resolve } = Promise.withResolvers<Exit>()
    const listener = (event: Fields): void => {
      if (Number(event['seq']) < from && event['type'] !== 'result') return
      channel.stdout(`${JSON.stringify(event)}\n`)
      if (event['type'] !== 'result') return
      this.#listeners.delete(listener)
      resolve({ kind: 'exited', code: Number(event['exitCode']) })
    }
    for (const event of this.events) listener(event)
    this.#listeners.add(listener)
    return promise
  }

  /** Why not; `undefined` = the commit stands. */
  confirm(nonce: string, openedMs: number): string | undefined {
    if (nonce !== NONCE || this.#nonceMs === undefined) return 'wrong nonce'
    if (openedMs < this.#nonceMs) return 'this connection is older than the activation'
    this.#decide('confirmed')
    return this.#decision === 'confirmed' ? undefined : `too late: ${String(this.#decision)}`
  }

  abort(): boolean {
    this.#decide('aborted')
    return this.#decision === 'aborted'
  }

  get aborted(): boolean {
    return this.#decision === 'aborted'
  }

  time(): string {
    return new Date(EPOCH_MS + this.#clock.now()).toISOString()
  }

  #decide(decision: Decision): void {
    this.#decision ??= decision
    this.#decided.resolve(this.#decision)
  }
}

/** Everything up to the activation. */
export async function prepare(deploy: FakeDeploy): Promise<void> {
  deploy.accepted()
  await deploy.phase('fetch')
  await deploy.phase('build')
}

/** A deploy without surprises. */
export async function goWell(deploy: FakeDeploy): Promise<void> {
  await prepare(deploy)
  await activateAndDecide(deploy)
}

/** From the activation to the end, as the runner decides. */
export async function activateAndDecide(deploy: FakeDeploy, seconds = 90): Promise<void> {
  await deploy.phase('activate')
  const decision = await deploy.confirmation(seconds)
  if (decision === 'confirmed') {
    await deploy.phase('commit')
    deploy.result('deployed', 0)
    return
  }
  await deploy.phase('rollback')
  deploy.result('rolled-back', 81, { message: decision === 'late' ? 'Not confirmed in time.' : 'Aborted.' })
}
