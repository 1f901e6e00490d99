/** What is known before a deploy of one host: whether deploy-nixos will take its inputs, and what the job is called by. */
import { parseInputs } from '../../../actions/deploy-nixos/inputs.ts'
import { ActionError, messageOf } from '../../../actions/shared/errors.ts'
import type { ReadInput } from '../../../actions/shared/ports.ts'
import { choiceProblems } from '../fleet-stages/fields.ts'
import { NOT_OF_A_HOST, whereAndWhen, type WhereAndWhen } from '../fleet-stages/host.ts'

const WHERE = 'in Settings, Secrets and variables, Actions, Variables'

/** Throws one `ActionError` that names everything that is missing or wrong. */
export function planOf(read: ReadInput): WhereAndWhen {
  const missing = [...missingIn(read)]
  if (missing.length > 0)
    throw new ActionError(
      `Nothing can be deployed yet. Set the repository's ${missing.join(', and its ')} ${WHERE}.`,
      {
        hint: 'A workflow that calls this one may give the inputs instead. Nothing was touched.',
      },
    )
  const problems = choiceProblems({ mode: read('mode'), record: read('record') })
  if (problems.length > 0) throw new ActionError(`${problems.join(' ')} Nothing was touched.`)
  const given: ReadInput = (name) => read(name) || (NOT_OF_A_HOST[name] ?? '')
  try {
    return whereAndWhen(parseInputs(given))
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    throw new ActionError(messageOf(error), { hint: 'Nothing was touched.', cause: error })
  }
}

function* missingIn(read: ReadInput): Generator<string> {
  if (read('host') === '') yield "variable DEPLOY_HOST (the server's name or address)"
  if (read('known-hosts') === '' && read('host-fingerprint') === '')
    yield 'variable DEPLOY_KNOWN_HOSTS (its lines of known_hosts) or DEPLOY_HOST_FINGERPRINT (SHA256:…)'
}
