/** What an expression can become as a text, as far as its file says it; … stands for the rest. */
import ts from 'typescript'

type Forms = readonly string[]
type Deeper = (node: ts.Expression) => Forms
type Rule = (node: ts.Expression, deeper: Deeper) => Forms | undefined

const ANYTHING: Forms = ['…']
/** Nothing that is said stands behind more names than this. */
const MAX_DEPTH = 8

export function formsOf(node: ts.Expression): Forms {
  const forms = formsAt(node, 0).map((form) => form.replaceAll(/…{2,}/g, '…'))
  return [...new Set(forms)]
}

function formsAt(node: ts.Expression, depth: number): Forms {
  if (depth > MAX_DEPTH) return ANYTHING
  const deeper: Deeper = (one) => formsAt(one, depth + 1)
  for (const rule of RULES) {
    const forms = rule(node, deeper)
    if (forms !== undefined && forms.length > 0) return forms
  }
  return ANYTHING
}

function rule<T extends ts.Node>(
  is: (node: ts.Node) => node is T,
  forms: (node: T, deeper: Deeper) => Forms,
): Rule {
  return (node, deeper) => (is(node) ? forms(node, deeper) : undefined)
}

const RULES: readonly Rule[] = [
  rule(ts.isStringLiteralLike, ({ text }) => [text]),
  rule(ts.isTemplateExpression, templateForms),
  rule(ts.isConditionalExpression, (node, deeper) => [...deeper(node.whenTrue), ...deeper(node.whenFalse)]),
  rule(ts.isParenthesizedExpression, (node, deeper) => deeper(node.expression)),
  rule(ts.isBinaryExpression, binaryForms),
  rule(ts.isElementAccessExpression, ({ expression }, deeper) =>
    valuesIn(initialOf(expression)).flatMap(deeper),
  ),
  rule(ts.isIdentifier, (node, deeper) => [initialOf(node) ?? []].flat().flatMap(deeper)),
  rule(ts.isArrayLiteralExpression, ({ elements }, deeper) => elements.flatMap(deeper)),
  rule(ts.isCallExpression, callForms),
]

function templateForms({ head, templateSpans }: ts.TemplateExpression, deeper: Deeper): Forms {
  return templateSpans.reduce<Forms>(
    (begun, { expression, literal }) => joined(joined(begun, deeper(expression)), [literal.text]),
    [head.text],
  )
}

function joined(begun: Forms, next: Forms): Forms {
  return begun.flatMap((one) => next.map((other) => `${one}${other}`))
}

function binaryForms({ left, right, operatorToken: { kind } }: ts.BinaryExpression, deeper: Deeper): Forms {
  if (kind === ts.SyntaxKind.PlusToken) return joined(deeper(left), deeper(right))
  const isEither = kind === ts.SyntaxKind.QuestionQuestionToken || kind === ts.SyntaxKind.BarBarToken
  return isEither ? [...deeper(left), ...deeper(right)] : ANYTHING
}

/** What a function of the same file returns, or any value of a map that stands there. */
function callForms({ expression }: ts.CallExpression, deeper: Deeper): Forms {
  if (ts.isPropertyAccessExpression(expression) && expression.name.text === 'get')
    return valuesIn(initialOf(expression.expression)).flatMap(deeper)
  const called = expression
    .getSourceFile()
    .statements.filter((one) => ts.isFunctionDeclaration(one))
    .find(({ name }) => name?.text === expression.getText())
  return called?.body === undefined ? ANYTHING : returnsIn(called.body).flatMap(deeper)
}

function returnsIn(node: ts.Node): readonly ts.Expression[] {
  if (ts.isReturnStatement(node)) return node.expression === undefined ? [] : [node.expression]
  const found: ts.Expression[] = []
  ts.forEachChild(node, (child) => {
    if (!ts.isFunctionLike(child)) found.push(...returnsIn(child))
  })
  return found
}

/** Of an object, or of a map that is made of pairs. */
function valuesIn(node: ts.Expression | undefined): readonly ts.Expression[] {
  if (node === undefined) return []
  if (ts.isObjectLiteralExpression(node))
    return node.properties.flatMap((one) => (ts.isPropertyAssignment(one) ? [one.initializer] : []))
  const pairs = ts.isNewExpression(node) ? node.arguments?.[0] : undefined
  if (pairs === undefined || !ts.isArrayLiteralExpression(pairs)) return []
  return pairs.elements.flatMap((pair) => (ts.isArrayLiteralExpression(pair) ? pair.elements.slice(1) : []))
}

/** What the nearest declaration around a name gives it; parameters may be anything. */
function initialOf(node: ts.Expression): ts.Expression | undefined {
  const name = node.getText()
  for (const around of ancestorsOf(node)) {
    if (isBoundBy(around, name)) return undefined
    const found = declarationsIn(around).find((one) => one.name.getText() === name)
    if (found !== undefined) return found.initializer
  }
  return undefined
}

function ancestorsOf(node: ts.Node): readonly ts.Node[] {
  const ancestors: ts.Node[] = []
  ts.findAncestor(node, (one) => {
    ancestors.push(one)
    return false
  })
  return ancestors
}

function isBoundBy(around: ts.Node, name: string): boolean {
  if (!ts.isFunctionLike(around)) return false
  return around.parameters.some((one) => one.name.getText().split(/\W+/).includes(name))
}

function declarationsIn(around: ts.Node): readonly ts.VariableDeclaration[] {
  if (!ts.isBlock(around) && !ts.isSourceFile(around)) return []
  return around.statements.flatMap((one) =>
    ts.isVariableStatement(one) ? one.declarationList.declarations : [],
  )
}
