/** Hosts that say very much, and what comes of it. */
import { createHash } from 'node:crypto'
import type { Box } from './box.ts'
