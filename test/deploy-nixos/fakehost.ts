/** A host that speaks protocol 1 over fake connections, at fake time. Scripts of tests decide what happens on it. */
import { ConnectError } from '../../actions/shared/errors.ts'
import type { Dial, ExecHandlers, Exit, Session } from '../../actions/shared/ports.ts'
import type { FakeClock } from '../support/fakes.ts'
import { FakeDeploy } from './fakedeploy.ts'

export interface Channel extends ExecHandlers {
  /** Which connection it belongs to, from 1, and when that was opened. */
  readonly connection: number
  readonly openedMs: number
  readonly words: readonly string[]
}

export type Handler = (channel: Channel) => Exit | Promise<Exit>

export const exited = (code: number): Exit => ({ kind: 'exited', code })
export const lost = (reason = 'cut'): Exit => ({ kind: 'lost', reason })

/** An answer in one go. */
export function answering(stdout: string, code = 0, stderr = ''): Handler {
  return (channel) => {
    if (stdout !== '') channel.stdout(stdout)
    if (stderr !== '') channel.stderr(stderr)
    return exited(code)
  }
}

export const HELLO = {
  protocol: 1,
  version: '1.0.0',
  configuration: 'vps-arm',
  modes: ['switch', 'boot', 'test', 'dry-activate'],
  resolve: 'evaluate',
  running: { system: '/nix/store/aaa-old', rev: '0'.repeat(40) },
  substituters: [],
  trustedPublicKeys: [],
  trialBoot: false,
}

export class FakeHost {
  readonly clock: FakeClock
  /** Every request, with the number of its connection: `1 hello`. */
  readonly requests: string[] = []
  readonly handlers = new Map<string, Handler>()
  /** By id; the action's own deploy is made when it is asked for. */
  readonly deploys = new Map<string, FakeDeploy>()
  /** What happens to the action's own deploy. */
  script: (deploy: FakeDeploy) => Promise<void> = async () => {}
  /** Why connection number n (from 1) is not made. */
  refuse: (connection: number) => Error | undefined = () => undefined
  /** For how long nothing has come over connection number n. */
  quietMs: (connection: number) => number = () => 0
  /** How long connection number n takes to be made. */
  dialMs: (connection: number) => number = () => 0
  connections = 0
  /** Thrown by a script: the test is wrong. */
  failure: Error | undefined
  /** The numbers of the connections that nobody has closed. */
  get open(): readonly number[] {
    return [...this.#open]
  }
  readonly #open = new Set<number>()
  readonly #running = new Set<(exit: Exit) => void>()

  constructor(clock: FakeClock) {
    this.clock = clock
    this.handlers.set('hello', answering(`${JSON.stringify(HELLO)}\n`))
    this.handlers.set('deploy', (channel) => this.#deploy(channel))
    this.handlers.set('attach', (channel) => this.#attach(channel))
    this.handlers.set('confirm', (channel) => this.#confirm(channel))
    this.handlers.set('abort', (channel) => this.#abort(channel))
  }

  readonly dial: Dial = async ({ signal }) => {
    signal?.throwIfAborted()
    const connection = ++this.connections
    const error = this.refuse(connection)
    if (error !== undefined) throw error
    const ms = this.dialMs(connection)
    if (ms > 0) await this.clock.sleep(ms)
    const openedMs = this.clock.now()
    return this.#session(connection, openedMs)
  }

  /** Every open connection breaks. */
  cut(reason = 'Keepalive timeout'): void {
    for (const end of this.#running) end(lost(reason))
  }

  /** The requests of one kind, without their connection's number. */
  asked(verb: string): readonly string[] {
    return this.requests.map((line) => line.replace(/^\d+ /, '')).filter((line) => line.startsWith(verb))
  }

  #session(connection: number, openedMs: number): Session {
    let isClosed = false
    this.#open.add(connection)
    return {
      exec: async (command, handlers, signal) => {
        if (isClosed) throw new Error(`'${command}' over a closed connection`)
        this.requests.push(`${connection} ${command}`)
        const { promise, resolve } = Promise.withResolvers<Exit>()
        let isOver = false
        const end = (exit: Exit): void => {
          isOver = true
          this.#running.delete(end)
          resolve(exit)
        }
        // What is under way then still arrives.
        const giveUp = (): void => {
          this.#running.delete(end)
          resolve(lost('given up'))
        }
        this.#running.add(end)
        signal?.addEventListener('abort', giveUp)
        if (signal?.aborted) giveUp()
        const words = command.split(' ')
        const channel: Channel = {
          connection,
          openedMs,
          words,
          stdout: (text) => {
            if (!isOver) handlers.stdout(text)
          },
          stderr: (text) => {
            if (!isOver) handlers.stderr(text)
          },
        }
        const handler = this.handlers.get(words[0] ?? '') ?? answering('', 64, 'not a request')
        void Promise.resolve(handler(channel)).then(end, (error: unknown) => {
          this.failure = asError(error)
          end(exited(70))
        })
        return promise
      },
      quietMs: () => this.quietMs(connection),
      [Symbol.asyncDispose]: async () => {
        isClosed = true
        this.#open.delete(connection)
      },
    }
  }

  #deploy({ words, ...channel }: Channel): Promise<Exit> {
    const [, id = '', rev = '', mode = ''] = words
    const known = this.deploys.get(id)
    if (known !== undefined) return known.stream(channel, 0)
    const deploy = new FakeDeploy({ id, rev, mode }, this.clock)
    this.deploys.set(id, deploy)
    this.script(deploy).catch((error: unknown) => {
      this.failure = asError(error)
    })
    return deploy.stream(channel, 0)
  }

  #attach({ words, ...channel }: Channel): Exit | Promise<Exit> {
    const deploy = this.deploys.get(words[1] ?? '')
    if (deploy !== undefined) return deploy.stream(channel, Number(words[2]))
    channel.stderr('vps-deploy: no such deploy\n')
    return exited(65)
  }

  #confirm({ words, ...channel }: Channel): Exit {
    const refusal = this.deploys.get(words[1] ?? '')?.confirm(words[2] ?? '', channel.openedMs)
    if (refusal === undefined) channel.stdout('{"confirmed":true}\n')
    else channel.stderr(`vps-deploy: ${refusal}\n`)
    return exited(refusal === undefined ? 0 : 65)
  }

  #abort({ words, ...channel }: Channel): Exit {
    const isTaken = this.deploys.get(words[1] ?? '')?.abort() ?? false
    if (!isTaken) channel.stderr('vps-deploy: the decision stands\n')
    return exited(isTaken ? 0 : 65)
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

export const unnoticed = new ConnectError('unreachable', 'example.org does not answer.', {
  isUnnoticed: true,
})
export const unreachable = new ConnectError('unreachable', 'example.org does not answer.')
export const refused = new ConnectError('auth', "example.org refused the key for user 'deploy'.")
export const wrongKey = new ConnectError('host-key', 'The host key of example.org is not the pinned one.')
