/** Every command that the documentation tells somebody to type: blocks, and those in the middle of a sentence. */
import { blocksIn, documents, spansIn } from '../support/documents.ts'
import { PROGRAMS } from './programs.ts'
import { commandsIn } from './shellwords.ts'

export interface Command {
  readonly document: string
  readonly words: readonly string[]
}

/** In prose a program's name with words behind it is a command; the name alone is a name. */
function isCommand(span: string): boolean {
  const [words = []] = commandsIn(span)
  return words.length > 1 && words[0] !== undefined && words[0] in PROGRAMS
}

export const scripts: readonly Command[] = documents.flatMap((document) =>
  [
    ...blocksIn(document)
      .filter(({ language }) => language === 'sh')
      .map(({ text }) => text),
    ...spansIn(document).filter(isCommand),
  ].flatMap((script) => commandsIn(script).map((words) => ({ document, words }))),
)
