import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { i18n, useLanguage } from '@/app/i18n'
import { useSession } from '@/app/session'
import { blank } from './drawing/kefu'
import ProcessEditor from './pages/ProcessEditor.vue'

const { drawn } = vi.hoisted(() => ({ drawn: { shown: [] as string[] } }))
vi.mock('./components/ProcessDrawing.vue', () => ({
  __esModule: true,
  default: { props: ['xml', 'marks'], setup: (_: unknown, { expose }: { expose: (given: object) => void }) => (expose({ show: (id: string) => drawn.shown.push(id) }), () => 'picture') },
}))
vi.mock('./components/Modeller.vue', () => ({ __esModule: true, default: { props: ['xml', 'findings'], setup: () => () => 'board' } }))

const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: { template: '<i />' } }] })
const process = { key: 'return', name: '退货', number: 2, draft: null as string | null, drafted_at: null, drafted_by: null, findings: [] as unknown[], versions: [], releases: [] }

beforeEach(async () => {
  await useLanguage('zh-CN')
  setActivePinia(createPinia())
  drawn.shown = []
})
afterEach(() => vi.unstubAllGlobals())

async function opened(wide: boolean, may: boolean, given: Partial<typeof process> = {}): Promise<VueWrapper> {
  vi.stubGlobal('matchMedia', () => ({ matches: wide, addEventListener: () => undefined, removeEventListener: () => undefined }))
  vi.stubGlobal('fetch', (path: string) => {
    const body = path.includes('/versions/') ? { xml: blank('退货') } : { ...process, ...given }
    return Promise.resolve(new Response(JSON.stringify(body), { status: 200, headers: { 'Content-Type': 'application/json' } }))
  })
  vi.spyOn(useSession(), 'may').mockImplementation((right) => may || right !== 'process.edit')
  const page = mount(ProcessEditor as never, { props: { id: 'return' } as never, global: { plugins: [i18n, router] }, attachTo: document.body })
  await flushPromises()
  await vi.waitFor(() => expect(page.text()).toMatch(/picture|board/))
  return page
}

const buttons = (page: VueWrapper) => page.findAll('header button').map((one) => one.text())

test('a wide screen draws', async () => {
  const page = await opened(true, true)

  expect(page.text()).toContain('board')
  expect(buttons(page)).toEqual(expect.arrayContaining(['保存草稿', '发布']))
})

test('a phone says that drawing needs a wider screen, and shows the picture and its steps', async () => {
  const page = await opened(false, true)

  expect(page.find('[role=note]').text()).toContain('需要宽一些的屏幕')
  expect(page.findAll('.reader li').map((one) => one.find('b').text())).toEqual(['开始事件', '1', '结束事件'])
  expect(buttons(page)).not.toContain('保存草稿')
  expect(buttons(page)).not.toContain('发布')
})

test('a step that is chosen comes into sight in the picture', async () => {
  const page = await opened(false, true)

  await page.findAll('.reader li button')[1]?.trigger('click')

  expect(drawn.shown).toEqual(['handle'])
  expect(page.findAll('.reader li button')[1]?.attributes('aria-pressed')).toBe('true')
})

test('a draft is published from a phone, with what is wrong said at its step', async () => {
  const findings = [{ code: 'one_way_out', element: 'handle', detail: null, title: '' }]
  const page = await opened(false, true, { draft: blank('退货'), findings })

  expect(buttons(page)).toContain('发布')
  expect(page.findAll('.reader li')[1]?.text()).toContain('必须恰好有一条流离开这个元素')
})

test('who may not change a process reads it, however wide the screen', async () => {
  const page = await opened(true, false)

  expect(page.find('[role=note]').text()).toContain('不能修改')
  expect(page.text()).toContain('picture')
})
