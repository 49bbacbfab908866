/** Pages that are not the room: local times, and forms that are sent once. */

import { useTexts } from './i18n.js';
import { localizeTimes } from './times.js';

useTexts(document.documentElement.lang, {});
localizeTimes();

for (const select of document.querySelectorAll('select[data-submit]')) {
  select.addEventListener('change', () => /** @type {HTMLSelectElement} */ (select).form?.requestSubmit());
}
for (const form of document.querySelectorAll('form')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) event.preventDefault(); // a second press must not send it twice
    form.dataset.sent = 'yes';
    setTimeout(() => delete form.dataset.sent, 3000);
  });
}
