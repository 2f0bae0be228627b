import { type Words, wordsByFeature } from '@kefu/kit/i18n'

export default wordsByFeature(import.meta.glob<{ default: Words }>('../*/locale/zh-CN.ts', { eager: true }))
