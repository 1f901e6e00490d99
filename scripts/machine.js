// What the suites, the demo and the benchmarks need of the machine itself, said and asked for once, at the start.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { giveUp } from './toolchain.js'

/** Root's programs too: a user's PATH often lacks their directories. */
const path = [process.env['PATH'] ?? '', '/usr/local/sbin', '/usr/sbin', '/sbin'].join(delimiter)

/** Debian packages by the program that shows they are there. */
const TOOLS = [
  { program: 'git', package: 'git' },
  { program: 'python3', package: 'python3' },
  { program: 'sshd', package: 'openssh-server' },
  { program: 'ssh', package: 'openssh-client' },
  { program: 'openssl', package: 'openssl' },
  { program: 'shellcheck', package: 'shellcheck' },
  // Debian has it; what the boxes and the Nix of the tests are made of is verified with it on Ubuntu as well.
  { program: '/usr/share/keyrings/debian-archive-keyring.gpg', package: 'debian-archive-keyring' },
]
/** What reads the files that an evaluated server renders. */
const EVALUATION_TOOLS = [
  { program: 'nft', package: 'nftables' },
  { program: 'caddy', package: 'caddy' },
  { program: 'unshare', package: 'util-linux' },
  { program: 'systemd-analyze', package: 'systemd' },
]
const BOX_TOOLS = [
  { program: 'debootstrap', package: 'debootstrap' },
  { program: 'systemd-nspawn', package: 'systemd-container' },
  { program: 'ip', package: 'iproute2' },
  { program: 'nsenter', package: 'util-linux' },
  { program: 'patchelf', package: 'patchelf' },
]
/** What draws pages: what Debian, Google and Ubuntu call it. */
const BROWSERS = ['chromium', 'google-chrome', 'chromium-browser']
const BROWSER_TOOLS = BROWSERS.some(isInstalled) ? [] : [{ program: 'chromium', package: 'chromium' }]
/** Pictures are small, and the same on every machine: a ✅ needs a font. */
const PICTURE_TOOLS = [
  { program: 'pngquant', package: 'pngquant' },
  {
    program: '/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf',
    package: 'fonts-liberation',
  },
  { program: '/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf', package: 'fonts-noto-color-emoji' },
]

/** The units that come with a package, and start with it. */
const DAEMONS = new Map([
  ['openssh-server', ['ssh.service', 'ssh.socket']],
  ['caddy', ['caddy.service']],
])

/** @param {string} program its name, or the path of a file */
function isInstalled(program) {
  return isAbsolute(program) ? existsSync(program) : whereIs(program) !== undefined
}

/** @param {string} program */
function whereIs(program) {
  return path
    .split(delimiter)
    .map((place) => join(place, program))
    .find((file) => existsSync(file))
}

/** @returns {string | undefined} the path of a browser that pages can be looked at with */
export function browserProgram() {
  return BROWSERS.map(whereIs).find((file) => file !== undefined)
}

export const isRoot = process.getuid?.() === 0

/**
 * @param {string[]} argv
 * @returns {string[]} the same command with root's rights; the environment goes along
 */
export function asRoot(argv) {
  const withPath = ['env', `PATH=${path}`, ...argv]
  return isRoot ? withPath : ['sudo', '--preserve-env', '--', ...withPath]
}

/**
 * Installs what is missing, after saying what and why; ends with one line and a non-zero exit where that cannot be.
 * @param {{ box?: boolean, evaluation?: boolean, browser?: boolean, pictures?: boolean }} wanted
 */
export function prepareMachine(wanted) {
  const { box = false } = wanted
  const groups = /** @type {const} */ ([
    [true, TOOLS],
    [box, BOX_TOOLS],
    [wanted.evaluation, EVALUATION_TOOLS],
    [wanted.browser, BROWSER_TOOLS],
    [wanted.pictures, PICTURE_TOOLS],
  ])
  const packages = missing(groups.flatMap(([isWanted, tools]) => (isWanted ? tools : [])))
  if (!isRoot && (box || packages.length > 0)) askForRoot(packages, box)
  if (packages.length > 0) aptInstall(packages)
  if (box) proveNamespaces()
}

/** @param {{ program: string, package: string }[]} tools */
function missing(tools) {
  return tools.filter(({ program }) => !isInstalled(program)).map((tool) => tool.package)
}

/**
 * @param {string[]} packages
 * @param {boolean} box
 */
function askForRoot(packages, box) {
  const reasons = []
  if (packages.length > 0) reasons.push(`to install ${packages.join(', ')} with apt-get`)
  if (box)
    reasons.push(
      'to boot the box (namespaces, mounts, an overlay in your cache, fs.inotify.max_user_instances raised to 1024)',
    )
  console.log(`Root is needed ${reasons.join(' and ')}.`)
  if (!isInstalled('sudo') || spawnSync('sudo', ['-v'], { stdio: 'inherit' }).status !== 0)
    giveUp(
      "Neither root nor sudo is at hand: run this as root or allow sudo; 'npm test -- --no-box' needs neither once the packages above are there.",
    )
  // sudo forgets after some minutes; a long suite must not stop in the middle to ask again.
  const refresh = setInterval(() => spawnSync('sudo', ['-n', '-v']), 60_000)
  refresh.unref()
}

/** @param {string[]} packages */
function aptInstall(packages) {
  if (!isInstalled('apt-get'))
    giveUp(`Install these with your package manager, then run this again: ${packages.join(', ')}.`)
  console.log(`Installing on this machine: ${packages.join(', ')} …`)
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive']
  const quiet = ['-qq', '-o=Dpkg::Use-Pty=0']
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...quiet, ...packages]
  // Debian starts a daemon when its package is installed; only the programs are wanted here.
  const units = isInstalled('systemctl') ? packages.flatMap((name) => DAEMONS.get(name) ?? []) : []
  const mask = units.length > 0 ? [['systemctl', 'mask', '--quiet', ...units]] : []
  if (units.length > 0)
    console.log(`${units.join(' and ')} stay masked: 'systemctl unmask' what you want to run here.`)
  for (const step of [['apt-get', 'update', ...quiet], ...mask, install]) {
    const [command = '', ...args] = asRoot([...environment, ...step])
    // Packages warn of things that are as they should be here, as of a daemon that does not start: heard if it failed.
    const { status, stderr } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    if (status === 0) continue
    process.stderr.write(stderr)
    giveUp(`'${step.join(' ')}' failed: see above.${wayAround(packages)}`)
  }
}

/** @param {string[]} packages */
function wayAround(packages) {
  return packages.includes('chromium')
    ? " Chromium looks at pages, nothing else: 'npm test -- --no-browser' does without; Google Chrome serves as well."
    : ''
}

function proveNamespaces() {
  if (process.platform !== 'linux')
    giveUp(
      `The box needs Linux (this is ${process.platform}): run 'npm test -- --no-box', or use a Linux machine.`,
    )
  const [command = '', ...args] = asRoot(['unshare', '--mount', '--net', '--pid', '--fork', 'true'])
  if (spawnSync(command, args, { stdio: 'ignore' }).status !== 0)
    giveUp(
      "This machine gives no mount, network and process namespaces even to root (a container without privileges?): run 'npm test -- --no-box', or use a whole machine.",
    )
}
