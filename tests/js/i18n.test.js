import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Texts } from '../../apps/portal/assets/js/i18n.js';

const ro = new Texts('ro', {
  'Hello {name}': 'Bună, {name}',
  '{count} new message': ['{count} mesaj nou', '{count} mesaje noi', '{count} de mesaje noi'],
});

test('a sentence is translated and its places are filled', () => {
  assert.equal(ro.t('Hello {name}', { name: 'Ștefan' }), 'Bună, Ștefan');
});

test('what is not translated stays English', () => {
  assert.equal(ro.t('Goodbye {name}', { name: 'Ana' }), 'Goodbye Ana');
});

test('a value is never read as a sentence, and an unknown place stays', () => {
  assert.equal(ro.t('Hello {name}', { name: '{count}' }), 'Bună, {count}');
  assert.equal(ro.t('toString'), 'toString');
  assert.equal(new Texts('en', {}).t('{nobody}', {}), '{nobody}');
});

test('Romanian has three plural forms', () => {
  const forms = [1, 2, 19, 20, 101, 121].map((count) => ro.n('{count} new message', '{count} new messages', count));
  assert.deepEqual(forms, [
    '1 mesaj nou', '2 mesaje noi', '19 mesaje noi', '20 de mesaje noi', '101 mesaje noi', '121 de mesaje noi',
  ]);
});

test('Italian counts millions like any other plural', () => {
  const it = new Texts('it', { '{count} hour': ['{count} ora', '{count} ore'] });
  assert.equal(it.n('{count} hour', '{count} hours', 1_000_000), '1000000 ore');
});

test('English needs no catalogue', () => {
  const en = new Texts('en', {});
  assert.deepEqual([0, 1, 2].map((count) => en.n('{count} hand', '{count} hands', count)), ['0 hands', '1 hand', '2 hands']);
});
