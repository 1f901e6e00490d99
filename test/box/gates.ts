// Where a deploy can be held: a program that it runs waits there for as long as the gate is closed.
import type { Box } from './box.ts'
import { service } from './system.ts'
import type { SystemSpec } from './system.ts'

/** In the order in which a deploy comes to them; `rollback` stands in the system that it goes back to. */
export type Gate =
  | 'fetch'
  | 'verify'
  | 'resolve'
  | 'build'
  | 'diff'
  | 'check'
  | 'arm'
  | 'activate'
  | 'settle'
  | 'rearm'
  | 'profile'
  | 'generation'
  | 'entries'
  | 'loader'
  | 'synced'
  | 'rollback'

/** The programs of a deploy that stop at gates: what stands in the command, and what is done when it does. */
const programs = {
  git: ['/usr/bin/git', { ' fetch ': 'gate fetch', ' merge-base ': 'gate verify' }],
  nix: [
    '/usr/local/bin/nix',
    { ' eval ': 'gate resolve', ' --out-link ': 'gate build', ' path-info ': 'gate diff' },
  ],
  'nix-env': [
    '/usr/local/bin/nix-env',
    { ' --set ': 'gate profile; /usr/local/bin/nix-env "$@" && gate generation; exit' },
  ],
  'systemd-run': [
    '/usr/bin/systemd-run',
    { ' --unit=vps-deploy-deadline-*_2 ': 'gate rearm', ' --unit=vps-deploy-deadline-': 'gate arm' },
  ],
  mv: ['/usr/bin/mv', { '/loader.conf ': 'gate loader' }],
  sync: ['/usr/bin/sync', { '/loader.conf ': 'gate synced' }],
} as const

const gate = `#!/bin/sh
[ -e "/run/gates/$1" ] || exit 0
touch "/run/gates/$1.reached"
while [ -e "/run/gates/$1" ]; do sleep 0.1; done
`

/** Puts the gates into a box; all of them are open, and again after a boot. */
export async function buildGates(box: Box): Promise<void> {
  await box.write('/usr/local/sbin/gate', gate)
  for (const [name, [real, stops]] of Object.entries(programs)) {
    const cases = Object.entries(stops).map(([word, action]) => `  *${quoted(word)}*) ${action} ;;\n`)
    const text = `#!/bin/sh\ncase " $* " in\n${cases.join('')}esac\nexec ${real} "$@"\n`
    await box.write(`/usr/local/sbin/${name}`, text)
  }
  await box.must('chmod +x /usr/local/sbin/*')
}

function quoted(word: string): string {
  return word
    .split('*')
    .map((part) => (part === '' ? '' : `'${part}'`))
    .join('*')
}

export async function close(box: Box, name: Gate): Promise<void> {
  await box.must(`mkdir -p /run/gates; touch /run/gates/${name}`)
}

/** Waits until a deploy stands before the gate. */
export async function reached(box: Box, name: Gate): Promise<void> {
  await box.waitFor(`/run/gates/${name}.reached`)
}

export async function open(box: Box): Promise<void> {
  await box.must('rm -rf /run/gates')
}

const idle = service('exec sleep infinity')

/** The system on which a scenario begins. */
export const oldSystem: SystemSpec = { units: { 'idle.service': idle }, activation: 'gate rollback' }

/** One that changes a unit of it and has one more, with a gate at everything that it does. */
export const newSystem: SystemSpec = {
  units: { 'idle.service': `${idle}# 2\n`, 'new.service': idle },
  config: { healthChecks: [{ name: 'gate', command: ['gate', 'settle'], timeoutSeconds: 60 }] },
  activation: 'gate activate',
  bootloader: 'gate entries',
  build: `cd $out/bin && mv switch-to-configuration switch
    printf '#!/bin/sh\\n[ "$1" != check ] || gate check\\nexec %s/switch "$@"\\n' $out/bin >switch-to-configuration
    chmod +x switch-to-configuration`,
}
