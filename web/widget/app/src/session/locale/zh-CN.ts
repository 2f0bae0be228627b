export default {
  starting: '正在连接客服…',
  refused: '客服窗口暂时无法使用。',
  refused_hint: '请刷新页面再试，或通过电话联系我们。',
}
