import { stripBrackets } from '../shared/address.ts'
import { parsePin } from '../shared/hostkey.ts'
import { parseWith, type Inputs as Reader } from '../shared/inputs.ts'
import type { Destination, Endpoint, ReadInput } from '../shared/ports.ts'
import { parsePrivateKey } from '../shared/privatekey.ts'
import { parseHealthUrl, type HealthUrl } from './health.ts'

/** The inputs whose values are masked before anything is logged. */
export const SECRET_INPUTS = ['ssh-key', 'ssh-key-passphrase', 'jump-ssh-key'] as const

const MODES = ['switch', 'boot', 'test', 'dry-activate', 'rollback'] as const
export type Mode = (typeof MODES)[number]

export interface Inputs {
  readonly destination: Destination
  /** `''` with mode rollback: it is the host that knows which system was before. */
  readonly rev: string
  readonly mode: Mode
  /** How long the host waits for the confirmation; 0 = the host's own checks decide. */
  readonly confirmMs: number
  readonly health: { readonly urls: readonly HealthUrl[]; readonly timeoutMs: number }
  /** For everything. */
  readonly timeoutMs: number
  readonly connect: { readonly timeoutMs: number; readonly attempts: number }
  readonly reboot: 'never' | 'when-required'
  readonly protocol: 'vps-deploy' | 'plain'
}

/** What the action keeps of `timeout` for itself, to learn how the deploy ended after the host's own deadline. */
export const RESERVE_MS = 120_000
/** The host activates nothing with less than this left besides the confirmation. */
const HOST_RESERVE_MS = 60_000
/** For connecting, fetching and building when there is next to nothing to do. */
const LEAST_WORK_MS = 10_000
/** From a health check that passed to a confirmation that arrived, connecting aside. */
const CONFIRM_RESERVE_MS = 10_000
/** The protocol's numbers have at most five digits. */
const MAX_SECONDS = 99_999

/** The trap behind the missing default: on these events `github.sha` is the default branch's commit. */
const REV = {
  pattern: /^[0-9a-f]{40}$/,
  expected:
    '40 hex digits of a commit; it has no default on check_run, check_suite, workflow_run and status events, where github.sha is another commit than the one the event is about',
}

const REV_UNUSED =
  "nothing with mode rollback: the host goes back to the system before the current one, whichever that is (to deploy an older commit takes mode switch, and 'allowRewind' on the host)"

export function parseInputs(read: ReadInput): Inputs {
  return parseWith(read, (reader) => {
    const mode = reader.choice('mode', MODES)
    const inputs: Inputs = {
      destination: destinationOf(reader),
      rev: revOf(reader, mode),
      mode,
      confirmMs: reader.duration('confirm-timeout', { min: 0, max: MAX_SECONDS }),
      health: {
        urls: healthUrlsOf(reader),
        timeoutMs: reader.duration('health-timeout', { min: 1, max: MAX_SECONDS }),
      },
      timeoutMs: reader.duration('timeout', { min: 10, max: MAX_SECONDS }),
      connect: {
        timeoutMs: reader.duration('connect-timeout', { min: 1, max: 600 }),
        attempts: reader.integer('connect-attempts', { min: 1, max: 100 }),
      },
      reboot: reader.choice('reboot', ['never', 'when-required']),
      protocol: reader.choice('protocol', ['vps-deploy', 'plain']),
    }
    if (inputs.protocol === 'vps-deploy') checkTimes(reader, inputs)
    else if (mode === 'rollback')
      reader.bad('mode', mode, "another one with 'protocol: plain': only vps-deploy knows the system before")
    return inputs
  })
}

/** With mode rollback the default is there, and not meant; but whoever writes `v1.2` there expects what it does not do. */
function revOf(reader: Reader, mode: Mode): string {
  const rev = reader.optional('rev') ?? ''
  const isUnused = mode === 'rollback'
  if (!REV.pattern.test(rev) && !(isUnused && rev === ''))
    reader.bad('rev', rev, isUnused ? REV_UNUSED : REV.expected)
  return isUnused ? '' : rev
}

