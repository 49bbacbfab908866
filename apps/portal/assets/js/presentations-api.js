/**
 * Files that become presentations, over HTTP (docs/protocol.md, "Their files").
 *
 * @import {Item} from './presenting.js'
 * @typedef {{presentations: Item[], library: Item[], accepts: string, office: boolean, document_max_bytes: number, film_max_bytes: number}} Listing
 */

import { t } from './i18n.js';

/** A refusal, with a sentence for the person. */
export class Refused extends Error {
  /** @param {string} code @param {string} sentence */
  constructor(code, sentence) {
    super(sentence);
    this.code = code;
  }
}

export class PresentationsApi {
  /** @param {string} slug @param {() => string} xsrf */
  constructor(slug, xsrf) {
    this.base = `/r/${encodeURIComponent(slug)}/presentations`;
    this.xsrf = xsrf;
  }

  /** @returns {Promise<Listing>} */
  list() { return this.#ask('GET', ''); }
  /** @param {string} link @returns {Promise<Item>} */
  youtube(link) { return this.#ask('POST', '/youtube', { link }); }
  /** @param {string[]} presentations */
  order(presentations) { return this.#ask('POST', '/order', { presentations }); }
  /** @param {string} id */
  reuse(id) { return this.#ask('POST', `/${id}/reuse`); }
  /** @param {string} id */
  remove(id) { return this.#ask('POST', `/${id}/remove`); }
  /** @param {string} id */
  destroy(id) { return this.#ask('POST', `/${id}/delete`); }

  /** @param {string} id @param {number} page @param {'large' | 'small'} size */
  pageAddress(id, page, size) {
    return `${this.base}/${id}/pages/${page}-${size}.webp`;
  }

  /** @param {string} id */
  filmAddress(id) {
    return `${this.base}/${id}/film`;
  }

  /**
   * Send a file; `XMLHttpRequest`, because nothing else tells how much has gone out.
   *
   * @param {File} file
   * @param {(part: number) => void} onprogress From 0 to 1.
   * @returns {{done: Promise<Item>, stop: () => void}}
   */
  upload(file, onprogress) {
    const request = new XMLHttpRequest();
    request.open('POST', this.base);
    request.setRequestHeader('X-Xsrftoken', this.xsrf());
    request.setRequestHeader('X-Sala-Name', encodeURIComponent(file.name));
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => onprogress(total ? loaded / total : 0);
    const done = new Promise((resolve, reject) => {
      request.onload = () => (request.status < 300 ? resolve(read(request.responseText)) : reject(refusal(read(request.responseText))));
      request.onerror = () => reject(refusal(null));
      request.onabort = () => reject(new Refused('stopped', ''));
    });
    request.send(file);
    return { done: /** @type {Promise<Item>} */ (done), stop: () => request.abort() };
  }

  /** @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<any>} */
  async #ask(method, path, body) {
    /** @type {Record<string, string>} */
    const headers = { Accept: 'application/json' };
    if (method !== 'GET') headers['X-Xsrftoken'] = this.xsrf();
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    let answer;
    try {
      answer = await fetch(this.base + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), redirect: 'error' });
    } catch {
      throw refusal(null);
    }
    const said = read(await answer.text());
    if (!answer.ok) throw refusal(said);
    return said;
  }
}

/** @param {string} text @returns {any} */
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {any} said */
function refusal(said) {
  const sentence = typeof said?.message === 'string' ? said.message : t('The server could not be reached. Please try again.');
  return new Refused(String(said?.error ?? 'not_reached'), sentence);
}
