/** What a host of the list may say. */
export const STAGES = ['canary', '1', '2', '3', '4'] as const
export type Stage = (typeof STAGES)[number]

/** Of the whole fleet. */
export const MODES: readonly string[] = ['switch', 'boot', 'test', 'dry-activate']

/** The inputs of deploy-nixos that a host may set, with the defaults of its manifest. */
export const DEFAULTS: Readonly<Record<string, string>> = {
  host: '',
  port: '22',
  user: 'deploy',
  'known-hosts': '',
  'host-fingerprint': '',
  'confirm-timeout': '90s',
  'health-urls': '',
  'health-timeout': '60s',
  timeout: '30m',
  'connect-timeout': '20s',
  'connect-attempts': '5',
  'jump-host': '',
  'jump-port': '22',
  'jump-user': '',
  'jump-known-hosts': '',
  'jump-host-fingerprint': '',
  reboot: 'never',
  protocol: 'vps-deploy',
}

/** Its inputs that come from elsewhere and are told so. */
export const SECRETS: readonly string[] = ['ssh-key', 'ssh-key-passphrase', 'jump-ssh-key']
