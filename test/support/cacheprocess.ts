// A binary cache in a process of its own, for measurements: `node cacheprocess.ts FILE DELAY` serves the narinfos that
// FILE, a JSON object by hash part, holds, and prints its address.
import { readFileSync } from 'node:fs'
import { startBinaryCache } from './binarycache.ts'

const [, , file = '', delayMs = '0'] = process.argv
const cache = await startBinaryCache()
cache.delayMs = Number(delayMs)
const texts = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
for (const [hash, text] of Object.entries(texts)) cache.texts.set(hash, text)
console.log(cache.url)
process.on('disconnect', () => process.exit())
process.stdin.on('end', () => process.exit()).resume()
