import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { messageOf } from '../errors.ts'
import type { ExecHandlers, Exit } from '../ports.ts'
import type { Client, Connection } from './sshlogin.ts'

export interface Request {
  readonly command: string
  readonly signal: AbortSignal | undefined
}

type Channel = Parameters<Parameters<Client['exec']>[1]>[1]

/** How long output may be silent after the command's own end: what it left running can hold the channel open forever. */
const GRACE_MS = 2_000
/** For the channel's last output after its connection has closed. */
const DRAIN_MS = 200

/** Runs one command with an empty standard input. Never rejects. */
export function execute(connection: Connection, request: Request, handlers: ExecHandlers): Promise<Exit> {
  return new Execution(connection, handlers).run(request)
}

class Execution {
  readonly #connection: Connection
  readonly #handlers: ExecHandlers
  readonly #ended = Promise.withResolvers<Exit>()
  #over = false
  #channel: Channel | undefined
  #exit: Exit | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(connection: Connection, handlers: ExecHandlers) {
    this.#connection = connection
    this.#handlers = handlers
  }

  async run({ command, signal }: Request): Promise<Exit> {
    const { client } = this.#connection
    const abort = (): void => {
      this.#end({ kind: 'lost', reason: messageOf(signal?.reason) })
    }
    const closed = (): void => {
      this.#endIn(DRAIN_MS)
    }
    signal?.addEventListener('abort', abort)
    client.on('close', closed)
    try {
      if (signal?.aborted) abort()
      else this.#start(command)
      return await this.#ended.promise
    } finally {
      signal?.removeEventListener('abort', abort)
      client.off('close', closed)
      clearTimeout(this.#timer)
      this.#channel?.close()
    }
  }

  #start(command: string): void {
    try {
      this.#connection.client.exec(command, (error, channel) => {
        if (error === undefined) this.#follow(channel)
        else this.#end({ kind: 'lost', reason: this.#connection.lost() ?? error.message })
      })
    } catch (error) {
      this.#end({ kind: 'lost', reason: this.#connection.lost() ?? messageOf(error) })
    }
  }

  #follow(channel: Channel): void {
    this.#channel = channel
    if (this.#over) {
      channel.close()
      return
    }
    this.#decode(channel, (text) => {
      this.#handlers.stdout(text)
    })
    this.#decode(channel.stderr, (text) => {
      this.#handlers.stderr(text)
    })
    channel.on('exit', (code: number | null, signal?: string) => {
      this.#exit = code === null ? { kind: 'killed', signal: signal ?? 'unknown' } : { kind: 'exited', code }
      this.#endIn(GRACE_MS)
    })
    channel.on('close', () => {
      this.#end()
    })
    // An error that nobody hears would end the process.
    channel.on('error', () => {
      this.#end()
    })
    // A script that reads its input must find the end of it.
    channel.end()
  }

  /** A character may be cut by the edge of a packet. */
  #decode(stream: Readable, handle: (text: string) => void): void {
    const decoder = new StringDecoder('utf8')
    const pass = (text: string): void => {
      if (this.#over || text === '') return
      handle(text)
      if (this.#exit !== undefined) this.#endIn(GRACE_MS)
    }
    stream.on('data', (chunk: Buffer) => {
      pass(decoder.write(chunk))
      this.#waitForTheLog(stream)
    })
    stream.on('end', () => {
      pass(decoder.end())
    })
  }

  /** A host that talks faster than the log is read has to wait: what it says must not pile up here. */
  #waitForTheLog(stream: Readable): void {
    if (!process.stdout.writableNeedDrain || stream.isPaused()) return
    stream.pause()
    clearTimeout(this.#timer)
    process.stdout.once('drain', () => {
      stream.resume()
      if (this.#exit !== undefined) this.#endIn(GRACE_MS)
    })
  }

  #endIn(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#end()
    }, ms)
  }

  #end(exit: Exit | undefined = this.#exit): void {
    this.#over = true
    const reason =
      this.#connection.lost() ?? 'the host closed the channel without saying how the command ended'
    this.#ended.resolve(exit ?? { kind: 'lost', reason })
  }
}
