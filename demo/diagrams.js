// Runs in the page: puts a drawing in the place of each block of Mermaid, as GitHub does, in the colors that are asked for.

/**
 * @typedef {{ textContent: string, className: string, innerHTML: string, append(child: Element): void,
 *   replaceWith(other: Element): void }} Element
 * @typedef {Element & { parentElement: Element }} Code
 */
const { document, matchMedia, mermaid } =
  /**
   * @type {{
   *   document: { querySelectorAll(selector: string): Iterable<Code>, createElement(name: string): Element },
   *   matchMedia: (query: string) => { matches: boolean },
   *   mermaid: { initialize(settings: object): void, render(id: string, source: string): Promise<{ svg: string }> },
   * }}
   */ (/** @type {unknown} */ (globalThis))

async function drawAll() {
  const theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'default'
  // Strict: what a diagram says is text, whoever wrote it.
  mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', suppressErrorRendering: true, theme })
  let count = 0
  // An element that has the name already would go.
  for (const code of document.querySelectorAll('pre > code.language-mermaid'))
    code.parentElement.replaceWith(await drawn(`drawing-by-mermaid-${++count}`, code.textContent))
}

/**
 * @param {string} id
 * @param {string} source
 */
async function drawn(id, source) {
  const place = document.createElement('div')
  try {
    const { svg } = await mermaid.render(id, source)
    place.className = 'diagram'
    place.innerHTML = svg
  } catch (error) {
    place.className = 'diagram-error'
    place.textContent = `Unable to render rich display\n\n${String(error)}`
  }
  return place
}

void drawAll()
