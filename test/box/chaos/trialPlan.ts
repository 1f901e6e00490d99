import { service } from '../box.ts'
import type { SystemSpec } from '../box.ts'
import type { LoaderKind } from '../loader.ts'
import { randomOf } from './random.ts'
import type { Weights } from './moments.ts'

/** Who boots a system that waits for its boot, or that nobody does. */
const ways = {
  /** The step, with `reboot: when-required`; it confirms too. */
  step: 6,
  request: 3,
  plug: 3,
  abort: 1,
  /** The next deploy calls it off. */
  'another deploy': 2,
}

type Way = keyof typeof ways

/** What is chance about a trial boot. */
export interface TrialPlan {
  readonly loader: Exclude<LoaderKind, 'simple'>
  readonly way: Way
  /** Whether whoever is asked confirms. */
  readonly answers: boolean
}

const loaders = { 'systemd-boot': 1, 'boot-counting': 1, grub: 1 }

/** Every third deploy of the walk needs a boot on a host that can try one. */
export function trialPlanOf(seed: number): TrialPlan | undefined {
  if (seed % 3 !== 0) return undefined
  const random = randomOf(seed + 0x5eed)
  const [loader, way] = [random.weighted(loaders), random.weighted(ways)]
  return { loader, way, answers: random.next() < 0.75 }
}

const kernel = '6.18.2'
const bad = (script: string, settings = {}) => ({ units: { 'bad.service': service(script, settings) } })
const good = { switch: 'deployed' }
const rolledBack = { switch: 'rolled-back' }

/** Systems that only a boot makes real; `ends` is the end of the trial. */
export const trialKinds = {
  'kernel on trial': { spec: (): SystemSpec => ({ kernel }), ends: good },
  'bus on trial': { spec: () => ({ inhibitors: { 'dbus-implementation': 'broker' } }), ends: good },
  'init on trial': { spec: () => ({ initInterfaceVersion: '2' }), ends: good },
  'kernel with a slow boot loader': {
    spec: (amount: number) => ({ kernel, bootloader: `sleep ${(amount * 2).toFixed(2)}` }),
    ends: good,
  },
  'kernel with a failing unit': { spec: () => ({ kernel, ...bad('exit 1') }), ends: rolledBack },
  'kernel with a crash loop': {
    spec: () => ({ kernel, ...bad('sleep 0.2; exit 1', { Restart: 'always', RestartSec: '0.1' }) }),
    ends: rolledBack,
  },
  'kernel with a failing check': {
    spec: () => ({
      kernel,
      config: { healthChecks: [{ name: 'no', command: ['false'], timeoutSeconds: 1 }] },
    }),
    ends: rolledBack,
  },
}

export const trialKindWeights: Readonly<Record<keyof typeof trialKinds, number>> = {
  'kernel on trial': 6,
  'bus on trial': 1,
  'init on trial': 2,
  'kernel with a slow boot loader': 4,
  'kernel with a failing unit': 1,
  'kernel with a crash loop': 1,
  'kernel with a failing check': 1,
}

/** Of the deploy that schedules it, and of the trial. */
export const trialMoments: Weights = {
  begin: 1,
  'phase:build:start': 1,
  'phase:arm:start': 2,
  'file:stage.json': 2,
  'file:decision': 3,
  'phase:commit:start': 6,
  'phase:commit:end': 2,
  'file:result.json': 2,
  'event:result': 3,
  'trial:event:accepted': 5,
  'trial:phase:arm:start': 4,
  'trial:phase:boot:start': 3,
  'trial:phase:settle:start': 4,
  'trial:phase:settle:end': 3,
  'trial:event:awaiting-confirm': 8,
  'trial:file:decision': 6,
  'trial:phase:commit:start': 6,
  'trial:phase:commit:end': 2,
  'trial:file:result.json': 2,
  'trial:event:result': 2,
}
