/** Mode rollback against the fake host. */
import { FakeDeploy } from './fakedeploy.ts'
import type { Channel } from './fakehost.ts'
import { Scene } from './scene.ts'

export const BEFORE = '7'.repeat(40)
export const KIND = { kind: 'rollback', mode: 'switch' }

type Fields = Readonly<Record<string, unknown>>

/** A host that takes the request up: it accepts without a commit, and names one at the end. */
export function willing(
  scene: Scene,
  end: (deploy: FakeDeploy) => Promise<void> | void,
  accepted: Fields = {},
): void {
  scene.host.handlers.set('rollback', (channel: Channel) => {
    const deploy = new FakeDeploy({ id: channel.words[1] ?? '', rev: BEFORE, mode: 'switch' }, scene.clock)
    scene.host.deploys.set(deploy.id, deploy)
    deploy.accepted({ ...KIND, rev: null, ...accepted })
    void Promise.resolve(end(deploy)).catch((error: unknown) => {
      scene.host.failure = error as Error
    })
    return deploy.stream(channel, 0)
  })
}

export async function rolling(
  end: (deploy: FakeDeploy, scene: Scene) => Promise<void> | void,
  inputs: Readonly<Record<string, string>> = {},
): Promise<Scene> {
  const scene = new Scene()
  willing(scene, (deploy) => end(deploy, scene))
  return scene.run({ mode: 'rollback', ...inputs })
}
