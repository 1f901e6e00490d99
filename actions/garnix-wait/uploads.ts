/** Why an instance has not uploaded what it built, by its log and its own word. */
import { formatDuration } from '../shared/duration.ts'
import { formatBytes } from '../shared/packagewords.ts'
import { systemBuild, type Build } from './commit.ts'
import type { Miss } from './closure.ts'
import type { Diagnosis, Seen } from './seen.ts'
import { cacheLinesIn } from './uploadedline.ts'

/** After so long without a new path no upload goes on any more; garnix's own watch over its cache gives up then. */
const UPLOAD_MS = 600_000
/** A large path takes its time, and the one that uploads it may be the build of another branch. */
const BELIEVED_MS = 300_000

export function tooLarge({ missing, text }: Seen): Diagnosis | undefined {
  const absent = new Set(missing.filter(isNowhere).map(({ path }) => path))
  const found = cacheLinesIn(text).tooLarge.filter(({ path }) => absent.has(path))
  if (found.length === 0) return undefined
  const words = found.map(
    ({ path, bytes, limitBytes }) =>
      `${path} is ${formatBytes(bytes)}, above the ${formatBytes(limitBytes)} to which the instance uploads.`,
  )
  return {
    kind: 'too-large',
    isFinal: true,
    words: words.join(' '),
    advice:
      "Make it smaller or split it, or push it to another cache and name that one in 'caches'. Building again changes nothing.",
  }
}

/** Only of paths that are nowhere: what is somewhere, but cannot be used, says nothing about uploads. */
export function notUploaded(seen: Seen): Diagnosis | undefined {
  const { missing, configuration, quietMs } = seen
  if (quietMs === undefined || !missing.some(isNowhere)) return undefined
  const builds = buildsIn(seen)
  const build = systemBuild(builds, configuration)
  if (build?.isUploaded !== true) return unfinished(quietMs, build)
  return quietMs < UPLOAD_MS && builds.some(isUploading) ? uploadingElsewhere : lost(build, quietMs)
}

function buildsIn({ commit }: Seen): readonly Build[] {
  return commit?.builds ?? []
}

/** No cache has it, and all have said so. */
export function isNowhere({ reasons }: Miss): boolean {
  return reasons.length > 0 && reasons.every(({ kind }) => kind === 'absent')
}

/** Paths that two builds have in common are claimed by one of them, and the other one counts as uploaded first. */
function isUploading({ status, isUploaded }: Build): boolean {
  return status === '' || (status === 'Success' && !isUploaded)
}

const uploading: Diagnosis = {
  kind: 'uploading',
  isFinal: false,
  words: 'The instance is still uploading: it turns builds green before it does.',
  advice: 'It needs time only.',
}

const uploadingElsewhere: Diagnosis = {
  kind: 'uploading-elsewhere',
  isFinal: false,
  words:
    'The instance has uploaded its part, and other builds of this commit, which may have the rest, are not done.',
  advice: 'It needs time only.',
}

const gone: Diagnosis = {
  kind: 'gone',
  isFinal: false,
  words: 'The instance says that it uploaded the closure, and the caches do not have it.',
  advice:
    "Is the instance's own cache among 'caches'? Otherwise its uploads are switched off, or it has removed what nobody fetched for long; whoever runs it can tell.",
}

function lost({ wasAlreadyBuilt }: Build, quietMs: number): Diagnosis {
  if (!wasAlreadyBuilt) return gone
  return {
    kind: 'never-uploaded',
    isFinal: quietMs >= BELIEVED_MS,
    words:
      'The instance takes the closure for uploaded because its own store had it already, and the caches do not have it.',
    advice:
      'Building again does not help. Whoever runs the instance has to upload the paths or remove them from its store; a change that gives the paths other hashes helps as well.',
  }
}

/** Without the word of the instance it looks the same. */
function unfinished(quietMs: number, build: Build | undefined): Diagnosis {
  if (quietMs < UPLOAD_MS) return uploading
  const doubt = build === undefined ? ' The API of the instance, which knows more, did not tell.' : ''
  return {
    kind: 'upload-failed',
    isFinal: false,
    words: `The build is done, and for ${formatDuration(quietMs)} nothing more was uploaded: most likely an upload has failed.${doubt}`,
    advice:
      'The instance tries it again only after ten hours, with the next build; its log, which whoever runs it can read, has the reason.',
  }
}
