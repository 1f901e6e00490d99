/** The names and defaults that users' workflows rely on. A line here changes only with a new major version. */
export interface Contract {
  /** Default by name; `null` = required. */
  readonly inputs: Readonly<Record<string, string | null>>
  readonly outputs: readonly string[]
}

const DEPLOY_NIXOS: Contract = {
  inputs: {
    host: null,
    port: '22',
    user: 'deploy',
    'ssh-key': null,
    'ssh-key-passphrase': '',
    'known-hosts': '',
    'host-fingerprint': '',
    rev: 'ffac537e6cbbf934b08745a378932722df287a53',
    mode: 'switch',
    'confirm-timeout': '90s',
    'health-urls': '',
    'health-timeout': '60s',
    timeout: '30m',
    'connect-timeout': '20s',
    'connect-attempts': '5',
    'jump-host': '',
    'jump-port': '22',
    'jump-user': '',
    'jump-ssh-key': '',
    'jump-known-hosts': '',
    'jump-host-fingerprint': '',
    reboot: 'never',
    protocol: 'vps-deploy',
  },
  outputs: [
    'status',
    'deploy-id',
    'rev',
    'system',
    'previous-system',
    'generation',
    'reboot-required',
    'failed-units',
    'changed-units',
    'closure-diff',
    'duration',
  ],
}

const GARNIX_WAIT: Contract = {
  inputs: {
    configurations: '',
    'store-paths': '',
    sha: 'ffac537e6cbbf934b08745a378932722df287a53',
    token: 'the token',
    provider: 'garnix',
    'check-names': '',
    'app-slug': '',
    'instance-url': '',
    'instance-login': '',
    'instance-token': '',
    caches: '',
    netrc: '',
    'require-signatures': 'true',
    timeout: '3h',
    'discovery-timeout': '2m',
    'cache-timeout': '15m',
    'stall-timeout': '30m',
    'compare-with': '',
    record: 'false',
    'record-key': '',
    comment: 'false',
    'pull-request': '',
  },
  outputs: [
    'status',
    'sha',
    'store-paths',
    'build-url',
    'closure-paths',
    'download-size',
    'unpacked-size',
    'closure-diff',
    'missing',
    'duration',
  ],
}

export const CONTRACTS: Readonly<Record<string, Contract>> = {
  'deploy-nixos': DEPLOY_NIXOS,
  'garnix-wait': GARNIX_WAIT,
}
