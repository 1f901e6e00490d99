import { createHash } from 'node:crypto'
import { parseStorePath, type StorePath } from '../../actions/garnix-wait/storepath.ts'

/** A path of that name, with a hash that depends on `salt` alone. */
export function storePathOf(name: string, salt: string | number = name): StorePath {
  const digest = createHash('sha256').update(String(salt)).digest()
  const hash = Array.from(digest, (byte) => '0123456789abcdfghijklmnpqrsvwxyz'[byte % 32]).join('')
  return parseStorePath(`/nix/store/${hash}-${name}`)
}

/** Numbers from 0 to below `limit`, the same in every run. */
export function numbersFrom(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}
