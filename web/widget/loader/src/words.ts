/** The few words the loader itself shows; the app has its own. */

const words = {
  zh: {
    unread: '条未读消息',
    title: '客服对话',
    loading: '正在连接客服…',
    failed: '客服窗口没有打开，请检查网络后重试。',
    again: '重试',
  },
  en: {
    unread: 'unread messages',
    title: 'Support chat',
    loading: 'Connecting to support…',
    failed: 'The chat did not open. Please check your connection and try again.',
    again: 'Try again',
  },
}

export type Words = typeof words.zh

export const wordsFor = (locale: string): Words => (/^zh/i.test(locale) ? words.zh : words.en)

export const allWords = words
