// Evaluated in the page: what a reader would stumble over there, as a list of sentences.

/**
 * @typedef {{ tagName: string, textContent: string, scrollWidth: number,
 *   getAttribute(name: string): string | null, getBoundingClientRect(): { right: number },
 *   closest(selector: string): Node | null, querySelectorAll(selector: string): Iterable<Node> }} Node
 */
const { document, innerWidth, getComputedStyle } =
  /**
   * @type {{
   *   document: Node & { documentElement: Node, getElementById(id: string): Node | null },
   *   innerWidth: number,
   *   getComputedStyle: (node: Node) => { overflowX: string },
   * }}
   */ (/** @type {unknown} */ (globalThis))

function inspect() {
  return [...widths(), ...diagrams(), ...foreign(), ...headings(), ...links()]
}

/** @param {string} selector */
function all(selector) {
  return [...document.querySelectorAll(selector)]
}

/** @param {Node} node */
function named(node) {
  return `${node.tagName} '${node.textContent.trim().slice(0, 60)}'`
}

function widths() {
  const page = document.documentElement.scrollWidth
  const found = page > innerWidth ? [`The page is ${page} wide in a window of ${innerWidth}.`] : []
  const nodes = all('.frame .markdown-body *').filter((node) => node.closest('.diagram') === null)
  const cut = nodes.filter((node) => isOutside(node) && !isInScroller(node))
  return [...found, ...cut.map((node) => `${named(node)} stands out of its frame.`)]
}

/** @param {Node} node */
function isOutside(node) {
  const frame = node.closest('.frame')
  return frame !== null && node.getBoundingClientRect().right > frame.getBoundingClientRect().right + 1
}

/** @param {Node} node */
function isInScroller(node) {
  return ['table', 'pre'].some((name) => {
    const scroller = node.closest(name)
    return scroller !== null && getComputedStyle(scroller).overflowX === 'auto' && !isOutside(scroller)
  })
}

function diagrams() {
  const broken = all('.diagram-error').map((node) => `A diagram is none: ${node.textContent}`)
  const empty = all('.diagram').filter((node) => [...node.querySelectorAll('svg *')].length === 0)
  return [...broken, ...empty.map(() => 'A diagram is empty.')]
}

/** What GitHub takes out, and what none of our texts has. */
function foreign() {
  const tags = 'img, script, style, iframe, form, object, embed, input, h1, h2'
  const nodes = all(`.frame .markdown-body :is(${tags})`).filter((node) => node.closest('.diagram') === null)
  return nodes.map((node) => `A ${node.tagName} stands in a text.`)
}

/** Of each text for itself; a text may begin at any level. */
function headings() {
  return all('.frame').flatMap((frame) => {
    const nodes = [...frame.querySelectorAll(':is(h1, h2, h3, h4, h5, h6)')]
    const levels = nodes.map(({ tagName }) => Number(tagName.slice(1)))
    const isTooDeep = (/** @type {Node} */ _, /** @type {number} */ index) =>
      (levels[index] ?? 0) > (levels[index - 1] ?? 6) + 1
    return nodes.filter(isTooDeep).map((node) => `${named(node)} skips a level.`)
  })
}

function links() {
  return all('main a').flatMap((node) => {
    const href = node.getAttribute('href') ?? ''
    if (href.startsWith('#') && document.getElementById(href.slice(1)) !== null) return []
    return /^https?:\/\/[^/]+|^[\w-]+\.md$/.test(href) ? [] : [`${named(node)} leads nowhere: '${href}'.`]
  })
}

inspect()
