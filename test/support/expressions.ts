/** Expressions of workflows and manifests, evaluated by GitHub's own evaluator. */
import { Evaluator, Lexer, Parser, data } from '@actions/expressions'

/** By name, such as `github` or `needs`: anything JSON can say. */
export type Contexts = Readonly<Record<string, unknown>>
/** What the functions that look at a job's status say. */
export type Status = Readonly<Record<'success' | 'failure' | 'cancelled' | 'always', boolean>>

/** The value of what stands between `${{` and `}}`. */
function evaluate(expression: string, contexts: Contexts, status?: Status): data.ExpressionData {
  const functions = Object.entries(status ?? {}).map(([name, value]) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(value),
  }))
  const { tokens } = new Lexer(expression).lex()
  const tree = new Parser(tokens, Object.keys(contexts), functions).parse()
  const world = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary
  return new Evaluator(tree, world, new Map(functions.map((made) => [made.name, made]))).evaluate()
}

/** A text with every expression in it replaced by its value. */
export function filled(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) =>
    evaluate(expression, contexts).coerceString(),
  )
}

/** As `if` takes it: bare or between `${{` and `}}`, and only after success where no status is looked at. */
export function isMet(condition: string | undefined, contexts: Contexts, status: Status): boolean {
  const bare = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(condition ?? '')?.[1] ?? condition ?? ''
  const isAware = /\b(?:success|failure|cancelled|always)\(/.test(bare)
  if (!isAware && !status.success) return false
  return bare === '' || evaluate(`!!(${bare})`, contexts, status).coerceString() === 'true'
}
