/** The routes to a store path that need no nix: notes, the instance's API, the text of a check run. */
import { systemBuild, type Commit } from './commit.ts'
import type { InstanceAnswer } from './instanceanswer.ts'
import { silent, type Reply, type Route } from './pathsearch.ts'
import { recordedPaths } from './noteline.ts'
import { nameOf } from './storepath.ts'
import { cacheLinesIn, systemsAmong } from './uploadedline.ts'

/** The text of the commit's note, `''` if it has none; or why it is not known, in a clause. `isFinal` as in `Reply`. */
export type NoteAnswer = { readonly isFinal: boolean } & (
  { readonly text: string } | { readonly text: undefined; readonly words: string }
)

/** What was recorded with the commit. */
export function recordedRoute(ask: (signal?: AbortSignal) => Promise<NoteAnswer>): Route {
  return {
    name: 'the recorded note',
    isDear: false,
    async ask(configurations, signal) {
      const answer = await ask(signal)
      return forEach(configurations, (name) =>
        answer.text === undefined ? silent(answer.words, answer.isFinal) : recordedIn(answer, name),
      )
    },
  }
}

/** Somebody may record it, or mend it, while this waits. */
function recordedIn({ text, isFinal }: { text: string; isFinal: boolean }, configuration: string): Reply {
  const [path, ...others] = recordedPaths(text, configuration)
  if (path === undefined) return silent(`no path is recorded for ${configuration} with this commit`, isFinal)
  if (others.length > 0) return silent(`it names several paths: ${[path, ...others].join(', ')}`, isFinal)
  return { path }
}

/** What the instance says of its own builds. */
export function apiRoute(ask: (signal?: AbortSignal) => Promise<InstanceAnswer>): Route {
  return {
    name: "the instance's API",
    isDear: false,
    async ask(configurations, signal) {
      const answer = await ask(signal)
      return forEach(configurations, (name) =>
        answer.kind === 'none' ? silent(answer.words, answer.isFinal) : replyIn(answer.commit, name),
      )
    },
  }
}

function replyIn(commit: Commit, configuration: string): Reply {
  const build = systemBuild(commit.builds, configuration)
  // All builds appear together, once the flake is evaluated.
  if (commit.builds.length === 0) return silent('the commit is not evaluated yet', false)
  if (build === undefined)
    return silent(`there is no build of ${configuration} among those of the commit`, true)
  if (build.storePath !== undefined) return { path: build.storePath }
  if (build.status === '') return silent('the build goes on', false)
  return silent(`the build ended as ${build.status.slice(0, 20)}, and without a path`, true)
}

export interface CheckText {
  readonly text: string
  /** The run has succeeded, and its text has not changed for two minutes. */
  readonly isSettled: boolean
}

/** The path among the lines of uploads in the text of a configuration's check run; `undefined` = there is none yet. */
export function textRoute(textOf: (configuration: string) => CheckText | undefined): Route {
  return {
    name: "the check run's text",
    isDear: false,
    ask: (configurations) => forEach(configurations, (name) => uploadedIn(textOf(name), name)),
  }
}

/**
 * A system with containers holds theirs, which are uploaded in any order with it. Its name has the host's, which is most
 * often the configuration's; one of another name is believed only when nothing more is to come.
 */
function uploadedIn(check: CheckText | undefined, configuration: string): Reply {
  if (check === undefined) return silent('there is no check run yet', false)
  const systems = systemsAmong(cacheLinesIn(check.text).uploaded)
  const named = systems.filter((path) => nameOf(path).startsWith(`nixos-system-${configuration}-`))
  const [path, ...others] = named.length > 0 ? named : systems
  if (path === undefined) return silent('no line of it tells of the upload of a system', false)
  if (others.length > 0) return silent(`it tells of several systems: ${[path, ...others].join(', ')}`, false)
  if (named.length === 0 && !check.isSettled)
    return silent(`it tells of ${path}, and others may follow`, false)
  return { path }
}

function forEach(
  configurations: readonly string[],
  reply: (configuration: string) => Reply,
): ReadonlyMap<string, Reply> {
  return new Map(configurations.map((name) => [name, reply(name)]))
}
