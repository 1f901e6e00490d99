import {
  abort,
  byHand,
  cancel,
  command,
  company,
  confirm,
  cut,
  full,
  guess,
  hit,
  plug,
  reboot,
  shell,
} from './strikes.ts'
import type { Strike } from './strikes.ts'

interface Fault {
  /** How often it strikes, against the others. */
  readonly weight: number
  /** The deploy has to end as it would have without it. */
  readonly gentle?: boolean
  /** Only then is there something to strike. Default: at any moment. */
  readonly when?: RegExp
  readonly strike: Strike
}

const killWorker = 'systemctl kill --signal=KILL --kill-who=all vps-deploy-worker'
const nixRuns = /resolve|build|commit/
const switchRuns = /arm:end|activate:start|commit:start|rollback:start/
const intakeRuns = /begin|accepted|awaiting-confirm/

export const faults = {
  'short cut': { weight: 8, gentle: true, strike: (scene) => cut(scene, 200 + scene.amount * 4000) },
  'long cut': { weight: 2, strike: (scene) => cut(scene, 6000 + scene.amount * 12_000) },
  'connection killed': { weight: 4, gentle: true, strike: hit('connection', 'KILL') },
  'connection paused': { weight: 3, gentle: true, strike: hit('connection', 'STOP') },
  'sshd restarted': { weight: 3, gentle: true, strike: command('systemctl restart sshd') },
  'dispatcher killed': { weight: 3, gentle: true, strike: hit('dispatcher', 'KILL') },
  'dispatcher ended': { weight: 2, gentle: true, strike: hit('dispatcher', 'TERM') },
  'dispatcher paused': { weight: 2, gentle: true, strike: hit('dispatcher', 'STOP') },
  'intake killed': { weight: 5, when: intakeRuns, gentle: true, strike: hit('intake', 'KILL') },
  'intake ended': { weight: 2, when: intakeRuns, gentle: true, strike: hit('intake', 'TERM') },
  'intake paused': { weight: 2, when: intakeRuns, gentle: true, strike: hit('intake', 'STOP') },
  'worker killed': { weight: 8, strike: hit('worker', 'KILL') },
  'worker killed with all': { weight: 6, strike: command(killWorker) },
  'worker ended': { weight: 3, strike: hit('worker', 'TERM') },
  'worker paused': { weight: 4, gentle: true, strike: hit('worker', 'STOP') },
  'worker stopped': { weight: 4, strike: command('systemctl stop vps-deploy-worker') },
  'worker restarted': { weight: 3, strike: command('systemctl restart vps-deploy-worker') },
  'worker and recover killed': {
    weight: 3,
    strike: async (scene) =>
      (await shell(scene.box, killWorker)) && ((await hit('recover', 'KILL')(scene)) || true),
  },
  // Only trial boots have these two at work for long.
  'guard killed': { weight: 0, strike: hit('guard', 'KILL') },
  'recover killed': { weight: 0, strike: hit('recover', 'KILL') },
  'recover paused': { weight: 0, gentle: true, strike: hit('recover', 'STOP') },
  'recover started': {
    weight: 2,
    gentle: true,
    strike: command('systemctl restart --no-block vps-deploy-recover'),
  },
  'intake restarted': { weight: 2, gentle: true, strike: command('systemctl restart vps-deploy-intake') },
  'paths restarted': {
    weight: 2,
    gentle: true,
    strike: command('systemctl restart vps-deploy-intake.path vps-deploy-worker.path'),
  },
  'nix killed': { weight: 3, when: nixRuns, strike: hit('nix', 'KILL') },
  'nix paused': { weight: 2, when: nixRuns, gentle: true, strike: hit('nix', 'STOP') },
  'git killed': { weight: 3, when: /begin|fetch/, strike: hit('git', 'KILL') },
  'git paused': { weight: 1, when: /begin|fetch/, gentle: true, strike: hit('git', 'STOP') },
  'switch killed': { weight: 5, when: switchRuns, strike: hit('switch', 'KILL') },
  'switch ended': { weight: 2, when: switchRuns, strike: hit('switch', 'TERM') },
  'switch paused': { weight: 2, when: switchRuns, gentle: true, strike: hit('switch', 'STOP') },
  'units read again': { weight: 3, gentle: true, strike: command('systemctl daemon-reload') },
  'systemd anew': { weight: 4, gentle: true, strike: command('systemctl daemon-reexec') },
  'plug pulled': { weight: 9, strike: plug },
  reboot: { weight: 5, strike: reboot },
  company: { weight: 5, strike: company },
  abort: { weight: 6, strike: abort },
  'confirmed by another': { weight: 3, when: /awaiting-confirm/, strike: confirm },
  'nonce guessed': { weight: 1, when: /awaiting-confirm/, gentle: true, strike: guess },
  'canceled politely': { weight: 3, strike: cancel('SIGINT') },
  canceled: { weight: 3, strike: cancel('SIGINT', 'SIGTERM', 'SIGKILL') },
  'runner lost': { weight: 3, strike: cancel('SIGKILL') },
  'profile changed by hand': { weight: 3, strike: byHand },
  'disk full': { weight: 3, strike: full },
} satisfies Record<string, Fault>

export type FaultName = keyof typeof faults

export const faultOf = (name: FaultName): Fault => faults[name]
