/** Foreign words where they are shown: GitHub finds mentions, references and commands in them that nobody meant. */
import { code, text } from '../shared/markdown.ts'

/** Invisible, and no part of a word. */
const JOINER = '\u2060'

/** The beginning, without half a character at its end. */
export function clipped(raw: string, max: number): string {
  return raw.length <= max ? raw : `${raw.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

/** A name for titles and commit messages, where nothing can be escaped: marks that could mean something are gone. */
export function plainName(name: string): string {
  return clipped(name.replace(/[^\w ./+-]/g, '?').replace(/GH-(?=\d)/gi, 'GH?'), 80)
}

/** A name in Markdown. */
export function nameCode(name: string): string {
  return code(clipped(name, 80))
}

/**
 * A line in Markdown. Beyond mentions and `#1`, which `text` breaks, GitHub takes `GH-1` and addresses of issues for
 * references. https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
 */
export function shown(raw: string, max = 600): string {
  return text(
    clipped(raw, max).replace(/GH-(?=\d)|\/(?:issues|pull|discussions|commit)\/(?=\w)/gi, `$&${JOINER}`),
  )
}
