export default {
  title: '请留言，上班后我们会尽快回复您',
  name: '称呼',
  contact: '手机号或邮箱',
  text: '您的问题',
  submit: '提交留言',
  chat: '先聊聊',
  contact_missing: '请留下手机号或邮箱，方便我们联系您。',
  text_missing: '请写下您的问题。',
  failed: '留言没有送达，内容已保留。',
}
