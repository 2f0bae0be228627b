document.title = 'Kefu'
