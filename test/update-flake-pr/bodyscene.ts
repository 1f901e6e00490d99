/** Flakes, changes and histories as the other modules hand them over. */
import type {
  Change,
  Commit,
  FlakeUpdate,
  History,
  HistoryOf,
  LockedInput,
  Proposal,
  Reference,
  State,
} from '../../actions/update-flake-pr/facts.ts'

/** 2026-11-23 00:00 UTC. */
export const NOW_S = 1_795_392_000
export const DAY_S = 86_400

export const OLD = 'a'.repeat(40)
export const NEW = 'b'.repeat(40)

export const STATE: State = { version: 1, head: NEW, digest: 'd'.repeat(64), proposed: [] }

export function reference(given: Partial<Reference> = {}): Reference {
  const nothing = { host: undefined, url: undefined, path: undefined, id: undefined, dir: undefined }
  const none = {
    ref: undefined,
    rev: undefined,
    narHash: undefined,
    lastModified: undefined,
    revCount: undefined,
  }
  return { type: 'github', owner: 'NixOS', repo: 'nixpkgs', ...nothing, ...none, ...given }
}

export function input(path: string, given: Partial<Reference> = {}): LockedInput {
  const { rev, narHash, lastModified, ...source } = reference({
    rev: NEW,
    lastModified: NOW_S - 3 * DAY_S,
    ...given,
  })
  const locked = { ...source, ref: undefined, rev, narHash, lastModified }
  return { path, follows: undefined, locked, original: reference({ ...source }), isFlake: true }
}

export function follower(path: string, follows: string): LockedInput {
  return { ...input(path), follows }
}

/** From 15 to 3 days before now. */
export function updated(path: string, given: Partial<Reference> = {}, fields: Partial<Change> = {}): Change {
  const from = input(path, { ...given, rev: OLD, lastModified: NOW_S - 15 * DAY_S })
  return { path, kind: 'updated', from, to: input(path, given), risks: [], ...fields }
}

export function added(path: string, to = input(path)): Change {
  return { path, kind: 'added', from: undefined, to, risks: [] }
}

export function removed(path: string): Change {
  return { path, kind: 'removed', from: input(path), to: undefined, risks: [] }
}

export function flake(changes: readonly Change[], fields: Partial<FlakeUpdate> = {}): FlakeUpdate {
  const empty = { version: 7, inputs: new Map<string, LockedInput>() }
  return {
    ...{
      flake: '.',
      lockPath: 'flake.lock',
      beforeText: '',
      afterText: '',
      before: empty,
      after: empty,
      changes,
    },
    ...{ failed: [], heldBack: [], cooled: [], suppressed: [], ...fields },
  }
}

export function commit(message: string, sha = NEW): Commit {
  return { sha, message, author: 'someone', url: undefined }
}

export function history(messages: readonly string[], fields: Partial<History> = {}): History {
  const commits = messages.map((message) => commit(message))
  return { relation: 'ahead', total: commits.length, commits, ...fields }
}

export function proposal(flakes: readonly FlakeUpdate[], fields: Partial<Proposal> = {}): Proposal {
  const historyOf: HistoryOf = () => undefined
  return {
    ...{ flakes, historyOf, upstreamOf: () => undefined, nowS: NOW_S, isEnterprise: false, dispatched: [] },
    token: { kind: 'github-token', login: 'github-actions[bot]', id: 41_898_282 },
    ...fields,
  }
}

/** Histories by path. */
export function historiesOf(all: Readonly<Record<string, ReturnType<HistoryOf>>>): HistoryOf {
  return ({ path }) => all[path]
}
