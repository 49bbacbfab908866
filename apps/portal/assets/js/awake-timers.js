/**
 * Limits for answers, kept while the page runs. A computer that sleeps, or a busy one that stops a page for seconds, lets every timer run late, and what came
 * in that time is heard only after it: whoever judged at once would take an answer that is there for one that never came.
 *
 * @typedef {{set: (work: () => void, delayMs: number) => any, clear: (timer: any) => void}} Timers
 */

export const STOOD_STILL_MS = 500; // a timer that is so late was not only waiting for its turn
export const HEAR_FIRST_MS = 1000; // what came meanwhile is heard by then

/** @type {Timers} */
export const PLAIN_TIMERS = { set: (work, delayMs) => setTimeout(work, delayMs), clear: (timer) => clearTimeout(timer) };

/**
 * Timers that give what came meanwhile time to be heard, where they themselves come late.
 *
 * @param {Timers} timers
 * @param {() => number} nowMs
 * @returns {Timers}
 */
export function awakeTimers(timers = PLAIN_TIMERS, nowMs = () => performance.now()) {
  return {
    set(work, delayMs) {
      const waiting = { timer: /** @type {any} */ (null) };
      const begin = (/** @type {number} */ waitMs) => {
        const dueMs = nowMs() + waitMs;
        waiting.timer = timers.set(() => (nowMs() - dueMs > STOOD_STILL_MS ? begin(HEAR_FIRST_MS) : work()), waitMs);
      };
      begin(delayMs);
      return waiting;
    },
    clear: (waiting) => timers.clear(waiting?.timer),
  };
}
