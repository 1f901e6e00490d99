/** One host of the list: what the matrix gets of it, and everything that is wrong with it. */
import { generateKeyPairSync } from 'node:crypto'
import { type Inputs, parseInputs } from '../../../actions/deploy-nixos/inputs.ts'
import { hostAndPort, stripBrackets } from '../../../actions/shared/address.ts'
import { ActionError, messageOf } from '../../../actions/shared/errors.ts'
import { type Json, objectIn } from '../../../actions/shared/json.ts'
import { nearMisses } from '../../../actions/shared/nearmiss.ts'
import { DEFAULTS, SECRETS, STAGES, type Stage } from './fields.ts'

/** As the matrix has it: the fields that were given, as text, and what the workflow works out from them. */
export type MatrixHost = Readonly<Record<string, string | number>>

export interface Host {
  readonly name: string
  readonly stage: Stage
  readonly configuration: string
  /** `''` = none. */
  readonly environment: string
  /** The address in one form: two hosts with the same one are one machine. Also the concurrency group of its deploys. */
  readonly lock: string
  readonly matrix: MatrixHost
}

/** The lock, and how long the job may take. */
export interface WhereAndWhen {
  readonly lock: string
  readonly minutes: number
}

/** What the job has beside the action's own `timeout`, so that the action has the last word. */
const JOB_MINUTES = 5
const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/i
const OWN_FIELDS = ['name', 'stage', 'configuration', 'environment']
const NOT_IN_MATRIX = ['stage', 'configuration']
const OF_LINES = [
  'known-hosts',
  'host-fingerprint',
  'health-urls',
  'jump-known-hosts',
  'jump-host-fingerprint',
]
const ALL_FIELDS = [...OWN_FIELDS, ...Object.keys(DEFAULTS)]

/** deploy-nixos reads its inputs as a whole. What no host of the list has is right here; the key opens nothing. */
export const NOT_OF_A_HOST: Fields = {
  'ssh-key': generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  rev: '0'.repeat(40),
  mode: 'switch',
}

/**
 * `position` counts from 1 and stands for a name that is missing. What is wrong is added to `problems`, a sentence each.
 * @returns `undefined` if anything is
 */
export function parseHost(item: unknown, position: number, problems: string[]): Host | undefined {
  const given = objectIn(item)
  if (given === undefined) {
    problems.push(`Host number ${position} is ${quoted(item)}, expected an object with 'name' and 'host'.`)
    return undefined
  }
  if (JSON.stringify(given).includes('PRIVATE KEY-----')) {
    // Nothing of it is shown, not even a name: any of them may be the key.
    problems.push(
      `Host number ${position} holds a private key, which must not stand in the list: everybody who sees the run can read it.`,
    )
    return undefined
  }
  const own = [...shapeProblems(given)]
  const fields = textsOf(given)
  const name = fields['name'] ?? ''
  own.push(...nameProblems(name), ...stageProblems(fields))
  const inputs = attempted(own, () => parseInputs(reading(fields)))
  const whose = name === '' ? `Host number ${position}` : `Host '${name}'`
  problems.push(...own.map((problem) => `${whose}: ${problem}`))
  return own.length === 0 && inputs !== undefined ? hostOf(fields, inputs) : undefined
}

type Fields = Readonly<Record<string, string>>

function hostOf(fields: Fields, inputs: Inputs): Host {
  const { name = '', stage = '1', configuration = name, environment = '' } = fields
  const { lock, minutes } = whereAndWhen(inputs)
  const rest = Object.fromEntries(Object.entries(fields).filter(([field]) => !NOT_IN_MATRIX.includes(field)))
  return { name, stage: stage as Stage, configuration, environment, lock, matrix: { ...rest, lock, minutes } }
}

export function whereAndWhen({ destination: { host, port, jump }, timeoutMs }: Inputs): WhereAndWhen {
  const via = jump === undefined ? '' : ` via ${hostAndPort(jump.host, jump.port)}`
  const lock = `${hostAndPort(host, port)}${via}`.toLowerCase()
  return { lock, minutes: Math.ceil(timeoutMs / 60_000) + JOB_MINUTES }
}

function* shapeProblems(given: Json): Generator<string> {
  for (const [field, value] of Object.entries(given)) {
    // Its value is not shown: it may be what the list must not hold.
    if (SECRETS.includes(field))
      yield `'${field}' is a secret and must not stand in the list, which everybody who sees the run can read.`
    else if (!ALL_FIELDS.includes(field)) yield `'${field}' is no field of a host${meant(field)}.`
    else if (textOf(value) === undefined)
      yield `'${field}' is ${quoted(value)}, expected text, a number or a list of texts.`
    else if (!OF_LINES.includes(field) && /[\r\n]/.test(textOf(value) ?? ''))
      yield `'${field}' is ${quoted(value)}, expected one line.`
  }
}

function meant(field: string): string {
  const near = nearMisses(field, ALL_FIELDS).map((name) => `'${name}'`)
  return near.length === 0 ? '' : `; meant is perhaps ${near.join(' or ')}`
}

function nameProblems(name: string): readonly string[] {
  if (NAME.test(name)) return []
  const expected =
    'letters, digits, dots, dashes and underscores, 63 at most, beginning with a letter or digit'
  return [name === '' ? "'name' is required and not given." : `'name' is '${name}', expected ${expected}.`]
}

function stageProblems({ stage = '1' }: Fields): readonly string[] {
  const isStage = (STAGES as readonly string[]).includes(stage)
  return isStage ? [] : [`'stage' is '${stage}', expected one of ${STAGES.join(', ')}.`]
}

function attempted(problems: string[], parse: () => Inputs): Inputs | undefined {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    problems.push(messageOf(error))
    return undefined
  }
}

function reading(fields: Fields): (name: string) => string {
  const all: Fields = { ...DEFAULTS, ...NOT_OF_A_HOST, ...fields }
  return (name) => all[name] ?? ''
}

/** Fields that were given as something else are left out: they have been complained about. */
function textsOf(given: Json): Fields {
  const texts = Object.entries(given)
    .filter(([field]) => ALL_FIELDS.includes(field))
    .map(([field, value]) => [field, field === 'host' ? stripBrackets(textOf(value) ?? '') : textOf(value)])
  return Object.fromEntries(texts.filter(([, text]) => text)) as Fields
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim()
  if (typeof value === 'number') return String(value)
  const isList = Array.isArray(value) && value.every((line) => typeof line === 'string')
  return isList ? value.join('\n') : undefined
}

/** Whatever it is, in a few characters. */
function quoted(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`
}
