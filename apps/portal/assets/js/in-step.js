/**
 * Keeps a film where the server's clock says: small differences by playing a little faster or slower, larger ones by a jump. Pure.
 *
 * @typedef {object} Now
 * @property {number} wanted_s
 * @property {number} have_s
 * @property {boolean} playing What everybody should see: running or standing.
 * @property {boolean} settled False while the player loads or jumps, so that what it says is not yet its answer.
 * @property {number} nowMs
 *
 * @typedef {object} Steps How a player can be corrected.
 * @property {number} fine_s Nearer than this is in step.
 * @property {number} jump_s Farther than this is worth a jump.
 * @property {(drift_s: number) => number} rate For a film that is ahead by so much.
 */

/** A film from this server: any rate is possible, and 8 % is not heard. @type {Steps} */
export const FILM_STEPS = { fine_s: 0.04, jump_s: 0.3, rate: (drift_s) => 1 - Math.max(-0.08, Math.min(0.08, drift_s * 0.4)) };

/** YouTube knows only some rates and tells its place four times a second. @type {Steps} */
export const YOUTUBE_STEPS = { fine_s: 0.15, jump_s: 0.8, rate: (drift_s) => (drift_s > 0 ? 0.75 : 1.25) };

const JUMP_EVERY_MS = 1500; // a jump needs time to show what it did
const LEAD_MAX_S = 2;

export class InStep {
  #jumpedAtMs = -Infinity;
  #measures = false;
  /** How much a jump costs here: playing begins that much too late. */
  lead_s = 0;

  /** @param {Steps} steps */
  constructor(steps) {
    this.steps = steps;
  }

  /**
   * @param {Now} now
   * @returns {{rate: number, jump_s: number | null}} What to do: a rate, and where to jump to if at all.
   */
  correct({ wanted_s, have_s, playing, settled, nowMs }) {
    if (!settled) return { rate: 1, jump_s: null };
    const drift_s = have_s - wanted_s;
    if (playing) this.#learn(drift_s, nowMs);
    if (Math.abs(drift_s) < this.steps.fine_s) return { rate: 1, jump_s: null };
    if (Math.abs(drift_s) < this.steps.jump_s && playing) return { rate: this.steps.rate(drift_s), jump_s: null };
    if (nowMs - this.#jumpedAtMs < (playing ? JUMP_EVERY_MS : JUMP_EVERY_MS / 5)) return { rate: 1, jump_s: null };
    this.#jumpedAtMs = nowMs;
    this.#measures = playing;
    return { rate: 1, jump_s: Math.max(0, wanted_s + (playing ? this.lead_s : 0)) };
  }

  /** Somebody pressed something: the next jump need not wait. */
  forget() {
    this.#jumpedAtMs = -Infinity;
    this.#measures = false;
  }

  /** The first settled answer after a jump says by how much it came too late. @param {number} drift_s @param {number} nowMs */
  #learn(drift_s, nowMs) {
    if (!this.#measures) return;
    this.#measures = false;
    if (nowMs - this.#jumpedAtMs > 10_000) return;
    this.lead_s = Math.max(0, Math.min(LEAD_MAX_S, this.lead_s - drift_s));
  }
}
