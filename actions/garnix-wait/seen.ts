/** What is seen from outside when a built closure cannot be fetched, and what that can mean. */
import type { Commit } from './commit.ts'
import type { StorePath } from './storepath.ts'

export interface Missing {
  readonly path: StorePath
  readonly reasons: readonly {
    /** The URL of the cache. */
    readonly cache: string
    readonly kind: 'absent' | 'denied' | 'untrusted' | 'unusable' | 'unreachable'
    readonly words: string
  }[]
}

/** What was seen of one configuration that was built and cannot be fetched. */
export interface Seen {
  readonly configuration: string
  /** At least one. */
  readonly missing: readonly Missing[]
  readonly caches: readonly {
    readonly url: string
    readonly hasLogin: boolean
    /** How many paths of the closure it has. */
    readonly found: number
  }[]
  /** The text of its check run, `''` if there is none. */
  readonly text: string
  /** What the instance says, if it says anything. */
  readonly commit: Commit | undefined
  /** Since the build became green or a path was last found, whichever is later; `undefined` = it is not green. */
  readonly quietMs: number | undefined
}

/**
 * - `too-large`: above the instance's limit, which it never uploads
 * - `never-uploaded`: the instance's own store had it, so that it believes it uploaded, which it did not
 * - `upload-failed`: one upload failed; its path stays claimed for ten hours, in which no build uploads it
 * - `gone`: uploaded, the instance says, but not here: uploads are switched off, old paths are collected, or another cache
 * - `no-access`: a private cache that does not show what it has
 * - `no-nixos-cache`: what cache.nixos.org has signed an instance does not upload, and that one is not asked
 * - `untrusted`: it is there, and signed by nobody who is trusted
 * - `unreachable`: a cache does not answer
 * - `uploading`, `uploading-elsewhere`: it is on its way, by this build or by another one
 */
export type DiagnosisKind =
  | 'too-large'
  | 'never-uploaded'
  | 'upload-failed'
  | 'gone'
  | 'no-access'
  | 'no-nixos-cache'
  | 'untrusted'
  | 'unreachable'
  | 'uploading'
  | 'uploading-elsewhere'

export interface Diagnosis {
  readonly kind: DiagnosisKind
  /** Waiting will not help. */
  readonly isFinal: boolean
  /** A sentence. */
  readonly words: string
  /** What to do, a sentence or two. */
  readonly advice: string
}
