import { diffIn } from '../shared/closurediff.ts'
import type {
  Accepted,
  AwaitingConfirm,
  Common,
  Event,
  FailedUnit,
  Identity,
  LogText,
  NixError,
  Phase,
  Result,
  Units,
} from './events.ts'
import { numberIn, objectIn, objectsIn, parseObject, textIn, textsIn, type Json } from '../shared/json.ts'

/** `undefined` = the line is not an event. */
export function parseEvent(line: string): Event | undefined {
  const fields = parseObject(line)
  const seq = numberIn(fields?.['seq'])
  if (fields === undefined || seq === undefined || !Number.isSafeInteger(seq) || seq < 0) return undefined
  const common = { seq, time: textIn(fields['time']) }
  const parse = PARSERS.get(textIn(fields['type']))
  return parse === undefined ? { ...common, type: 'unknown' } : parse(fields, common)
}

const PARSERS: ReadonlyMap<string, (fields: Json, common: Common) => Event> = new Map([
  ['accepted', parseAccepted],
  ['queued', (fields, common) => ({ ...common, type: 'queued', position: numberIn(fields['position']) })],
  ['phase', parsePhase],
  ['log', parseLog],
  ['diff', (fields, common) => ({ ...common, type: 'diff', diff: diffIn(fields) })],
  ['units', parseUnits],
  ['awaiting-confirm', parseAwaitingConfirm],
  ['warning', parseWarning],
  ['result', parseResult],
] as const)

function identityIn(fields: Json): Identity {
  return {
    id: textIn(fields['id']),
    kind: textIn(fields['kind']),
    rev: textIn(fields['rev']),
    mode: textIn(fields['mode']),
  }
}

function parseAccepted(fields: Json, common: Common): Accepted {
  return {
    ...common,
    ...identityIn(fields),
    type: 'accepted',
    configuration: textIn(fields['configuration']),
    version: textIn(fields['version']),
    deadline: textIn(fields['deadline']),
    secondsLeft: numberIn(fields['secondsLeft']),
  }
}

function parsePhase(fields: Json, common: Common): Phase {
  const state = fields['state'] === 'end' ? 'end' : 'start'
  return { ...common, type: 'phase', name: textIn(fields['name']), state }
}

function parseLog(fields: Json, common: Common): LogText {
  return { ...common, type: 'log', text: textIn(fields['text']), error: nixErrorIn(fields['error']) }
}

function nixErrorIn(value: unknown): NixError | undefined {
  const fields = objectIn(value)
  return (
    fields && {
      file: textIn(fields['file']),
      line: numberIn(fields['line']),
      column: numberIn(fields['column']),
      message: textIn(fields['message']),
    }
  )
}

function parseUnits(fields: Json, common: Common): Units {
  const changed = {
    restarted: textsIn(fields['restarted']),
    reloaded: textsIn(fields['reloaded']),
    started: textsIn(fields['started']),
    stopped: textsIn(fields['stopped']),
    notRestarted: textsIn(fields['notRestarted']),
  }
  const newFailed = objectsIn(fields['newFailed']).map(failedUnitIn)
  return { ...common, type: 'units', changed, newFailed }
}

function failedUnitIn(fields: Json): FailedUnit {
  const exitStatus = numberIn(fields['exitStatus'])?.toString() ?? textIn(fields['exitStatus'])
  return { unit: textIn(fields['unit']), result: textIn(fields['result']), exitStatus }
}

function parseAwaitingConfirm(fields: Json, common: Common): AwaitingConfirm {
  return {
    ...common,
    type: 'awaiting-confirm',
    nonce: textIn(fields['nonce']),
    deadline: textIn(fields['deadline']),
    secondsLeft: numberIn(fields['secondsLeft']),
  }
}

function parseWarning(fields: Json, common: Common): Event {
  return { ...common, type: 'warning', text: textIn(fields['text']), dropped: numberIn(fields['dropped']) }
}

function parseResult(fields: Json, common: Common): Result {
  return {
    ...common,
    ...identityIn(fields),
    type: 'result',
    status: textIn(fields['status']),
    exitCode: numberIn(fields['exitCode']),
    system: textIn(fields['system']),
    previousSystem: textIn(fields['previousSystem']),
    generation: numberIn(fields['generation']),
    rebootRequired: textsIn(fields['rebootRequired']),
    newFailedUnits: textsIn(fields['newFailedUnits']),
    message: textIn(fields['message']),
    supersededBy: textIn(fields['supersededBy']),
    trial: trialIn(fields['trial']),
  }
}

/** Anything but nothing names one, if only a wrong one. */
function trialIn(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : textIn(value)
}
