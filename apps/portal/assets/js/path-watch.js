/**
 * Whether a peer connection's path still carries anything. ICE says that it does not after some six seconds (Chromium 156); the server sends something each
 * second, so that silence says it sooner.
 */

export const QUIET_LIMIT_MS = 1000; // sound, pictures or reports come many times in it, from all who have something to send or to see

/** @param {any[]} stats @returns {number} What came by the path, whatever it was: it grows while the path lives. */
export function receivedBy(stats) {
  let sum = 0;
  for (const one of stats) {
    if (one.type === 'transport') sum += one.bytesReceived ?? 0;
    if (one.type === 'candidate-pair') sum += one.responsesReceived ?? 0;
  }
  return sum;
}

/**
 * @param {Pick<RTCPeerConnection, 'getStats'>} pc
 * @param {() => Promise<void>} wait Ends after `QUIET_LIMIT_MS`.
 * @returns {Promise<boolean>} Whether anything came meanwhile.
 */
export async function carries(pc, wait) {
  const before = receivedBy([...(await pc.getStats()).values()]);
  await wait();
  return receivedBy([...(await pc.getStats()).values()]) > before;
}

/** Counts looks in a row at which nothing new had come. */
export class Silence {
  #received = -1;
  #looks = 0;

  /** @param {any[]} stats @returns {number} */
  look(stats) {
    const received = receivedBy(stats);
    this.#looks = received > this.#received ? 0 : this.#looks + 1;
    this.#received = received;
    return this.#looks;
  }
}
