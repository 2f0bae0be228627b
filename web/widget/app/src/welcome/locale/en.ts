export default {
  title: 'Support',
  greeting: 'Hello, how can we help you?',
  hours: 'Service hours {hours}',
  suggestions: 'Common questions',
}
