/** The messages of errors as they stand in the sources, with … for what is filled in. */
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { root } from './manifest.ts'
import { formsOf } from './messageforms.ts'

/** A place that makes the words of an ending. */
export interface Site {
  /** Below `actions/`, such as `shared/github.ts`. */
  readonly file: string
  readonly line: number
  readonly form: string
}

/** Properties that hold the words of an ending. */
const SAID = ['sentence', 'message']
/** In some files other ones do. */
const SAID_IN: Readonly<Record<string, string>> = {
  'deploy-nixos/verdict.ts': 'why',
  'update-flake-pr/pullwords.ts': 'words',
  'update-flake-pr/update.ts': 'words',
}
/** Functions that say their first argument in the end. */
const SAYING = ['reportRed', 'complain', 'rollBack']
/** Functions that return what somebody else says in the end. */
const SAID_BY: Readonly<Record<string, string>> = {
  'deploy-nixos/health.ts': 'askOnce',
  'garnix-wait/notemerge.ts': 'refuseOthers',
  'shared/errors.ts': 'bugWords',
  'update-flake-pr/publishbranch.ts': 'thereIs',
}

/** Every place in the sources of an action, shared ones included, that makes the words of a red end. */
export function messageSites(action: string): readonly Site[] {
  const files = filesOf(action)
  const classes = errorClassesIn(files)
  return files.flatMap((source) => {
    const file = relative(join(root, 'actions'), source.fileName)
    return nodesIn(source).flatMap((node) => {
      const message = wordsIn(node, file) ?? messageIn(node, classes)
      if (message === undefined) return []
      const { line } = source.getLineAndCharacterOfPosition(message.getStart())
      return formsOf(message).map((form) => ({ file, line: line + 1, form }))
    })
  })
}

const sources = new Map<string, ts.SourceFile>()

function parsed(path: string): ts.SourceFile {
  const source =
    sources.get(path) ?? ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  sources.set(path, source)
  return source
}

function nodesIn(node: ts.Node): readonly ts.Node[] {
  const nodes: ts.Node[] = [node]
  for (const one of nodes)
    ts.forEachChild(one, (child) => {
      nodes.push(child)
    })
  return nodes
}

/** The files that become an action's bundle. */
function filesOf(action: string): readonly ts.SourceFile[] {
  const paths = [join(root, 'actions', action, 'main.ts')]
  for (const path of paths)
    for (const imported of importsOf(parsed(path))) if (!paths.includes(imported)) paths.push(imported)
  return paths.map(parsed)
}

function importsOf(source: ts.SourceFile): readonly string[] {
  return nodesIn(source)
    .flatMap((node) => importedBy(node) ?? [])
    .filter((name) => name.startsWith('.'))
    .map((name) => join(dirname(source.fileName), name))
}

function importedBy(node: ts.Node): string | undefined {
  const isLoaded = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
  const name = isLoaded ? node.arguments[0] : staticImport(node)
  return name !== undefined && ts.isStringLiteral(name) ? name.text : undefined
}

/** Those of types alone bring nothing. */
function staticImport(node: ts.Node): ts.Expression | undefined {
  if (!ts.isImportDeclaration(node)) return undefined
  return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword ? undefined : node.moduleSpecifier
}

/** The classes of expected errors: which argument is the message, `undefined` = they make it themselves. */
type Classes = Map<string, number | undefined>

function errorClassesIn(files: readonly ts.SourceFile[]): Classes {
  const declared = files.flatMap(nodesIn).filter((node) => ts.isClassDeclaration(node))
  const classes: Classes = new Map([['ActionError', 0]])
  // A class may stand before the one that it extends.
  for (let size = 0; size < classes.size;) {
    size = classes.size
    for (const one of declared) {
      const parent = parentOf(one)
      if (one.name !== undefined && classes.has(parent))
        classes.set(one.name.text, messageAt(one, classes.get(parent)))
    }
  }
  return classes
}

function parentOf({ heritageClauses = ts.factory.createNodeArray() }: ts.ClassDeclaration): string {
  const clause = heritageClauses.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)
  return clause?.types[0]?.expression.getText() ?? ''
}

function messageAt({ members }: ts.ClassDeclaration, inherited: number | undefined): number | undefined {
  const made = members.find((one) => ts.isConstructorDeclaration(one))
  if (made === undefined) return inherited
  const at = made.parameters.findIndex(({ name }) => name.getText() === 'message')
  return at < 0 ? undefined : at
}

/** Of what is no error yet, or none any more. */
function wordsIn(node: ts.Node, file: string): ts.Expression | undefined {
  if (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node))
    return isSaid(node, file) ? valueOf(node) : undefined
  if (ts.isReturnStatement(node) && nameAround(node) === SAID_BY[file]) return node.expression
  return ts.isCallExpression(node) && SAYING.includes(node.expression.getText())
    ? node.arguments[0]
    : undefined
}

function valueOf(node: ts.PropertyAssignment | ts.ShorthandPropertyAssignment): ts.Expression {
  return ts.isPropertyAssignment(node) ? node.initializer : node.name
}

function isSaid({ name }: ts.PropertyAssignment | ts.ShorthandPropertyAssignment, file: string): boolean {
  return [...SAID, SAID_IN[file]].includes(name.getText())
}

function nameAround(node: ts.Node): string {
  return ts.findAncestor(node, (one) => ts.isFunctionDeclaration(one))?.name?.text ?? ''
}

function messageIn(node: ts.Node, classes: Classes): ts.Expression | undefined {
  if (ts.isNewExpression(node)) return node.arguments?.[classes.get(node.expression.getText()) ?? NaN]
  return ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword
    ? inheritedMessage(node, classes)
    : undefined
}

/** Of a class that makes its message itself. */
function inheritedMessage(node: ts.CallExpression, classes: Classes): ts.Expression | undefined {
  const inside = ts.findAncestor(node, (one) => ts.isClassDeclaration(one))
  if (inside?.name === undefined || classes.get(inside.name.text) !== undefined) return undefined
  return node.arguments[classes.get(parentOf(inside)) ?? NaN]
}
