/** The pieces that SSH's messages, keys and signatures are made of: RFC 4251, section 5. */
import { ActionError } from './errors.ts'

export function sshString(bytes: Buffer | string): Buffer {
  const content = Buffer.from(bytes)
  return Buffer.concat([sshNumber(content.length), content])
}

export function sshNumber(number: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(number)
  return bytes
}

/** Of a positive number, however many zeros it begins with: none, or one where its first bit is set. */
export function sshInteger(bytes: Buffer): Buffer {
  const bare = withoutZeros(bytes)
  return sshString((bare[0] ?? 0) < 0x80 ? bare : Buffer.concat([Buffer.alloc(1), bare]))
}

function withoutZeros(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0)
  return bytes.subarray(start === -1 ? bytes.length : start)
}

/** Reads one piece after the other; what ends before its time is an `ActionError`. */
export class SshReader {
  #rest: Buffer

  constructor(bytes: Buffer) {
    this.#rest = bytes
  }

  get isAtEnd(): boolean {
    return this.#rest.length === 0
  }

  bytes(count: number): Buffer {
    if (count > this.#rest.length) throw new ActionError('It ends before its time.')
    const bytes = this.#rest.subarray(0, count)
    this.#rest = this.#rest.subarray(count)
    return bytes
  }

  number(): number {
    return this.bytes(4).readUInt32BE()
  }

  string(): Buffer {
    return this.bytes(this.number())
  }

  text(): string {
    return this.string().toString('latin1')
  }

  /** Without the zeros it begins with. */
  integer(): Buffer {
    return withoutZeros(this.string())
  }
}
