/**
 * How long pictures wait for packets that were lost. Browsers show a picture as soon as it is whole: on a line that loses packets both ways every second
 * picture misses something, and what comes again after a tenth of a second, or two, makes them jerk. There two tenths of a second of patience hide it (5 % lost
 * each way: no longer than 0.2 s between two pictures), and cost delay only where there is loss. Where the way itself is long, so is the answer.
 */

export const PATIENT_MS = 200;
export const MOST_PATIENT_MS = 600;
const ROUND_TRIPS = 2.5; // what is asked for comes after one, and after another where that was lost too
const STEP_MS = 100; // a target that moves with each measurement would make pictures jump
export const LOSSY_SHARE = 0.01; // packets that were asked for again, of all that came
export const LOSSY_LOOKS = 2; // of the last `REMEMBERED_LOOKS`, which are a second each
export const REMEMBERED_LOOKS = 15;

export class Patience {
  #packets = 0;
  #asked = 0;
  /** @type {boolean[]} */
  #lossy = [];
  /** @type {number[]} */
  #trips = [];

  /** @param {any[]} stats @returns {number | null} For `jitterBufferTarget`: milliseconds, or null for what the browser thinks best. */
  look(stats) {
    const pictures = stats.filter((one) => one.type === 'inbound-rtp' && one.kind === 'video');
    const packets = sum(pictures, 'packetsReceived');
    const asked = sum(pictures, 'nackCount');
    const [came, again] = [packets - this.#packets, asked - this.#asked];
    [this.#packets, this.#asked] = [packets, asked];
    if (came >= 0 && again >= 0) this.#lossy = [...this.#lossy, again > came * LOSSY_SHARE].slice(-REMEMBERED_LOOKS); // less: another connection
    return this.#lossy.filter(Boolean).length >= LOSSY_LOOKS ? this.#target(stats) : null;
  }

  /** By the shortest of the last round trips: the others waited in queues. @param {any[]} stats */
  #target(stats) {
    const told = stats.filter((one) => one.type === 'candidate-pair' && one.nominated && one.currentRoundTripTime > 0);
    this.#trips = [...this.#trips, ...told.map((one) => one.currentRoundTripTime * 1000)].slice(-REMEMBERED_LOOKS);
    const needed = this.#trips.length ? ROUND_TRIPS * Math.min(...this.#trips) : 0;
    return Math.min(MOST_PATIENT_MS, Math.max(PATIENT_MS, Math.ceil(needed / STEP_MS) * STEP_MS));
  }
}

/** @param {Pick<RTCPeerConnection, 'getReceivers'>} pc @param {number | null} targetMs */
export function wait(pc, targetMs) {
  for (const receiver of pc.getReceivers()) {
    if (receiver.track.kind === 'video' && 'jitterBufferTarget' in receiver && receiver.jitterBufferTarget !== targetMs) receiver.jitterBufferTarget = targetMs;
  }
}

/** @param {any[]} stats @param {string} name */
function sum(stats, name) {
  return stats.reduce((total, one) => total + (one[name] ?? 0), 0);
}
