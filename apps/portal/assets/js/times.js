/** Moments in the reader's own zone; the page carries UTC. */

import { language } from './i18n.js';

/** English dates in the day-first, 24-hour manner that all of Sala's languages share. */
const locale = () => (language() === 'en' ? 'en-GB' : language());

/** Fill every `<time data-local>` of the page. */
export function localizeTimes() {
  for (const element of document.querySelectorAll('time[data-local]')) {
    const at = new Date(element.getAttribute('datetime') ?? '');
    if (!Number.isNaN(at.getTime())) element.textContent = element.getAttribute('data-local') === 'time' ? clockTime(at) : fullTime(at);
  }
}

/** Day, time and zone. @param {Date} at */
export const fullTime = (at) =>
  new Intl.DateTimeFormat(locale(), {
    weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short',
  }).format(at);

/** @param {Date} at */
export const clockTime = (at) => new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit' }).format(at);

/** `1:02:03`. @param {number} seconds */
export function elapsed(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [hours, ...rest] = parts;
  const tail = rest.map((one) => String(one).padStart(2, '0')).join(':');
  return hours ? `${hours}:${tail}` : tail;
}
