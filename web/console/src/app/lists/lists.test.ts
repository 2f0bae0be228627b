import { mount } from '@vue/test-utils'
import { beforeAll, expect, test } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { i18n, useLanguage } from '@/app/i18n'
import LinkButton from '@/app/LinkButton.vue'
import SettingsPage from '@/app/settings/SettingsPage.vue'
import DataTable from './DataTable.vue'

const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:all(.*)*', component: { template: '<i />' } }] })
beforeAll(() => useLanguage('zh-CN'))

const table = (props: Record<string, unknown>) =>
  mount(DataTable as never, { props: { columns: [{ key: 'name', label: '名称' }], emptyTitle: '还没有', items: [], ...props } as never, global: { plugins: [i18n] } })

test('a list that could not be read is not called empty', () => {
  expect(table({}).text()).toContain('还没有')
  expect(table({ failed: true }).text()).not.toContain('还没有')
})

test('rows that were read before stay when reading again fails', () => {
  expect(table({ failed: true, items: [{ id: 'a', name: '甲' }] }).text()).toContain('甲')
})

test('a button that leads somewhere is one link and nothing inside it', async () => {
  const shown = mount(LinkButton, { props: { to: '/orders' }, slots: { default: '订单' }, global: { plugins: [i18n, router] } })
  await router.isReady()

  expect(shown.element.tagName).toBe('A')
  expect(shown.attributes('href')).toBe('/orders')
  expect(shown.findAll('a, button')).toHaveLength(1)
})

test('a settings page waits for what it shows, and says what went wrong instead', () => {
  const page = (props: Record<string, unknown>) =>
    mount(SettingsPage, { props: { title: '时限', ...props }, slots: { default: '<p>内容</p>' }, global: { plugins: [i18n] } })
  const problem = { title: '没有读到', status: 500, code: 'internal' }

  expect(page({}).text()).toContain('内容')
  expect(page({ waiting: true }).text()).not.toContain('内容')
  expect(page({ waiting: true }).find('.el-skeleton').exists()).toBe(true)
  expect(page({ waiting: true, problem }).find('.el-skeleton').exists()).toBe(false)
})
