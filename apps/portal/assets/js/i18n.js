/**
 * Sentences in the page's language. English ones are the keys; the page carries the others. Knows no page itself.
 *
 * @typedef {Readonly<Record<string, string | readonly string[]>>} Catalogue A plural's key is its English singular.
 */

/** In the order of the catalogue's plural forms. @type {Readonly<Record<string, readonly string[]>>} */
const FORMS = { en: ['one', 'other'], ro: ['one', 'few', 'other'], it: ['one', 'other'] };

/** @param {string} sentence @param {Readonly<Record<string, unknown>>} values */
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));

export class Texts {
  /** @param {string} language @param {Catalogue} catalogue */
  constructor(language, catalogue) {
    this.language = language;
    this.catalogue = new Map(Object.entries(catalogue));
    this.plural = new Intl.PluralRules(language);
  }

  /** @param {string} sentence @param {Readonly<Record<string, unknown>>} [values] */
  t(sentence, values = {}) {
    const found = this.catalogue.get(sentence);
    return fill(typeof found === 'string' ? found : sentence, values);
  }

  /** @param {string} one @param {string} many @param {number} count @param {Readonly<Record<string, unknown>>} [values] */
  n(one, many, count, values = {}) {
    const kind = this.plural.select(count);
    const forms = this.catalogue.get(one);
    const place = Math.max(0, (FORMS[this.language] ?? ['one', 'other']).indexOf(kind === 'many' ? 'other' : kind));
    const sentence = Array.isArray(forms) ? forms[place] : kind === 'one' ? one : many;
    return fill(sentence ?? many, { count, ...values });
  }
}

let texts = new Texts('en', {});

/** Call once, before anything is shown. @param {string} language @param {Catalogue} catalogue */
export function useTexts(language, catalogue) {
  texts = new Texts(language, catalogue);
}

export const language = () => texts.language;

/** Translate a sentence; `{name}` places are filled from `values`. @type {Texts['t']} */
export const t = (sentence, values) => texts.t(sentence, values);

/** Translate with the right plural form; `{count}` is filled too. @type {Texts['n']} */
export const tn = (one, many, count, values) => texts.n(one, many, count, values);
