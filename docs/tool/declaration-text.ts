/**
 * What a reader needs of a declaration: its text without bodies and private members, and its doc comment as prose. Types
 * that no one wrote down are asked of the compiler.
 */
import ts from 'typescript'

/** The declarations of one symbol as TypeScript, without `export` and without bodies. */
export function declarationText(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const declarations = symbol.declarations ?? []
  const shown = declarations.length > 1 ? declarations.filter((each) => !isImplementation(each)) : declarations
  return shown.map((each) => withoutLintComments(textOf(each, checker))).join('\n')
}

/** The doc comment of a symbol as Markdown: its lines without stars, `<` escaped where it is not code. */
export function docOf(symbol: ts.Symbol): string {
  const comment = (symbol.declarations ?? []).map(docCommentOf).find((text) => text !== undefined)
  return comment === undefined ? '' : asMarkdown(comment)
}

/** The text of a doc comment, from `/**` to its end. */
function asMarkdown(comment: string): string {
  const lines = comment
    .replace(/^\/\*\*/, '')
    .replace(/\*\/$/, '')
    .split('\n')
  const text = lines.map((line) => line.replace(/^\s*\* ?/, '').trimEnd()).join('\n')
  return text
    .trim()
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '&lt;')))
    .join('')
}

/** Whether a program can use it at run time; a type alone is no value. */
export function isValue(symbol: ts.Symbol): boolean {
  return (symbol.flags & ts.SymbolFlags.Value) !== 0
}

/** Above a variable the comment stands on its statement. */
function docCommentOf(declaration: ts.Declaration): string | undefined {
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
  const text = node.getSourceFile().text
  const comments = ts.getLeadingCommentRanges(text, node.pos) ?? []
  return comments.map(({ pos, end }) => text.slice(pos, end)).findLast((comment) => comment.startsWith('/**'))
}

function textOf(declaration: ts.Declaration, checker: ts.TypeChecker): string {
  if (ts.isFunctionDeclaration(declaration)) return signatureText(declaration, checker)
  if (ts.isClassDeclaration(declaration)) return classText(declaration, checker)
  if (ts.isVariableDeclaration(declaration)) return `const ${propertyText(declaration, checker)}`
  return declaration.getText().replace(/^export (?:declare )?/, '')
}

function classText(declaration: ts.ClassDeclaration, checker: ts.TypeChecker): string {
  const [firstMember] = declaration.members
  const head = declaration.getText().slice(0, (firstMember?.getFullStart() ?? declaration.end) - declaration.getStart())
  const members = declaration.members.filter(isPublic).map((member) => {
    const comment = docCommentOf(member)
    const text = memberText(member, checker)
    return `  ${comment === undefined ? '' : `${comment}\n  `}${text}`
  })
  return `${head.replace(/^export /, '').trim()}\n${members.join('\n')}\n}`
}

function memberText(member: ts.ClassElement, checker: ts.TypeChecker): string {
  if (ts.isPropertyDeclaration(member)) return propertyText(member, checker)
  if (ts.isGetAccessor(member)) return `get ${member.name.getText()}(): ${typeText(member, checker)}`
  if (ts.isMethodDeclaration(member) || ts.isConstructorDeclaration(member)) return signatureText(member, checker)
  return member.getText()
}

/** A function without its body, and with its return type. `async` says nothing that a `Promise` does not. */
function signatureText(
  declaration: ts.FunctionDeclaration | ts.MethodDeclaration | ts.ConstructorDeclaration,
  checker: ts.TypeChecker,
): string {
  const end = declaration.body?.getFullStart() ?? declaration.end
  const text = declaration.getSourceFile().text.slice(declaration.getStart(), end)
  const signature = text.replace(/^export /, '').replace(/^(?:override )?async /, '')
  if (declaration.type !== undefined || ts.isConstructorDeclaration(declaration)) return signature.trim()
  const type = checker.getSignatureFromDeclaration(declaration)?.getReturnType()
  return `${signature.trim()}: ${type === undefined ? 'unknown' : checker.typeToString(type, declaration)}`
}

function propertyText(declaration: ts.VariableDeclaration | ts.PropertyDeclaration, checker: ts.TypeChecker): string {
  const isReadonly =
    ts.isPropertyDeclaration(declaration) && ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Readonly
  return `${isReadonly ? 'readonly ' : ''}${declaration.name.getText()}: ${typeText(declaration, checker)}`
}

function typeText(
  declaration: ts.VariableDeclaration | ts.PropertyDeclaration | ts.GetAccessorDeclaration,
  checker: ts.TypeChecker,
): string {
  return declaration.type?.getText() ?? checker.typeToString(checker.getTypeAtLocation(declaration), declaration)
}

function isPublic(member: ts.ClassElement): boolean {
  if (member.name !== undefined && ts.isPrivateIdentifier(member.name)) return false
  return (ts.getCombinedModifierFlags(member) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) === 0
}

/** Of overloads, what implements them is no one's to call. */
function isImplementation(declaration: ts.Declaration): boolean {
  return ts.isFunctionDeclaration(declaration) && declaration.body !== undefined
}

function withoutLintComments(text: string): string {
  return text.replaceAll(/^\s*\/\/ oxlint-.*\n/gm, '')
}
