import { randomBytes } from 'node:crypto'
import type { Random } from '../ports.ts'

export const random: Random = { hex: (bytes) => randomBytes(bytes).toString('hex') }
