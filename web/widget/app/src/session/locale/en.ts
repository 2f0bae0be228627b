export default {
  starting: 'Connecting to support…',
  refused: 'The support chat is not available at the moment.',
  refused_hint: 'Please reload the page, or contact us by phone.',
}
