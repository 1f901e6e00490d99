/** Inputs that move only to what has been the tip of their branch for a while. */
import { Turns } from '../shared/turns.ts'
import { tipsOnGitHub, type FoundTips, type Problem, type Tips } from './activity.ts'
import { tipsByGit } from './cooldowngit.ts'
import { spanWords } from './dates.ts'
import type { InputWords, LockedInput, Reference } from './facts.ts'
import { pinnedUrl } from './flakeurl.ts'
import { orProblem, repositoryAt, type Upstreams } from './forges.ts'
import { matchesAny } from './glob.ts'
import type { Cooldown } from './inputs.ts'
import { placeOf, type Place } from './links.ts'
import { tokenFor } from './tokenfor.ts'
import type { World } from './world.ts'

/** What the cooldown leaves of the inputs of a flake. */
export interface Cooled {
  /** Those that move to the newest there is. */
  readonly update: readonly string[]
  /** Those that move to a revision that is old enough, and the flake references of it. */
  readonly pins: ReadonlyMap<string, string>
  readonly words: readonly InputWords[]
}

export type CooldownWorld = Upstreams & Pick<World, 'run' | 'files' | 'clock' | 'epochMs'>

type Verdict =
  | { readonly kind: 'free' }
  /** It is where it would go. */
  | { readonly kind: 'still' }
  | ({ readonly kind: 'held' } & Omit<InputWords, 'input'>)
  | { readonly kind: 'pinned'; readonly url: string; readonly words: string | undefined }

const AT_A_TIME = 3

/** Asks for each branch once, however many flakes have it. */
export class Cooling {
  readonly #cooldown: Cooldown
  readonly #world: CooldownWorld
  readonly #turns = new Turns(AT_A_TIME)
  readonly #known = new Map<string, Promise<FoundTips>>()
  readonly #nowS: number

  constructor(cooldown: Cooldown, world: CooldownWorld) {
    this.#cooldown = cooldown
    this.#world = world
    this.#nowS = Math.floor((world.clock.now() + world.epochMs) / 1_000)
  }

  /** Of the root inputs of one flake that are to be updated. */
  async cooled(inputs: readonly LockedInput[]): Promise<Cooled> {
    const verdicts = await Promise.all(
      inputs.map(async (input) => ({ input: input.path, verdict: await this.#verdict(input) })),
    )
    return {
      update: verdicts.flatMap(({ input, verdict }) => (verdict.kind === 'free' ? [input] : [])),
      pins: new Map(
        verdicts.flatMap(({ input, verdict }) => (verdict.kind === 'pinned' ? [[input, verdict.url]] : [])),
      ),
      words: verdicts.flatMap(({ input, verdict }) => wordsOf(input, verdict)),
    }
  }

  async #verdict({ path, original, locked }: LockedInput): Promise<Verdict> {
    const { ms, exempt } = this.#cooldown
    if (ms === 0 || matchesAny(exempt, path) || original === undefined || isFixed(original))
      return { kind: 'free' }
    const verdict = await orProblem(async () => {
      const tips = await this.#tips(original)
      const found = 'problem' in tips ? tips : await this.#verdictBy(tips, original, locked)
      return 'problem' in found ? this.#held(locked, found) : found
    }, this.#world)
    return 'problem' in verdict ? this.#held(locked, { ...verdict, isUnknown: true }) : verdict
  }

  async #verdictBy(
    tips: Tips,
    original: Reference,
    locked: Reference | undefined,
  ): Promise<Verdict | Problem> {
    const { rev, lastModified } = locked ?? {}
    if (rev === tips.newest) return { kind: 'still' }
    const isNewer = rev !== undefined && (rev === tips.aged || (await tips.isNewer({ rev, lastModified })))
    if (isNewer === undefined)
      return { problem: `it is not known whether ${shortRev(tips.aged)} is newer`, isUnknown: true }
    if (isNewer) return { problem: this.#newerWords(tips) }
    const url = pinnedUrl(original, tips.aged)
    if (url === undefined) return { problem: `no reference leads to its older tip ${shortRev(tips.aged)}` }
    return { kind: 'pinned', url, words: this.#pinnedWords(tips) }
  }

  #tips(original: Reference): Promise<FoundTips> {
    const key = JSON.stringify([placeOf(original, this.#world.serverUrl)?.web ?? original, original.ref])
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const limitS = this.#nowS - Math.ceil(this.#cooldown.ms / 1_000)
    const asking = this.#turns.take(() => tipsOf(original, limitS, this.#world))
    this.#known.set(key, asking)
    return asking
  }

  #held(locked: Reference | undefined, { problem, ...rest }: Problem): Verdict {
    const rev = locked?.rev ?? locked?.narHash
    const at = rev === undefined ? '' : ` at ${shortRev(rev)}`
    return { kind: 'held', words: `held${at}: ${problem.replace(/\.$/, '')} ${this.#tail()}`, ...rest }
  }

  #pinnedWords(tips: Tips): string | undefined {
    const { aged, newest, isByDate } = tips
    if (aged !== newest) return `moved to ${shortRev(aged)}: ${this.#newerWords(tips)} ${this.#tail()}`
    return isByDate
      ? `moved to ${shortRev(aged)}, which is old enough by its date ${this.#tail()}`
      : undefined
  }

  #newerWords({ newest, newestS, isByDate }: Tips): string {
    const age = spanWords(Math.max(0, this.#nowS - newestS))
    return `its newer tip ${shortRev(newest)} is ${age} old${isByDate ? ' by the date of the commit' : ''}`
  }

  #tail(): string {
    return `(cooldown ${spanWords(this.#cooldown.ms / 1_000)})`
  }
}

function wordsOf(input: string, verdict: Verdict): readonly InputWords[] {
  if (verdict.kind !== 'held' && verdict.kind !== 'pinned') return []
  const { kind, words, ...rest } = verdict
  return words === undefined ? [] : [{ input, words, ...(kind === 'held' ? rest : {}) }]
}

function shortRev(rev: string): string {
  return rev.slice(0, 8)
}

/** There is nothing to wait for: it stays where flake.nix says, or is a part of the repository itself. */
function isFixed({ type, rev, path = '' }: Reference): boolean {
  return rev !== undefined || (type === 'path' && !path.startsWith('/'))
}

async function tipsOf(original: Reference, limitS: number, world: CooldownWorld): Promise<FoundTips> {
  const { type, ref } = original
  const place = placeOf(original, world.serverUrl)
  if (place?.forge === 'github' && (type === 'github' || type === 'git'))
    return tipsOnGitHub(ref, limitS, repositoryAt(place, world))
  const url = gitUrlOf(original, place)
  if (url === undefined) return { problem: `${NAMES[type] ?? 'it'} has no history to wait by` }
  const token = place && tokenFor(world.accessTokens, place)
  return tipsByGit({ url, ref, token }, limitS, world)
}

const NAMES: Readonly<Record<string, string>> = {
  tarball: 'a tarball',
  file: 'a file',
  path: 'a path',
  indirect: 'a name from the registry',
}

function gitUrlOf({ type, url = '' }: Reference, place: Place | undefined): string | undefined {
  if (type === 'git') return /^(?:https?|ssh|git|file):\/\/[^\s?#]+/.exec(url)?.[0]
  if (type === 'gitlab') return place && `${place.web}.git`
  return type === 'sourcehut' ? place?.web : undefined
}
