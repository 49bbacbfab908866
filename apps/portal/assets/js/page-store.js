/**
 * The pictures of pages, fetched and decoded ahead of time, so that a turn shows at once.
 */

const HELD = 8; // decoded pictures of 1920 pixels take some 8 MB each
const AGAIN_MS = 1500;

export class PageStore {
  /** A page has come, or could not. @type {(page: number) => void} */
  onpage = () => {};

  /** @type {Map<number, {image: HTMLImageElement, state: 'loading' | 'there' | 'missing'}>} */
  #pages = new Map();
  #closed = false;

  /** @param {(page: number) => string} address */
  constructor(address) {
    this.address = address;
  }

  /** Fetch these, the most urgent first, and let go of what was asked for longest ago. @param {number[]} pages */
  hold(pages) {
    for (const page of [...pages].reverse()) {
      const old = this.#pages.get(page);
      this.#pages.delete(page);
      this.#pages.set(page, old ?? this.#load(page));
    }
    const [urgent] = pages;
    const first = urgent === undefined ? undefined : this.#pages.get(urgent);
    if (first) first.image.fetchPriority = 'high';
    for (const page of [...this.#pages.keys()].slice(0, -HELD)) this.#pages.delete(page);
  }

  /** @param {number} page @returns {HTMLImageElement | null} */
  picture(page) {
    const found = this.#pages.get(page);
    return found?.state === 'there' ? found.image : null;
  }

  /** @param {number} page */
  isMissing(page) {
    return this.#pages.get(page)?.state === 'missing';
  }

  close() {
    this.#closed = true;
    this.#pages.clear();
  }

  /** @param {number} page */
  #load(page) {
    const image = new Image();
    image.decoding = 'async';
    image.draggable = false;
    /** @type {{image: HTMLImageElement, state: 'loading' | 'there' | 'missing'}} */
    const entry = { image, state: 'loading' };
    image.src = this.address(page);
    image.decode().then(() => this.#came(page, entry, 'there'), () => this.#came(page, entry, 'missing'));
    return entry;
  }

  /** @param {number} page @param {{image: HTMLImageElement, state: 'loading' | 'there' | 'missing'}} entry @param {'there' | 'missing'} state */
  #came(page, entry, state) {
    if (this.#closed) return;
    entry.state = state;
    if (state === 'missing') setTimeout(() => this.#again(page, entry), AGAIN_MS);
    this.onpage(page);
  }

  /** @param {number} page @param {{image: HTMLImageElement}} entry */
  #again(page, entry) {
    if (this.#closed || this.#pages.get(page)?.image !== entry.image) return;
    this.#pages.delete(page);
    this.#pages.set(page, this.#load(page));
  }
}
