export default {
  away: 'Support cannot be reached right now. We keep trying, and keep what you write.',
  no_network: 'You are offline. Keep writing: it goes out once you are back.',
  reconnecting: 'The connection dropped and is coming back. Nothing you write is lost.',
  banner: 'The support system is recovering. Messages will follow by themselves.',
  again: 'Try now',
}
