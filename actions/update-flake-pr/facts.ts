/** What the modules of this action hand to each other. Types only. */

/**
 * A flake reference in attribute form, as flake.lock holds it. Everything in it is foreign: what does not have the
 * expected type counts as absent. https://nix.dev/manual/nix/stable/command-ref/new-cli/nix3-flake#flake-references
 */
export interface Reference {
  /** `github`, `gitlab`, `sourcehut`, `git`, `tarball`, `file`, `path`, `hg`, `indirect`, or what a later Nix brings. */
  readonly type: string
  readonly owner: string | undefined
  readonly repo: string | undefined
  readonly host: string | undefined
  readonly url: string | undefined
  readonly path: string | undefined
  readonly id: string | undefined
  readonly dir: string | undefined
  readonly ref: string | undefined
  readonly rev: string | undefined
  readonly narHash: string | undefined
  /** Seconds since 1970. */
  readonly lastModified: number | undefined
  readonly revCount: number | undefined
  /** Of a `git` reference: its attributes that are true, such as `submodules`, because they decide what is fetched. */
  readonly flags?: readonly string[] | undefined
}

/**
 * An input at its place in the graph: names from the root, joined by `/` (`home-manager/nixpkgs`); inputpath.ts has
 * what becomes of names that no path could hold.
 */
export interface LockedInput {
  readonly path: string
  /**
   * The path of the input that it follows in the end, `''` = the flake itself; `undefined` if it has a node of its own.
   * A node that several places share belongs to the first of them, and the others follow that one.
   */
  readonly follows: string | undefined
  /** Of its own node, or of the one it follows; `undefined` where there is none (the flake itself, a cycle). */
  readonly locked: Reference | undefined
  readonly original: Reference | undefined
  readonly isFlake: boolean
}

export interface Lock {
  readonly version: number
  /** By path. Each node is reached once, by its shortest path; what follows another is there too. */
  readonly inputs: ReadonlyMap<string, LockedInput>
}

/** `retargeted` = it points elsewhere: another repository, another ref, or it follows another input than before. */
export type ChangeKind = 'updated' | 'added' | 'removed' | 'retargeted'

/**
 * What a reviewer should look at twice:
 * - `downgrade`: the new revision is older, or behind the old one
 * - `rewritten`: the old revision is no ancestor of the new one
 * - `host`, `owner`: it comes from somewhere, or from somebody, else
 */
export type Risk = 'downgrade' | 'rewritten' | 'host' | 'owner'

export interface Change {
  readonly path: string
  readonly kind: ChangeKind
  /** `undefined` for `added`. */
  readonly from: LockedInput | undefined
  /** `undefined` for `removed`. */
  readonly to: LockedInput | undefined
  /** What the lock alone tells; a history tells more. */
  readonly risks: readonly Risk[]
}

export interface Commit {
  readonly sha: string
  /** The whole message. */
  readonly message: string
  readonly author: string
  readonly url: string | undefined
}

/** What lies between two revisions of one repository. */
export interface History {
  /** Where the new revision is, seen from the old one. */
  readonly relation: 'ahead' | 'behind' | 'diverged' | 'identical' | 'unknown'
  /** How many commits there are; `undefined` if nobody says. */
  readonly total: number | undefined
  /** Newest first; at most some hundred of them. */
  readonly commits: readonly Commit[]
}

/** A history, or why there is none. */
export type HistoryOf = (change: Change) => History | { readonly problem: string } | undefined

/** An input, and a sentence about it. */
export interface InputWords {
  readonly input: string
  readonly words: string
  /** Nobody could tell this time; the next run may know more. */
  readonly isUnknown?: true
}

/** One flake, before and after. */
export interface FlakeUpdate {
  /** Its directory from the root of the repository; `.` is the root. */
  readonly flake: string
  /** Of flake.lock, from the root of the repository. */
  readonly lockPath: string
  readonly beforeText: string
  readonly afterText: string
  readonly before: Lock
  readonly after: Lock
  /** Of root inputs first. */
  readonly changes: readonly Change[]
  /** Inputs that could not be updated, and why. */
  readonly failed: readonly InputWords[]
  /** Inputs that moved without being asked, and where they were held. */
  readonly heldBack: readonly InputWords[]
  /** Inputs that the cooldown holds, or has moved less far. */
  readonly cooled: readonly InputWords[]
  /** Inputs whose new revision somebody said no to. */
  readonly suppressed: readonly InputWords[]
}

/** What the repository's own facts say of an upstream: it is archived, or has another name now. */
export interface Upstream {
  readonly isArchived: boolean
  /** `owner/repo` as it is called today. */
  readonly name: string
}

/** `undefined` where nobody was asked, or nobody knows. */
export type UpstreamOf = (reference: Reference) => Upstream | undefined

/** Who the token speaks for, which decides how CI starts and how commits get verified. */
export type TokenKind = 'github-token' | 'app' | 'personal'

export interface TokenFacts {
  readonly kind: TokenKind
  readonly login: string
  readonly id: number | undefined
}

/** All that a pull request can say. */
export interface Proposal {
  readonly flakes: readonly FlakeUpdate[]
  readonly historyOf: HistoryOf
  readonly upstreamOf: UpstreamOf
  readonly token: TokenFacts
  /** github.com's workflows wait for an approval where an Enterprise server's do not start at all. */
  readonly isEnterprise: boolean
  /** Workflow files that are started on the branch. */
  readonly dispatched: readonly string[]
  /** Seconds since 1970. */
  readonly nowS: number
}

/** The root input of a flake, and the revision that it is moved to (its narHash where it has no rev). */
export interface Proposed {
  readonly flake: string
  readonly input: string
  readonly rev: string
}

/** What this action remembers in a pull request's body. */
export interface State {
  readonly version: 1
  /** The commit this action made last. */
  readonly head: string
  /** Of everything that decides whether there is anything to do. */
  readonly digest: string
  readonly proposed: readonly Proposed[]
  /** Labels, people, auto-merge or workflows are still to be seen to. */
  readonly isUndone?: true
}
