import { keysOf } from '@kefu/kit/i18n'
import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import en from '../service/locale/en'
import zh from '../service/locale/zh-CN'
import Path from '../service/Path.vue'

test('the page says everything in both languages', () => {
  expect(keysOf(en)).toEqual(keysOf(zh))
})

test('what is behind has a time, what is ahead is open', () => {
  const path = mount(Path, { props: { steps: [{ name: 'placed', at: '2026-03-02T01:00:00Z' }, { name: 'paid', at: null }] } })

  expect(path.findAll('li').map((step) => step.classes('done'))).toEqual([true, false])
  expect(path.text()).toContain('待完成')
})
