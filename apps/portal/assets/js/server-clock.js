/**
 * The server's time, from its `welcome` and `pong`; on the page's own clock that never jumps. Pure.
 *
 * The answer that took the shortest way says it best: its error is at most half of its time under way.
 */

const SAMPLES = 10; // at a ping every 4 s: what was heard in the last 40 s
const JUMP_MS = 250; // beyond what the ways explain: the computer slept, or the server's clock was set

export class ServerClock {
  /** @type {{offsetMs: number, tripMs: number}[]} */
  #samples = [];

  /**
   * @param {string} now Server time, ISO 8601.
   * @param {number} heardMs When it was heard, on the page's clock.
   * @param {number} [askedMs] When it was asked for; without it the way is not known and the sample counts little.
   */
  hear(now, heardMs, askedMs) {
    const serverMs = Date.parse(now);
    if (!Number.isFinite(serverMs)) return;
    const tripMs = askedMs === undefined ? 400 : Math.max(0, heardMs - askedMs);
    const sample = { offsetMs: serverMs - heardMs + (askedMs === undefined ? 0 : tripMs / 2), tripMs };
    const best = this.#best;
    const jumped = best && Math.abs(sample.offsetMs - best.offsetMs) > JUMP_MS + (sample.tripMs + best.tripMs) / 2;
    this.#samples = jumped ? [sample] : [...this.#samples, sample].slice(-SAMPLES);
  }

  get #best() {
    return this.#samples.length ? this.#samples.reduce((a, b) => (b.tripMs <= a.tripMs ? b : a)) : null;
  }

  /** Milliseconds since 1970 on the server's clock; the page's own date before anything was heard. @param {number} nowMs On the page's clock. */
  at(nowMs) {
    return this.#best ? nowMs + this.#best.offsetMs : Date.now();
  }
}
