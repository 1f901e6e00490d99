/** A host that can try a system which only works from a boot on, at one boot. */
import { FakeDeploy, prepare } from './fakedeploy.ts'
import { answering, exited, HELLO, unreachable, type Handler } from './fakehost.ts'
import { REV, Scene } from './scene.ts'

export const T = 'trial-of-the-deploy'
export const NEW = '/nix/store/bbb-new'
export const WHEN_REQUIRED = { reboot: 'when-required' }
export const KERNEL = { rebootRequired: ['kernel: 6.1 -> 6.2'] }
export const SUBJECT = '95a89711a27f on vps-arm (example.org)'

interface Trying {
  /** What the trial does once the host is up again. */
  readonly afterBoot?: (trial: FakeDeploy, scene: Scene) => Promise<void>
  /** What the host says to `reboot`; it reboots if that is an exit code of 0, or a lost answer. */
  readonly onReboot?: Handler
  readonly scheduled?: Readonly<Record<string, unknown>>
  readonly accepted?: Readonly<Record<string, unknown>>
}

/** A host with one scheduled deploy, and its trial waiting for the boot. */
export function trying({
  afterBoot = goWellAfterBoot,
  onReboot = () => exited(0),
  scheduled,
  accepted,
}: Trying = {}): Scene {
  const scene = new Scene()
  const { host } = scene
  const trial = new FakeDeploy({ id: T, rev: REV, mode: 'switch' }, scene.clock)
  host.handlers.set('hello', answering(JSON.stringify({ ...HELLO, trialBoot: true })))
  host.script = async (deploy) => {
    await prepare(deploy)
    host.deploys.set(T, trial)
    trial.accepted(accepted)
    deploy.result('scheduled', 0, { ...KERNEL, generation: null, trial: T, ...scheduled })
  }
  host.handlers.set('reboot', async (channel) => {
    const exit = await onReboot(channel)
    const isDown = exit.kind === 'lost' || (exit.kind === 'exited' && exit.code === 0)
    if (isDown) void boot(scene).then(() => afterBoot(trial, scene))
    return exit
  })
  return scene
}

async function boot({ host, clock }: Scene): Promise<void> {
  await clock.sleep(1_000)
  host.refuse = () => unreachable
  host.cut()
  await clock.sleep(45_000)
  host.refuse = () => undefined
}

export async function goWellAfterBoot(trial: FakeDeploy): Promise<void> {
  await trial.phase('settle')
  const decision = await trial.confirmation(90)
  if (decision === 'confirmed') {
    await trial.phase('commit')
    trial.result('deployed', 0, { generation: 43 })
    return
  }
  await trial.phase('rollback')
  trial.result('rolled-back', 81, { message: 'The old system runs.', newFailedUnits: [] })
}
