/**
 * How one person looks at a page: zoom by wheel, pinch, double tap and buttons; the hand that moves it; a swipe that turns it.
 *
 * @import {Look, Size} from './zoom.js'
 */

import { moved, swipe, WHOLE, ZOOM_STEP, zoomed } from './zoom.js';

export class PageLook {
  /** The page must be drawn anew. @type {() => void} */
  onchange = () => {};
  /** A swipe over a whole page: 1 for on, -1 for back. @type {(by: number) => void} */
  onswipe = () => {};
  /** Where on the page a pointer is, 0 to 1; null: it left. @type {(place: {x: number, y: number} | null) => void} */
  onplace = () => {};
  /** While this person points, a finger points and does not swipe. */
  points = false;

  /** @type {Look} */
  look = WHOLE;
  /** The page at scale 1. @type {Size} */
  page = { width: 0, height: 0 };
  /** @type {Map<number, {x: number, y: number}>} */
  #down = new Map();
  #from = { x: 0, y: 0, atMs: 0 };

  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
    box.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    box.addEventListener('pointerdown', (event) => this.#pressed(event));
    box.addEventListener('pointermove', (event) => this.#moved(event));
    for (const name of /** @type {const} */ (['pointerup', 'pointercancel'])) box.addEventListener(name, (event) => this.#released(event));
    box.addEventListener('pointerleave', () => this.points && this.onplace(null));
    box.addEventListener('dblclick', (event) => this.by(this.look.scale > 1 ? 1 / this.look.scale : 2 * ZOOM_STEP - 1, this.#fromMiddle(event)));
  }

  /** @returns {Size} */
  get size() {
    return { width: this.box.clientWidth, height: this.box.clientHeight };
  }

  /** @param {number} factor @param {{x: number, y: number}} [point] From the middle. */
  by(factor, point = { x: 0, y: 0 }) {
    this.#set(zoomed(this.look, factor, point, this.page, this.size));
  }

  whole() {
    this.#set(WHOLE);
  }

  /** @param {Look} look */
  #set(look) {
    this.look = look;
    this.onchange();
  }

  /** @param {{clientX: number, clientY: number}} event */
  #fromMiddle({ clientX, clientY }) {
    const at = this.box.getBoundingClientRect();
    return { x: clientX - at.left - at.width / 2, y: clientY - at.top - at.height / 2 };
  }

  /** With Ctrl (which a pinch on a trackpad sends too) it zooms; a zoomed page scrolls. @param {WheelEvent} event */
  #wheel(event) {
    if (event.ctrlKey) {
      event.preventDefault();
      this.by(Math.exp(-event.deltaY / 300), this.#fromMiddle(event));
    } else if (this.look.scale > 1) {
      event.preventDefault();
      this.#set(moved(this.look, -event.deltaX, -event.deltaY, this.page, this.size));
    }
  }

  /** @param {PointerEvent} event */
  #pressed(event) {
    if (/** @type {Element} */ (event.target).closest('button')) return;
    this.#down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.#from = { x: event.clientX, y: event.clientY, atMs: event.timeStamp };
    if (this.look.scale > 1 || event.pointerType !== 'mouse') this.box.setPointerCapture(event.pointerId);
    this.#tellPlace(event);
  }

  /** @param {PointerEvent} event */
  #moved(event) {
    const last = this.#down.get(event.pointerId);
    if (!last || this.points) this.#tellPlace(event);
    if (!last) return;
    const now = { x: event.clientX, y: event.clientY };
    this.#down.set(event.pointerId, now);
    const other = [...this.#down].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const factor = Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(last.x - other.x, last.y - other.y));
      this.by(factor, this.#fromMiddle({ clientX: (now.x + other.x) / 2, clientY: (now.y + other.y) / 2 }));
    } else if (this.look.scale > 1 && !this.points) {
      this.#set(moved(this.look, now.x - last.x, now.y - last.y, this.page, this.size));
    }
  }

  /** @param {PointerEvent} event */
  #released(event) {
    const alone = this.#down.size === 1;
    if (!this.#down.delete(event.pointerId)) return;
    if (this.points && event.pointerType !== 'mouse') this.onplace(null);
    if (event.type !== 'pointerup' || !alone || this.points || this.look.scale > 1 || event.pointerType === 'mouse') return;
    const by = swipe(event.clientX - this.#from.x, event.clientY - this.#from.y, event.timeStamp - this.#from.atMs);
    if (by) this.onswipe(by);
  }

  /** @param {PointerEvent} event */
  #tellPlace(event) {
    if (!this.points || !this.page.width) return;
    const at = this.#fromMiddle(event);
    const x = 0.5 + (at.x - this.look.x) / (this.page.width * this.look.scale);
    const y = 0.5 + (at.y - this.look.y) / (this.page.height * this.look.scale);
    this.onplace(x >= 0 && x <= 1 && y >= 0 && y <= 1 ? { x, y } : null);
  }
}
