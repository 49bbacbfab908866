import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkify } from '../../apps/portal/assets/js/linkify.js';

const links = (text) => linkify(text).filter((piece) => piece.href).map((piece) => piece.href);
const whole = (text) => linkify(text).map((piece) => piece.text).join('');

test('http and https become links, the sentence around them does not', () => {
  assert.deepEqual(linkify('See https://example.org/a?b=1, please.'), [
    { text: 'See ', href: null },
    { text: 'https://example.org/a?b=1', href: 'https://example.org/a?b=1' },
    { text: ', please.', href: null },
  ]);
});

test('nothing else becomes a link', () => {
  const texts = ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'ftp://x.org', 'vbscript:x', 'http://', 'https://a:b@evil.org/', '//x.org'];
  for (const text of texts) assert.deepEqual(links(text), [], text);
});

test('a message is never changed, whatever stands in it', () => {
  for (const text of ['', '<b>x</b>', 'a\nb', '(https://x.org)', '„https://x.org”.', 'https://x.org"onclick="y']) {
    assert.equal(whole(text), text);
  }
  assert.deepEqual(links('https://x.org"onclick="y'), ['https://x.org/']);
});

test('a look-alike host is shown as it really is', () => {
  const [link] = linkify('https://аpple.com/').filter((piece) => piece.href);
  assert.ok(link.text.startsWith('https://xn--'), link.text);
});

test('long nonsense costs no time', () => {
  assert.equal(whole('https://'.repeat(20_000)).length, 160_000);
});
