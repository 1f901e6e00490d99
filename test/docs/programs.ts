/** What each program of the documentation may be told: a program that is not here is one nobody looked at. */
import { REPOSITORY } from '../../actions/shared/project.ts'
import { workflowFiles, workflowText } from '../workflows/workflows.ts'
import { npm, optionsIn, read, request, secretsInit, type Words } from './ownprograms.ts'

/** What is wrong with the words behind a program's name; `undefined` if nothing. */
type Judge = (words: Words) => string | undefined

const right: Judge = () => undefined

/** Options of ssh that take a word. */
const SSH_VALUES = new Set(['-i', '-p', '-o', '-J', '-l'])

function ssh(words: Words): string | undefined {
  const rest = [...words]
  while (rest[0]?.startsWith('-') === true) rest.splice(0, SSH_VALUES.has(rest[0]) ? 2 : 1)
  const [where = '', ...command] = rest
  if (where.startsWith('deploy@')) return request(command)
  if (!/^root@\w*$/.test(where)) return `who logs in to ${where}?`
  return command.length === 0 ? undefined : problemOf(command)
}

const workflows = [
  ...workflowFiles().map(workflowText),
  read('nix/templates/server/.github/workflows/deploy.yml'),
].join('\n')

const isRead = (context: string, name: string): boolean =>
  new RegExp(`\\b${context}\\.${name}\\b`).test(workflows)

const GH: Readonly<Record<string, (name: string) => boolean>> = {
  'secret set': (name) => isRead('secrets', name),
  'variable set': (name) => isRead('vars', name),
  'workflow run': (name) => workflowFiles().includes(name),
  'attestation verify': () => true,
  'repo create': () => true,
}

function gh([noun = '', verb = '', name = '']: Words): string | undefined {
  const isKnown = GH[`${noun} ${verb}`]?.(name) === true
  return isKnown ? undefined : `no workflow reads what gh ${noun} ${verb} ${name} is for`
}

/** The options of `nixos-anywhere` that are used; by its own usage, 2026-11. */
const ANYWHERE = new Set(['--flake', '--extra-files', '--target-host', '--build-on', '--phases'])

function anywhere(words: Words): string | undefined {
  const unknown = optionsIn(words).find((option) => !ANYWHERE.has(option))
  return unknown && `nixos-anywhere has no ${unknown}`
}

function ofFlake([what = '']: Words): string | undefined {
  const [, attribute] = /^\.\/nix#([\w-]+)$/.exec(what) ?? []
  const isThere = attribute === undefined || read('nix/flake.nix').includes(`${attribute} =`)
  return isThere ? undefined : `nix/flake.nix has no ${attribute}`
}

/** That it makes every file is run in test/nix/evaluation/template.ts. */
function ofTemplate([option, template = '']: Words): string | undefined {
  const isOurs = option !== '-t' || ['', `github:${REPOSITORY}?dir=nix`].includes(template)
  return isOurs ? undefined : `there is no template ${template}`
}

function ofProgram([what = '', ...rest]: Words): string | undefined {
  const passed = rest.slice(rest.indexOf('--') + 1)
  if (what === 'github:nix-community/nixos-anywhere') return anywhere(passed)
  if (what.endsWith('#secrets-init')) return secretsInit(passed)
  return what.startsWith('nixpkgs#') ? undefined : `nix run ${what} is not looked at`
}

const NIX: Readonly<Record<string, Judge>> = {
  ...Object.fromEntries(['check', 'lock', 'update', 'show'].map((verb) => [`flake ${verb}`, right])),
  'flake init': ofTemplate,
  ...Object.fromEntries(
    ['build', 'copy', 'develop', 'eval', 'path-info', 'shell'].map((verb) => [verb, ofFlake]),
  ),
  'config show': right,
  'key convert-secret-to-public': right,
  'key generate-secret': right,
  'store diff-closures': right,
  fmt: right,
  run: ofProgram,
}

function nix([verb = '', second = '', ...rest]: Words): string | undefined {
  const both = NIX[`${verb} ${second}`]
  if (both !== undefined) return both(rest)
  return NIX[verb] === undefined ? `nix ${verb} is not looked at` : NIX[verb]([second, ...rest])
}

const REBUILD = ['switch', 'boot', 'test', 'dry-activate', 'build']
const SWITCHES = ['--flake', '--rollback', '--target-host', '-L']

function rebuild(words: Words): string | undefined {
  const [verb = ''] = words
  const unknown = words.find((word) => word.startsWith('-') && !SWITCHES.includes(word))
  const isVerb = verb.startsWith('-') || REBUILD.includes(verb)
  return isVerb ? unknown && `nixos-rebuild ${unknown}` : `nixos-rebuild ${verb}`
}

const runuser: Judge = (words) => problemOf(words.slice(words.indexOf('--') + 1))

/** Run in test/docs/running.test.ts, in a scratch folder. */
const RUN = 'git ssh-keygen'.split(' ')

/**
 * Read by the shell and by shellcheck only: they look at a NixOS server, at GitHub's, or at a machine of one's own. That they
 * do there what is said of them is one of the lines of .github/LIVE.md.
 */
const READ_ONLY = (
  'age-keygen basename bootctl bridge btrfs cat cd cut curl df du echo env findmnt getent grep head install ip ' +
  'journalctl jq less ls lsblk machinectl mkdir mount networkctl nft nh nix-collect-garbage nix-env nix-store ' +
  'nixos-container nixos-enter nixos-version npx ping python3 readlink rm sops sort ss ssh-keyscan ssh-to-age sysctl ' +
  'systemctl systemd-analyze tail touch uname'
).split(' ')

export const PROGRAMS: Readonly<Record<string, Judge>> = {
  gh,
  nix,
  'nixos-anywhere': anywhere,
  'nixos-rebuild': rebuild,
  npm,
  runuser,
  'secrets-init': secretsInit,
  ssh,
  'vps-deploy': request,
  ...Object.fromEntries([...RUN, ...READ_ONLY].map((name) => [name, right])),
}

/** What is wrong with a command; `undefined` if nothing. */
export function problemOf([program = '', ...words]: Words): string | undefined {
  const judge = program.startsWith('/') ? right : PROGRAMS[program]
  return judge === undefined ? `nobody looks at what ${program} is told` : judge(words)
}
