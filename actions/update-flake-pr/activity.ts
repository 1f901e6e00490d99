/**
 * What the tip of a branch was at a moment, by GitHub's own record of pushes: dates of commits are what their authors
 * say. https://docs.github.com/en/rest/repos/repos#list-repository-activities
 */
import { parseInstant } from '../shared/instant.ts'
import { objectIn, objectsIn, textIn, type Json } from '../shared/json.ts'
import type { AskRepository } from './forges.ts'

/** Where an input is. */
export interface Locked {
  readonly rev: string
  readonly lastModified: number | undefined
}

/** A branch as it was when the cooldown began, and as it is. */
export interface Tips {
  readonly aged: string
  readonly newest: string
  /** When the newest became the tip, in seconds since 1970. */
  readonly newestS: number
  /** By the dates of commits, for want of a record of pushes. */
  readonly isByDate: boolean
  /** Whether a revision comes after the aged one; `undefined` if nobody knows. */
  isNewer(locked: Locked): Promise<boolean | undefined>
}

export interface Problem {
  readonly problem: string
  /** Nobody could tell: it may be another the next time. */
  readonly isUnknown?: true
}

export type FoundTips = Tips | Problem

interface Push {
  readonly before: string
  readonly after: string
  readonly atS: number
  readonly isRewrite: boolean
}

interface Question {
  readonly branch: string
  readonly limitS: number
  readonly ask: AskRepository
}

const REV = /^[0-9a-f]{40}$/
const NONE = '0'.repeat(40)
const PER_PAGE = 100
const MAX_PAGES = 10
const REWRITES = ['force_push', 'branch_deletion', 'branch_creation']
const EPOCH = parseInstant('1970-01-01T00:00:00Z')

/** `ref`: of the reference; without one it is the default branch. */
export async function tipsOnGitHub(
  ref: string | undefined,
  limitS: number,
  ask: AskRepository,
): Promise<FoundTips> {
  const branch = ref?.replace(/^refs\/heads\//, '') ?? (await defaultBranch(ask))
  if (branch === undefined) return unknown('GitHub does not say what its default branch is')
  const question = { branch, limitS, ask }
  const pushes = await pushesSince(question)
  if ('problem' in pushes) return pushes
  return pushes.length === 0 ? tipByDate(question) : tipsIn(pushes, question)
}

function unknown(problem: string): Problem {
  return { problem, isUnknown: true }
}

async function defaultBranch(ask: AskRepository): Promise<string | undefined> {
  const { status, data } = await ask('', {})
  return status === 200 ? textIn(objectIn(data)?.['default_branch']) || undefined : undefined
}

/** The newest first, to the first one that is old enough. */
async function pushesSince(question: Question): Promise<readonly Push[] | Problem> {
  const { branch, limitS, ask } = question
  const pushes: Push[] = []
  let cursor: { after?: string } = {}
  for (let page = 0; page < MAX_PAGES; page++) {
    const parameters = { ref: `refs/heads/${branch}`, per_page: PER_PAGE, ...cursor }
    const { status, data, headers } = await ask('/activity', parameters)
    if (status !== 200) return unknown(`GitHub does not tell who pushed to it when (status ${status})`)
    pushes.push(...objectsIn(data).flatMap(pushIn))
    const after = nextIn(headers['link'])
    if (after === undefined || (pushes.at(-1)?.atS ?? Infinity) <= limitS) return pushes
    cursor = { after }
  }
  return { problem: `its branch was pushed to more than ${MAX_PAGES * PER_PAGE} times in that time` }
}

function pushIn(entry: Json): readonly Push[] {
  const [before, after] = [textIn(entry['before']), textIn(entry['after'])]
  const atS = Math.floor((parseInstant(textIn(entry['timestamp'])) - EPOCH) / 1_000)
  const isSound = REV.test(before) && REV.test(after) && !Number.isNaN(atS)
  return isSound ? [{ before, after, atS, isRewrite: REWRITES.includes(textIn(entry['activity_type'])) }] : []
}

/** `<https://api.github.com/…&after=CURSOR>; rel="next"` */
function nextIn(link = ''): string | undefined {
  const [, query] = /<[^<>?]*\?([^<>]*)>; rel="next"/.exec(link) ?? []
  return new URLSearchParams(query).get('after') ?? undefined
}

async function tipsIn(pushes: readonly Push[], { limitS, ask }: Question): Promise<FoundTips> {
  const younger = pushes.filter(({ atS }) => atS > limitS)
  const older = pushes.slice(younger.length)
  const [{ after: newest, atS: newestS }] = pushes as [Push]
  const [oldest] = pushes.slice(-1) as [Push]
  const aged = tipAfter(older[0], oldest)
  if (newest === NONE) return { problem: 'its branch is gone' }
  if (aged === NONE) return { problem: 'its branch is younger' }
  const doubt = younger.some(({ isRewrite }) => isRewrite) ? await whyNotWithin(aged, newest, ask) : undefined
  if (doubt !== undefined) return doubt
  const isNewer = ({ rev }: Locked): Promise<boolean | undefined> => {
    if (younger.some(({ after }) => after === rev)) return Promise.resolve(true)
    const isOlder = older.some(({ before, after }) => before === rev || after === rev)
    return isOlder ? Promise.resolve(false) : isBehind(aged, rev, ask)
  }
  return { aged, newest, newestS, isByDate: false, isNewer }
}

/** Before the first push on record it was what that one found. */
function tipAfter(push: Push | undefined, first: Push): string {
  return push === undefined ? first.before : push.after
}

/** What was pushed over may have taken it along. */
async function whyNotWithin(rev: string, tip: string, ask: AskRepository): Promise<Problem | undefined> {
  const found = rev === tip ? 'identical' : await relation(rev, tip, ask)
  const words = `${rev.slice(0, 8)}, the tip of its branch then,`
  if (found === '') return unknown(`it is not known whether ${words} is still a part of it`)
  return ['ahead', 'identical'].includes(found) ? undefined : { problem: `${words} was taken back since` }
}

async function isBehind(aged: string, rev: string, ask: AskRepository): Promise<boolean | undefined> {
  const found = await relation(rev, aged, ask)
  return found === '' ? undefined : found === 'behind'
}

/** Of the second, seen from the first. */
async function relation(from: string, to: string, ask: AskRepository): Promise<string> {
  const parameters = { basehead: `${from}...${to}`, per_page: 100, page: 1 }
  const { data } = await ask('/compare/{basehead}', parameters)
  return textIn(objectIn(data)?.['status'])
}

/** Of a tag, or of a branch that nobody has pushed to since GitHub keeps a record. */
async function tipByDate({ branch, limitS, ask }: Question): Promise<FoundTips> {
  const { data } = await ask('/commits/{ref}', { ref: branch.replace(/^refs\//, '') })
  const answer = objectIn(data)
  const rev = textIn(answer?.['sha'])
  const date = textIn(objectIn(objectIn(answer?.['commit'])?.['committer'])?.['date'])
  const newestS = Math.floor((parseInstant(date) - EPOCH) / 1_000)
  if (!REV.test(rev) || Number.isNaN(newestS)) return unknown('GitHub knows no such branch of it')
  if (newestS > limitS)
    return { problem: 'GitHub has no record of pushes to it, and its newest commit is younger' }
  const isNewer = (locked: Locked) => isBehind(rev, locked.rev, ask)
  return { aged: rev, newest: rev, newestS, isByDate: true, isNewer }
}
