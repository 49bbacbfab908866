/** The page where a moderator prepares what will be presented, before the conference opens. */

import { byId } from './dom.js';
import { useTexts } from './i18n.js';
import { PresentationsApi } from './presentations-api.js';
import { PresentShelf } from './present-shelf.js';

const LOOK_AGAIN_MS = 700; // while something is being prepared

/** @type {{slug: string, language: string, texts: import('./i18n.js').Catalogue}} */
const page = JSON.parse(byId('page-values').textContent ?? '{}');
useTexts(page.language, page.texts);

const api = new PresentationsApi(page.slug, () => /** @type {HTMLInputElement} */ (document.querySelector('input[name="_xsrf"]')).value);
const shelf = new PresentShelf(api, { use: '', picture: (item) => (item.pages_ready > 0 ? api.pageAddress(item.presentation, 1, 'small') : '') });
byId('shelf').replaceChildren(shelf.element);
shelf.acceptDrops(document.body);
await shelf.load();
setInterval(() => shelf.busy && void shelf.load(), LOOK_AGAIN_MS);
