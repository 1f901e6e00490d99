/** What is asked of the instance in a wait; what it says is kept there. */
import { systemBuild } from './commit.ts'
import { addressOf, Instance, type Address } from './instance.ts'
import type { InstanceAnswer } from './instanceanswer.ts'
import type { Wait } from './waiting.ts'

export interface Talk {
  ask(signal?: AbortSignal): Promise<InstanceAnswer>
  /** What it wrote into the logs of the builds since their end. */
  readLogs(signal: AbortSignal): Promise<void>
}

/** With the instance of the inputs, or the one that the checks link to. */
export function talkOf(wait: Wait): Talk {
  const { inputs, world } = wait
  const { owner, repo } = world.repository
  const { credentials } = inputs.instance
  const instance = new Instance({ credentials, repository: `${owner}/${repo}`, sha: inputs.sha }, world)
  const address = (): Address | undefined =>
    addressOf(
      inputs.instance,
      inputs.targets.flatMap(({ name }) => wait.runOf(name)?.url ?? []),
    )
  return {
    async ask(signal) {
      const answer = await instance.ask(address(), signal)
      if (answer.kind === 'commit') wait.commit = answer.commit
      return answer
    },
    async readLogs(signal) {
      const at = address()
      if (at === undefined) return
      for (const { name } of inputs.targets) {
        const build = systemBuild(wait.commit?.builds ?? [], name)
        if (build !== undefined) wait.noteLog(name, await instance.ownLines(at, build, signal))
      }
    },
  }
}
