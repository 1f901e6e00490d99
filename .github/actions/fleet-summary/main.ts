import { appendFileSync } from 'node:fs'
import { summaryOf } from './summary.ts'

const input = (name: string): string => process.env[`INPUT_${name.toUpperCase()}`] ?? ''

appendFileSync(process.env['GITHUB_STEP_SUMMARY'] ?? '', summaryOf(input))
