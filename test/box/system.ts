/** What differs between the toy systems of a test: everything has a default that works. */
export interface SystemSpec {
  /** Whole unit files by name, beside `sshd.service`; a `WantedBy=` line in them counts. */
  readonly units?: Readonly<Record<string, string>>
  /** Units of the base system that this one lacks, such as `sshd.service`. */
  readonly without?: readonly string[]
  /** Merged over the host's configuration (`config.json`), top-level keys only. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Further files below /etc. */
  readonly etc?: Readonly<Record<string, string>>
  readonly kernel?: string
  readonly initrd?: string
  /** Components that must not change while the system runs: name to version. */
  readonly inhibitors?: Readonly<Record<string, string>>
  /** Another one than the running system's makes the switch end with 100. */
  readonly initInterfaceVersion?: string
  /** `false`: a system from before NixOS knew `reboot-triggers`. */
  readonly rebootTriggers?: boolean
  /** Shell that runs while the system is activated: `exit 1` fails, `sleep 600` hangs. */
  readonly activation?: string
  /** Shell that runs before the boot entries are written: `exit 1` fails, `exit 0` leaves them as they are. */
  readonly bootloader?: string
  /** Shell that runs at every boot before systemd: `exit 1` is a system that does not come up. */
  readonly boot?: string
  /** Shell that runs while the system is built. */
  readonly build?: string
  /** Packages in the closure, such as `hello-1.2`. */
  readonly packages?: readonly string[]
  /** Stands in place of the flake's own text: for one that does not evaluate. */
  readonly flake?: string
}

/** A file of the repository. */
export interface RepositoryFile {
  readonly text: string
  readonly executable?: boolean
}

/** A service of the toy systems: runs `script` with sh, started with the machine. */
export function service(script: string, settings: Readonly<Record<string, string>> = {}): string {
  const own = Object.entries({ Restart: 'no', ...settings }).map(([key, value]) => `${key}=${value}`)
  const start = `ExecStart=/bin/sh -c '${script.replaceAll('%', '%%').replaceAll("'", `'"'"'`)}'`
  return ['[Service]', start, ...own, '[Install]', 'WantedBy=multi-user.target', ''].join('\n')
}

const sshd = `[Unit]
After=network.target
[Service]
Type=notify
ExecStart=/usr/sbin/sshd -D
RuntimeDirectory=sshd
RuntimeDirectoryPreserve=yes
KillMode=process
Restart=always
X-StopIfChanged=false
[Install]
WantedBy=multi-user.target
`

const sshdConfig = `HostKey /etc/ssh/ssh_host_ed25519_key
HostKey /etc/ssh/ssh_host_ecdsa_key
HostKey /etc/ssh/ssh_host_rsa_key
AuthorizedKeysFile /etc/ssh/authorized_keys.d/%u
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM yes
PrintMotd no
MaxStartups 100:30:200
MaxSessions 100
Subsystem sftp internal-sftp
Match User deploy
  AuthenticationMethods publickey
  ClientAliveInterval 15
  ClientAliveCountMax 3
`

/** The configuration of the host half in the box, as the NixOS module would write it. */
const hostConfig = {
  repository: { url: 'file:///srv/repo.git', branch: 'main' },
  configuration: 'vps-arm',
  settleSeconds: 1,
}

/** Public keys by the user that may log in with them. */
export interface AuthorizedKeys {
  readonly deploy: string
  readonly admin: string
  readonly jump: string
}

/** The files of a commit, `nix/…`, whose flake builds the system of the spec. */
export function systemFiles(
  spec: SystemSpec,
  keys: AuthorizedKeys,
  toy: Readonly<Record<string, RepositoryFile>>,
): Record<string, RepositoryFile> {
  const base = { 'sshd.service': sshd }
  const units = Object.entries({ ...base, ...spec.units }).filter(([name]) => !spec.without?.includes(name))
  const etc: Record<string, string> = {
    'ssh/sshd_config': sshdConfig,
    'ssh/authorized_keys.d/deploy': `command="vps-deploy",restrict ${keys.deploy}\n`,
    'ssh/authorized_keys.d/root': `${keys.admin}\n`,
    'ssh/authorized_keys.d/jump': `restrict,port-forwarding ${keys.jump}\n`,
    'vps-deploy/config.json': JSON.stringify({ ...hostConfig, ...spec.config }, null, 2),
    ...Object.fromEntries(units.flatMap(([name, text]) => unitFiles(name, text))),
    ...spec.etc,
  }
  const inSystem = Object.entries(etc).map(([path, text]) => [`nix/system/etc/${path}`, { text }] as const)
  return {
    ...toy,
    ...(spec.flake === undefined ? {} : { 'nix/flake.nix': { text: spec.flake } }),
    ...Object.fromEntries(inSystem),
    'nix/system/activation-snippet': { text: `${spec.activation ?? ':'}\n` },
    'nix/system/bootloader-snippet': { text: `${spec.bootloader ?? ':'}\n` },
    'nix/system/boot-snippet': { text: `${spec.boot ?? ':'}\n` },
    'nix/spec.json': { text: JSON.stringify(flakeSpec(spec), null, 2) },
  }
}

/** The unit and, for its `WantedBy=`, a second copy where systemd looks for wanted units. */
function unitFiles(name: string, text: string): [string, string][] {
  const wantedBy = /^WantedBy=(\S+)$/m.exec(text)?.[1]
  const files: [string, string][] = [[`systemd/system/${name}`, text]]
  return wantedBy === undefined ? files : [...files, [`systemd/system/${wantedBy}.wants/${name}`, text]]
}

/** What the toy flake reads, where a spec does not say otherwise. */
const flakeDefaults = {
  kernel: '6.12.1',
  initInterfaceVersion: '1',
  inhibitors: { 'dbus-implementation': 'dbus' },
  rebootTriggers: true,
  packages: [],
  build: ':',
}

function flakeSpec(spec: SystemSpec): Record<string, unknown> {
  const names = Object.keys(flakeDefaults)
  const given = Object.entries(spec).filter(([name]) => names.includes(name))
  return {
    configuration: 'vps-arm',
    version: '25.11',
    platform: process.arch === 'arm64' ? 'aarch64-linux' : 'x86_64-linux',
    kernelParams: 'quiet',
    initrd: spec.initrd ?? spec.kernel ?? flakeDefaults.kernel,
    ...flakeDefaults,
    ...Object.fromEntries(given),
  }
}
