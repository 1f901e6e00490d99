import { createHash } from 'node:crypto'

/** What git calls a file of this text. */
export function blobOf(text: string): string {
  const content = Buffer.from(text)
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')
}
