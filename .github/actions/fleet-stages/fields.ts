/** What a host of the list may say. */
export const STAGES = ['canary', '1', '2', '3', '4'] as const
export type Stage = (typeof STAGES)[number]

/** Of the whole fleet. */
export const MODES: readonly string[] = ['switch', 'boot', 'test', 'dry-activate']

/** What garnix-wait takes, which would say so after the wait. */
export const RECORDS: readonly string[] = ['false', 'true', 'replace']

/** A sentence for each that is none; `''` stands for its default. */
export function choiceProblems(given: { readonly mode: string; readonly record: string }): readonly string[] {
  const wrong = (name: string, value: string, choices: readonly string[]) =>
    value === '' || choices.includes(value)
      ? []
      : [`'${name}' is '${value}', expected one of ${choices.join(', ')}.`]
  return [...wrong('mode', given.mode, MODES), ...wrong('record', given.record, RECORDS)]
}

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
