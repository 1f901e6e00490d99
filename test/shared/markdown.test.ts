import { describe, expect, test } from '@jest/globals'
import { marked } from 'marked'
import { block, code, fitted, table, text } from '../../actions/shared/markdown.ts'

const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '![image](https://evil.example/x.png)',
  '[link](https://evil.example)',
  'https://evil.example/',
  'www.evil.example',
  '**bold** _it_ ~~gone~~ `code`',
  '# heading',
  '- item',
  '1. item',
  '> quote',
  '| a | b |',
  '&lt;b&gt; &amp;',
  '\\*escaped\\*',
  ':smile:',
  '--- dashes ---',
  '``` fence',
  '$x^2$',
  '=====',
  '+ item',
  '1) item',
  '_it_ __bold__ a_b_c',
  'mailto:a@b.example',
  'http://evil.example',
  '![x]: y',
  '[x]: https://evil.example',
  '~~~',
]

const NAMED = new Map(Object.entries({ lt: '<', gt: '>', amp: '&', quot: '"' }))

/** What a reader sees: no element but the paragraph and, for code, its own. */
function seen(markdown: string): string {
  const html = marked.parse(markdown, { gfm: true, async: false }).trim()
  const inner = html.replace(/^<p>(?:<code>)?/, '').replace(/(?:<\/code>)?<\/p>$/, '')
  expect(inner).not.toMatch(/[<>]/)
  const decoded = inner.replace(/&(?:#(\d+)|(\w+));/g, (_, number: string | undefined, name: string) =>
    number === undefined ? (NAMED.get(name) ?? name) : String.fromCharCode(Number(number)),
  )
  return decoded.replaceAll('\u200b', '')
}

describe('foreign words can only be read', () => {
  test.each(HOSTILE)('%s', (raw) => {
    expect(seen(text(raw))).toBe(raw)
    expect(seen(code(raw))).toBe(raw)
  })

  test('call nobody and refer to nothing', () => {
    expect(text('@octocat, #12, a@b.c')).toBe('&#64;&#8203;octocat, &#35;&#8203;12, a&#64;&#8203;b.c')
  })

  test('with nothing but a hundred thousand blanks in them take no time', () => {
    const startMs = performance.now()
    expect(text(`a${' '.repeat(100_000)}b`)).toMatch(/^a +… \(95906 more characters\)$/)
    expect(performance.now() - startMs).toBeLessThan(1_000)
  })

  test('stay on one line', () => {
    expect(text('a\r\n# b\n\nc ')).toBe('a &#35; b c')
  })

  test('show what would be invisible', () => {
    expect(text('a\u202eb\u0000c\u001b[0m')).toBe('a&#92;u202eb&#92;u0000c&#92;u001b&#91;0m')
  })

  test('are readable in the source as well, where they are harmless', () => {
    expect(text('It failed: 3 units (a.service, b_c.service).')).toBe(
      'It failed: 3 units (a.service, b_c.service).',
    )
    expect(code('/nix/store/abc-nginx-1.24.0')).toBe('<code>/nix/store/abc-nginx-1.24.0</code>')
  })
})

test('cells keep to their columns', () => {
  const markdown = table(['Package', 'Version'], [[code('a|b'), text('1 | 2')]])
  const html = marked.parse(markdown, { gfm: true, async: false })
  expect(html.match(/<td>.*<\/td>/g)).toHaveLength(2)
  expect(html).toContain('<td><code>a&#124;b</code></td>')
})

test('a block cannot be left by its own text', () => {
  const markdown = block('one\n````\n</code>\ntwo\u0007\n', 'text')
  expect(markdown).toBe('`````text\none\n````\n</code>\ntwo\\u0007\n`````\n')
  expect(block('plain')).toBe('```\nplain\n```\n')
})

test('a block with nothing but fences has a longer one', () => {
  const markdown = block(`${'`'.repeat(2_000_000)}\n${'x`\n'.repeat(200_000)}`)
  const [first = '', second = ''] = markdown.split('\n')
  expect(first).toMatch(/^`+$/)
  expect(first.length).toBe(1 + second.indexOf('…'))
  expect(markdown.endsWith(`\n${first}\n`)).toBe(true)
})

describe('a line that nobody would read to its end', () => {
  const long = `${'a'.repeat(4_095)}😀${'b'.repeat(1_000_000)}`
  const seenOfIt = `${'a'.repeat(4_095)}… (1000002 more characters)`

  test.each([
    ['text', text(long)],
    ['code', code(long)],
    ['block', block(long)],
  ])('is shortened as %s', (_, markdown) => {
    expect(markdown).toContain(seenOfIt)
    expect(markdown.length).toBeLessThan(5_000)
  })
})

describe('a summary that is too long', () => {
  const long = `${'€'.repeat(50)}\n`.repeat(100)
  const NOTE = '\n\nThis summary was longer than GitHub shows; the log has the rest.\n'

  test('is cut after a line, and says so', () => {
    const cut = fitted(long, 1_000)
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(1_000)
    expect(cut).toMatch(/^(€{50}\n)+\n*This summary was longer than GitHub shows; the log has the rest\.\n$/)
  })

  test('keeps what stands around one giant line', () => {
    expect(fitted(`# Head\n\n${'x'.repeat(2_000)}\n\n| Status | red |\n`, 1_000)).toBe(
      `# Head\n\n\n| Status | red |\n${NOTE}`,
    )
  })

  test('has only the note if it is one line', () => {
    expect(fitted('x'.repeat(2_000), 1_000)).toBe(NOTE)
  })

  test.each([900, 901, 902, 903, 904, 905, 906, 907, 908, 909, 910])(
    'is never cut inside of a block of code (%i bytes)',
    (maxBytes) => {
      const markdown = `# Head\n\n${block(`${'`'.repeat(5)}\n${'line\n'.repeat(400)}`, 'sh')}\n# Tail\n`
      const cut = fitted(markdown, maxBytes)
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(maxBytes)
      expect(cut.startsWith('# Head\n\n``````sh\n`````\nline\nline\n')).toBe(true)
      expect(cut.endsWith(`\nline\n\`\`\`\`\`\`${NOTE}`)).toBe(true)
    },
  )

  test('leaves out a block of code that cannot even begin', () => {
    const markdown = `${'text\n'.repeat(180)}${block('code\n'.repeat(20))}`
    const cut = fitted(markdown, 904 + Buffer.byteLength(NOTE))
    expect(cut).toBe(`${'text\n'.repeat(180).slice(0, -1)}${NOTE}`)
  })

  test('goes on after a block of code that fits', () => {
    const markdown = `${block('code')}\n${'text\n'.repeat(400)}`
    expect(fitted(markdown, 1_000)).toMatch(/^```\ncode\n```\n\n(text\n)+\n*This summary/)
  })

  test('else stays as it is', () => {
    expect(fitted(long, 1_000_000)).toBe(long)
  })
})
