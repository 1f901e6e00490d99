/** The commands of a shell script, each as its words: enough of the grammar for what documentation tells people to type. */

interface State {
  readonly commands: (readonly string[])[]
  words: string[]
  /** The word that is being read; `undefined` between words. */
  word: string | undefined
}

/** Takes in what matched at the place that is being read: all of it, and its group. */
type Take = (state: State, match: readonly string[]) => void

const within: Take = (state, [, text = '']) => {
  state.word = `${state.word ?? ''}${text}`
}

const substitution: Take = (state, [whole = '', script = '']) => {
  state.commands.push(...commandsIn(script))
  within(state, ['', whole])
}

const quoted: Take = (state, match) => {
  for (const [, script = ''] of (match[1] ?? '').matchAll(/\$\(([^()]*)\)/g))
    state.commands.push(...commandsIn(script))
  within(state, match)
}

/** What a place can begin with: the first that matches counts. */
const TOKENS: readonly (readonly [RegExp, Take])[] = [
  [/'([^']*)'/y, within],
  [/"((?:\\.|[^"\\])*)"/sy, quoted],
  [/\$\(((?:[^()]|\([^()]*\))*)\)/y, substitution],
  [/(\{[^\s{}]*,[^\s{}]*\})/y, within],
  [/\|\||&&|[;|&\n()]/y, endCommand],
  [/\s+/y, endWord],
  [/(\\.)/sy, within],
  [/(.)/sy, within],
]
/** Only where a word would begin. */
const BETWEEN: readonly RegExp[] = [/#[^\n]*/y, /\d?(?:>&|>>?|<) *(?:'[^']*'|[^\s;|&()]+)/y]

/** Assignments in front of a program are left out, and so are redirections and comments; `$(…)` is a script of its own. */
export function commandsIn(script: string): readonly (readonly string[])[] {
  const state: State = { commands: [], words: [], word: undefined }
  const text = script.replaceAll(/\\\n\s*/g, ' ')
  for (let at = 0; at < text.length;) at += step(state, text, at)
  endCommand(state)
  return state.commands.map(withoutAssignments).filter((words) => words.length > 0)
}

/** The length of what it took in. */
function step(state: State, text: string, at: number): number {
  const skipped = state.word === undefined ? BETWEEN.map((token) => matchAt(token, text, at)) : []
  const length = skipped.find((match) => match !== null)?.[0].length
  if (length !== undefined) return length
  for (const [token, take] of TOKENS) {
    const match = matchAt(token, text, at)
    if (match === null) continue
    take(state, match)
    return match[0].length
  }
  return 1
}

function matchAt(token: RegExp, text: string, at: number): RegExpExecArray | null {
  token.lastIndex = at
  return token.exec(text)
}

function endWord(state: State): void {
  if (state.word !== undefined) state.words.push(state.word)
  state.word = undefined
}

function endCommand(state: State): void {
  endWord(state)
  state.commands.push(state.words)
  state.words = []
}

function withoutAssignments(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word))
  return first === -1 ? [] : words.slice(first)
}
