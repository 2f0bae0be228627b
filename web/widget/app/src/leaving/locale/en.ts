export default {
  title: 'Leave a message and we will reply when we are back',
  name: 'Your name',
  contact: 'Phone or e-mail',
  text: 'Your question',
  submit: 'Leave message',
  chat: 'Just chat',
  contact_missing: 'Please leave a phone number or an e-mail address so that we can reach you.',
  text_missing: 'Please write your question.',
  failed: 'The message did not arrive. We kept what you wrote.',
}
