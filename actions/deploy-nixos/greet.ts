import { ActionError, ConnectError } from '../shared/errors.ts'
import type { Log, Session } from '../shared/ports.ts'
import { ask, wordsOf } from './ask.ts'
import { parseHello, requireMode, type Hello } from './hello.ts'
import { requests } from './request.ts'
import type { Deployment } from './world.ts'

export interface Greeted {
  readonly session: Session
  readonly hello: Hello
}

/** Asks the host who it is, on the connection that the deploy will go over, and makes sure that it can do this one. */
export async function greet(session: Session, deployment: Deployment, signal: AbortSignal): Promise<Greeted> {
  const { inputs, world, facts } = deployment
  const answer = await ask(session, requests.hello(), { clock: world.clock, signal })
  signal.throwIfAborted()
  const { exit, stdout } = answer
  if (exit.kind === 'lost')
    throw new ConnectError('unreachable', `The host did not answer 'hello': ${wordsOf(answer)}.`)
  if (exit.kind === 'killed' || exit.code !== 0)
    throw new ActionError(`The host did not answer 'hello': ${wordsOf(answer)}.`, {
      hint: "Is the key's forced command vps-deploy, and does it work? For another script set 'protocol: plain'.",
    })
  const hello = parseHello(stdout)
  // The host's modes are those of `deploy`; what it says to `rollback` is up to its policy.
  if (inputs.mode !== 'rollback') requireMode(hello, inputs.mode)
  if (hello.configuration !== '') facts.place = `${hello.configuration} (${facts.host})`
  world.log.info(`Connected to ${hello.configuration || facts.host} (vps-deploy ${hello.version}).`)
  if (inputs.mode === 'boot') warnOfUntriedBoot(hello, world.log)
  return { session, hello }
}

/** To be said whenever a reboot is known to be ahead. */
export function warnOfUntriedBoot({ trialBoot }: Hello, log: Log): void {
  if (trialBoot) return
  log.warning(
    'This host cannot try a new system at one boot only: if it does not boot, the old one must be chosen in the boot menu by hand.',
  )
}
