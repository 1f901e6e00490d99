import type { Annotation } from '../shared/ports.ts'
import type { NixError } from './events.ts'

/** Where GitHub shows a Nix evaluation error. A file outside of the repository is none that it could show. */
export function annotationOf({ file, line, column }: NixError): Annotation {
  const title = 'Nix evaluation error'
  if (!isInRepository(file)) return { title }
  return {
    title,
    file,
    ...(isPosition(line) && { startLine: line }),
    ...(isPosition(line) && isPosition(column) && { startColumn: column }),
  }
}

function isInRepository(file: string): boolean {
  return file !== '' && !file.startsWith('/') && !file.split('/').includes('..')
}

function isPosition(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value > 0
}
