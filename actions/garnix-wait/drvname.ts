/** Package name and version of a store path, by the rule of the host half: both show the same deploy. */
import { nameOf, type StorePath } from './storepath.ts'

export interface Package {
  readonly name: string
  /** `''` = the name carries none. */
  readonly version: string
}

/** Names of outputs that nixpkgs appends to `name-version`; other suffixes belong to the version: `2.0-rc1`. */
const OUTPUTS: ReadonlySet<string> = new Set(
  `bin cc data debug dev devdoc devman dist dnsutils doc env examples fonts getent headers host info lib lib32 lib64
  libgcc locale login man modules mount out pc plugin py runtime scripts server shrunk static swap terminfo tools
  unwrapped utils wrapped`.split(/\s+/),
)

/** As for Nix, the version begins at the first dash before a digit. */
export function packageOf(path: StorePath): Package {
  const whole = nameOf(path).replace(/\.drv$/, '')
  const [, name, rest] = /^(.+?)-(\d.*)$/.exec(whole) ?? []
  if (name === undefined || rest === undefined) return { name: whole, version: '' }
  const parts = rest.split('-')
  const last = parts.findLastIndex((part) => !OUTPUTS.has(part))
  return { name, version: parts.slice(0, last + 1).join('-') }
}

/** An order of versions that puts 2.9 before 2.10. */
export function byVersion(one: string, other: string): number {
  return byText(sortKeyOf(one), sortKeyOf(other)) || byText(one, other)
}

/** By code points: the same order everywhere. */
export function byText(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}

/** Puts its length, as a character, before each number: the order of texts is then that of numbers. */
function sortKeyOf(version: string): string {
  return version.replace(/\d+/g, (digits) => {
    const number = digits.replace(/^0+(?=\d)/, '')
    return `${String.fromCharCode(number.length)}${number}`
  })
}
