import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byFirm, guests } from '../../apps/portal/assets/js/reserved-store.js';

const seat = (participant, values = {}) => ({ participant, name: participant, badge: '', role: 'supplier', presence: 'present', firm: '', ...values });
const people = [
  seat('chair', { role: 'moderator' }), seat('obs', { role: 'encoder' }), seat('gone', { presence: 'gone' }),
  seat('z', { name: 'Zoe', firm: 'Beta' }), seat('a', { name: 'Ștefan', firm: 'Beta', presence: 'reconnecting' }),
  seat('b', { name: 'Anna', badge: '2', firm: 'Alfa' }), seat('c', { name: 'Carla', role: 'participant' }),
];
const state = { participants: new Map(people.map((one) => [one.participant, one])) };

test('whoever is here but the authority can be chosen', () => {
  assert.deepEqual(guests(state).map((one) => one.name), ['Zoe', 'Ștefan', 'Anna 2', 'Carla']);
});

test('they stand by organisation, and those of none last', () => {
  const found = byFirm(guests(state), '').map(({ firm, people: inside }) => [firm, inside.map((one) => one.participant)]);
  assert.deepEqual(found, [['Alfa', ['b']], ['Beta', ['a', 'z']], ['', ['c']]]);
});

test('the search knows neither case nor accents, and organisations too', () => {
  assert.deepEqual(byFirm(guests(state), 'stef').flatMap((one) => one.people).map((one) => one.participant), ['a']);
  assert.equal(byFirm(guests(state), ' BETA ')[0].people.length, 2);
  assert.deepEqual(byFirm(guests(state), 'x'), []);
});
