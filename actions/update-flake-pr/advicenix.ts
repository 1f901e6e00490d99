/** Nix code for flake.nix. */

const IDENTIFIER = /^[a-zA-Z_][\w'-]*$/
const KEYWORDS = ['assert', 'else', 'if', 'in', 'inherit', 'let', 'or', 'rec', 'then', 'with']

/** What Nix takes in a path to follow. */
const FOLLOWED = /^[a-zA-Z][\w-]*$/

/** `inputs.a.inputs.nixpkgs.follows = "nixpkgs";` */
export function followsLine(names: readonly string[], root: string): string | undefined {
  return FOLLOWED.test(root) ? settingOf([...inputsPath(names), 'follows'], root) : undefined
}

/** `inputs.a.url = "github:o/r";` */
export function urlLine(name: string, url: string): string | undefined {
  return settingOf([...inputsPath([name]), 'url'], url)
}

function inputsPath(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => ['inputs', name])
}

/** Nobody pastes what cannot be seen. */
function settingOf(names: readonly string[], value: string): string | undefined {
  const line = `${names.map(attributeOf).join('.')} = ${quoted(value)};`
  return /\p{C}|[\u2028\u2029]/u.test(line) ? undefined : line
}

function attributeOf(name: string): string {
  return IDENTIFIER.test(name) && !KEYWORDS.includes(name) ? name : quoted(name)
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]|\$(?=\{)/g, '\\$&')}"`
}
