export default {
  mine: 'My orders',
  failed: 'It did not open. Please check your connection and try again.',
}
