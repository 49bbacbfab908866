/* Before anything is painted: the chosen theme, so that a dark page never flashes white. */
try {
  document.documentElement.dataset.theme = localStorage.getItem('sala.theme') || 'system';
} catch (error) { /* as the system is */ }
