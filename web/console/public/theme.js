// The theme before the first paint, so that nobody is blinded at night.
try {
  const theme = localStorage.getItem('kefu.theme')
  const dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.classList.toggle('dark', dark)
} catch {
  // Without storage the light theme shows first.
}
