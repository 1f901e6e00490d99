/** The line the runner obeys: `::name key=value,key=value::message`. Empty properties are left out. */
export function commandLine(
  name: string,
  message: string,
  properties: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const pairs = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [`${key}=${escapeProperty(String(value))}`],
  )
  const head = pairs.length === 0 ? name : `${name} ${pairs.join(',')}`
  return `::${head}::${escapeData(message)}`
}

/**
 * Whether the runner would take any line of a text for a command. It obeys `::name::` at the start of a line (after
 * any white space, which U+0085 is to .NET) and the older `##[name]` anywhere in one, and ends lines at a carriage return as well:
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export function holdsCommand(text: string): boolean {
  return text.split(/[\r\n]/).some((line) => /^[\s\x85]*::/.test(line) || line.includes('##['))
}

/**
 * One line of foreign text as it may stand between stop-commands and its end. The log's viewer (not the runner) still
 * folds and colors at `##[group]` and the like there, so these are broken; control characters are spelled out, except
 * tab and the escape that begins a color.
 */
export function harmless(line: string): string {
  const visible = line.replace(
    // eslint-disable-next-line no-control-regex -- they are what is looked for
    /[\0-\x08\x0b-\x1a\x1c-\x1f\x7f]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
  return visible.replaceAll('##[', '# #[')
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
