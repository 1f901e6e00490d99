import { service } from '../box.ts'
import type { SystemSpec } from '../box.ts'
import { idle } from '../deploying.ts'
import { trialKinds } from './trialPlan.ts'

export type Mode = 'switch' | 'test' | 'boot' | 'dry-activate'

/** The systems of the random walk, and how each deploy of one ends when nothing disturbs it, by mode. */
export interface Kind {
  /** Over the base system; `amount` is chance, from 0 to 1. */
  readonly spec: (amount: number) => SystemSpec
  /** Statuses; undefined: whatever the contract allows. */
  readonly ends: Partial<Record<Mode, string>>
  /** Only a boot makes it real: the host is no good beginning for another walk. */
  readonly needsBoot?: boolean
  /** The runner finds it ill, and never confirms. */
  readonly unconfirmed?: boolean
}

const good = { switch: 'deployed', test: 'deployed', boot: 'scheduled', 'dry-activate': 'planned' } as const
const bad = { ...good, switch: 'rolled-back', test: 'rolled-back' } as const
const scheduled = { ...good, switch: 'scheduled' } as const
const everywhere = (status: string): Kind['ends'] => ({
  switch: status,
  test: status,
  boot: status,
  'dry-activate': status,
})

const seconds = (amount: number): string => (amount * 3).toFixed(2)

export const kinds = {
  good: { spec: () => ({}), ends: good },
  'slow build': { spec: (amount) => ({ build: `sleep ${seconds(amount)}` }), ends: good },
  'slow activation': { spec: (amount) => ({ activation: `sleep ${seconds(amount)}` }), ends: good },
  'slow boot loader': { spec: (amount) => ({ bootloader: `sleep ${seconds(amount)}` }), ends: good },
  'much output': { spec: () => ({ build: 'seq 3000; sleep 0.5; seq 3000' }), ends: good },
  'systemd anew': { spec: () => ({ activation: 'systemctl daemon-reexec' }), ends: good },
  'restarts sshd': { spec: () => ({ etc: { 'chaos-restarts-sshd': '' } }), ends: good },
  'fewer units': { spec: () => ({ without: ['idle.service'] }), ends: good },
  'failing unit': { spec: () => ({ units: { 'bad.service': service('exit 1') } }), ends: bad },
  'crash loop': {
    spec: () => ({
      units: { 'bad.service': service('sleep 0.2; exit 1', { Restart: 'always', RestartSec: '0.1' }) },
    }),
    ends: bad,
  },
  'failing activation': { spec: () => ({ activation: 'exit 1' }), ends: bad },
  'failing boot loader': {
    spec: (amount) => ({ bootloader: `sleep ${seconds(amount)}; exit 1` }),
    ends: { ...good, switch: 'rolled-back', boot: 'rolled-back' },
  },
  'failing host check': {
    spec: () => ({ config: { healthChecks: [{ name: 'no', command: ['false'], timeoutSeconds: 1 }] } }),
    ends: bad,
  },
  'failing runner check': { spec: () => ({}), ends: bad, unconfirmed: true },
  'another kernel': { spec: () => ({ kernel: '6.18.2' }), ends: scheduled, needsBoot: true },
  'another bus': {
    spec: () => ({ inhibitors: { 'dbus-implementation': 'broker' } }),
    ends: { switch: 'scheduled', boot: 'scheduled' },
    needsBoot: true,
  },
  'another init': {
    spec: () => ({ initInterfaceVersion: '2' }),
    ends: { ...scheduled, test: 'refused' },
    needsBoot: true,
  },
  'no evaluation': { spec: () => ({ flake: '{ outputs = _: throw "chaos"; }' }), ends: everywhere('failed') },
  'no build': { spec: () => ({ build: 'exit 1' }), ends: everywhere('failed') },
  'the same again': { spec: () => ({}), ends: { ...everywhere('unchanged'), 'dry-activate': 'planned' } },
  'an older commit': { spec: () => ({}), ends: everywhere('refused') },
} satisfies Record<string, Kind>

export type KindName = keyof typeof kinds | keyof typeof trialKinds

export const kindOf = (name: KindName): Kind => ({ ...kinds, ...trialKinds })[name]

/** What every system of the walk has; with another `round`, another system. */
export function systemOf(round: number, spec: SystemSpec = {}, sshd?: string): SystemSpec {
  const restarts = sshd === undefined || spec.etc?.['chaos-restarts-sshd'] === undefined
  const units = {
    'steady.service': `${idle}# steady\n`,
    'idle.service': `${idle}# ${round}\n`,
    ...(restarts ? {} : { 'sshd.service': `${sshd}\n# ${round}\n` }),
    ...spec.units,
  }
  // What is filled up by one of the faults is a small file system in memory.
  return { ...spec, units, config: { allowVolatileState: true, ...spec.config } }
}
