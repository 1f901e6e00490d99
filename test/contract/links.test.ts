/** Links between the documents lead to files and headings that are there. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'
import { MAJOR, REPOSITORY, anchorOf } from '../../actions/shared/project.ts'
import { documents, documentText } from '../support/documents.ts'
import { root } from '../support/manifest.ts'

/** Of the newest commit, or of the release that people use. */
const HERE = new RegExp(`^https://github\\.com/${REPOSITORY}/blob/(?:main|${MAJOR})/`)

const withoutCode = (text: string): string => text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')

/** Headings as GitHub makes anchors of them. */
function anchorsIn(document: string): readonly string[] {
  const text = withoutCode(documentText(document))
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading))
}

function problemOf(document: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? document : join(dirname(document), decodeURI(path))
  if (!existsSync(join(root, target))) return `${document}: there is no ${target}`
  if (anchor !== undefined && !anchorsIn(target).includes(anchor))
    return `${document}: ${target} has no #${anchor}`
  return undefined
}

/** Of this repository; full addresses of its own files on GitHub count as well. */
function linksIn(document: string): readonly string[] {
  const text = withoutCode(documentText(document))
  const up = '../'.repeat(document.split('/').length - 1)
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link.replace(HERE, up))
    .filter((link) => !/^[a-z]+:/.test(link))
}

const links = documents.flatMap((document) => linksIn(document).map((link) => ({ document, link })))

test('every link leads somewhere', () => {
  expect(links.length).toBeGreaterThan(10)
  expect(links.map(({ document, link }) => problemOf(document, link)).filter(Boolean)).toEqual([])
})
