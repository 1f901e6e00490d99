/** What an instance of garnix says about a commit: `GET /api/commits/<sha>`. Fields that are absent mean null there. */
import { objectIn, objectsIn, parseObject, textIn, type Json } from '../shared/json.ts'
import { timeIn } from './buildlog.ts'
import { ofBaseName, STORE, type StorePath } from './storepath.ts'

export interface Build {
  /** The last part of the link of its check run. */
  readonly id: string
  /** `nixosConfiguration`, `package`, `check` … */
  readonly kind: string
  readonly name: string
  /** `Success`, `Failure`, `Timeout`, `Cancelled`, with some also `Skipped`; `''` while it goes on. */
  readonly status: string
  /** `2026-01-31T12:00:00Z`, `undefined` while it goes on. */
  readonly endTime: string | undefined
  /** Known when the build ends; with some instances as soon as it is evaluated. */
  readonly storePath: StorePath | undefined
  /** A hint only: it is set when there was nothing to upload as well. */
  readonly isUploaded: boolean
  /** Nothing was built, for the instance's own store had it; nothing was uploaded either. */
  readonly wasAlreadyBuilt: boolean
}

export interface Commit {
  readonly sha: string
  /** `OWNER/NAME`. */
  readonly repository: string
  readonly isPublic: boolean
  /** Empty until the flake is evaluated. */
  readonly builds: readonly Build[]
}

/** `undefined` for anything that is no such answer. */
export function parseCommit(body: string): Commit | undefined {
  const answer = parseObject(body)
  const summary = objectIn(answer?.['summary'])
  if (summary === undefined || !Array.isArray(answer?.['builds'])) return undefined
  return {
    sha: textIn(summary['git_commit']),
    repository: `${textIn(summary['repo_owner'])}/${textIn(summary['repo_name'])}`,
    isPublic: summary['repo_is_public'] === true,
    builds: objectsIn(answer['builds']).map(buildIn),
  }
}

/** The build of a NixOS configuration. */
export function systemBuild(builds: readonly Build[], configuration: string): Build | undefined {
  return builds.find(({ kind, name }) => kind === 'nixosConfiguration' && name === configuration)
}

function buildIn(fields: Json): Build {
  const path = textIn(objectIn(fields['output_paths'])?.['out'])
  return {
    id: textIn(fields['id']),
    kind: textIn(fields['package_type']),
    name: textIn(fields['package']),
    status: textIn(fields['status']),
    endTime: timeIn(fields['end_time']),
    storePath: path.startsWith(`${STORE}/`) ? ofBaseName(path.slice(STORE.length + 1)) : undefined,
    isUploaded: fields['uploaded_to_cache'] === true,
    wasAlreadyBuilt: fields['already_built'] === true,
  }
}
