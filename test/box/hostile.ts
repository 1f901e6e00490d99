/** What somebody with the stolen key might send in place of a request: values of SSH_ORIGINAL_COMMAND. */
import {
  assignments,
  characters,
  formats,
  mark,
  metacharacters,
  options,
  paths,
  programs,
} from './hostilewords.ts'

const rev = '0123456789abcdef0123456789abcdef01234567'
const nonce = '0123456789abcdef0123456789abcdef'
const id = 'hostile-0000-1'
const good = `deploy ${id} ${rev} switch 30 300`

/** One good request of each kind; none of them is ever sent. */
const requests: readonly string[] = [
  'hello',
  'status',
  good,
  `attach ${id} 0`,
  `confirm ${id} ${nonce}`,
  `abort ${id}`,
  `reboot ${id}`,
  `rollback ${id} 30 300`,
]

/** What makes any request a near miss of itself. */
const slips: readonly ((request: string) => string)[] = [
  (request) => ` ${request}`,
  (request) => `${request} `,
  (request) => `\t${request}`,
  (request) => `${request}\n`,
  (request) => `${request}\r`,
  (request) => `${request} 1`,
  (request) => `${request};`,
  (request) => `"${request}"`,
  (request) => `'${request}'`,
  (request) => `(${request})`,
  (request) => `${request}\\`,
  (request) => `-${request}`,
  (request) => `./${request}`,
  (request) => `/usr/local/bin/${request}`,
  (request) => request.toUpperCase(),
  (request) => request.slice(1),
  (request) => `${request}\n${request}`,
  (request) => `${request}; ${request}`,
  (request) => request.replace(/ |$/, '  '),
  (request) => request.replace(/ |$/, '\t'),
  (request) => request.replace(/[aeo]/, 'ö'),
]

/** A request with one word that is wrong. */
const nearMisses: readonly string[] = [
  `hell`,
  `helloo`,
  `hello hello`,
  `status now`,
  `deploy`,
  `deploy ${id}`,
  `deploy ${id} ${rev}`,
  `deploy ${id} ${rev} switch`,
  `deploy ${id} ${rev} switch 30`,
  `deploy  ${id} ${rev} switch  30 300`,
  ...['reboot', 'Switch', 'swit', 'switchboot', 'switch,boot', 'dry_activate', '*', '0'].map(
    (mode) => `deploy ${id} ${rev} ${mode} 30 300`,
  ),
  ...[rev.slice(1), `${rev}0`, rev.toUpperCase(), 'main', 'HEAD~1', `g${rev.slice(1)}`, '-', '^main'].map(
    (wrong) => `deploy ${id} ${wrong} switch 30 300`,
  ),
  ...[
    'Hostile-0000-1',
    'short-1',
    `-${id}`,
    'a'.repeat(65),
    'hostile_0000_1',
    'hostile.0000.1',
    '',
    '........',
  ].map((wrong) => `deploy ${wrong} ${rev} switch 30 300`),
  ...['030', '00', '-1', '+30', '30.5', '0x1e', '1e2', '100000', '1_0', '٣٠', 'NaN', ''].flatMap((wrong) => [
    `deploy ${id} ${rev} switch ${wrong} 300`,
    `deploy ${id} ${rev} switch 30 ${wrong}`,
    `rollback ${id} ${wrong} 300`,
  ]),
  `deploy ${id} ${rev} switch 30 999999999999999999999`,
  `attach ${id}`,
  ...['00', '01', '-1', '10000000000 0', '100000000000', '1.0', '0x0', 'result'].map(
    (seq) => `attach ${id} ${seq}`,
  ),
  ...[nonce.slice(1), `${nonce}0`, nonce.toUpperCase(), '', '*', `g${nonce.slice(1)}`].map(
    (wrong) => `confirm ${id} ${wrong}`,
  ),
  `confirm ${id}`,
  `abort`,
  `abort ${id} now`,
  `abort *`,
  `reboot`,
  `rollback ${id}`,
  `rollback ${id} 30`,
  // What the host half makes of the empty request itself.
  `tip ${id} 0 300`,
]

/** More than a request may hold. */
const tooLong: readonly string[] = [
  'a'.repeat(513),
  good + ' '.repeat(600),
  `hello ${'\n'.repeat(5000)}`,
  `deploy ${'a'.repeat(30_000)}`,
  `$(${'touch '.repeat(16_000)})`,
  '🦊'.repeat(25_000),
]

/** 300 of them at least, each another; each has to be refused as a bad request. */
export const hostileCommands: readonly string[] = [
  ...new Set([
    ...requests.flatMap((request) => slips.map((slip) => slip(request))),
    ...metacharacters.flatMap((text) => [`hello ${text}`, `${good}${text}`]),
    ...[...options, ...formats, ...paths].flatMap((text) => [`hello ${text}`, `attach ${text} 0`]),
    ...assignments.map((text) => `${text} hello`),
    ...characters.flatMap((text) => [`hello${text}`, `abort${text}${id}`]),
    ...nearMisses,
    ...programs,
    ...tooLong,
  ]),
]

/** For sshd, a NUL inside a request is a broken packet: it ends the connection. */
export const withNul: readonly string[] = [
  '\0hello',
  `hello\0; touch ${mark}`,
  `hello\0touch ${mark}\0`,
  `abort ${id}\0\0`,
  '\0\0',
]
