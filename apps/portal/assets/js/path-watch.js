/**
 * Whether a peer connection's path still carries anything. ICE says that it does not after some six seconds (Chromium 156); the server sends something each
 * second, so that silence says it sooner.
 */

export const QUIET_LIMIT_MS = 1000; // sound, pictures or reports come many times in it, from all who have something to send or to see

/**
 * Firefox (153) tells nothing of transports and of answers to checks, only what came by each candidate pair.
 *
 * @param {any[]} stats
 * @returns {number | null} What came by the path, whatever it was: it grows while the path lives. `null` if the browser tells none of it.
 */
export function receivedBy(stats) {
  const told = stats.flatMap((one) => (one.type === 'transport' || one.type === 'candidate-pair' ? [one.bytesReceived, one.responsesReceived] : []));
  const known = told.filter((one) => typeof one === 'number');
  return known.length ? known.reduce((sum, one) => sum + one, 0) : null;
}

/**
 * @param {Pick<RTCPeerConnection, 'getStats'>} pc
 * @param {() => Promise<void>} wait Ends after `QUIET_LIMIT_MS`.
 * @returns {Promise<boolean>} Whether anything came meanwhile.
 */
export async function carries(pc, wait) {
  const before = receivedBy([...(await pc.getStats()).values()]);
  await wait();
  const after = receivedBy([...(await pc.getStats()).values()]);
  return before === null || after === null || after > before;
}

/** Counts looks in a row at which nothing new had come. */
export class Silence {
  #received = -1;
  #looks = 0;

  /** @param {any[]} stats @returns {number} */
  look(stats) {
    const received = receivedBy(stats);
    this.#looks = received === null || received > this.#received ? 0 : this.#looks + 1;
    this.#received = received ?? this.#received;
    return this.#looks;
  }
}
