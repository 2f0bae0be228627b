export default {
  title: 'How was our service?',
  hint: 'Tap a star to rate',
  score_1: '1 star, very poor',
  score_2: '2 stars, poor',
  score_3: '3 stars, fair',
  score_4: '4 stars, good',
  score_5: '5 stars, very good',
  comment: 'Anything you want to tell us? (optional)',
  submit: 'Send rating',
  skip: 'Not now',
  thanks: 'Thank you for your rating.',
  failed: 'The rating did not arrive. We kept it; please try again.',
}
