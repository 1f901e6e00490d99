import type { Destination, Dial, HttpGet, Outputs, Summary } from '../shared/ports.ts'
import type { ConnectWorld, Link } from './connect.ts'
import type { Errands } from './errands.ts'
import type { Facts } from './facts.ts'
import type { Inputs } from './inputs.ts'
import type { RunIdentity } from './request.ts'

/** What the action asks of the world. */
export interface World extends Omit<ConnectWorld, 'dial'> {
  readonly dialTo: (destination: Destination) => Dial
  readonly http: HttpGet
  readonly outputs: Outputs
  readonly summary: Summary
  /** Aborted when the run is canceled. */
  readonly cancel: AbortSignal
  readonly run: RunIdentity
}

/** One deploy under way. */
export interface Deployment {
  readonly inputs: Inputs
  readonly world: World & ConnectWorld
  readonly facts: Facts
  readonly errands: Errands
  /** `undefined` before the first connection. */
  link: Link | undefined
}
