/**
 * Several pictures chosen together become one document, so that they can be turned like pages: a PDF of one picture a page.
 * Making them small enough for the stage also leaves behind what a camera wrote into them, such as where they were taken.
 *
 * @typedef {{bytes: Uint8Array, width: number, height: number}} Jpeg
 */

import { tn } from './i18n.js';

const LONGEST_PX = 2560;
const QUALITY = 0.9;
const PICTURE = /^image\/(png|jpeg|webp|gif|bmp|avif)$/;

/**
 * Two pictures or more become one file; everything else, and pictures that this browser can't read, stays as it is.
 *
 * @param {File[]} files
 * @returns {Promise<File[]>}
 */
export async function joined(files) {
  const pictures = files.filter((file) => PICTURE.test(file.type));
  if (pictures.length < 2) return files;
  try {
    const pages = [];
    for (const picture of pictures) pages.push(await jpegOf(picture)); // one after the other: each takes tens of megabytes
    const name = tn('{count} picture', '{count} pictures', pages.length);
    const document = new File([/** @type {BlobPart} */ (pdfOf(pages))], `${name}.pdf`, { type: 'application/pdf' });
    return [...files.filter((file) => !pictures.includes(file)), document];
  } catch {
    return files; // the server says what is wrong with which
  }
}

/** @param {File} file @returns {Promise<Jpeg>} */
async function jpegOf(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale)));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.fillStyle = '#fff'; // what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
  return { bytes: new Uint8Array(await blob.arrayBuffer()), width: canvas.width, height: canvas.height };
}

/** A PDF (ISO 32000-1) of one JPEG a page, the page as large as the picture. @param {Jpeg[]} pictures @returns {Uint8Array} */
export function pdfOf(pictures) {
  const encoder = new TextEncoder();
  /** @type {Uint8Array[]} */
  const parts = [];
  /** @type {number[]} */
  const places = [];
  let length = 0;
  const put = (/** @type {string | Uint8Array} */ part) => {
    const bytes = typeof part === 'string' ? encoder.encode(part) : part;
    parts.push(bytes);
    length += bytes.length;
  };
  const object = (/** @type {string} */ head, /** @type {Uint8Array | null} */ stream = null) => {
    places.push(length);
    put(`${places.length} 0 obj\n${head}\n`);
    if (stream) [`stream\n`, stream, `\nendstream\n`].forEach(put);
    put('endobj\n');
  };
  put('%PDF-1.4\n');
  object('<< /Type /Catalog /Pages 2 0 R >>');
  object(`<< /Type /Pages /Count ${pictures.length} /Kids [${pictures.map((_, place) => `${3 + 3 * place} 0 R`).join(' ')}] >>`);
  pictures.forEach(({ bytes, width, height }, place) => {
    const first = 3 + 3 * place;
    const drawing = encoder.encode(`q ${width} 0 0 ${height} 0 0 cm /P Do Q`);
    object(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Resources << /XObject << /P ${first + 2} 0 R >> >> /Contents ${first + 1} 0 R >>`);
    object(`<< /Length ${drawing.length} >>`, drawing);
    object(`<< /Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Length ${bytes.length} >>`, bytes);
  });
  const table = length;
  put(`xref\n0 ${places.length + 1}\n0000000000 65535 f \n${places.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')}`);
  put(`trailer\n<< /Size ${places.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`);
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
