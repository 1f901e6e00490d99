/** The events of protocol 1. */
import type { ClosureDiff } from '../shared/closurediff.ts'

export interface Common {
  readonly seq: number
  /** By the host's clock, `…Z`. */
  readonly time: string
}

/** Which deploy an event speaks of: it must be the one that was asked for. */
export interface Identity {
  readonly id: string
  /** `deploy`, `tip`, `rollback` or `trial`; `''` = an older host, which does not say. */
  readonly kind: string
  readonly rev: string
  readonly mode: string
}

export interface Accepted extends Common, Identity {
  readonly type: 'accepted'
  readonly configuration: string
  readonly version: string
  readonly deadline: string
  readonly secondsLeft: number | undefined
}

export interface Phase extends Common {
  readonly type: 'phase'
  readonly name: string
  readonly state: 'start' | 'end'
}

export interface NixError {
  /** Relative to the root of the repository. */
  readonly file: string
  readonly line: number | undefined
  readonly column: number | undefined
  readonly message: string
}

export interface LogText extends Common {
  readonly type: 'log'
  /** One or more lines, or a part of one that was too long for an event. */
  readonly text: string
  readonly error: NixError | undefined
}

export interface Units extends Common {
  readonly type: 'units'
  readonly changed: ChangedUnits
  readonly newFailed: readonly FailedUnit[]
}

export interface ChangedUnits {
  readonly restarted: readonly string[]
  readonly reloaded: readonly string[]
  readonly started: readonly string[]
  readonly stopped: readonly string[]
  readonly notRestarted: readonly string[]
}

export interface FailedUnit {
  readonly unit: string
  readonly result: string
  readonly exitStatus: string
}

export interface AwaitingConfirm extends Common {
  readonly type: 'awaiting-confirm'
  readonly nonce: string
  readonly deadline: string
  readonly secondsLeft: number | undefined
}

export interface Result extends Common, Identity {
  readonly type: 'result'
  readonly status: string
  readonly exitCode: number | undefined
  readonly system: string
  readonly previousSystem: string
  readonly generation: number | undefined
  /** Reasons; empty = no reboot is needed. */
  readonly rebootRequired: readonly string[]
  readonly newFailedUnits: readonly string[]
  readonly message: string
  readonly supersededBy: string
  /** Of the deploy that tries the system at the next boot; `undefined` = it is not tried. */
  readonly trial: string | undefined
}

export type Event =
  | Accepted
  | Phase
  | LogText
  | Units
  | AwaitingConfirm
  | Result
  | (Common & { readonly type: 'queued'; readonly position: number | undefined })
  | (Common & { readonly type: 'diff'; readonly diff: ClosureDiff })
  | (Common & { readonly type: 'warning'; readonly text: string; readonly dropped: number | undefined })
  /** Of a newer host; its number counts, the rest is left alone. */
  | (Common & { readonly type: 'unknown' })

export type EventOf<T extends Event['type']> = Extract<Event, { type: T }>
