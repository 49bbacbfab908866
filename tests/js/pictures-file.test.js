import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joined, pdfOf } from '../../apps/portal/assets/js/pictures-file.js';

test('each object of the file stands where its table says', () => {
  const file = pdfOf([{ bytes: new Uint8Array([255, 216, 255]), width: 640, height: 480 }, { bytes: new Uint8Array(2000), width: 300, height: 400 }]);
  const text = Buffer.from(file).toString('latin1');
  const table = Number(/startxref\n(\d+)/.exec(text)[1]);
  assert.ok(text.startsWith('xref', table));
  const places = [...text.slice(table).matchAll(/^(\d{10}) 00000 n $/gm)].map((found) => Number(found[1]));
  assert.equal(places.length, 2 + 2 * 3);
  places.forEach((place, number) => assert.ok(text.startsWith(`${number + 1} 0 obj`, place), `${number + 1}`));
  assert.match(text, /\/MediaBox \[0 0 640 480\]/);
  assert.match(text, /\/Count 2 \/Kids \[3 0 R 6 0 R\]/);
});

test('one picture, and what is no picture, stays as it is', async () => {
  const files = [new File(['a'], 'a.png', { type: 'image/png' }), new File(['b'], 'b.pdf', { type: 'application/pdf' })];
  assert.equal(await joined(files), files);
});

test('pictures that can not be read here go to the server as they are', async () => {
  const files = ['a', 'b'].map((name) => new File([name], `${name}.png`, { type: 'image/png' }));
  assert.equal(await joined(files), files); // this test's world has no createImageBitmap
});
