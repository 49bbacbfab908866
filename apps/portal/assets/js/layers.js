/**
 * What each encoding of the send lines may cost, which simulcast layers are encoded at all, and in what (docs/protocol.md, "Media").
 *
 * @import {Source} from './messages.js'
 */

/** A camera's layers: a quarter, half and all of its height. One that comes alone gets the rate of the best. */
export const CAMERA_LAYERS = Object.freeze({
  l: { scale: 4, maxBps: 150_000 },
  m: { scale: 2, maxBps: 450_000 },
  h: { scale: 1, maxBps: 1_200_000 }, // enough for 1280x720 of a face
});
export const SCREEN_MAX_BPS = 1_500_000; // enough for 1920x1080 of text at 5 pictures a second and more

/** Changes of one line's parameters wait for each other: a browser refuses what was read before the last change. @type {WeakMap<RTCRtpSender, Promise<void>>} */
const busy = new WeakMap();

/**
 * Bring all send lines to their rates, the camera to the layers and the screen to the codec that are wanted.
 *
 * @param {RTCPeerConnection} pc
 * @param {ReadonlyMap<Source, readonly string[]>} [wanted] By source; without an entry every layer is sent.
 * @param {ReadonlyMap<Source, string>} [codecs] By source; without an entry it is left to the browser.
 */
export async function setRates(pc, wanted = new Map(), codecs = new Map()) {
  await Promise.all([
    change(pc, 'cam', (encodings) => encodings.forEach((one) => setCamera(one, wanted.get('camera')))),
    change(pc, 'scr', (encodings, parameters) => setScreen(encodings, parameters, codecs.get('screen'))),
  ]);
}

/**
 * Fewer pictures rather than blurred letters. A browser that does not know `codec` of an encoding goes on as before.
 *
 * @param {(RTCRtpEncodingParameters & {codec?: RTCRtpCodec})[]} encodings
 * @param {RTCRtpSendParameters & {degradationPreference?: string}} parameters
 * @param {string | undefined} name
 */
function setScreen(encodings, parameters, name) {
  parameters.degradationPreference = 'maintain-resolution';
  const codec = name && parameters.codecs?.find((one) => one.mimeType.toLowerCase() === `video/${name}`);
  for (const one of encodings) {
    one.maxBitrate = SCREEN_MAX_BPS;
    one.priority = 'high';
    if (codec) one.codec = codec;
  }
}

/** @param {RTCRtpEncodingParameters} encoding @param {readonly string[] | undefined} rids */
function setCamera(encoding, rids) {
  const layer = CAMERA_LAYERS[/** @type {keyof typeof CAMERA_LAYERS} */ (encoding.rid ?? 'h')] ?? CAMERA_LAYERS.h;
  encoding.maxBitrate = layer.maxBps;
  if (encoding.rid === undefined) return;
  encoding.scaleResolutionDownBy = layer.scale;
  encoding.active = !rids || rids.includes(encoding.rid);
}

/** @param {RTCPeerConnection} pc @param {string} mid @param {(encodings: RTCRtpEncodingParameters[], parameters: RTCRtpSendParameters) => void} edit */
async function change(pc, mid, edit) {
  const sender = pc.getTransceivers().find((line) => line.mid === mid)?.sender;
  if (!sender) return;
  const turn = (busy.get(sender) ?? Promise.resolve()).then(async () => {
    const parameters = sender.getParameters();
    if (!parameters?.encodings?.length) return;
    edit(parameters.encodings, parameters);
    await sender.setParameters(parameters).catch(() => {}); // a browser that can't keeps its own limits
  });
  busy.set(sender, turn);
  await turn;
}
