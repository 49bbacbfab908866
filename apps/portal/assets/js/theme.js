/** Light, dark, or as the system is. `early_theme.js` in the page's head applies the same choice before the first paint. */

/** @typedef {'light' | 'dark' | 'system'} Theme */

const STORED = 'sala.theme';

/** @returns {Theme} */
export function theme() {
  try {
    const stored = localStorage.getItem(STORED);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system';
  }
}

/** @param {Theme} chosen */
export function setTheme(chosen) {
  document.documentElement.dataset.theme = chosen;
  try {
    localStorage.setItem(STORED, chosen);
  } catch {
    // lasts as long as the page
  }
}
