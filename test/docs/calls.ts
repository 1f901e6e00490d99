/** Whether GitHub would start what a documented workflow calls: the action or workflow is there, and gets what it asks for. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { MAJOR, REPOSITORY } from '../../actions/shared/project.ts'
import { actionNames, manifestOf, root } from '../support/manifest.ts'
import { type Job, type Workflow, workflow } from '../workflows/workflows.ts'

type Permissions = Readonly<Record<string, string>>
type Declared = Readonly<Record<string, { readonly required?: boolean; readonly type?: string }>>
interface Caller {
  readonly permissions?: Permissions
  readonly jobs: Readonly<Record<string, Job>>
}

const OURS = new RegExp(`^${REPOSITORY}/(.+)@(.+)$`)
const RANK = ['none', 'read', 'write']

/** What is wrong with each job of a workflow; `[]` if nothing. */
export function problemsOf(caller: unknown): readonly string[] {
  const { permissions = {}, jobs } = caller as Caller
  return Object.values(jobs).flatMap((job) => [
    ...(job.uses === undefined ? [] : problemsOfCall(job, job.permissions ?? permissions)),
    ...(job.steps ?? []).flatMap(({ uses = '', with: given = {} }) => problemsOfStep(uses, given)),
  ])
}

function problemsOfStep(uses: string, given: Readonly<Record<string, unknown>>): readonly string[] {
  const [, path = '', version = ''] = OURS.exec(uses) ?? []
  if (path === '') return uses.includes('nix-vps') ? [`${uses} is not of ${REPOSITORY}`] : []
  const name = path.replace('actions/', '')
  if (!actionNames().includes(name)) return [`there is no action ${path}`]
  return [...wrongVersion(uses, version), ...wrongGiven(uses, manifestOf(name).inputs, given)]
}

function problemsOfCall(job: Job, permissions: Permissions): readonly string[] {
  const { uses = '' } = job
  const [, path = '', version = ''] = OURS.exec(uses) ?? []
  if (path === '' || !existsSync(join(root, path))) return [`there is no workflow ${uses}`]
  const called = workflow(path.replace('.github/workflows/', ''))
  return [
    ...wrongVersion(uses, version),
    ...wrongPassed(called, job),
    ...missing(uses, askedFor(called), permissions),
  ]
}

function wrongPassed(
  called: Workflow,
  { uses = '', with: given = {}, secrets = {} }: Job,
): readonly string[] {
  const call = called.on.workflow_call
  if (call === undefined) return [`${uses} cannot be called`]
  const secretly = secrets === 'inherit' ? [] : wrongGiven(uses, call.secrets ?? {}, secrets as object)
  return [...wrongGiven(uses, call.inputs ?? {}, given), ...secretly]
}

function wrongVersion(uses: string, version: string): readonly string[] {
  return version === MAJOR ? [] : [`${uses} is not by ${MAJOR}`]
}

function wrongGiven(uses: string, declared: Declared, given: object): readonly string[] {
  const unknown = Object.keys(given).filter((name) => !(name in declared))
  const absent = Object.keys(declared).filter((name) => declared[name]?.required === true && !(name in given))
  const mistyped = Object.entries(given).filter(([name, value]) => !suits(declared[name]?.type, value))
  return [
    ...unknown.map((name) => `${uses} has no '${name}'`),
    ...absent.map((name) => `${uses} needs '${name}'`),
    ...mistyped.map(([name]) => `${uses} wants another type for '${name}'`),
  ]
}

/** An action takes everything as text; a workflow that is called tells `true` from `'true'`. */
function suits(type: string | undefined, value: unknown): boolean {
  if (type === undefined || (typeof value === 'string' && value.includes('${{'))) return true
  return typeof value === type
}

/** Every permission that any job of a called workflow, or of one that it calls, asks for. */
function askedFor({ jobs, permissions: top }: Workflow): readonly (readonly [string, string])[] {
  return Object.values(jobs).flatMap((job) => Object.entries(job.permissions ?? (top as Permissions)))
}

/** GitHub starts nothing if a job asks for more than the caller has. */
function missing(
  uses: string,
  asked: readonly (readonly [string, string])[],
  granted: Permissions,
): readonly string[] {
  return asked
    .filter(([scope, access]) => RANK.indexOf(access) > RANK.indexOf(granted[scope] ?? 'none'))
    .map(([scope, access]) => `${uses} asks for ${scope}: ${access}`)
}
