/** What is recorded of a wait that has ended well, and who signs it. */
import type { Inputs as Reader } from '../shared/inputs.ts'
import { parseSigningKey, type SigningKey } from '../shared/sshsignature.ts'
import type { Inputs } from './inputs.ts'
import { NAMELESS } from './targets.ts'

/** What can be one word of a line. */
const NAME = /^[!-~]+$/

export interface Recording {
  /** Whether another path that is recorded for the same configuration gives way. */
  readonly isReplacing: boolean
  /** `undefined` = the lines are not signed. */
  readonly key: SigningKey | undefined
}

/** `undefined` = nothing is to be recorded. */
export function recordingIn(reader: Reader, event: string): Recording | undefined {
  const record = reader.choice('record', ['false', 'true', 'replace'])
  const isKeyGiven = reader.optional('record-key') !== undefined
  const key = isKeyGiven ? reader.parsed('record-key', parseSigningKey) : undefined
  if (record === 'false') {
    if (isKeyGiven) reader.problem("'record-key' signs what is recorded, and 'record' is 'false'")
    return undefined
  }
  // What a pull request builds is what its author wants.
  if (event.startsWith('pull_request'))
    reader.problem(`'record' is '${record}' on '${event}': only commits of the default branch are recorded`)
  return { isReplacing: record === 'replace', key }
}

/** Whether everything is given that recording needs. */
export function checkRecording(reader: Reader, inputs: Inputs): void {
  if (inputs.recording === undefined) return
  const names = inputs.targets.map(({ name }) => name)
  const problems: readonly (readonly [boolean, string])[] = [
    [inputs.caches.length === 0, "'record' needs 'caches': only what can be fetched from them is recorded"],
    [!inputs.requireSignatures, "'record' needs 'require-signatures': a server takes nothing unsigned"],
    [names.includes(NAMELESS), "'record' needs a name for each store path: NAME=PATH, or 'configurations'"],
    [inputs.provider === 'none' && inputs.token === '', "'token' is required with 'record', and not given"],
  ]
  for (const [isSo, words] of problems) if (isSo) reader.problem(words)
  for (const name of names.filter((one) => !NAME.test(one)))
    reader.bad('store-paths', name, "a name in nixosConfigurations, for 'record'")
}