function healthUrlsOf(reader: Reader): readonly HealthUrl[] {
  return reader
    .lines('health-urls')
    .flatMap((line) => reader.attempt("'health-urls'", () => parseHealthUrl(line)) ?? [])
}

function checkTimes(reader: Reader, { confirmMs, health, connect, timeoutMs }: Inputs): void {
  const leastMs = confirmMs + RESERVE_MS + HOST_RESERVE_MS + LEAST_WORK_MS
  if (timeoutMs < leastMs)
    reader.problem(
      `'timeout' is ${inSeconds(timeoutMs)}, expected at least ${inSeconds(leastMs)}: ${inSeconds(RESERVE_MS)} of it are kept to learn the outcome, and the host activates nothing with less than 'confirm-timeout' and ${inSeconds(HOST_RESERVE_MS)} left`,
    )
  if (confirmMs > 0)
    checkConfirm(reader, { confirmMs, healthMs: health.timeoutMs, connectMs: connect.timeoutMs })
  else if (health.urls.length > 0)
    reader.problem(
      "'health-urls' needs a 'confirm-timeout' above 0: with 0 the host does not wait for their answers",
    )
}

function checkConfirm(
  reader: Reader,
  { confirmMs, healthMs, connectMs }: { confirmMs: number; healthMs: number; connectMs: number },
): void {
  const neededMs = healthMs + connectMs + CONFIRM_RESERVE_MS
  if (healthMs >= confirmMs)
    reader.problem(
      `'health-timeout' is ${inSeconds(healthMs)}, expected less than 'confirm-timeout' (${inSeconds(confirmMs)})`,
    )
  else if (neededMs > confirmMs)
    reader.problem(
      `'confirm-timeout' is ${inSeconds(confirmMs)}, expected at least ${inSeconds(neededMs)}: 'health-timeout' + 'connect-timeout' + ${inSeconds(CONFIRM_RESERVE_MS)}`,
    )
}

function inSeconds(ms: number): string {
  return `${ms / 1_000} s`
}

function destinationOf(reader: Reader): Destination {
  const passphrase = reader.optional('ssh-key-passphrase')
  const key = keyOf(reader, 'ssh-key', passphrase)
  const user = reader.required('user')
  const target = endpointOf(reader, { host: stripBrackets(reader.required('host')), user, key, prefix: '' })

  const jumpKey =
    reader.optional('jump-ssh-key') === undefined ? key : keyOf(reader, 'jump-ssh-key', passphrase)
  const jumpHost = stripBrackets(reader.optional('jump-host') ?? '')
  const jumpUser = reader.optional('jump-user') ?? user
  const jump = endpointOf(reader, { host: jumpHost, user: jumpUser, key: jumpKey, prefix: 'jump-' })
  return jumpHost === '' ? target : { ...target, jump }
}

function keyOf(reader: Reader, name: string, passphrase: string | undefined): Endpoint['key'] {
  // A bad key has been complained about: nobody gets to see the empty one.
  return reader.parsed(name, (text) => parsePrivateKey(text, passphrase)) ?? { text: '', passphrase }
}

interface Side {
  /** `''` if there is none, or if its absence has been complained about. */
  readonly host: string
  readonly user: string
  readonly key: Endpoint['key']
  readonly prefix: '' | 'jump-'
}

function endpointOf(reader: Reader, { prefix, ...side }: Side): Endpoint {
  const port = reader.integer(`${prefix}port`, { min: 1, max: 65_535 })
  const knownHosts = reader.optional(`${prefix}known-hosts`) ?? ''
  const fingerprints = reader.optional(`${prefix}host-fingerprint`) ?? ''
  const subject = `'${prefix}known-hosts' and '${prefix}host-fingerprint'`
  const source = { host: side.host, port, knownHosts, fingerprints }
  const pin = side.host === '' ? undefined : reader.attempt(subject, () => parsePin(source))
  return { ...side, port, pin: pin ?? { host: side.host, port, known: [], fingerprints: [] } }
}
