/** How fast this browser can send, by sending more and more until it takes long enough to be measured. Knows no page. */

const CHUNK_CHARACTERS = 48 * 1024; // below the server's limit of one message
const ROUNDS = [1, 4, 12, 32]; // chunks at once; a slow line ends at the first, a fast one needs the last
const ENOUGH_MS = 400; // a round that takes this long says how fast the line is
const LIMIT_MS = 10_000;

/**
 * A round that says how fast the line is, is sent twice and the better one counts: either end may stand still for a moment.
 *
 * @param {(text: string) => Promise<boolean>} sendChunk Resolves once the server has it; false if it can't be sent.
 * @param {() => number} [nowMs]
 * @returns {Promise<number | null>} Bits per second; null if nothing went through.
 */
export async function measureUplink(sendChunk, nowMs = () => performance.now()) {
  const beganMs = nowMs();
  /** @param {number} chunks @returns {Promise<number | null>} How long they took. */
  const round = async (chunks) => {
    const sentMs = nowMs();
    const arrived = await Promise.all(Array.from({ length: chunks }, () => sendChunk(noise())));
    return arrived.includes(false) ? null : Math.max(1, nowMs() - sentMs);
  };
  let best = null;
  for (const chunks of ROUNDS) {
    let tookMs = await round(chunks);
    if (tookMs === null) return best;
    if (tookMs >= ENOUGH_MS) tookMs = Math.min(tookMs, (await round(chunks)) ?? tookMs);
    best = Math.round((chunks * CHUNK_CHARACTERS * 8 * 1000) / tookMs);
    if (tookMs >= ENOUGH_MS || nowMs() - beganMs > LIMIT_MS) return best;
  }
  return best;
}

/** Letters that no link can squeeze. */
function noise() {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const bytes = crypto.getRandomValues(new Uint8Array(CHUNK_CHARACTERS));
  return Array.from(bytes, (byte) => letters[byte & 63]).join('');
}
