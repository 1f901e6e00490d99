/** What is seen from outside when a built closure cannot be fetched, and what that can mean. */
import type { Cache } from './caches.ts'
import type { Miss, PathFacts } from './closure.ts'
import type { Commit } from './commit.ts'

/** What was seen of one configuration. */
export interface Seen {
  readonly configuration: string
  /** At least one. */
  readonly missing: readonly Miss[]
  readonly found: readonly PathFacts[]
  /** In the order that `found` counts them in. */
  readonly caches: readonly Cache[]
  /** The text of its check run, `''` if there is none. */
  readonly text: string
  /** What the instance says, if it says anything. */
  readonly commit: Commit | undefined
  /** Since the build became green or a path was last found, whichever is later; `undefined` = it is not green. */
  readonly quietMs: number | undefined
}

/**
 * - `too-large`: above the instance's limit, which it never uploads
 * - `upload-failed`: one upload failed; its path stays claimed for ten hours, in which no build uploads it
 * - `never-uploaded`: the instance's own store had it, so that it believes it uploaded, which it did not
 * - `uploading`, `uploading-elsewhere`: it is on its way, by this build or by another one
 * - `gone`: uploaded, the instance says, but not here: uploads are off, old paths were removed, or another cache is asked
 * - `no-access`: a private cache that does not show what it has
 * - `no-nixos-cache`: what cache.nixos.org has signed an instance does not upload, and that cache is not asked
 * - `untrusted`: it is there, and signed by nobody who is trusted
 */
type DiagnosisKind =
  | 'too-large'
  | 'upload-failed'
  | 'never-uploaded'
  | 'uploading'
  | 'uploading-elsewhere'
  | 'gone'
  | 'no-access'
  | 'no-nixos-cache'
  | 'untrusted'

export interface Diagnosis {
  readonly kind: DiagnosisKind
  /** Waiting will not help. */
  readonly isFinal: boolean
  /** In sentences. */
  readonly words: string
  /** What to do, in sentences. */
  readonly advice: string
}
